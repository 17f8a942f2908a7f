"""Which cases are meant: `variant=rephrased|alias, dataset=leave, topic!=pay`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pytest_ftbench.errors import SpecError
from pytest_ftbench.patterns import pattern


class Asked(Protocol):
    """What a selector looks at: a planned case and a result both have it."""

    @property
    def suite(self) -> str: ...
    @property
    def fact(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def case(self) -> str: ...
    @property
    def expect(self) -> str: ...
    @property
    def tags(self) -> Mapping[str, str]: ...


AnyAsked = TypeVar("AnyAsked", bound=Asked)

FIELDS = ("variant", "fact", "dataset", "suite", "case", "expect")
"""The keys that every case has; every other key is a tag."""
_DERIVED = ("dataset", "suite", "case")


def field_of(asked: Asked, key: str) -> str | None:
    """What a case has under a key, or None; `dataset` is the last part of its suite.

    A column or tag that the user calls `dataset`, `suite` or `case` is what the word means to them, so it comes first.
    """
    if key in _DERIVED and key in asked.tags:
        return asked.tags[key]
    if key == "dataset":
        return asked.suite.rpartition("/")[2]
    if key in FIELDS:
        return str(getattr(asked, key))
    return asked.tags.get(key)


@dataclass(frozen=True, slots=True)
class Condition:
    """One `key=value|value` or `key!=value|value`."""

    key: str
    values: tuple[str, ...]
    is_negated: bool = False

    def holds(self, asked: Asked) -> bool:
        """Whether a case meets it; a case without the tag meets only the negated form."""
        return (field_of(asked, self.key) in self.values) is not self.is_negated

    def __str__(self) -> str:
        """As a selector writes it."""
        return f"{self.key}{'!=' if self.is_negated else '='}{'|'.join(map(quoted, self.values))}"


@dataclass(frozen=True, slots=True)
class Selector:
    """All of some conditions."""

    conditions: tuple[Condition, ...] = ()

    def select(self, asked: Iterable[AnyAsked]) -> list[AnyAsked]:
        """Those that meet every condition, in order."""
        return [one for one in asked if all(condition.holds(one) for condition in self.conditions)]

    def explain_empty(self, asked: Iterable[Asked]) -> str:
        """Why nothing was selected: the first key that no case answers to, and what there is instead."""
        found = list(asked)
        for condition in self.conditions:
            if not any(condition.holds(one) for one in found):
                there = sorted({value for one in found if (value := field_of(one, condition.key)) is not None})
                if not there:
                    tags = sorted({tag for one in found for tag in one.tags})
                    return f"no case has a {condition.key!r}. There are: {', '.join((*FIELDS, *tags))}"
                return f"no case has {condition.key}={'|'.join(condition.values)}. There are: {_listed(there)}"
        return "no case meets all of its conditions"


def _listed(values: list[str], most: int = 12) -> str:
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(values[:most]) + more


QUOTED = r'''"(?:[^"]|"")*"''' + r"""|'(?:[^']|'')*'"""
"""A quoted text; a quote inside is written twice."""
_ANY_VALUE = rf"""\s*(?:{QUOTED}|[^,|\]"'\s][^,|\]]*)\s*"""
_ITEM = pattern(rf"""\s*(?P<key>[\w.-]+)\s*(?P<op>!?=)(?P<values>{_ANY_VALUE}(?:\|{_ANY_VALUE})*)(?:,|$)""")
_VALUE = pattern(_ANY_VALUE)


def parse_selector(text: str) -> Selector:
    """The selector that a text writes; an empty text selects everything.

    Conditions are `key=value` or `key!=value`, several joined by commas; values joined by `|` are alternatives;
    a value that holds a comma, a bar or a bracket is quoted, a quote inside written twice. Raises SpecError.
    """
    conditions, position = [], 0
    while text[position:].strip():
        item = _ITEM.match(text, position)
        if item is None:
            raise SpecError(
                f"selection {text!r}: cannot read {text[position:].strip()!r}. Write key=value, with commas between."
            )
        values = tuple(_unquoted(value.strip()) for value in _VALUE.findall(item["values"]))
        conditions.append(Condition(item["key"], values, is_negated=item["op"] == "!="))
        position = item.end()
    return Selector(tuple(conditions))


def _unquoted(value: str) -> str:
    mark = value[0]
    return value[1:-1].replace(mark * 2, mark) if mark in "\"'" else value


def quoted(value: str) -> str:
    """The value as a selector writes it."""
    is_plain = value and value == value.strip() and not re.search(r"""[,|\[\]'"\s]""", value)
    return value if is_plain else '"' + value.replace('"', '""') + '"'
