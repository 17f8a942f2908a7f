"""The lines of a run file, as they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_ftbench.errors import DataError

SCHEMA = 1
"""The schema of run files that is written, and the newest that is read."""


def read_run_lines(path: Path, *, shown_as: str = "") -> Iterator[dict[str, Any]]:
    """The lines of a run file as JSON objects, one by one, the first of kind `run` and of a schema that we read.

    shown_as: how messages name the file; default: its path.
    A last line that was cut off is passed over: the session was killed.
    Raises DataError, when the lines are taken, for a file that cannot be read, is no run file, or is of a newer schema.
    """
    place = shown_as or str(path)
    lines = _read_lines(path, place)
    header = next(lines, None)
    if header is None:
        raise DataError(place, "the file is empty. Give it at least one row.")
    schema = header.get("schema")
    if header.get("kind") != "run" or not isinstance(schema, int):
        raise DataError(f"{place}:1", "not a run file: the first line must have kind 'run' and a schema.")
    if schema > SCHEMA:
        raise DataError(f"{place}:1", f"run file of schema {schema}; this version reads up to {SCHEMA}. Upgrade it.")
    yield header
    yield from lines


def _read_lines(path: Path, place: str) -> Iterator[dict[str, Any]]:
    """The objects of all lines that are not blank, but for a last one, not the first, that cannot be read."""
    from pydantic_core import from_json  # in half the time of json, and equal texts are kept once

    fault: DataError | None = None
    is_first = True
    for number, raw in _raw_lines(path, place):
        if fault is not None:
            raise fault
        try:
            try:
                found = from_json(raw)
            except ValueError:
                found = _read_json(raw, f"{place}:{number}")
            if not isinstance(found, dict):
                raise DataError(f"{place}:{number}", f"expected a JSON object, got {type(found).__name__}.")
            yield found
        except _Unreadable as error:
            fault = error
            if is_first:
                raise
        is_first = False


class _Unreadable(DataError):
    """A line that could have been cut off."""


def _read_json(raw: bytes, place: str) -> object:
    """What a line holds that the quick reader refuses, as it does lone surrogates; or what is wrong with it."""
    try:
        return json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise _Unreadable(place, f"not UTF-8 (byte 0x{raw[error.start]:02x}). Save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise _Unreadable(place, f"not a line of a run file ({error}).") from None


def _raw_lines(path: Path, place: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank with their numbers, without a byte order mark."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                bare = (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw).strip()
                if bare:
                    yield number, bare
    except OSError as error:
        raise DataError(place, f"cannot be read ({error.strerror or error}). Check the path.") from None
