"""Question sets: files of cases, the built-in ones, and the names by which cases are known."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from pytest_ftbench.datasets.builtin import BUILTIN_PREFIX, builtin_file
from pytest_ftbench.datasets.facts import FactCases, read_facts
from pytest_ftbench.datasets.finetunebench import BENCHMARK_PREFIX, load_benchmark
from pytest_ftbench.datasets.identity import identify
from pytest_ftbench.datasets.rows import read_csv, read_jsonl
from pytest_ftbench.datasets.sampling import fact_rank, sample_facts
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case

__all__ = [
    "NO_CASES",
    "READERS",
    "CaseFile",
    "FactCases",
    "Reader",
    "fact_rank",
    "find_reader",
    "identify",
    "is_named_set",
    "load_cases",
    "load_source",
    "sample_facts",
    "suite_name",
]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one file of cases holds."""

    cases: tuple[Case, ...]
    gates: tuple[str, ...] = ()
    """The gates it sets over its own cases, as written."""
    facts: int = 0
    """How many facts the file has; under a limit more than `cases` are about."""
    training_file: str = ""
    """The training file that it names, as written; relative to its folder."""
    names: Collection[tuple[str, str]] = ()
    """Its facts, each as its question set and its name; but those of unseen entities."""
    entities: Mapping[str, str] = field(default_factory=dict)
    """What the entities of its store are called, by their ids. A fact `ID.ATTRIBUTE` is about one of them."""
    notes: tuple[tuple[str, str], ...] = ()
    """What it lacks or leaves out, each with the question set that it is about."""


NO_CASES = "holds no cases. Give it at least one question."
R = TypeVar("R")
Reader = Callable[[Path, str], tuple[Sequence[Case], Sequence[str]]]
"""Reads (path, name for messages) into cases and gates. Raises DataError for what it cannot read."""


class OwnReader(Protocol):
    """A Reader that can go on where something is wrong with a part."""

    def __call__(
        self, path: Path, place: str, *, on_fault: Callable[[DataError], None] = ...
    ) -> tuple[Sequence[Case], Sequence[str]]:
        """on_fault: takes what is wrong with a row, fact, relation or entity, which is then left out."""


READERS: dict[str, OwnReader] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".yaml": read_facts,
    ".yml": read_facts,
}
"""By file ending, in lower case."""


def load_cases(
    path: Path,
    *,
    suite: str,
    readers: Mapping[str, Reader] = READERS,
    shown_as: str = "",
    today: date | None = None,
    limit: int | None = None,
    seed: int = 0,
    variants: Collection[str] | None = None,
) -> CaseFile:
    """The cases of one file, with their suite, fact and id filled in.

    suite: the name of the question set. shown_as: how messages name the file; default: its path.
    today: the day of the run, which `date_change: +10y` starts from; None: this day.
    limit, seed: of the facts only so many, those that `fact_rank` puts first; None: all. Answers of facts that are left
    out are not computed, so that what is wrong with them does not show.
    variants: of their questions only those of these variants, of which there may be none; None: all.
    Raises DataError, naming file and line, for anything that is not understood.
    """
    place = shown_as or str(path)
    cases, gates = find_reader(path, place, readers)(path, place)
    if isinstance(cases, FactCases):
        chosen = None if limit is None else sample_facts(cases.facts, limit, seed=seed)
        found: Sequence[Case] = cases.build(suite=suite, today=today, only=chosen, variants=variants)
        file = CaseFile(
            tuple(found),
            facts=len(cases.facts),
            training_file=cases.file.training_file,
            names=[(suite, name) for name in cases.known_facts],
            entities={entity_id: entity.name for entity_id, entity in cases.file.entities.items()},
        )
    else:
        file = _of_rows(identify(cases, suite=suite), limit, seed, variants)
    if not file.cases and limit != 0 and variants is None:
        raise DataError(place, NO_CASES)
    return replace(file, gates=tuple(gates))


def find_reader(path: Path, place: str, readers: Mapping[str, R]) -> R:
    """What reads a file of that ending. Raises DataError where there is none, or no such file."""
    reader = readers.get(path.suffix.lower())
    if reader is not None:
        return reader
    if not path.exists():
        raise DataError(place, "there is no such file or folder. Check the path.")
    raise DataError(place, f"no reader for {path.suffix!r} files. Readable are: {', '.join(readers)}.")


def _of_rows(cases: Sequence[Case], limit: int | None, seed: int, variants: Collection[str] | None) -> CaseFile:
    """The cases of a file without a store, or of a released benchmark."""
    names = dict.fromkeys((case.suite, case.fact) for case in cases)
    found, facts = _limited(cases, limit, seed)
    wanted = tuple(found) if variants is None else tuple(case for case in found if case.variant in variants)
    return CaseFile(wanted, facts=facts, names=names)


def _limited(cases: Sequence[Case], limit: int | None, seed: int) -> tuple[Sequence[Case], int]:
    """The cases of the facts within the limit, and how many facts there are."""
    facts = {case.fact for case in cases}
    if limit is None or limit >= len(facts):
        return cases, len(facts)
    chosen = sample_facts(facts, limit, seed=seed)
    return [case for case in cases if case.fact in chosen], len(facts)


def load_source(
    source: str,
    *,
    folder: Path,
    root: Path,
    readers: Mapping[str, Reader] = READERS,
    today: date | None = None,
    limit: int | None = None,
    seed: int = 0,
    variants: Collection[str] | None = None,
) -> CaseFile:
    """The cases of a source as a marker names it.

    It is a built-in set `ftbench:NAME`, a copy of FineTuneBench `finetunebench:DIR`, or the path of a case file; paths
    are relative to `folder`. root: what suite names and messages are relative to.
    today, limit, seed and variants: as `load_cases` has them.
    Raises DataError, or SpecError for an environment variable that is not set.
    """
    if source.startswith(BENCHMARK_PREFIX):
        found, notes = load_benchmark(source, folder=folder)
        return replace(_of_rows(found, limit, seed, variants), notes=notes)
    if source.startswith(BUILTIN_PREFIX):
        suite = source.removeprefix(BUILTIN_PREFIX)
        path, shown = builtin_file(suite), source
    else:
        path = folder / source
        suite, shown = suite_name(path, root=root), _shown(path, root)
    return load_cases(
        path,
        suite=suite,
        readers=readers,
        shown_as=shown,
        today=today,
        limit=limit,
        seed=seed,
        variants=variants,
    )


def is_named_set(source: str) -> bool:
    """Whether a source is other than the path of a case file."""
    return source.startswith((BUILTIN_PREFIX, BENCHMARK_PREFIX))


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
        return _below(path, root).with_name(stem).as_posix()
    except ValueError:
        return stem


def _stem(path: Path) -> str:
    return path.name.removesuffix(path.suffix).removesuffix(".ftbench")


def _shown(path: Path, root: Path) -> str:
    try:
        return _below(path, root).as_posix()
    except ValueError:
        return str(path)


def _below(path: Path, root: Path) -> Path:
    """A path relative to a folder. Raises ValueError for one that does not lie in it."""
    return Path(os.path.realpath(path)).relative_to(os.path.realpath(root))  # unlike resolve(), takes links in a circle
