"""How commands speak: to people, to machines, and of mistakes."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.reports.console import render
from pytest_ftbench.reports.text import clean, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


class OutputRefused(FtbenchError):
    """A file that cannot be written, or must not be replaced."""


def fail(fault: str) -> NoReturn:
    """Say in one line what the user can mend, and exit with 2."""
    print(f"ftbench: {one_line(fault, most=1000)}", file=sys.stderr)
    raise SystemExit(2)


def show(blocks: Callable[[bool], Iterable[RenderableType]]) -> None:
    """Print blocks for people.

    blocks: makes them, told whether line-drawing characters can be shown.
    """
    unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    _print(render(blocks(unicode), width=columns(), color=color, unicode=unicode))


def say(*lines: str) -> None:
    """Print lines of ours, which hold nothing that could steer a terminal."""
    _print("\n".join(lines))


def warn(line: str) -> None:
    """Tell on stderr what the user should know, and go on."""
    print(f"ftbench: {one_line(line, most=1000)}", file=sys.stderr)


def columns() -> int:
    """How wide the terminal is; 80 where there is none."""
    return shutil.get_terminal_size().columns


def show_json(data: dict[str, Any], *, is_large: bool = False) -> None:
    """Print data for machines: one JSON object, in ASCII. is_large: on one line, which takes a fraction of the time."""
    _print(json.dumps(data, indent=None if is_large else 2))


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def check_new(path: Path) -> Path:
    """The path, at which nothing is yet. Raises OutputRefused: what a person has filled in must not be lost."""
    if path.is_file() or path.is_dir():
        raise OutputRefused(f"{clean(str(path))} exists already. Choose another name, or remove it first.")
    return path


def check_places(paths: Iterable[Path], *, force: bool, sources: Collection[Path] = ()) -> None:
    """Raise OutputRefused, before anything is written, where it would take the place of what is there.

    force: whether files may be replaced. sources: what is read, which never may.
    """
    for path in paths:
        if not os.path.lexists(path):
            continue
        name = clean(str(path))
        if path.exists() and any(path.samefile(source) for source in sources):
            raise OutputRefused(f"{name} is what is to be read. Choose another name.")
        if path.exists() and not path.is_file():
            raise OutputRefused(f"{name} is no file. Choose another name.")
        if not force:
            raise OutputRefused(f"{name} exists already. Choose another place, or replace it with --force.")


def write_new(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file by a function. Raises OutputRefused where the disk refuses."""
    try:
        write(path)
    except OSError as error:
        raise OutputRefused(f"{clean(str(path))} cannot be written ({error.strerror or error}).") from None
