"""`ftbench power`: what size a bound takes, and what a question set or a run can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import show, show_json
from pytest_ftbench.datasets import CaseFile, is_named_set, load_cases, load_source
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import Gate, parse_gate
from pytest_ftbench.power import POWER, Reach, reach_of
from pytest_ftbench.records import Case, Result
from pytest_ftbench.reports.power import power_blocks, power_data
from pytest_ftbench.runs import read_run


def power_command(
    source: Annotated[
        list[str] | None, typer.Argument(metavar="[EXPR|FILE]...", help="Gates, and case files or one run file.")
    ] = None,
    chance: Annotated[float, typer.Option("--power", min=0.01, max=0.999, help="The chance of a pass.")] = POWER,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How many cases settle a bound, and what the cases of a file can tell apart.

    Of a case file without an EXPR the file's own gates are taken.
    """
    texts, files = _sort(source or [])
    cases, own = _read(files)
    gates = [parse_gate(text) for text in texts] or own
    if not gates:
        raise SpecError("name a gate, as in ftbench power 'accuracy >= 0.85 @ 95%' facts.ftbench.yaml.")
    reaches: list[Reach] = [reach_of(one, cases, chance=chance) for gate in gates for one in gate.split(cases)]
    if as_json:
        show_json({"power": chance, "gates": power_data(reaches)})
        return
    show(lambda unicode: power_blocks(reaches, chance=chance, unicode=unicode))


def _sort(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Gates and files, told apart by the operator that every gate has."""
    gates = [word for word in words if "<" in word or ">" in word]
    return gates, [word for word in words if word not in gates]


def _read(files: Sequence[str]) -> tuple[list[Case | Result], list[Gate]]:
    cases: list[Case | Result] = []
    gates: list[Gate] = []
    for name in files:
        if name.endswith(".jsonl") and not name.endswith(".ftbench.jsonl"):
            results = read_run(Path(name)).results
            first = results[0].endpoint if results else ""
            cases += [one for one in results if one.endpoint == first]
        else:
            found = _load(name)
            cases += found.cases
            gates += [parse_gate(text, place=name) for text in found.gates]
    return cases, gates


def _load(name: str) -> CaseFile:
    if is_named_set(name):
        return load_source(name, folder=Path.cwd(), root=Path.cwd())
    path = Path(name)
    return load_cases(path, suite=path.name.partition(".")[0])
