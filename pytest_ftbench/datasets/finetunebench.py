"""FineTuneBench (arXiv 2411.05059) as its authors released it: a folder of CSV files, read where it lies.

What the release says by its form is said here in our words: `None` where a date was moved is an expected abstention,
and a person's id with an attribute is a fact. Contents stay as they are, faults included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_ftbench.datasets.finetunebench_people import People, read_people
from pytest_ftbench.datasets.identity import identify
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case
from pytest_ftbench.textfiles import Row, read_csv_rows
from pytest_ftbench.variables import expand_variables

BENCHMARK_PREFIX = "finetunebench:"
USED = "used_in_analysis"
"""The tag that says `True` of the questions that the paper's figures are about."""
PEOPLE = "fictional_people"
_FOLDER = "datasets"


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the release."""

    file: str
    """Its path below the folder `datasets`."""
    variant: str
    question: str
    """The column of the question that is asked; others hold what it was made from."""
    context: str = ""
    """The column of what a judge may know; empty: there is none."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def dataset(self) -> str:
        """The question set that it belongs to."""
        return self.file.partition("/")[0]


_REAL = {"entity": "real"}
_CODE = {"entity": "real", "info": "code"}
TABLES = (
    Table("latest_news/latest_news_memorization.csv", "memorization", "question", "fact", _REAL),
    Table("latest_news/latest_news_rephrased.csv", "rephrased", "rephrased_question", "fact", _REAL),
    Table("latest_news/latest_news_date_changed.csv", "date_change", "date_changed_question", "fact", _REAL),
    Table("fictional_people/fictional_people_memorization.csv", "memorization", "question", "fact"),
    Table("fictional_people/fictional_people_rephrased.csv", "rephrased", "rephrased_question", "fact"),
    Table("fictional_people/fictional_people_secondary.csv", "secondary", "question", "fact"),
    Table("fictional_people/fictional_people_comparison.csv", "comparison", "question", "fact"),
    Table("medical/medical_memorization.csv", "memorization", "prompt", "updated_fact_description", _REAL),
    Table("medical/medical_generalization.csv", "applied", "prompt", "", _REAL),
    Table("coding/coding_memorization.csv", "memorization", "prompt", "", _CODE),
    # In spite of its name it asks outright, as training does; the coding tasks of the paper are not in the release.
    Table("coding/coding_generalization.csv", "memorization", "prompt", "", _CODE),
)


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """What one file of the release has given."""

    table: Table
    file: str
    """Its path below the folder that was named."""
    cases: tuple[Case, ...] = ()
    left_out: tuple[str, ...] = ()
    """Rows that are no cases, each with its place and the reason."""
    unread: tuple[str, ...] = ()
    """Columns that no case holds."""
    fault: str = ""
    """Why nothing was read of it."""
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """The folder, read."""

    files: tuple[ReleasedFile, ...]
    people: People

    @property
    def cases(self) -> tuple[Case, ...]:
        """Those of all files, with their ids; each one's suite is its data set."""
        return identify([case for file in self.files for case in file.cases])


def load_benchmark(source: str, *, folder: Path) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
    """The cases of a source `finetunebench:DIR`, and notes of what it lacks, each with the data set that it is about.

    DIR is relative to `folder`; `${NAME}` stands for an environment variable.
    Raises DataError for a folder or file that cannot be read; a file that is not there is left out.
    """
    release = open_benchmark(source, folder=folder)
    notes = []
    for file in release.files:
        if file.fault and not file.is_absent:
            raise DataError(f"{source}/{file.file}", file.fault)
        if file.is_absent:
            notes.append((file.table.dataset, f"{source} has no {file.file}"))
        if file.left_out:
            count = len(file.left_out)
            told = f"{count} row{'s' if count > 1 else ''} left out, the first: {file.left_out[0]}"
            notes.append((file.table.dataset, told))
    return release.cases, tuple(notes)


def open_benchmark(source: str, *, folder: Path) -> Release:
    """What a source `finetunebench:DIR` holds, as `load_benchmark` takes it. Raises DataError where that is nothing."""
    path = expand_variables(source.removeprefix(BENCHMARK_PREFIX), of=f"source {source!r}")
    release = read_release(folder / path, shown_as=source)
    if all(file.is_absent for file in release.files):
        expected = f"Name the folder that holds {_FOLDER}/{TABLES[0].file}."
        raise DataError(source, f"holds no file of FineTuneBench. {expected}")
    return release


def read_release(folder: Path, *, shown_as: str) -> Release:
    """What the files below a folder hold: the released one, or its `datasets`.

    shown_as: how messages name the folder. Files that are missing or cannot be read say so.
    """
    below = f"{_FOLDER}/" if (folder / _FOLDER).is_dir() else ""
    read = [_read_table(table, folder / below / table.file, f"{shown_as}/{below}{table.file}") for table in TABLES]
    # The rows that compare speak of two people each, and of their weights only.
    facts = (one for one in read if one.table.dataset == PEOPLE and one.table.variant != "comparison")
    people = read_people(row for one in facts for _, row in one.rows)
    asked: dict[tuple[str, ...], str] = {}
    return Release(tuple(_take(one, f"{below}{one.table.file}", people, asked) for one in read), people)


@dataclass(frozen=True, slots=True)
class _ReadTable:
    table: Table
    header: Sequence[str] = ()
    rows: Sequence[tuple[str, Row]] = ()
    """Each with its place."""
    fault: str = ""
    is_absent: bool = False


def _read_table(table: Table, path: Path, place: str) -> _ReadTable:
    if not path.exists():
        return _ReadTable(table, fault="absent", is_absent=True)
    try:
        header, rows = read_csv_rows(path, shown_as=place)
    except DataError as error:
        return _ReadTable(table, fault=error.fault)
    if lacking := [name for name in _columns(table) if name not in header]:
        found = ", ".join(filter(None, header))
        return _ReadTable(table, fault=f"no column {lacking[0]!r} (found: {found})")
    return _ReadTable(table, header, [(f"{place}:{line}", row) for line, row in rows])


def _columns(table: Table) -> Iterator[str]:
    """The columns without which the table is another."""
    yield from dict.fromkeys(("id", "prompt", "answer", table.question))
    if table.context:
        yield table.context


def _take(read: _ReadTable, file: str, people: People, asked: dict[tuple[str, ...], str]) -> ReleasedFile:
    """The cases of a table. asked: the place of each question so far, which grows."""
    table = read.table
    cases: list[Case] = []
    left_out: list[str] = []
    for place, row in read.rows:
        try:
            case = _case(row, table, place)
            if table.dataset == PEOPLE:
                case = people.bind(case, row)
            if (earlier := asked.setdefault(_name(case), place)) != place:
                raise DataError(place, f"asks what {earlier} asks")
            cases.append(case)
        except DataError as error:
            left_out.append(str(error))
    unread = [name for name in read.header if name not in {*_columns(table), "answer_before", USED, ""}]
    return ReleasedFile(table, file, tuple(cases), tuple(left_out), tuple(unread), read.fault, read.is_absent)


def _case(row: Row, table: Table, place: str) -> Case:
    if lacking := [name for name in ("id", table.question, "answer") if not row[name].strip()]:
        raise DataError(place, f"the row has no {lacking[0]!r}")
    question, prompt, answer = row[table.question], row["prompt"], row["answer"]
    is_impossible = table.variant == "date_change" and answer == "None"
    used = {USED: row[USED]} if row.get(USED) else {}
    case = Case(
        question=question.strip(),
        answer="" if is_impossible else answer.strip(),
        fact=row["id"].strip(),
        variant=table.variant,
        suite=table.dataset,
        prompt="" if prompt == question.strip() else prompt,
        expect="abstain" if is_impossible else "answer",
        answer_before=row.get("answer_before", "").strip(),
        context=row[table.context] if table.context else "",
        tags={**table.tags, **used},
        place=place,
    )
    return replace(case, match="code") if table.tags is _CODE and _is_identifier(case.answer) else case


def _is_identifier(answer: str) -> bool:
    """Whether it can be matched as a name of code: one answer is a sentence."""
    return all(part.isidentifier() for part in answer.removesuffix("()").split("."))


def _name(case: Case) -> tuple[str, ...]:
    return case.suite, case.variant, case.fact, case.id, case.question, case.text_to_send


def only_used(cases: Iterable[Case]) -> list[Case]:
    """The cases without those that the release says were not used; where it does not say, all."""
    return [case for case in cases if case.tags.get(USED, "True") == "True"]
