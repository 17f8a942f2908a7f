"""Any CSV or JSON Lines file, by a mapping of its columns to ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_ftbench.datasets.rows import KNOWN, OF_YAML, as_text
from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.importing import Imported, Intake, joined_aliases
from pytest_ftbench.importing.evals import answers
from pytest_ftbench.names import near_miss
from pytest_ftbench.patterns import pattern
from pytest_ftbench.textfiles import Row, read_csv_rows, read_json_lines

_BETWEEN = pattern(r",(?=\s*[\w.-]+\s*=)")
_NAME = re.compile(r"[\w.-]+")


def parse_mapping(texts: Iterable[str]) -> dict[str, str]:
    """Columns of ours, or names of tags, to the columns they are taken from, of texts `NAME=COLUMN,NAME=COLUMN`.

    A column may hold commas, since the next pair begins with a name and `=`. Raises SpecError for anything else, for a
    name that stands twice or nearly spells one of ours, and where question or answer are left out.
    """
    found: dict[str, str] = {}
    for pair in (pair for text in texts for pair in _BETWEEN.split(text)):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or not _NAME.fullmatch(name):
            raise SpecError(f"--map {pair!r}: write NAME=COLUMN, as in --map question=Q,answer=A.")
        name = name.lower() if name.lower() in KNOWN else name
        if name in found:
            raise SpecError(f"--map: {name!r} stands twice. Take it from one column.")
        if name not in KNOWN and (meant := near_miss(name, KNOWN)):
            listed = ", ".join(KNOWN)
            raise SpecError(f"--map: unknown name {name!r}. Did you mean {meant!r}? Known: {listed}; others are tags.")
        if remedy := OF_YAML.get(name.lower()):
            raise SpecError(f"--map: {name!r} has a meaning in YAML case files only. {remedy}, or take another name.")
        found[name] = column
    if "question" not in found and "prompt" not in found:
        raise SpecError("--map names no question. Say which column it is: --map question=COLUMN,answer=COLUMN.")
    if "answer" not in found and "expect" not in found:
        raise SpecError("--map names no answer. Say which column it is: --map question=COLUMN,answer=COLUMN.")
    return found


def import_csv(path: Path, mapping: Mapping[str, str], *, match: str = "", shown_as: str = "") -> Imported:
    """The rows of a CSV file as cases.

    mapping: as `parse_mapping` gives it. match: how all answers are matched; empty: as a mapped column says, else
    `auto`. Raises DataError for a file that cannot be read, and SpecError for a column that it has not.
    """
    place = shown_as or str(path)
    intake = Intake(match)
    header, rows = read_csv_rows(path, shown_as=place, on_fault=intake.leave_out)
    _check_columns(mapping, header)
    for line, row in rows:
        intake.take({name: row[column] for name, column in mapping.items()}, f"{place}:{line}")
    return intake.done(_unmapped(header, mapping))


def import_jsonl(path: Path, mapping: Mapping[str, str], *, match: str = "", shown_as: str = "") -> Imported:
    """The lines of a JSON Lines file as cases; a list of answers is one with its aliases. The rest is as for CSV."""
    place = shown_as or str(path)
    intake = Intake(match)
    objects = read_json_lines(path, shown_as=place, on_fault=intake.leave_out)
    header = list(dict.fromkeys(key for _, found in objects for key in found))
    if objects:
        _check_columns(mapping, header)
    for line, found in objects:
        here = f"{place}:{line}"
        try:
            row = _row(found, mapping, here)
        except DataError as fault:
            intake.leave_out(fault)
        else:
            intake.take(row, here)
    return intake.done(_unmapped(header, mapping))


def _row(found: Mapping[str, Any], mapping: Mapping[str, str], place: str) -> Row:
    row: Row = {}
    for name, column in mapping.items():
        value = found.get(column)
        if not isinstance(value, list):
            row.setdefault(name, as_text(column, value, place))
        elif name == "answer":
            several = answers(value, column, place)
            row.update(several if "aliases" not in mapping else {"answer": several["answer"]})
        elif name == "aliases":
            row[name] = joined_aliases([as_text(column, each, place) for each in value], place)
        else:
            raise DataError(place, f"{column!r} must be text, got a list.")
    return row


def _check_columns(mapping: Mapping[str, str], header: Sequence[str]) -> None:
    for name, column in mapping.items():
        if column not in header:
            known = ", ".join(filter(None, header))
            meant = near_miss(column, header)
            hint = f" Did you mean {meant!r}?" if meant else ""
            raise SpecError(f"--map {name}={column}: there is no column {column!r}.{hint} There are: {known}.")


def _unmapped(header: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    taken = set(mapping.values())
    return [repr(column) for column in header if column and column not in taken]
