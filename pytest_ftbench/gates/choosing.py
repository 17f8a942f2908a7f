"""Which checkpoint of a sweep is the best on the half of the facts that is held out from its gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_ftbench.gates.measure import Measure, share
from pytest_ftbench.gates.units import each, right
from pytest_ftbench.records import Result


@dataclass(frozen=True, slots=True)
class Choice:
    """The checkpoint that gates are about, or why there is none."""

    alias: str
    """Empty: none was chosen."""
    said: str
    """How it was chosen, on how much, or why none was."""


def choose_best(held_out: Mapping[str, Sequence[Result]]) -> Choice:
    """The checkpoint with the largest share of right answers; of several alike the first.

    held_out: by the checkpoints' aliases, in the order of their steps, the results that count for the choice, the same
    cases of each. The criterion is accuracy whatever the gates measure: the least leaks, or the smallest gap, are those
    of a model that has learned nothing.
    One with a result without a grade is never chosen, and none is where it could be the best.
    """
    measures = {alias: _accuracy(results) for alias, results in held_out.items()}
    whole = {alias: one for alias, one in measures.items() if one.value is not None and not one.errors}
    if not any(one.n or one.errors for one in measures.values()):
        return Choice("", "no case that counts is of the facts that are held out to choose the checkpoint by")
    best = max((one.value for one in whole.values() if one.value is not None), default=None)
    open_ = {alias: one for alias, one in measures.items() if one.errors and (best is None or one.highest >= best)}
    if open_ or best is None:
        missing = ", ".join(f"{alias} {one.errors}" for alias, one in open_.items())
        return Choice("", f"no checkpoint is chosen: without a grade, on the held-out facts: {missing}")
    first, *others = [alias for alias, one in whole.items() if one.value == best]
    return Choice(first, _in_words(first, others, whole[first], of=len(measures)))


def _accuracy(results: Sequence[Result]) -> Measure:
    return share(each((one for one in results if one.status != "not_applicable"), right))


def _in_words(alias: str, tied: Sequence[str], measure: Measure, *, of: int) -> str:
    """`cand@60, best of 4 on 12 held-out facts: 33/36`."""
    facts = f"{measure.clusters} held-out fact{'' if measure.clusters == 1 else 's'}"
    also = f", tied with {' and '.join(tied)}; the earliest is taken" if tied else ""
    return f"{alias}, best of {of} on {facts}: {measure.right}/{measure.n}{also}"
