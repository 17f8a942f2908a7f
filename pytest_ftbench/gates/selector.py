"""Which cases are meant: `variant=rephrased|alias, dataset=leave, topic!=pay`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pytest_ftbench.errors import SpecError


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


def field_of(asked: Asked, key: str) -> str | None:
    """What a case has under a key, or None; `dataset` is the last part of its suite."""
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


_ITEM = re.compile(
    r"""\s*(?P<key>[\w.-]+)\s*(?P<op>!?=)\s*
        (?P<values>(?:"[^"]*"|'[^']*'|[^,|\]"'][^,|\]]*)(?:\|(?:"[^"]*"|'[^']*'|[^,|\]"'][^,|\]]*))*)\s*(?:,|$)""",
    re.VERBOSE,
)
_VALUE = re.compile(r"""\|?(?:"([^"]*)"|'([^']*)'|([^|]*))""")


def parse_selector(text: str) -> Selector:
    """The selector that a text writes; an empty text selects everything.

    Conditions are `key=value` or `key!=value`, several joined by commas; values joined by `|` are alternatives;
    a value that holds a comma, a bar or a bracket is quoted. Raises SpecError.
    """
    conditions, position = [], 0
    while text[position:].strip():
        item = _ITEM.match(text, position)
        if item is None:
            raise SpecError(
                f"selection {text!r}: cannot read {text[position:].strip()!r}. Write key=value, with commas between."
            )
        values = tuple(_values(item["values"]))
        conditions.append(Condition(item["key"], values, is_negated=item["op"] == "!="))
        position = item.end()
    return Selector(tuple(conditions))


def _values(text: str) -> Iterable[str]:
    position = 0
    while position < len(text):
        value = _VALUE.match(text, position)
        assert value is not None  # the pattern matches anything
        yield next(group for group in (*value.groups(), "") if group is not None).strip()
        position = max(value.end(), position + 1)
