"""The released FineTuneBench as case files, one for each of its data sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_ftbench.datasets.finetunebench import PEOPLE, Release, ReleasedFile, only_used
from pytest_ftbench.importing.casefiles import table_text
from pytest_ftbench.importing.people import people_text
from pytest_ftbench.records import Case

NOTE = (
    "Imported from FineTuneBench (arXiv 2411.05059), which states no licence: for your own use, not to be passed on. "
    "Questions and answers are as released, also where an answer contradicts the facts."
)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A case file that is to be written."""

    name: str
    cases: int
    text: str


def case_files(release: Release, *, only_used_cases: bool = False) -> Iterator[NewFile]:
    """A case file for each data set that has cases: tables, and for the people an entity store.

    The questions about one fact stand in one file, since gates go by fact.
    """
    for dataset in dict.fromkeys(file.table.dataset for file in release.files):
        cases = kept_cases([file for file in release.files if file.table.dataset == dataset], only_used_cases)
        if not cases:
            continue
        if dataset == PEOPLE:
            yield NewFile(f"{dataset}.ftbench.yaml", len(cases), people_text(cases, release.people, note=NOTE))
        else:
            yield NewFile(f"{dataset}.ftbench.csv", len(cases), table_text(cases, ".csv", abstention="None"))


def kept_cases(files: Sequence[ReleasedFile], only_used_cases: bool) -> list[Case]:
    """The cases of these files, or those of them that were used."""
    cases = [case for file in files for case in file.cases]
    return only_used(cases) if only_used_cases else cases
