"""`ftbench compare` and `ftbench bless`: what changed between two runs, and which one is compared with from now on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pytest_ftbench.commands.bounds import parse_bound
from pytest_ftbench.commands.named_runs import RUN_HELP, read_named_run
from pytest_ftbench.commands.output import OutputRefused, say, show, show_json
from pytest_ftbench.comparing import (
    ALLOWABLE,
    Comparison,
    compare_runs,
    decide_comparison,
    match_endpoints,
)
from pytest_ftbench.comparing.headline import headline
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import Gate
from pytest_ftbench.gates.together import Decided, decide_together
from pytest_ftbench.names import near_miss
from pytest_ftbench.records import GateResult
from pytest_ftbench.reports.comparison import change_in_words, comparison_blocks, comparison_data
from pytest_ftbench.reports.text import clean, one_line, shown_path
from pytest_ftbench.runs import Run, collecting_nothing, read_run, saved_name
from pytest_ftbench.saved_runs import find_run, nearest_runs, replace_saved


def compare_command(
    before: Annotated[str, typer.Argument(metavar="A", help=f"The run before. {RUN_HELP}")],
    now: Annotated[str, typer.Argument(metavar="B", help="The run now, named in the same way.")],
    endpoint: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="ALIAS[=ALIAS]", help="The endpoint of A [= that of B]; repeatable."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="KIND", help=f"Compare all the same; repeatable: {', '.join(ALLOWABLE)}."),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", metavar="EXPR", help="A gate that must hold, such as 'drop <= 0.02 @ 95%'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two runs case by case; exit with 1 where a gate does not hold, or the runs are not comparable."""
    gates = [parse_bound(text) for text in fail_on or ()]
    with collecting_nothing():
        is_green = _compare((before, now), endpoint or (), gates, _check_kinds(allow or ()), as_json=as_json)
    if not is_green:
        raise typer.Exit(1)


def _compare(
    names: tuple[str, str], endpoints: Sequence[str], gates: Sequence[Gate], allowed: Collection[str], *, as_json: bool
) -> bool:
    """Show what changed; whether all gates hold and nothing that is not allowed speaks against the comparison."""
    runs = read_named_run(names[0]), read_named_run(names[1])
    compared = [
        compare_runs(*runs, before_endpoint=old, now_endpoint=new) for old, new in match_endpoints(*runs, endpoints)
    ]
    decided = _decide(gates, compared, allowed)
    if as_json:
        listed = [comparison_data(one, found, allowed=allowed) for one, found in zip(compared, decided, strict=True)]
        show_json({"comparisons": listed}, is_large=True)
    else:
        show(lambda unicode: _blocks(compared, decided, allowed, unicode=unicode))
    is_green = all(gate.outcome == "PASS" for found in decided for gate in found)
    return is_green and not any(one.refused(allowed) for one in compared)


def bless_command(
    run: Annotated[str, typer.Argument(metavar="RUN", help=RUN_HELP)],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name to save it under.")],
) -> None:
    """Save a run under a name, in place of the run that has it, and say what changes; the old one stays as NAME~1."""
    path = find_run(run, Path.cwd())
    runs = nearest_runs(Path.cwd())
    place = runs / saved_name(name)
    new = read_run(path, shown_as=clean(run))
    lines = [] if new.end is not None else [f"{clean(run)} did not come to its end: comparisons with it will say so"]
    if place.is_file() and place.read_bytes() == path.read_bytes():
        say(*lines, f"{name} is this run already; nothing was done")
        return
    if place.is_file():
        lines += _changes(read_run(place, shown_as=name), new)
    try:
        older = replace_saved(runs.parent.parent, name, path)
    except OSError as error:
        raise OutputRefused(f"{clean(str(place))} cannot be written ({error.strerror or error}).") from None
    said = f"{name} is {_described(new)} now: {clean(shown_path(place, Path.cwd()))}"
    say(*lines, said, *([f"what it was stays as {older.stem}"] if older else []))


def _check_kinds(kinds: Sequence[str]) -> Collection[str]:
    for kind in kinds:
        if kind not in ALLOWABLE:
            meant = near_miss(kind, ALLOWABLE)
            hint = f" Did you mean {meant!r}?" if meant else ""
            raise SpecError(f"--allow {kind!r}: no such reason.{hint} There are: {', '.join(ALLOWABLE)}.")
    return frozenset(kinds)


def _decide(gates: Sequence[Gate], compared: Sequence[Comparison], allowed: Collection[str]) -> list[list[GateResult]]:
    """What the gates say of each comparison, those of one `by=` and those after another seen together."""
    decided = []
    for place, one in enumerate(compared):
        pairing = one.pairing
        cases = [*(pair.now for pair in pairing.pairs), *pairing.removed, *(pair.before for pair in pairing.edited)]
        for gate in gates:
            for each in gate.split(cases):
                decision = decide_comparison(each, one, allowed=allowed)
                decided.append((place, Decided(each, str(place), decision, each.family)))
    together = decide_together([one for _, one in decided])
    found: list[list[GateResult]] = [[] for _ in compared]
    for (place, _), result in zip(decided, together, strict=True):
        found[place].append(result.decision.result)
    return found


def _blocks(
    compared: Sequence[Comparison], decided: Sequence[Sequence[GateResult]], allowed: Collection[str], *, unicode: bool
) -> list[Any]:
    from rich.text import Text

    blocks: list[Any] = []
    for one, gates in zip(compared, decided, strict=True):
        blocks += [Text("")] if blocks else []
        blocks += comparison_blocks(one, gates, allowed=allowed, unicode=unicode)
    return blocks


def _changes(old: Run, new: Run) -> list[str]:
    """What blessing changes: the headline of each endpoint, and what speaks against comparing the two."""
    try:
        endpoints = match_endpoints(old, new)
    except SpecError as error:
        return [str(error).partition(" Choose with")[0]]
    lines = []
    for before, now in endpoints:
        one = compare_runs(old, new, before_endpoint=before, now_endpoint=now)
        if one.pairs:
            row = headline(one)[-1]
            counts = ", ".join(f"{count} {turn}" for turn, count in row.turns.items())
            lines.append(f"{one_line(before)} -> {one_line(now)}: {change_in_words(row)}: {counts}")
        lines += [f"  {one_line(reason.text, most=400)}" for reason in one.reasons]
        if added := len(one.pairing.added):
            lines.append(f"  {added} case{'' if added == 1 else 's'} added")
    return lines


def _described(run: Run) -> str:
    started = run.header.get("started_at")
    return f"run {run.header.get('id')}" + (f" of {one_line(str(started))}" if started else "")
