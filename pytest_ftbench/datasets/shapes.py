"""Reading values of a parsed file into what they must be, with the path of what is wrong."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from pytest_ftbench.errors import DataFault
from pytest_ftbench.names import meant_name
from pytest_ftbench.patterns import pattern
from pytest_ftbench.samples import ALLOWED, read_samples

T = TypeVar("T")
W = TypeVar("W", bound=str)
K = TypeVar("K", str, int)

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""
Shape = Mapping[str, Callable[[Any], Any]]
"""The keys that a mapping may hold, in the order in which messages list them, and what reads the value of each."""

_DAY = pattern(r"\d{4}-\d\d-\d\d")


class ShapeError(ValueError):
    """A value that does not belong where it stands."""

    def __init__(self, fault: str, *path: str | int, is_told: bool = True, kind: DataFault = "") -> None:
        super().__init__(fault)
        self.kind = kind
        self.path = path
        """The keys and positions that lead to the value."""
        self.is_told = is_told
        """Whether the fault says by itself which value it is about."""

    def below(self, *path: str | int) -> ShapeError:
        """The same fault, seen from further up."""
        return ShapeError(str(self), *path, *self.path, is_told=self.is_told, kind=self.kind)


OnFault = Callable[[ShapeError], None]
"""Takes a fault."""


def unexpected(expected: str, value: object) -> ShapeError:
    """The fault of a value that is not what it must be."""
    return ShapeError(f"{expected}, got {reprlib.repr(value)}.", is_told=False)


def refuse(fault: ShapeError) -> None:
    """What is done with a fault unless reading is to go on."""
    raise fault from None


def read_keys(
    value: Mapping[str, Any], shape: Shape, *, required: Iterable[str] = (), on_fault: OnFault = refuse
) -> dict[str, Any]:
    """What the keys of a mapping hold.

    on_fault: is given the faults, of the known keys in their order, then of others; it raises, unless reading is to go
    on without them. Raises ShapeError for a required key that is not there.
    """
    found = {}
    needed = frozenset(required)
    for key, read in shape.items():
        if key in value:
            try:
                found[key] = read(value[key])
            except ShapeError as fault:
                on_fault(fault.below(key))
        elif key in needed:
            raise _missing(key, value)
    if len(found) < len(value):
        for strange in (key for key in value if key not in shape):
            meant = meant_name(strange, shape)
            hint = f" Did you mean {meant!r}?" if meant else ""
            on_fault(ShapeError(f"unknown key {strange!r}.{hint} Allowed here: {', '.join(shape)}.", strange))
    return found


def _missing(key: str, value: Mapping[str, Any]) -> ShapeError:
    for strange in value:
        if meant_name(strange, (key,)):
            return ShapeError(f"unknown key {strange!r}. Did you mean {key!r}?", strange)
    return ShapeError(f"no key {key!r}. Add it.", key)


def read_text(value: object) -> str:
    """The text."""
    if isinstance(value, str):
        return value
    raise unexpected("must be text", value)


def read_texts(value: object) -> tuple[str, ...]:
    """One text, or a list of them."""
    return (value,) if isinstance(value, str) else read_list(value, read_text)


def read_word(allowed: tuple[W, ...], *, said: str = "") -> Callable[[object], W]:
    """What reads one of the words; said: how messages list them."""
    listed = said or ", ".join(map(repr, allowed))

    def read(value: object) -> W:
        for word in allowed:
            if value == word:
                return word
        raise unexpected(f"input should be {listed}", value)

    return read


def read_count(value: object) -> int:
    """How often a question is asked."""
    samples = read_samples(value) if isinstance(value, str) else None
    if samples is None:
        raise unexpected(f"must be {ALLOWED}", value)
    return samples


def read_day(value: object) -> str:
    """A day, as YYYY-MM-DD."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        pass
    raise unexpected("must be a day as YYYY-MM-DD", value)


def read_mapping(value: object, read: Callable[[Any], T], *, on_fault: OnFault = refuse) -> dict[str, T]:
    """A mapping, each value read; without those whose fault `on_fault` takes."""
    if not isinstance(value, dict):
        raise unexpected("must be a mapping", value)
    return read_each(value.items(), read, on_fault=on_fault)


def read_tags(value: object) -> dict[str, str]:
    """A mapping of texts."""
    return read_mapping(value, read_text)


def read_list(value: object, read: Callable[[Any], T]) -> tuple[T, ...]:
    """A list, each value read."""
    return tuple(read_placed(value, read).values())


def read_placed(value: object, read: Callable[[Any], T], *, on_fault: OnFault = refuse) -> dict[int, T]:
    """A list, each value read, by its position; without those whose fault `on_fault` takes."""
    if not isinstance(value, list):
        raise unexpected("must be a list", value)
    return read_each(enumerate(value), read, on_fault=on_fault)


def read_each(pairs: Iterable[tuple[K, Any]], read: Callable[[Any], T], *, on_fault: OnFault = refuse) -> dict[K, T]:
    """Each value read, by its key or position; without those whose fault `on_fault` takes."""
    found = {}
    for name, value in pairs:
        try:
            found[name] = read(value)
        except ShapeError as fault:
            on_fault(fault.below(name))
    return found
