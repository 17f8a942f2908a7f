"""Level 0 case files: a table with a question and an answer a row, as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pytest_ftbench.errors import DataError
from pytest_ftbench.names import near_miss
from pytest_ftbench.records import EXPECTS, PRECONDITIONS, Case, Precondition
from pytest_ftbench.textfiles import Row, has_half_character, read_csv_rows, read_json_lines, refuse

T = TypeVar("T")

KNOWN = (
    "id",
    "fact",
    "variant",
    "question",
    "prompt",
    "answer",
    "aliases",
    "system",
    "match",
    "expect",
    "answer_before",
    "precondition",
    "context",
)
"""The columns with a meaning; every other column is a tag."""

OF_YAML = {
    **{
        name: f"Give each such question a row of its own, with {name!r} in the column 'variant'"
        for name in ("rephrased", "date_change")
    },
    **dict.fromkeys(("samples", "requires", "valid_from", "turns"), "Write the facts as YAML"),
}
"""What is no tag, since whoever writes it expects what YAML case files make of it; and what to do instead."""


def read_csv(path: Path, place: str, *, on_fault: Callable[[DataError], None] = refuse) -> tuple[list[Case], list[str]]:
    """The cases of a CSV file; it cannot set gates.

    on_fault: takes what is wrong with a row, which is then left out; it raises, unless reading is to go on. Raises
    DataError for an unreadable file or header.
    """
    header, rows = read_csv_rows(path, shown_as=place, on_fault=on_fault)
    names = _known_spelling(header, f"{place}:1")
    renamed = [(line, {names[key]: value for key, value in row.items()}) for line, row in rows]
    if not rows:
        raise DataError(place, "has a header but no rows. Give it at least one question.")
    _require_columns(list(names.values()), f"{place}:1")
    return _read_each(renamed, place, read_row, on_fault), []


def read_jsonl(
    path: Path, place: str, *, on_fault: Callable[[DataError], None] = refuse
) -> tuple[list[Case], list[str]]:
    """The cases of a JSON Lines file, one flat object a line; it cannot set gates. on_fault: as `read_csv` has it."""
    objects = read_json_lines(path, shown_as=place, on_fault=on_fault)
    return _read_each(objects, place, _read_object, on_fault), []


def _read_each(
    found: Iterable[tuple[int, T]],
    place: str,
    read: Callable[[T, str], Case],
    on_fault: Callable[[DataError], None],
) -> list[Case]:
    cases = []
    for line, one in found:
        try:
            cases.append(read(one, f"{place}:{line}"))
        except DataError as fault:
            on_fault(fault)
    return cases


def _read_object(found: Mapping[str, object], place: str) -> Case:
    names = _known_spelling(list(found), place)
    _require_columns(list(names.values()), place)
    return read_row({names[key]: as_text(key, value, place) for key, value in found.items()}, place)


def _known_spelling(header: Sequence[str], place: str) -> dict[str, str]:
    """Each column under the name it has for us: known ones in lower case, tags as written."""
    names = {name: name.lower() if name.lower() in KNOWN else name for name in header}
    for name in header:
        meant = near_miss(name, KNOWN) if name and names[name] not in KNOWN else None
        if meant:
            fault = f"unknown column {name!r}. Did you mean {meant!r}? Columns with a meaning: {', '.join(KNOWN)}; "
            raise DataError(place, fault + "any other name is a tag, so rename it if it is one.")
        if remedy := OF_YAML.get(name.lower()):
            fault = f"column {name!r} has a meaning in YAML case files only. {remedy}, or rename it if it is a tag."
            raise DataError(place, fault)
    if len(set(names.values())) < len(names):
        raise DataError(place, f"a column stands twice but for its case: {', '.join(header)}. Rename one of them.")
    return names


def _require_columns(names: Iterable[str], place: str) -> None:
    found = [name for name in names if name]
    if "question" not in found and "prompt" not in found:
        raise DataError(place, f"no column 'question' or 'prompt' (found: {', '.join(found)}). Add one of them.")
    if "answer" not in found and "expect" not in found:
        raise DataError(place, f"no column 'answer' (found: {', '.join(found)}). Add it; 'expect' may say 'abstain'.")


def read_row(row: Row, place: str) -> Case:
    """The case of a row, whose keys are KNOWN columns and tags. Raises DataError for one that is none."""
    question = row.get("question", "").strip() or row.get("prompt", "").strip()
    if not question:
        raise DataError(place, "the row has no question. Fill in 'question' or 'prompt'.")
    expect = row.get("expect", "").strip().lower() or "answer"
    if expect not in EXPECTS:
        raise DataError(place, f"expect must be one of {', '.join(EXPECTS)}, got {expect!r}.")
    answer = row.get("answer", "").strip()
    if expect == "answer" and not answer:
        raise DataError(place, "the row has no answer. Fill in 'answer', or set 'expect' to 'abstain'.")
    if row.get("precondition", "").strip().lower() == "knew_old" and not row.get("answer_before", "").strip():
        raise DataError(place, "precondition knew_old needs the superseded answer. Fill in 'answer_before'.")
    abstain = expect == "abstain"
    return Case(
        question=question,
        answer="" if abstain else answer,
        fact=row.get("fact", "").strip(),
        variant=row.get("variant", "").strip() or "memorization",
        id=row.get("id", "").strip(),
        prompt=_word_for_word(row, "prompt"),
        system=_word_for_word(row, "system"),
        expect="abstain" if abstain else "answer",
        match=row.get("match", "").strip() or "auto",
        aliases=() if abstain else read_aliases(row.get("aliases", "")),
        answer_before=row.get("answer_before", "").strip(),
        precondition=_precondition(row, place),
        context=row.get("context", ""),
        tags={key: value.strip() for key, value in row.items() if key and key not in KNOWN and value.strip()},
        place=place,
    )


def _precondition(row: Row, place: str) -> Precondition:
    found = row.get("precondition", "").strip().lower()
    for allowed in PRECONDITIONS:
        if found == allowed:
            return allowed
    if found:
        raise DataError(place, f"precondition must be one of {', '.join(PRECONDITIONS)}, got {found!r}.")
    return ""


def read_aliases(cell: str) -> tuple[str, ...]:
    """The texts of a cell that holds several, with `|` between them."""
    return tuple(filter(None, map(str.strip, cell.split("|"))))


def _word_for_word(row: Row, key: str) -> str:
    """The cell with its outer white space, which is sent as well; a cell of nothing else is empty."""
    text = row.get(key, "")
    return text if text.strip() else ""


def as_text(key: str, value: object, place: str) -> str:
    """A value of a JSON object as text; none is empty. Raises DataError for a list or an object."""
    if isinstance(value, str):
        if has_half_character(value):
            raise DataError(place, f"{key!r} holds half a character (a lone surrogate). Write it whole.")
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise DataError(place, f"{key!r} must be text, got {type(value).__name__}. Write one flat object a line.")
