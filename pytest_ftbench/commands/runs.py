"""`ftbench runs`: the runs that a project keeps, and what is in one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pytest_ftbench.commands.output import columns, show, show_json
from pytest_ftbench.reports.runs import list_blocks, list_data, show_blocks, show_data
from pytest_ftbench.reports.text import clean
from pytest_ftbench.runs import read_run
from pytest_ftbench.saved_runs import find_run, list_runs, nearest_runs

runs_app = typer.Typer(help="Look at the runs that are kept.")


@runs_app.callback()
def _runs() -> None:
    pass  # as in the command above it


@runs_app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the runs of this project: saved ones by name, then the others, the newest first."""
    folder = nearest_runs(Path.cwd())
    found = list_runs(folder)
    if as_json:
        show_json({"folder": str(folder), "runs": list_data(found)})
    else:
        show(lambda unicode: list_blocks(found, clean(str(folder)), unicode=unicode))


@runs_app.command("show")
def show_command(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run file, the name of a saved run, the id of another, or 'last'.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a run: when and of what it is, how right each endpoint was, and what its gates said."""
    found = read_run(find_run(run, Path.cwd()), shown_as=clean(run))
    if as_json:
        show_json(show_data(found))
    else:
        show(lambda unicode: show_blocks(found, unicode=unicode, width=columns()))
