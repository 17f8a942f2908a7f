"""Text files as people and spreadsheets write them: UTF-8 with or without a mark, any line ends, cells of any size."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pytest_ftbench.errors import DataError

Row = dict[str, str]

_SURROGATE = re.compile("[\ud800-\udfff]")
_WORKBOOK = b"PK\x03\x04"
"""How .xlsx and .ods files begin."""
_MARK_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""A first line by which spreadsheets tell each other the mark between cells."""


def read_text(path: Path, *, shown_as: str = "") -> str:
    """The file's text, without a byte order mark.

    shown_as: how messages name the file; default: its path.
    Raises DataError when it is missing, cannot be read, is not UTF-8, or holds nothing.
    """
    place = shown_as or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(place, f"cannot be read ({error.strerror or error}). Check the path.") from None
    if raw.startswith(_WORKBOOK):
        raise DataError(place, "is a workbook, not text. Save it as 'CSV UTF-8'.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fault = f"not UTF-8 (byte 0x{raw[error.start]:02x}). Save the file as UTF-8."
        if path.suffix.lower() == ".csv":
            fault += " Excel calls that 'CSV UTF-8'."
        raise DataError(f"{place}:{line}", fault) from None
    if not text.strip():
        raise DataError(place, "the file is empty. Give it at least one row.")
    return text


def has_half_character(text: str) -> bool:
    """Whether the text holds a lone surrogate, which an escape can write but no file, socket or terminal can take."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def refuse(fault: DataError) -> None:
    """What is done with a fault unless reading is to go on."""
    raise fault


def read_csv_rows(
    path: Path, *, shown_as: str = "", on_fault: Callable[[DataError], None] = refuse
) -> tuple[list[str], list[tuple[int, Row]]]:
    """The header and the rows of a CSV file, each row with the line it starts on; every cell stays text.

    Cells are set apart by commas, or by semicolons or tabs where the header holds those and no comma, as spreadsheets
    of many countries write them; a first line `sep=;` says which. A row with fewer cells than the header gets empty
    ones; blank rows are passed over.
    on_fault: is given each row with too many cells, and the rest of a file whose quotes do not close; it raises, unless
    reading is to go on without them. Raises DataError for an unreadable file or header, or a column that stands twice.
    """
    place = shown_as or str(path)
    text = read_text(path, shown_as=place)
    limit_before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        records = _records(text, place, on_fault)
        line, cells = next(records, (1, []))
        if not cells:
            raise DataError(place, "the file is empty. Give it at least one row.")
        header = [name.strip() for name in cells]
        if doubled := [name for name in header if name and header.count(name) > 1]:
            raise DataError(f"{place}:{line}", f"column {doubled[0]!r} stands twice. Rename one of them.")
        rows = []
        for line, cells in records:
            if len(cells) > len(header):
                fault = f"{len(cells)} cells, but the header names {len(header)} columns."
                on_fault(DataError(f"{place}:{line}", f"{fault} Quote cells that hold the mark between cells."))
            else:
                rows.append((line, dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))))
        return header, rows
    finally:
        csv.field_size_limit(limit_before)


def _records(text: str, place: str, on_fault: Callable[[DataError], None]) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it starts on."""
    told = _MARK_LINE.match(text)
    table = io.StringIO(text[told.end() :] if told else text, newline="")
    reader = csv.reader(table, strict=True, delimiter=told[1] if told else _delimiter(text))
    first = line = 2 if told else 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = first + reader.line_num
    except csv.Error as error:
        # The line where the record starts: a quote that is never closed takes in all lines after it.
        tell = on_fault if line > first else refuse
        tell(DataError(f"{place}:{line}", f"not readable as CSV ({error}). Check the quotes."))


def _delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return next((mark for mark in (",", ";", "\t") if mark in header), ",")


def read_json_lines(
    path: Path, *, shown_as: str = "", on_fault: Callable[[DataError], None] = refuse
) -> list[tuple[int, dict[str, object]]]:
    """The objects of a JSON Lines file, each with its line; blank lines are passed over.

    Numbers (and `NaN`) stay the text they are written as, so that nothing is rounded or reformatted.
    on_fault: is given each line that is no JSON object, or in which a key stands twice; it raises, unless reading is to
    go on without them. Raises DataError for an unreadable file.
    """
    place = shown_as or str(path)
    objects: list[tuple[int, dict[str, object]]] = []
    for line, text in enumerate(read_text(path, shown_as=place).split("\n"), start=1):
        if not text.strip():
            continue
        try:
            value = json.loads(
                text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=refuse_doubled_keys
            )
        except (ValueError, RecursionError) as error:
            fault = f"not a line of JSON ({error}). Each line must be one JSON object."
            on_fault(DataError(f"{place}:{line}", fault))
            continue
        if isinstance(value, dict):
            objects.append((line, value))
        else:
            on_fault(DataError(f"{place}:{line}", f"expected a JSON object, got {type(value).__name__}."))
    return objects


def refuse_doubled_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A hook for `json.loads`: the object of these pairs. Raises ValueError where a key stands twice.

    JSON would take the last one, where a reader may see the first.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found
