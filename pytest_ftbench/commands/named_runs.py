"""Runs as commands name them."""

from __future__ import annotations

from pathlib import Path

from pytest_ftbench.reports.text import clean
from pytest_ftbench.runs import Run, read_run
from pytest_ftbench.saved_runs import find_run

RUN_HELP = "A run file, the name of a saved run, the id of another run, or 'last'."


def read_named_run(text: str) -> Run:
    """The run that a word of the command line means. Raises FtbenchError for none, or one that cannot be read."""
    return read_run(find_run(text, Path.cwd()), shown_as=clean(text))
