"""Several question sets at once: the case files of a folder, or the one that a source names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_ftbench.datasets import READERS, CaseFile, is_named_set, load_source
from pytest_ftbench.errors import DataError


@dataclass(frozen=True, slots=True)
class Suite:
    """One question set, and where it was read."""

    file: CaseFile
    path: Path | None = None
    """None for a built-in set and a released benchmark."""


def load_suites(source: str, *, folder: Path, variants: Collection[str] | None = None) -> list[Suite]:
    """The question sets that a command line names: a case file, a built-in set, or all case files below a folder.

    folder: what paths are relative to, and question sets are named after.
    variants: of the questions only those of these variants; None: all.
    Raises DataError for what cannot be read, and for a folder without case files.
    """
    if is_named_set(source):
        return [Suite(load_source(source, folder=folder, root=folder, variants=variants))]
    paths = sorted(_case_files(folder / source)) if (folder / source).is_dir() else [folder / source]
    if not paths:
        raise DataError(source, f"holds no case file. They are called NAME.ftbench{{{','.join(READERS)}}}.")
    return [Suite(load_source(str(path), folder=folder, root=folder, variants=variants), path) for path in paths]


def _case_files(folder: Path) -> Iterator[Path]:
    """Files that pytest would collect as case files, hidden folders left out."""
    for path in folder.rglob("*.ftbench.*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.stem.endswith(".ftbench") and path.suffix.lower() in READERS and path.is_file():
            yield path
