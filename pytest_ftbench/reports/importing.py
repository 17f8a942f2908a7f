"""What an import has come to: what was taken, what was not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ftbench.datasets.finetunebench import USED, Release, ReleasedFile
from pytest_ftbench.datasets.suites import is_case_file
from pytest_ftbench.importing import Imported
from pytest_ftbench.importing.release import NewFile, kept_cases
from pytest_ftbench.reports.casefiles import how_to_collect
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import clean, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def imported_in_words(imported: Imported, out: Path) -> Iterator[str]:
    """What became of a file's rows, each row that is none of the cases with its reason. out: what was written."""
    if imported.cases:
        yield f"{_questions(len(imported.cases))} written to {clean(str(out))}"
    else:
        yield "no question could be imported: nothing is written"
    yield from _left_out([str(fault) for fault in imported.left_out])
    if imported.not_taken:
        yield f"not taken: {one_line(', '.join(imported.not_taken), most=1000)}"
    if imported.cases and not is_case_file(out):
        yield how_to_collect(out)


def imported_data(imported: Imported, out: str) -> dict[str, Any]:
    """The same for machines."""
    return {
        "out": out if imported.cases else None,
        "questions": len(imported.cases),
        "left_out": [{"row": fault.place, "reason": fault.fault} for fault in imported.left_out],
        "not_taken": list(imported.not_taken),
    }


def release_blocks(
    release: Release, written: Sequence[NewFile], folder: str, *, only_used_cases: bool, unicode: bool
) -> Iterator[RenderableType]:
    """A line for each released file, then what is left out. folder: where the case files are, as it is to be shown."""
    from rich.text import Text

    table = make_table(unicode=unicode)
    table.add_column("released file", overflow="fold")
    for heading in ("questions", "used"):
        table.add_column(heading, justify="right", no_wrap=True)
    for file in release.files:
        count = f"{len(kept_cases([file], only_used_cases)):,}"
        table.add_row(one_line(file.file), "-" if file.fault else count, _used(file))
    yield table
    yield Text("\n".join(_release_in_words(release, written, folder, only_used_cases)))


def _release_in_words(
    release: Release, written: Sequence[NewFile], folder: str, only_used_cases: bool
) -> Iterator[str]:
    yield ""
    for new in written:
        yield f"{_questions(new.cases)} written to {clean(folder)}/{new.name}"
    if not written:
        yield "no question could be imported: nothing is written"
    yield from (
        f"skipped: {one_line(file.file)} ({one_line(file.fault, most=500)})" for file in release.files if file.fault
    )
    if only_used_cases and (unsaid := _unsaid(release.files)):
        yield f"all are kept of {', '.join(unsaid)}, which do not say what was used"
    yield from _left_out([fault for file in release.files for fault in file.left_out])
    if unread := dict.fromkeys(name for file in release.files for name in file.unread):
        yield f"columns not taken: {one_line(', '.join(unread), most=1000)}"


def release_data(release: Release, written: Sequence[NewFile], folder: str, *, only_used_cases: bool) -> dict[str, Any]:
    """The same for machines."""
    return {
        "files": [
            {
                "file": file.file,
                "questions": len(kept_cases([file], only_used_cases)),
                "used": _count_used(file),
                "skipped": file.fault or None,
                "left_out": list(file.left_out),
                "columns_not_taken": list(file.unread),
            }
            for file in release.files
        ],
        "out": folder,
        "written": [{"file": new.name, "questions": new.cases} for new in written],
    }


def _count_used(file: ReleasedFile) -> int | None:
    """How many of its questions were used; None where it does not say."""
    said = [case.tags[USED] for case in file.cases if USED in case.tags]
    return said.count("True") if said else None


def _used(file: ReleasedFile) -> str:
    count = _count_used(file)
    return "-" if count is None else f"{count:,}"


def _unsaid(files: Iterable[ReleasedFile]) -> list[str]:
    return list(dict.fromkeys(file.table.dataset for file in files if file.cases and _count_used(file) is None))


def _left_out(faults: Sequence[str]) -> Iterator[str]:
    if faults:
        yield f"{len(faults):,} row{'' if len(faults) == 1 else 's'} left out:"
        yield from (f"  {one_line(fault, most=500)}" for fault in faults)


def _questions(count: int) -> str:
    return f"{count:,} question{'' if count == 1 else 's'}"
