"""Several question sets at once: the case files of a folder, or the one that a source names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from pytest_ftbench.datasets import READERS, CaseFile, is_named_set, load_source
from pytest_ftbench.errors import SpecError


@dataclass(frozen=True, slots=True)
class Suite:
    """One question set, and where it was read."""

    file: CaseFile
    path: Path | None = None
    """None for a built-in set and a released benchmark."""


def load_suites(source: str, *, folder: Path, variants: Collection[str] | None = None) -> list[Suite]:
    """The question sets that a command line names: a case file, a named set, or all case files below a folder.

    folder: what paths are relative to, and question sets are named after.
    variants: of the questions only those of these variants; None: all.
    Raises DataError for what cannot be read, and SpecError for a folder without case files.
    """
    return [
        Suite(
            load_source(each, folder=folder, root=folder, variants=variants),
            None if is_named_set(each) else folder / each,
        )
        for each in expand_folders([source], folder=folder)
    ]


def expand_folders(sources: Iterable[str], *, folder: Path) -> list[str]:
    """The sources, with each folder's case files, those called `NAME.ftbench.ENDING`, in its place, each once.

    Raises SpecError for a folder that holds none.
    """
    found: dict[str, None] = {}
    for source in sources:
        path = folder / source
        if is_named_set(source) or not path.is_dir():
            found[source] = None
            continue
        files = (file.relative_to(path) for file in path.rglob("*.ftbench.*") if file.is_file())
        below = sorted(Path(source) / file for file in files if _is_wanted(file))
        if not below:
            endings = ", ".join(f"*.ftbench{ending}" for ending in READERS)
            raise SpecError(f"{source}: holds no case file ({endings}). Name the files that are to be read.")
        found.update(dict.fromkeys(map(str, below)))
    return list(found)


def is_case_file(path: Path) -> bool:
    """Whether a file is called as pytest, and whoever reads a folder, finds case files: `NAME.ftbench.ENDING`."""
    return path.stem.endswith(".ftbench") and path.suffix.lower() in READERS


def _is_wanted(path: Path) -> bool:
    return is_case_file(path) and not any(part.startswith(".") for part in path.parts)
