"""`ftbench audit`: a training file held against the questions that are to show what it taught."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.auditing import audit
from pytest_ftbench.auditing.findings import kinds_of
from pytest_ftbench.auditing.sources import faults_of, load_questions, own_training_file, read_held_out
from pytest_ftbench.commands.output import show, show_json
from pytest_ftbench.errors import SpecError
from pytest_ftbench.reports.auditing import SHOWN, audit_blocks, audit_data
from pytest_ftbench.reports.text import shown_path
from pytest_ftbench.training.files import is_training_file, read_conversations


def audit_command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="[TRAINING] SUITE...",
            help="A training file, then case files, folders of them or ftbench:NAME. A SUITE alone is held against "
            "the 'training_file' that it names.",
        ),
    ],
    is_strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 after warnings, too.")] = False,
    shows_all: Annotated[bool, typer.Option("--all", help=f"Show all findings, not {SHOWN} of a kind.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with how each question stands.")] = False,
) -> None:
    """Which questions a training file holds, which answers it cannot have taught, and what contradicts.

    Exits with 1 after an error: a contradicting answer, a question of another variant that was trained word for word,
    or a file that a service would refuse. 2 where a file cannot be read.
    """
    here = Path.cwd()
    _check_order(sources, here)
    if len(sources) == 1:
        training, suites = own_training_file(sources[0], folder=here), sources
    else:
        training, suites = here / sources[0], sources[1:]
    shown = shown_path(training, here)
    conversations = read_conversations(training, shown_as=shown)
    found = audit(conversations, load_questions(suites, folder=here), held_out=read_held_out(training))
    kinds = list(kinds_of(found, faults_of(training, shown_as=shown)))
    if as_json:
        show_json(audit_data(found, kinds, training=shown), is_large=True)
    else:
        most = None if shows_all else SHOWN
        show(lambda unicode: audit_blocks(
            found, kinds, training=shown, shown=most, is_strict=is_strict, unicode=unicode
        ))  # fmt: skip
    if any(kind.is_error or is_strict for kind in kinds):
        raise typer.Exit(1)


def _check_order(sources: Sequence[str], folder: Path) -> None:
    """SpecError where a training file stands alone, or where a SUITE is due."""
    first, *others = sources
    if not others and is_training_file(folder / first):
        fault = f"{first} is a training file. Name the SUITE that it is to be held against, too"
        raise SpecError(f"{fault}: ftbench audit {first} SUITE.")
    for other in others:
        if is_training_file(folder / other):
            fault = f"{other} is a training file, and stands where a SUITE is due"
            raise SpecError(f"{fault}: ftbench audit TRAINING SUITE.")
