"""What a yes-or-no question claims, where its words leave no doubt: `Is Ana over 40?`, `Is Ana taller than Bo?`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from pytest_ftbench.datasets.store import Column, Store
from pytest_ftbench.datasets.values import Key, folded, read_number
from pytest_ftbench.judges.units import UNITS
from pytest_ftbench.linting.material import Material, Stored
from pytest_ftbench.linting.units import units_in
from pytest_ftbench.patterns import pattern

_MORE = "more|greater|older|taller|heavier|longer|larger|bigger"
_LESS = "less|fewer|younger|shorter|lighter|smaller"
_DENIED = pattern(
    r"\b(?:not|no|never|neither|nor|without|unless)\b|n['\u2019]t\b|\bat (?:least|most)\b|\bor (?:equal|more|less)\b"
)
_THRESHOLD = pattern(
    rf"\b(?:(?P<over>over|above|(?:{_MORE}) than)|(?P<under>under|below|(?:{_LESS}) than))\s+"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<rest>.*)"
)
_NUMBER = pattern(r"\d[\d,.]*")
_UNIT = pattern(r"\s*([^\W\d_]+|%|°\w?)?")
_COMPARISON = pattern(rf"(?P<before>.*)\b(?:(?P<more>{_MORE})|(?:{_LESS}))\b(?: [\w-]+){{0,3}}? than (?P<other>.+)")
_ODD = 10


class Claim(NamedTuple):
    """What a yes says: that a value is greater, or less, than another."""

    kind: str
    """greater or less."""
    key: Key
    """What it is held against."""
    shown: str
    """The same as written."""
    other: str = ""
    """The entity whose value that is."""


class NamedUnits:
    """The unit of an attribute's values: its own or, where it has none, the only one that its questions name."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def of(self, column: Column) -> str:
        """The unit's name; empty where it is not certain."""
        if column.unit:
            return UNITS.get(column.unit.casefold(), "")
        named = self._named.get(column.name, set())
        return next(iter(named)) if len(named) == 1 else ""

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        named: dict[str, set[str]] = {}
        for case in self._material.cases:
            if stored := self._material.stored(case):
                named.setdefault(stored.column.name, set()).update(units_in(case.question))
        return named


def read_threshold(question: str, column: Column, unit_of: Callable[[Column], str]) -> Claim | None:
    """What a question claims about one number; None unless it holds one number, in the unit of the values.

    unit_of: the name of that unit, or nothing.
    """
    low = question.casefold()
    found = _THRESHOLD.search(low)
    if found is None or column.order != "number" or _DENIED.search(low) or len(_NUMBER.findall(low)) > 1:
        return None
    number = read_number(found["number"].rstrip(","))
    if number is None or not _is_of_the_kind(number, column) or not _is_in_unit(found["rest"], column, unit_of):
        return None
    return Claim("greater" if found["over"] else "less", number, found["number"])


def _is_of_the_kind(number: Decimal | int, column: Column) -> bool:
    """Whether a number is of the size of the values: 40 is no year of birth."""
    low, high = column.sorted_keys[0], column.sorted_keys[-1]
    return low > 0 and low <= number * _ODD and number <= high * _ODD and not _are_years(column)


def _are_years(column: Column) -> bool:
    """Whether the values may be years, of which the greater is the younger."""
    return column.sorted_keys[0] >= 1000 and column.sorted_keys[-1] <= 2199 and not column.unit


def _is_in_unit(rest: str, column: Column, unit_of: Callable[[Column], str]) -> bool:
    found = _UNIT.match(rest)
    word = found[1] if found else None
    if not word or word not in UNITS:
        return not word or word not in ("hundred", "thousand", "million", "billion", "trillion")
    return UNITS[word] == unit_of(column)


def read_comparison(question: str, stored: Stored, store: Store, by_name: Mapping[str, str]) -> tuple[str, str] | None:
    """What a question claims about the entity and another of the store: greater or less, and the other's id.

    by_name: ids by names and aliases, `folded`.
    """
    low = folded(question).rstrip(" ?.!")
    found = _COMPARISON.fullmatch(low)
    column = stored.column
    if found is None or column.order != "number" or _DENIED.search(low) or _are_years(column):
        return None
    entity = store.entities[stored.entity]
    other = by_name.get(found["other"])
    if other is None or not any(folded(name) in found["before"] for name in (entity.name, *entity.aliases)):
        return None
    return "greater" if found["more"] else "less", other
