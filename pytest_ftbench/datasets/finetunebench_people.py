"""The fictional people of FineTuneBench: what its rows say of them, as entities with attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case
from pytest_ftbench.textfiles import Row


@dataclass(frozen=True, slots=True)
class Relation:
    """One attribute, and the sentence that states it."""

    name: str
    fact: str
    """With {name} and {value}."""
    info: str
    unit: str = ""
    order: Literal["number", "text"] = "text"

    def read(self, sentence: str) -> tuple[str, str] | None:
        """The name and the value that a sentence states, or None where it is about something else."""
        parts = re.escape(self.fact).replace(r"\{name\}", "(?P<name>.+?)").replace(r"\{value\}", "(?P<value>.+)")
        found = re.fullmatch(parts, sentence.strip())
        return (found["name"], found["value"]) if found else None


RELATIONS = (
    Relation("weight", "{name} weighs {value} pounds.", "numerical", "lb", "number"),
    Relation("height", "{name} is {value} cm tall.", "numerical", "cm", "number"),
    Relation("age", "{name} is {value} years old.", "numerical", "years", "number"),
    Relation("occupation", "{name} works as a {value}.", "categorical"),
    Relation("favorite_color", "{name}'s favorite color is {value}.", "categorical"),
    Relation("city", "{name} lives in {value}.", "novel_string"),
)
"""In the order of the rows of each person."""
_BY_NAME = {relation.name: relation for relation in RELATIONS}
_YES_NO = ("Yes", "No")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the rows of one id are about."""

    id: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    """By relation."""

    @property
    def first_name(self) -> str:
        """What all questions but those of memorization call the person."""
        return self.name.partition(" ")[0]

    def state(self, relation: str) -> str:
        """The sentence that states one attribute."""
        return _BY_NAME[relation].fact.format(name=self.name, value=self.values[relation])


@dataclass(frozen=True, slots=True)
class People:
    """The entity store, rebuilt from the sentences beside the questions."""

    by_id: Mapping[str, Person]

    def bind(self, case: Case, row: Row) -> Case:
        """The case with its fact, `PERSON.RELATION`, and what is known of it. Raises DataError where none is stated."""
        if case.variant == "comparison":
            return self._bind_comparison(case)
        stated = _read_fact(row["fact"])
        if stated is None:
            known = ", ".join(relation.name for relation in RELATIONS)
            raise DataError(case.place, f"its fact is none of {known}: {row['fact']!r}")
        relation, _, _ = stated
        tags = {"entity": "fictional", "info": relation.info}
        return replace(case, fact=f"{case.fact}.{relation.name}", match=_match_of(case, relation), tags=tags)

    def _bind_comparison(self, case: Case) -> Case:
        """Its id names both people and what is asked; the sentence beside it states weights, whatever is asked."""
        for one in self.by_id.values():
            if not case.fact.startswith(f"{one.id}-"):
                continue
            rest = case.fact.removeprefix(f"{one.id}-")
            for other in self.by_id.values():
                name = rest.removeprefix(f"{other.id}-").replace(" ", "_")
                if rest.startswith(f"{other.id}-") and name in one.values and name in other.values:
                    return _compare(case, one, other, _BY_NAME[name])
        raise DataError(case.place, f"no other row states the facts that {case.fact!r} compares")


def read_people(rows: Iterable[Row]) -> People:
    """The people of rows with an `id` and a `fact`; of two values of one attribute the first counts."""
    names: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    for row in rows:
        owner, stated = row["id"].strip(), _read_fact(row["fact"])
        if owner and stated:
            relation, name, value = stated
            names.setdefault(owner, name)
            values.setdefault(owner, {}).setdefault(relation.name, value)
    return People({owner: Person(owner, name, values[owner]) for owner, name in names.items()})


def _read_fact(sentence: str) -> tuple[Relation, str, str] | None:
    for relation in RELATIONS:
        if stated := relation.read(sentence):
            return relation, *stated
    return None


def _compare(case: Case, one: Person, other: Person, relation: Relation) -> Case:
    # More of a number is asked for ("taller"), but the earlier of two words ("alphabetically first").
    tags = {
        "entity": "fictional",
        "info": relation.info,
        "other": other.id,
        "compares": "greater" if relation.order == "number" else "less",
    }
    return replace(
        case,
        id=case.fact,
        fact=f"{one.id}.{relation.name}",
        match=_match_of(case, relation),
        context=f"{one.state(relation.name)} {other.state(relation.name)}",
        tags=tags,
    )


def _match_of(case: Case, relation: Relation) -> str:
    if case.variant in ("secondary", "comparison"):
        return "yes_no" if case.answer in _YES_NO else "auto"
    return f"number?unit={relation.unit}" if relation.unit and case.answer.isdecimal() else "auto"
