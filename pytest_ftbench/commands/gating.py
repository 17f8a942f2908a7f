"""`ftbench gate`: bounds on a recorded run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from pytest_ftbench.checkpoints import sweeps_of
from pytest_ftbench.commands.named_runs import RUN_HELP, read_named_run
from pytest_ftbench.commands.output import columns, show, show_json
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.gates import (
    METRICS,
    Choice,
    Decided,
    Decision,
    Gate,
    choose_best,
    decide,
    decide_together,
    explain_impossible,
    held_out,
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
    sample = run.end.get("sample")
    if isinstance(sample, Mapping):
        return f"a sample of {sample.get('facts')} of {sample.get('of')} facts was asked (--ftbench-limit)"
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

    Raises SpecError for a gate that cannot be read, or is about an endpoint that is not in the run, DataError for a run
    without the endpoint or without any result.
    """
    by_alias: dict[str, list[Result]] = defaultdict(list)
    for result in run.results:
        by_alias[result.endpoint].append(result)
    aliases = [alias for alias in by_alias if len(by_alias) == 1 or alias != run.header.get("baseline")]
    if endpoint and endpoint not in by_alias:
        raise DataError(
            run.place, f"holds no answer of endpoint {endpoint!r}. There are: {', '.join(aliases) or 'none'}."
        )
    if not aliases:
        raise DataError(run.place, "holds no result, so nothing can be decided.")
    gates = [_parse(text) for text in texts]
    decided: list[Decided] = []
    for gate in gates:
        about: Mapping[str, Choice | None]
        if gate.select:
            about = _choices(gate, gates, run, by_alias, endpoint)
        else:
            about = dict.fromkeys(_named(gate, [endpoint] if endpoint else aliases))
        decided += [one for alias, choice in about.items() for one in _decide(run, by_alias, gate, alias, choice)]
    return [one.decision for one in decide_together(decided)]


def _parse(text: str) -> Gate:
    gate = parse_gate(text)
    if METRICS[gate.metric].is_compared:
        raise SpecError(f"gate {text!r}: {gate.metric} is over two runs. Use ftbench compare A B --fail-on {text!r}.")
    return gate


def _named(gate: Gate, aliases: Sequence[str]) -> list[str]:
    """Those that a gate is about. Raises SpecError where it names another."""
    for name in gate.endpoints:
        if name not in aliases:
            there = ", ".join(aliases)
            raise SpecError(f"gate {gate.text!r}: no endpoint is called {name!r}. There are: {there or 'none'}.")
    return [alias for alias in aliases if gate.is_about(alias)]


def _choices(
    gate: Gate, gates: Iterable[Gate], run: Run, by_alias: Mapping[str, Sequence[Result]], endpoint: str
) -> dict[str, Choice]:
    """By swept model what is chosen of it: the same for all gates that choose."""
    if endpoint:
        raise SpecError(f"gate {gate.text!r}: 'select' chooses the endpoint. Leave out it, or --endpoint.")
    sweeps = {sweep.alias: sweep for sweep in sweeps_of(run.header)}
    if not sweeps:
        raise SpecError(f"gate {gate.text!r}: {run.place} is no run of a sweep. Leave out 'select'.")
    choices = {}
    for model in _named(gate, list(sweeps)):
        choosing = [one for one in gates if one.select and one.is_about(model)]
        found: dict[str, dict[int, Result]] = {alias: {} for alias in sweeps[model].aliases}
        for alias, own in found.items():
            for one in choosing:
                own.update((id(result), result) for result in held_out(one, by_alias.get(alias, ())))
        choices[model] = choose_best({alias: list(own.values()) for alias, own in found.items()})
    return choices


def _decide(
    run: Run, by_alias: Mapping[str, Sequence[Result]], gate: Gate, alias: str, choice: Choice | None
) -> Iterator[Decided]:
    """What a gate, or with `by` each of its gates, says of one endpoint, or of the chosen one of a swept model."""
    alias = choice.alias or alias if choice is not None else alias
    results = by_alias.get(alias, ())
    for one in gate.split(results):
        needed = population(one, results)
        why = "" if needed else one.selector.explain_empty(results)
        decision = decide(one, results, planned=len(needed), endpoint=alias, selection="run", why_empty=why)
        if choice is not None and choice.alias:
            decision = replace(decision, result=replace(decision.result, chosen=choice.said))
        found = Decided(one, "", decision, one.family)
        if why := _why_open(run) or _why_unbelieved(run, needed):
            found = found.left_open(why)
        elif choice is not None and not choice.alias:
            found = found.left_open(choice.said)
        elif impossible := explain_impossible(one, needed):
            found = found.left_open(impossible)
        yield found
