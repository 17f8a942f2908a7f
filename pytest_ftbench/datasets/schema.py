"""The shape of a level 1 case file: which keys there are, and what each may hold."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pytest_ftbench.names import near_miss
from pytest_ftbench.records import EXPECTS, PRECONDITIONS, Expect, Precondition
from pytest_ftbench.samples import ALLOWED, read_samples

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the model should know, and the questions about it."""

    question: str
    id: str = ""
    fact: str = ""
    answer: str = ""
    aliases: tuple[str, ...] = ()
    rephrased: tuple[str, ...] = ()
    date_change: tuple[str, ...] = ()
    system: str = ""
    match: str = ""
    expect: Expect = "answer"
    answer_before: str = ""
    precondition: Precondition = ""
    context: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class FactsFile:
    """A file of facts, with what holds for all of them."""

    facts: tuple[Fact, ...]
    system: str = ""
    match: str = ""
    samples: int | None = None
    gates: tuple[str, ...] = ()


class ShapeError(ValueError):
    """A value that does not belong where it stands."""

    def __init__(self, fault: str, *path: str | int, is_told: bool = True) -> None:
        super().__init__(fault)
        self.path = path
        """The keys and positions that lead to the value."""
        self.is_told = is_told
        """Whether the fault says by itself which value it is about."""

    def below(self, *path: str | int) -> ShapeError:
        """The same fault, seen from further up."""
        return ShapeError(str(self), *path, *self.path, is_told=self.is_told)


def read_file(value: Mapping[str, Any]) -> FactsFile:
    """A file's value as facts. Raises ShapeError for the first fault: of the known keys in their order, then others."""
    return FactsFile(**_read_keys(value, _FILE, required="facts"))


def _read_keys(value: Mapping[str, Any], shape: Mapping[str, Callable[[Any], Any]], *, required: str) -> dict[str, Any]:
    found = {}
    for key, read in shape.items():
        if key in value:
            try:
                found[key] = read(value[key])
            except ShapeError as fault:
                raise fault.below(key) from None
        elif key == required:
            raise ShapeError(f"no key {key!r}. Add it.", key)
    if len(found) < len(value):
        strange = next(key for key in value if key not in shape)
        meant = near_miss(strange, shape)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise ShapeError(f"unknown key {strange!r}.{hint} Allowed here: {', '.join(shape)}.", strange)
    return found


def _read_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _unexpected("must be text", value)


def _read_texts(value: object) -> tuple[str, ...]:
    """One text, or a list of them."""
    return (value,) if isinstance(value, str) else _read_list(value, _read_text)


def _read_expect(value: object) -> Expect:
    for allowed in EXPECTS:
        if value == allowed:
            return allowed
    raise _unexpected(f"input should be {' or '.join(map(repr, EXPECTS))}", value)


def _read_precondition(value: object) -> Precondition:
    for allowed in PRECONDITIONS:
        if value == allowed:
            return allowed
    raise _unexpected(f"input should be {', '.join(map(repr, PRECONDITIONS))}", value)


def _read_samples(value: object) -> int:
    samples = read_samples(value) if isinstance(value, str) else None
    if samples is None:
        raise _unexpected(f"must be {ALLOWED}", value)
    return samples


def _read_tags(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _unexpected("must be a mapping", value)
    return dict(zip(value, _read_all(value.items(), _read_text), strict=True))


def _read_fact(value: object) -> Fact:
    if not isinstance(value, dict):
        raise _unexpected("must be a mapping with 'question' and 'answer'", value)
    return Fact(**_read_keys(value, _FACT, required="question"))


def _read_facts(value: object) -> tuple[Fact, ...]:
    return _read_list(value, _read_fact)


def _read_list(value: object, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise _unexpected("must be a list", value)
    return _read_all(enumerate(value), read)


def _read_all(pairs: Iterable[tuple[str | int, Any]], read: Callable[[Any], _T]) -> tuple[_T, ...]:
    found = []
    for name, value in pairs:
        try:
            found.append(read(value))
        except ShapeError as fault:
            raise fault.below(name) from None
    return tuple(found)


def _unexpected(expected: str, value: object) -> ShapeError:
    return ShapeError(f"{expected}, got {reprlib.repr(value)}.", is_told=False)


_FACT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("id", "fact", "question", "answer"), _read_text),
    **dict.fromkeys(("aliases", "rephrased", "date_change"), _read_texts),
    **dict.fromkeys(("system", "match"), _read_text),
    "expect": _read_expect,
    "answer_before": _read_text,
    "precondition": _read_precondition,
    "context": _read_text,
    "tags": _read_tags,
    "samples": _read_samples,
}
"""In the order in which messages list them."""
_FILE: dict[str, Callable[[Any], Any]] = {
    "system": _read_text,
    "match": _read_text,
    "samples": _read_samples,
    "gates": _read_texts,
    "facts": _read_facts,
}
