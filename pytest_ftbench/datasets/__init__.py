"""Question sets: files of cases, the built-in ones, and the names by which cases are known."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_ftbench.datasets.builtin import BUILTIN_PREFIX, builtin_file
from pytest_ftbench.datasets.facts import read_facts
from pytest_ftbench.datasets.identity import identify
from pytest_ftbench.datasets.rows import read_csv, read_jsonl
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case

__all__ = ["READERS", "CaseFile", "Reader", "identify", "load_cases", "load_source", "suite_name"]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one file of cases holds."""

    cases: tuple[Case, ...]
    gates: tuple[str, ...] = ()
    """The gates it sets over its own cases, as written."""


Reader = Callable[[Path, str], tuple[Sequence[Case], Sequence[str]]]
"""Reads (path, name for messages) into cases and gates. Raises DataError for what it cannot read."""

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".yaml": read_facts,
    ".yml": read_facts,
}
"""By file ending, in lower case."""


def load_cases(path: Path, *, suite: str, readers: Mapping[str, Reader] = READERS, shown_as: str = "") -> CaseFile:
    """The cases of one file, with their suite, fact and id filled in.

    suite: the name of the question set. shown_as: how messages name the file; default: its path.
    Raises DataError, naming file and line, for anything that is not understood.
    """
    place = shown_as or str(path)
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(place, f"no reader for {path.suffix!r} files. Readable are: {', '.join(readers)}.")
    cases, gates = reader(path, place)
    if not cases:
        raise DataError(place, "holds no cases. Give it at least one question.")
    return CaseFile(identify(cases, suite=suite), tuple(gates))


def load_source(source: str, *, folder: Path, root: Path, readers: Mapping[str, Reader] = READERS) -> CaseFile:
    """The cases of a source as a marker names it: a built-in set `ftbench:NAME`, or a path relative to `folder`.

    root: what suite names and messages are relative to. Raises DataError.
    """
    if source.startswith(BUILTIN_PREFIX):
        name = source.removeprefix(BUILTIN_PREFIX)
        return load_cases(builtin_file(name), suite=name, readers=readers, shown_as=source)
    path = folder / source
    return load_cases(path, suite=suite_name(path, root=root), readers=readers, shown_as=_shown(path, root))


def suite_name(path: Path, *, root: Path) -> str:
    """A file's question set: its path below the root without endings, `facts/leave` for facts/leave.ftbench.yaml.

    Where files of one name but for their endings lie side by side, the ending stays, so that their facts keep apart.
    """
    stem = _stem(path)
    has_namesake = any(
        other.suffix != path.suffix and other.suffix.lower() in READERS and _stem(other) == stem
        for other in path.parent.glob(f"{glob.escape(stem)}.*")
    )
    stem += path.suffix if has_namesake else ""
    try:
        return path.resolve().relative_to(root.resolve()).with_name(stem).as_posix()
    except ValueError:
        return stem


def _stem(path: Path) -> str:
    return path.name.removesuffix(path.suffix).removesuffix(".ftbench")


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)
