"""`ftbench gate`: bounds on a recorded run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pytest_ftbench.commands.named_runs import RUN_HELP, read_named_run
from pytest_ftbench.commands.output import columns, show, show_json
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.gates import (
    METRICS,
    Decided,
    Decision,
    decide,
    decide_together,
    explain_impossible,
    parse_gate,
    population,
)
from pytest_ftbench.records import Result
from pytest_ftbench.reports.gate_lines import gate_lines
from pytest_ftbench.reports.gates import misses_in_words
from pytest_ftbench.runs import Run

if TYPE_CHECKING:
    from rich.text import Text


def gate_command(
    run: Annotated[str, typer.Argument(metavar="RUN", help=RUN_HELP)],
    exprs: Annotated[list[str], typer.Argument(metavar="EXPR...", help="Gates, as on the command line of pytest.")],
    endpoint: Annotated[str, typer.Option("--endpoint", metavar="ALIAS", help="Of this endpoint only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Decide gates over the answers of a run, asking nothing. Exit code 1 unless all pass."""
    decisions = decide_run(read_named_run(run), exprs, endpoint=endpoint)
    if as_json:
        show_json({"gates": [asdict(decision.result) for decision in decisions]})
    else:
        show(lambda _: [*gate_lines(decisions, width=columns()), *_misses(decisions)])
    if any(decision.result.outcome != "PASS" for decision in decisions):
        raise typer.Exit(1)


def _why_open(run: Run) -> str:
    """Why not all of a run's cases are there; empty where they are."""
    if run.end is None:
        return "the run was interrupted: not all of its cases are there"
    planned = run.end.get("planned")
    if isinstance(planned, int) and len(run.results) < planned:
        return f"{len(run.results)} of {planned} cases of the run were asked"
    return "only chosen tests were run" if planned is None and run.header.get("selection") else ""


def _why_unbelieved(run: Run, needed: Iterable[Result]) -> str:
    """Why a judge that decided some of the results is not to be believed, as the session has found it."""
    faults = (run.end or {}).get("judge_faults") or ()
    return "; ".join(map(str, faults)) if faults and any(is_by_judge(one.rule) for one in needed) else ""


def _misses(decisions: Iterable[Decision]) -> Iterator[Text]:
    from rich.text import Text

    for one in decisions:
        if one.result.outcome == "FAIL" and one.misses:
            yield Text("\n".join(["", f"{one.result.expr} [{one.result.endpoint}]:", *misses_in_words(one)]))


def decide_run(run: Run, texts: list[str], *, endpoint: str = "") -> list[Decision]:
    """What gates say of a run. A run that was interrupted holds part of its cases, so nothing is certain of it.

    Raises SpecError for a gate that cannot be read, DataError for a run without the endpoint or without any result.
    """
    aliases = list(dict.fromkeys(result.endpoint for result in run.results))
    if len(aliases) > 1:
        aliases = [alias for alias in aliases if alias != run.header.get("baseline") or alias == endpoint]
    if endpoint and endpoint not in aliases:
        raise DataError(
            run.place, f"holds no answer of endpoint {endpoint!r}. There are: {', '.join(aliases) or 'none'}."
        )
    if not aliases:
        raise DataError(run.place, "holds no result, so nothing can be decided.")
    decided = []
    for text in texts:
        gate = parse_gate(text)
        if METRICS[gate.metric].is_compared:
            raise SpecError(
                f"gate {text!r}: {gate.metric} is over two runs. Use ftbench compare A B --fail-on {text!r}."
            )
        for alias in [endpoint] if endpoint else aliases:
            results = [result for result in run.results if result.endpoint == alias]
            for one in gate.split(results):
                needed = population(one, results)
                why = "" if needed else one.selector.explain_empty(results)
                decision = decide(one, results, planned=len(needed), endpoint=alias, selection="run", why_empty=why)
                found = Decided(one, "", decision, one.family)
                if why := _why_open(run) or _why_unbelieved(run, needed):
                    found = found.left_open(why)
                elif impossible := explain_impossible(one, needed):
                    found = found.left_open(impossible)
                decided.append(found)
    return [one.decision for one in decide_together(decided)]
