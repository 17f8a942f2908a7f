"""Question sets of other formats, as case files of ours: what a row says is kept, and what cannot be kept is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pytest_ftbench.datasets.rows import read_row
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.judges import check_case_match
from pytest_ftbench.records import Case
from pytest_ftbench.textfiles import Row


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file has come to."""

    cases: tuple[Case, ...]
    left_out: tuple[DataError, ...]
    """Rows that are no cases: the place of each, and why."""
    not_taken: tuple[str, ...]
    """Columns or keys that no case holds, in words."""


@dataclass(slots=True)
class Intake:
    """Takes rows in one by one; what is no case is put aside with the reason."""

    match: str = ""
    """How the answers are matched; empty: as each row says."""

    cases: list[Case] = field(default_factory=list)
    left_out: list[DataError] = field(default_factory=list)
    asked: dict[tuple[str, ...], str] = field(default_factory=dict)
    """The place of each question so far."""

    def take(self, row: Row, place: str) -> None:
        """A row whose keys are columns of ours and tags."""
        try:
            case = self._read(row, place)
            name = (case.variant, case.id, "" if case.id else case.fact, case.question, case.text_to_send)
            if (earlier := self.asked.setdefault(name, place)) != place:
                raise DataError(place, f"asks what line {earlier.rpartition(':')[2]} asks.")
            self.cases.append(case)
        except DataError as fault:
            self.leave_out(fault)

    def leave_out(self, fault: DataError) -> None:
        """A row that is none."""
        self.left_out.append(fault)

    def done(self, not_taken: Iterable[str]) -> Imported:
        """All of it, in the order of the file."""
        left_out = sorted(self.left_out, key=lambda fault: int(fault.place.rpartition(":")[2]))
        return Imported(tuple(self.cases), tuple(left_out), tuple(not_taken))

    def _read(self, row: Row, place: str) -> Case:
        question = row.get("question", "")
        if question != question.strip() and not row.get("prompt", "").strip():
            row = {**row, "prompt": question}  # what is sent keeps its outer white space
        case = read_row({**row, "match": self.match} if self.match else row, place)
        try:
            if case.match != "auto":  # which takes any answer
                check_case_match(case)
        except SpecError as error:
            raise DataError(place, str(error).removeprefix(f"{place}: ")) from None
        return replace(case, prompt="") if case.prompt == case.question else case


def joined_aliases(texts: Sequence[str], place: str) -> str:
    """Several answers as one cell, each once. Raises DataError for one that holds the mark between them."""
    if marked := [text for text in texts if "|" in text]:
        raise DataError(place, f"{marked[0]!r} holds '|', which stands between aliases.")
    return "|".join(dict.fromkeys(filter(None, map(str.strip, texts))))
