"""`ftbench synth`: question sets that are made up, from a seed."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import check_places, say, write_new
from pytest_ftbench.datasets.suites import is_case_file
from pytest_ftbench.errors import SpecError
from pytest_ftbench.reports.casefiles import how_to_collect
from pytest_ftbench.reports.text import clean
from pytest_ftbench.runs import write_whole
from pytest_ftbench.synth import (
    FEWEST,
    MOST,
    SCHEMA,
    case_file,
    count_facts,
    count_questions,
    make_people,
    readme,
    training_lines,
)

_ENDINGS = (".yaml", ".yml")

synth_app = typer.Typer(help="Make up question sets that no model can know, from a seed.")


@synth_app.callback()
def _synth() -> None:
    pass  # as in the command above it


@synth_app.command("people")
def people_command(
    count: Annotated[int, typer.Option("--people", metavar="N", help=f"How many, from {FEWEST} to {MOST:,}.")] = 25,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed makes the same people.")] = 1,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR|FILE",
            help="A folder, or a case file, NAME.ftbench.yaml (without a README).",
        ),
    ] = Path("fictional_people"),
    schema: Annotated[
        str, typer.Option("--schema", metavar="PATH", help="Where editors find what `ftbench schema` prints.")
    ] = SCHEMA,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Make up people with six attributes each: a case file, its training file, and how to read the results."""
    is_file = out.suffix.lower() in _ENDINGS
    if out.suffix and not is_file and not out.is_dir():
        raise SpecError(f"-o must name a folder, or a case file ending in {' or '.join(_ENDINGS)}, got {str(out)!r}.")
    stem = out.name.removesuffix(out.suffix).removesuffix(".ftbench")
    cases = out if is_file else out / "people.ftbench.yaml"
    training = out.with_name(f"{stem}.training.jsonl") if is_file else out / "training.jsonl"
    people = make_people(count, seed=seed)
    texts = {
        cases: case_file(people, seed=seed, training_file=training.name, schema=schema),
        training: training_lines(people),
    }
    if not is_file:
        texts[out / "README.md"] = readme(people, seed=seed, cases=cases.name, training=training.name)
    check_places(texts, force=force)
    for path, text in texts.items():
        write_new(path, partial(_write, text=text))
    total = count_questions(people).total()
    say(
        f"{count:,} people, {count_facts(people):,} facts, {total:,} questions",
        *(f"written: {clean(str(path))}" for path in texts),
        _next_step(cases if is_file else out, training) if is_case_file(cases) else how_to_collect(cases),
    )


def _next_step(tests: Path, training: Path) -> str:
    """What a user runs to see it work, without a model."""
    command = shlex.join(["pytest", str(tests), f"--ftbench-model=memorizer:{training}"])
    return f"run: {clean(command)} --ftbench-gate='accuracy >= 0.9'"


def _write(path: Path, *, text: str) -> None:
    write_whole(path, text.encode())
