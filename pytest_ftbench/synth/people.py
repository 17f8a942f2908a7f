"""People who do not exist, and what is so about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_ftbench.errors import SpecError
from pytest_ftbench.synth.dice import Dice
from pytest_ftbench.synth.names import invent
from pytest_ftbench.synth.sentences import ATTRIBUTES, Attribute

FEWEST = 6
"""Of an odd number one answer more than half is Yes, or No: from here on that leaves 45 to 55 % of a variant."""
MOST = 100_000
"""More values than these have the reader of case files refuses."""
MOST_UNSEEN = 25
_APART = 24
"""So many people before one have another weight, height and age: of 25, none is shared."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    first: str
    """Nobody else's, so that it is an alias."""
    surname: str
    values: dict[str, str]
    """By attribute; empty for somebody of whom nothing is known."""

    @property
    def id(self) -> str:
        """What the entity is called in the case file."""
        return self.first.casefold()

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.surname}"


@dataclass(frozen=True, slots=True)
class People:
    """Those whom a training file is about, and those whom none is about."""

    known: tuple[Person, ...]
    unseen: tuple[Person, ...]
    shared: dict[str, frozenset[str]]
    """The values that several have, by attribute."""

    def is_unique(self, person: Person, attribute: Attribute) -> bool:
        """Whether nobody else has a person's value."""
        return person.values[attribute.name] not in self.shared[attribute.name]


def make_people(count: int, *, seed: int) -> People:
    """So many people, and one in addition for each, but MOST_UNSEEN at most, of whom nothing is known.

    The same seed gives the same people; more of them begin with those who are fewer.
    Raises SpecError for a count or a seed out of bounds.
    """
    if not FEWEST <= count <= MOST:
        raise SpecError(f"--people must be from {FEWEST} to {MOST:,}, got {count}.")
    if seed < 0:
        raise SpecError(f"--seed must be 0 or more, got {seed}.")
    dice = Dice(seed)
    taken: set[str] = set()
    unseen = [_named(dice, taken, {}) for _ in range(MOST_UNSEEN)]
    values = _values(dice, taken)
    known = tuple(_named(dice, taken, next(values)) for _ in range(count))
    shared = {}
    for attribute in ATTRIBUTES:
        counts = Counter(person.values[attribute.name] for person in known)
        shared[attribute.name] = frozenset(value for value, holders in counts.items() if holders > 1)
    return People(known, tuple(unseen[:count]), shared)


def _named(dice: Dice, taken: set[str], values: dict[str, str]) -> Person:
    names = []
    for kind in ("first", "surname"):
        names.append(invent(kind, dice, taken))
        taken.add(names[-1])
    return Person(names[0], names[1], values)


def _values(dice: Dice, taken: set[str]) -> Iterator[dict[str, str]]:
    """What is so about one person after the other."""
    columns = {attribute.name: _column(attribute, dice, taken) for attribute in ATTRIBUTES}
    while True:
        yield {name: next(column) for name, column in columns.items()}


def _column(attribute: Attribute, dice: Dice, taken: set[str]) -> Iterator[str]:
    if attribute.values:
        return _numbers(attribute.values, dice)
    return _words(attribute.classes, dice) if attribute.classes[0] else _cities(dice, taken)


def _numbers(values: range, dice: Dice) -> Iterator[str]:
    """Numbers of which none is among the _APART before it."""
    last: list[int] = []
    while True:
        value = dice.pick(values)
        if value not in last:
            last = [*last[1 - _APART :], value]
            yield str(value)


def _words(classes: tuple[tuple[str, ...], tuple[str, ...]], dice: Dice) -> Iterator[str]:
    """One of each class in every two, in either order; in every four, two share each of two words."""
    pair = ["", ""]
    while True:
        pair = [dice.pick([word for word in of_class if word not in pair]) for of_class in classes]
        for _ in range(2):
            first = dice.draw(2)
            yield pair[first]
            yield pair[1 - first]


def _cities(dice: Dice, taken: set[str]) -> Iterator[str]:
    """Invented names, of which no two in a row begin alike."""
    name = " "
    while True:
        name = invent("city", dice, taken, but_initial=name[0])
        taken.add(name)
        yield name
