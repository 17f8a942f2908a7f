"""What one row of the cache means: an answer, when it was stored and by which version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

FIELDS = frozenset({"written_at", "version", "value"})
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer."""

    value: dict[str, Any]
    """What was put: a JSON object."""
    written_at: str
    """When it was stored: UTC, ISO 8601, whole seconds."""
    version: str
    """The version of pytest-ftbench that stored it."""


def is_key(key: object) -> bool:
    """Whether `key` is a SHA-256 in lower-case hexadecimal."""
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def check_key(key: object) -> None:
    """Raise ValueError unless `key` is a SHA-256 in lower-case hexadecimal."""
    if not is_key(key):
        raise ValueError(f"a key must be 64 lower-case hexadecimal digits, got {key!r}")


def encode(entry: Entry) -> str:
    """The text of a row.

    Raises TypeError or ValueError for a value that JSON cannot hold (NaN and infinity included).
    """
    fields = {"written_at": entry.written_at, "version": entry.version, "value": entry.value}
    # ASCII only: a lone surrogate in a model's answer survives as an escape, where SQLite's UTF-8 would refuse it.
    return json.dumps(fields, separators=(",", ":"), allow_nan=False)


def new_text(value: Mapping[str, Any], *, written_at: datetime, version: str) -> str:
    """The text of a row that is written now."""
    return encode(Entry(value=dict(value), written_at=written_at.isoformat(timespec="seconds"), version=version))


def decode(text: object) -> Entry | None:
    """The entry that a row holds, or None for anything that `encode` has not written."""
    if not isinstance(text, str):
        return None
    try:
        fields = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # RecursionError: brackets nested 100,000 deep
        return None
    if not isinstance(fields, dict) or fields.keys() != FIELDS:
        return None
    value, written_at, version = fields["value"], fields["written_at"], fields["version"]
    if not (isinstance(value, dict) and isinstance(written_at, str) and isinstance(version, str)):
        return None
    return Entry(value=value, written_at=written_at, version=version)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
