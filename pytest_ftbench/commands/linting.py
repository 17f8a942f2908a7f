"""`ftbench lint`: what is wrong with question sets before any model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import say, show_json
from pytest_ftbench.errors import SpecError
from pytest_ftbench.linting import lint
from pytest_ftbench.linting.findings import CODES, parse_codes
from pytest_ftbench.reports.linting import code_data, code_lines, lint_data, lint_lines


def lint_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES",
            help="Case files, folders of NAME.ftbench.* files, ftbench:NAME, or finetunebench:DIR.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings, too.")] = False,
    training: Annotated[
        Path | None, typer.Option("--training", metavar="FILE", help="What a model is trained on, as JSON Lines.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODES", help="Only these: FTB201, or FTB2 for all of a kind."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODES", help="All but these. Repeatable, as --select is.")
    ] = None,
    codes: Annotated[bool, typer.Option("--codes", help="List all codes, and no files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find wrong, contradictory and outdated cases; exit with 1 where there are errors."""
    if codes:
        return show_json(code_data()) if as_json else say(*code_lines())
    if not files:
        raise SpecError("lint: no file is named. Name case files, folders of them, ftbench:NAME or finetunebench:DIR.")
    selected = parse_codes(select, option="--select") if select else tuple(CODES)
    ignored = parse_codes(ignore or (), option="--ignore") if ignore else ()
    wanted = [code for code in selected if code not in ignored]
    linted = lint(files, folder=Path(), training=training, codes=wanted)
    if as_json:
        show_json(lint_data(linted), is_large=True)
    else:
        say(*lint_lines(linted))
    if linted.errors or (strict and linted.findings):
        raise typer.Exit(1)
    return None
