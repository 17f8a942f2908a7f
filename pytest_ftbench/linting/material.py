"""What rules look at: the cases of a source, and what is known beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pytest_ftbench.datasets.shapes import Path
from pytest_ftbench.datasets.store import Column, Store
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

_SIGNS = dict.fromkeys(map(ord, ".,;:!?\"'()[]{}«»“”„‘’`*_…¿¡-‐‑–—"), " ")  # noqa: RUF001 - the characters meant
_ARTICLE = pattern(r"(?:an?|the) ")


class Stored(NamedTuple):
    """What the entity store says of the fact that a case is about."""

    entity: str
    """Its id."""
    column: Column
    """The attribute of all entities."""

    @property
    def value(self) -> str:
        """As written."""
        return self.column.values[self.entity]


@dataclass(frozen=True, slots=True)
class Material:
    """One source, read."""

    cases: Sequence[Case]
    today: date
    store: Store = field(default_factory=lambda: Store({}, {}))
    relations: Sequence[str] = ()
    """The attributes that are asked about."""
    place_of: Callable[[Path], str] = lambda _: ""
    """Where a value of the file stands, as `file:line`."""
    trained: Mapping[str, str] = field(default_factory=dict)
    """What training files ask, as `plain` has it, each with its place."""

    def stored(self, case: Case) -> Stored | None:
        """What the store says of a case's fact; None where it does not know it."""
        entity, _, attribute = case.fact.rpartition(".")
        known = self.store.entities.get(entity)
        return Stored(entity, self.store.column(attribute)) if known and attribute in known.values else None


def plain(text: str) -> str:
    """A text by which texts are the same whatever their case, blanks and punctuation."""
    return " ".join(text.translate(_SIGNS).casefold().split())


def bare(answer: str) -> str:
    """An answer as `plain` has it, without an article before it."""
    text = plain(answer)
    found = _ARTICLE.match(text)
    return text[found.end() :] if found else text
