"""What an audit reads: the question sets, and what lies beside a training file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from pytest_ftbench.auditing.findings import Finding
from pytest_ftbench.auditing.golds import own_name
from pytest_ftbench.datasets import load_source
from pytest_ftbench.datasets.builtin import BUILTIN_PREFIX, builtin_file
from pytest_ftbench.datasets.suites import expand_folders, load_suites
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.records import Case
from pytest_ftbench.training.manifest import MANIFEST_ENDING
from pytest_ftbench.training.validation import check_training


def load_questions(sources: Iterable[str], *, folder: Path) -> list[Case]:
    """The questions of several sets, each set once: case files, folders of them, `ftbench:NAME`.

    Raises DataError or SpecError for what cannot be read.
    """
    suites = [suite for source in dict.fromkeys(sources) for suite in load_suites(source, folder=folder)]
    by_place = {os.path.realpath(suite.path) if suite.path else number: suite for number, suite in enumerate(suites)}
    return [case for suite in by_place.values() for case in suite.file.cases]


def own_training_file(source: str, *, folder: Path) -> Path:
    """The training file that a question set names; of a folder, the one that all of its case files with one name.

    Raises DataError where the set cannot be read, and SpecError where it names none, or several.
    """
    found: dict[Path, Path] = {}
    for each in expand_folders([source], folder=folder):
        if path := _named(each, folder):
            found.setdefault(path.resolve(), path)
    if len(found) == 1:
        return next(iter(found.values()))
    what = f"names {len(found)} training files" if found else "names no 'training_file'"
    raise SpecError(f"{source} {what}. Name the file first: ftbench audit TRAINING {source}.")


def _named(source: str, folder: Path) -> Path | None:
    """The training file that one question set names."""
    found = load_source(source, folder=folder, root=folder, limit=0).training_file
    is_builtin = source.startswith(BUILTIN_PREFIX)
    path = builtin_file(source.removeprefix(BUILTIN_PREFIX)) if is_builtin else folder / source
    return path.parent / found if found else None


def faults_of(training: Path, *, shown_as: str) -> list[Finding]:
    """Why the fine-tuning services would refuse a training file, as `ftbench export` checks what it writes."""
    try:
        return [Finding(fault.line or 0, fault.text) for fault in check_training(training, shown_as=shown_as)]
    except DataError as error:
        return [Finding(0, error.fault)]


def read_held_out(training: Path) -> frozenset[tuple[str, str]]:
    """The facts that were left out on purpose, as the manifest says that `ftbench export` wrote beside the file.

    Each with the `own_name` of its suite. None where there is no manifest, or where the file has been changed since.
    """
    try:
        manifest = json.loads(training.with_name(training.name + MANIFEST_ENDING).read_text(encoding="utf-8"))
        if manifest["sha256"] != sha256(training.read_bytes()).hexdigest():
            return frozenset()
        return frozenset((own_name(suite), fact) for suite, facts in manifest["held_out"].items() for fact in facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()
