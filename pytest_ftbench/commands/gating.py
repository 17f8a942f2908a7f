"""`ftbench gate`: bounds on a recorded run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pytest_ftbench.commands.output import columns, show, show_json
from pytest_ftbench.errors import DataError
from pytest_ftbench.gates import Decided, Decision, decide, decide_together, explain_impossible, parse_gate, population
from pytest_ftbench.reports.gate_lines import gate_lines
from pytest_ftbench.reports.gates import misses_in_words
from pytest_ftbench.runs import Run, read_run

if TYPE_CHECKING:
    from rich.text import Text


def gate_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run file.")],
    exprs: Annotated[list[str], typer.Argument(metavar="EXPR...", help="Gates, as on the command line of pytest.")],
    endpoint: Annotated[str, typer.Option("--endpoint", metavar="ALIAS", help="Of this endpoint only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Decide gates over the answers of a run, asking nothing. Exit code 1 unless all pass."""
    decisions = decide_run(read_run(run), exprs, endpoint=endpoint)
    if as_json:
        show_json({"gates": [asdict(decision.result) for decision in decisions]})
    else:
        show(lambda _: [*gate_lines(decisions, width=columns()), *_misses(decisions)])
    if any(decision.result.outcome != "PASS" for decision in decisions):
        raise typer.Exit(1)


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
    if endpoint and endpoint not in aliases:
        raise DataError(
            run.place, f"holds no answer of endpoint {endpoint!r}. There are: {', '.join(aliases) or 'none'}."
        )
    if not aliases:
        raise DataError(run.place, "holds no result, so nothing can be decided.")
    decided = []
    for text in texts:
        gate = parse_gate(text)
        for alias in [endpoint] if endpoint else aliases:
            results = [result for result in run.results if result.endpoint == alias]
            for one in gate.split(results):
                needed = population(one, results)
                why = "" if needed else one.selector.explain_empty(results)
                decision = decide(one, results, planned=len(needed), endpoint=alias, selection="run", why_empty=why)
                found = Decided(one, "", decision, one.family)
                if open_ := "" if run.end else "the run was interrupted: not all of its cases are there":
                    found = found.left_open(open_)
                elif impossible := explain_impossible(one, needed):
                    found = found.left_open(impossible)
                decided.append(found)
    return [one.decision for one in decide_together(decided)]
