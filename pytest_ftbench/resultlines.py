"""The result lines of a run file: checked, and read quickly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from operator import itemgetter
from typing import Any, cast, get_args

from pytest_ftbench.errors import DataError
from pytest_ftbench.evaluate import from_plain
from pytest_ftbench.records import EXPECTS, Grade, Result, Status

_TEXTS = ("suite", "fact", "variant", "case", "content", "endpoint", "question", "expect", "expected")
_TEXTS_OR_NONE = (
    "prompt", "system", "rule", "reason", "answer", "finish_reason", "error", "served_model", "fingerprint",
    "deployment", "trained_answer", "match", "answer_before", "context",
)  # fmt: skip
_WORDS: Mapping[str, tuple[str | None, ...]] = {
    "expect": EXPECTS,
    "status": get_args(Status),
    "grade": (None, *get_args(Grade)),
}

_NAMES = tuple(field.name for field in fields(Result))
_ALL, _OF_WORDS = itemgetter(*_NAMES), itemgetter(*_WORDS)
_Loose = make_dataclass("_Loose", _NAMES, slots=True)
"""Laid out as Result, but not frozen: made in a fifth of the time, after which it can become one."""
_LISTS = ("flags", "aliases", "turns", "requires", "earlier_answers")
_AT = tuple(map(_NAMES.index, _LISTS))


class ResultReader:
    """Reads the result lines of one file, most of which hold values of the same types."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._types: set[tuple[type, ...]] = set()
        """Of the values of lines that were found to be as they must be."""
        self._words: set[tuple[str | None, ...]] = set()
        """Of such lines."""

    def read(self, line: Mapping[str, Any]) -> Result:
        """The result in a line. Raises DataError for one that lacks what it must hold."""
        try:
            values = [*_ALL(line)]
        except KeyError:  # written by an older version
            self._check(line)
            return from_plain(line)
        types = tuple(map(type, values))
        if types not in self._types:
            self._check(line)
            self._types.add(types)
        words = _OF_WORDS(line)
        if words not in self._words:
            self._check(line)
            self._words.add(words)
        for index in _AT:
            values[index] = tuple(values[index])
        result = _Loose(*values)
        result.__class__ = Result
        return cast("Result", result)

    def _check(self, line: Mapping[str, Any]) -> None:
        faults = [name for name in _TEXTS if not isinstance(line.get(name), str)]
        faults += [name for name in _TEXTS_OR_NONE if not isinstance(line.get(name), str | None)]
        faults += [name for name, known in _WORDS.items() if line.get(name) not in known]
        faults += [name for name in ("right", "sample") if not isinstance(line.get(name), int)]
        if not isinstance(line.get("tags", {}), dict):
            faults.append("tags")
        faults += [name for name in _LISTS if not isinstance(line.get(name, []), list)]
        if faults:
            case = f"the result of case {line.get('case')!r}"
            raise DataError(self._place, f"{case} has no readable {faults[0]!r}. Was the file edited by hand?")
