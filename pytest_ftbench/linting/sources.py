"""Files, folders and named sets, read so far as they can be: one fault does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pytest_ftbench.datasets import NO_CASES, READERS, FactCases, find_reader, identify, suite_name
from pytest_ftbench.datasets.builtin import BUILTIN_PREFIX, builtin_file
from pytest_ftbench.datasets.entries import NO_SETTINGS, Entity, Relation
from pytest_ftbench.datasets.finetunebench import BENCHMARK_PREFIX, open_benchmark
from pytest_ftbench.datasets.finetunebench_people import RELATIONS, People
from pytest_ftbench.datasets.identity import find_doubles
from pytest_ftbench.datasets.store import Store
from pytest_ftbench.errors import DataError
from pytest_ftbench.linting.findings import Finding, find, find_fault
from pytest_ftbench.linting.material import Material, plain
from pytest_ftbench.records import Case
from pytest_ftbench.training.files import read_training

_MAKE_IT = "Correct 'training_file', or make the file with ftbench export."
_Read = tuple[Material, list[Finding]]


def read_source(source: str, *, folder: Path, today: date) -> _Read:
    """What a source holds, and what of it cannot be read.

    source: a case file below `folder`, `ftbench:NAME` or `finetunebench:DIR`.
    Raises SpecError for an environment variable that is not set.
    """
    try:
        if source.startswith(BENCHMARK_PREFIX):
            return _read_benchmark(source, folder, today)
        if source.startswith(BUILTIN_PREFIX):
            name = source.removeprefix(BUILTIN_PREFIX)
            return _read_file(builtin_file(name), name, source, today)
        path = folder / source
        return _read_file(path, suite_name(path, root=folder), source, today)
    except DataError as fault:
        return Material((), today), [find_fault(fault)]


def _read_file(path: Path, suite: str, place: str, today: date) -> _Read:
    findings: list[Finding] = []

    def tell(fault: DataError) -> None:
        findings.append(find_fault(fault))

    material = Material((), today)
    try:
        read, _ = find_reader(path, place, READERS)(path, place, on_fault=tell)
        material = _material_of(read, path, suite, today, findings)
        if not material.cases and not findings:
            tell(DataError(place, NO_CASES))
    except DataError as fault:
        tell(fault)
    return material, findings


def _material_of(read: Sequence[Case], path: Path, suite: str, today: date, findings: list[Finding]) -> Material:
    """What a file holds; findings: takes what is wrong with it."""
    if not isinstance(read, FactCases):
        return Material(identify(_without_doubles(read, findings), suite=suite), today)
    cases = read.build(suite=suite, today=today, on_fault=lambda fault: findings.append(find_fault(fault)))
    file = read.file
    material = Material(cases, today, read.store, tuple(file.relations), read.at)
    if file.training_file:
        try:
            material = with_training(material, path.parent / file.training_file, shown_as=file.training_file)
        except DataError as fault:
            findings.append(find("FTB001", read.at(("training_file",)), f"{fault} {_MAKE_IT}"))
    return material


def _without_doubles(rows: Sequence[Case], findings: list[Finding]) -> list[Case]:
    doubles = set()
    for case, fault in find_doubles(rows):
        doubles.add(id(case))
        findings.append(find_fault(fault))
    kept = [case for case in rows if id(case) not in doubles]
    findings += _repeated_ids(kept)
    return kept


def _repeated_ids(rows: Iterable[Case]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Case] = {}
    for case in rows:
        earlier = first.setdefault((case.variant, case.id), case) if case.id else case
        if earlier is not case:
            line = earlier.place.rpartition(":")[2]
            told = f"id {case.id!r} stands on line {line} for another question, so that both are told apart by a number"
            yield find("FTB102", case, f"{told}. Give each its own id, and 'fact' to what belongs together.")


def with_training(material: Material, path: Path, *, shown_as: str) -> Material:
    """The material with what a training file asks. Raises DataError for one that cannot be read."""
    asked = {plain(one.prompt): f"{shown_as}:{one.line}" for one in reversed(read_training(path, shown_as=shown_as))}
    return replace(material, trained={**asked, **material.trained})


def _read_benchmark(source: str, folder: Path, today: date) -> _Read:
    release = open_benchmark(source, folder=folder)
    findings = [
        find_fault(DataError(f"{source}/{one.file}", one.fault))
        for one in release.files
        if one.fault and not one.is_absent
    ]
    for row in (row for one in release.files for row in one.left_out):
        place, _, told = row.partition(": ")
        fault = DataError(place, told, kind="duplicate" if told.startswith("asks what ") else "")
        findings.append(replace(find_fault(fault), is_refusal=False))  # a session goes on without the row
    store, relations = _stored(release.people), tuple(one.name for one in RELATIONS)
    return Material(release.cases, today, store, relations, lambda _: source), findings


def _stored(people: People) -> Store:
    """The people of the benchmark as the entity store that an import would write."""
    return Store(
        {
            one.id: Entity(one.name, ("entities", one.id), (one.first_name,), NO_SETTINGS, one.values)
            for one in people.by_id.values()
        },
        {
            one.name: Relation(one.name, (), one.fact, one.unit, one.order, NO_SETTINGS, None, (), ())
            for one in RELATIONS
        },
    )
