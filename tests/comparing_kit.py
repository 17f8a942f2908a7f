"""What tests of comparisons share: runs written as a few letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from makers import make_result

from pytest_ftbench.comparing import Comparison, Pair, compare_runs
from pytest_ftbench.records import Result
from pytest_ftbench.runs import Run

HEADER = {
    "schema": 1,
    "id": "r1",
    "ftbench": "0.1.0",
    "judge": None,
    "endpoints": [{"alias": "e", "spec": "openai:m"}],
    "sampling": {"e": {"temperature": 0.0, "max_tokens": None, "seed": None}},
}


def results(outcomes: str, *, by_fact: int = 1, **fields: Any) -> list[Result]:
    """A result for each letter (see `make_result`): the k-th letter always stands for the same question.

    by_fact: how many cases a fact has.
    """
    return [
        make_result(outcome=outcome, **{
            "fact": f"f{place // by_fact}",
            "case": f"c{place}",
            "content": f"{place:016}",
            "question": f"question {place}?",
            **fields,
        })
        for place, outcome in enumerate(outcomes)
    ]  # fmt: skip


def pairs(before: str, now: str, *, by_fact: int = 1) -> list[Pair]:
    """Pairs of results, from a letter for each."""
    sides = zip(results(before, by_fact=by_fact), results(now, by_fact=by_fact), strict=True)
    return [Pair(old, new) for old, new in sides]


def run(found: Sequence[Result], *, place: str = "run.jsonl", is_finished: bool = True, **header: Any) -> Run:
    """A run that was read."""
    return Run(place, {**HEADER, **header}, tuple(found), (), {"exit_status": 0} if is_finished else None)


def compare(before: str | Sequence[Result] | Run, now: str | Sequence[Result] | Run, **fields: Any) -> Comparison:
    """The comparison of two runs of endpoint `e`, each given as letters, as results or as a run."""
    sides = []
    for name, side in (("before.jsonl", before), ("now.jsonl", now)):
        found = results(side, **fields) if isinstance(side, str) else side
        sides.append(found if isinstance(found, Run) else run(found, place=name))
    return compare_runs(*sides, before_endpoint="e", now_endpoint="e")
