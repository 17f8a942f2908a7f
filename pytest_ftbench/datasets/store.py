"""The entity store: what is known of whom, and how the values of an attribute compare."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from itertools import groupby, pairwise

from pytest_ftbench.datasets.entries import Entity, Relation
from pytest_ftbench.datasets.shapes import Path, ShapeError
from pytest_ftbench.datasets.values import Key, find_order, folded, read_key, sorted_by
from pytest_ftbench.names import meant_name

_MOST_STEPS = 16
"""So many entities are looked at, on average, before one is found that fits."""
_KINDS = {"number": "a number", "date": "a date"}
_SUCH = {"number": "Write one", "date": "Write one such as 2024-09-12 or 12 September 2024"}


def digest(*parts: str) -> int:
    """A number of 64 bits that is the same for the same texts, on every machine."""
    hashed = sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(hashed[:8], "big")


def initial(text: str) -> str:
    """The first letter, as a capital without accents; empty for a text that begins with none.

    What is neither letter nor digit does not count: the initial of 's-Gravenhage is S.
    """
    first = sorted_by(text)[:1]
    return first.upper() if first.isalpha() else ""


class Column:
    """One attribute of all the entities that have it."""

    def __init__(
        self, name: str, values: Mapping[str, str], *, order: str, unit: str, paths: Mapping[str, Path]
    ) -> None:
        self.name = name
        self.values = values
        """By entity, as written."""
        self.unit = unit
        self.order = order or find_order(values.values(), unit=unit)
        self._paths = paths

    @cached_property
    def keys(self) -> dict[str, Key]:
        """What each entity's value is compared by. Raises ShapeError for one that the order cannot take."""
        keys = {}
        for entity, text in self.values.items():
            keys[entity] = key = read_key(text, self.order, unit=self.unit)
            if key is None:
                fault = f"{text!r} is not {_KINDS[self.order]}, as the order of {self.name!r} wants it."
                raise ShapeError(f"{fault} {_SUCH[self.order]}, or change 'order'.", *self._paths[entity], self.name)
        self._refuse_mixed_dates(keys)
        return keys

    def refuse_unordered(self, kind: str) -> None:
        """Raise ShapeError where the values have no order, which a rule of this kind needs."""
        if self.order:
            self._refuse_accents(kind)
            return
        fault = f"{kind}: not all values of {self.name!r} are numbers, so none is more or less than another."
        numbers = {entity: read_key(text, "number", unit=self.unit) for entity, text in self.values.items()}
        odd = next(entity for entity, number in numbers.items() if number is None)
        if any(number is not None for number in numbers.values()):
            remedy = "Write a number, or give the relation an 'order'."
            raise ShapeError(f"{fault} {self.values[odd]!r} is none. {remedy}", *self._paths[odd], self.name)
        if all(read_key(text, "date") is not None for text in self.values.values()):
            raise ShapeError(f"{fault} Give the relation the 'order' date.")
        raise ShapeError(f"{fault} Give the relation an 'order', or use in_class.")

    def _refuse_mixed_dates(self, keys: Mapping[str, Key]) -> None:
        if self.order == "date" and len({len(key) for key in keys.values()}) > 1:
            finest = max(len(key) for key in keys.values())
            entity = next(entity for entity, key in keys.items() if len(key) < finest)
            fault = f"{self.values[entity]!r} is less exact than other dates of {self.name!r}. Write all alike."
            raise ShapeError(fault, *self._paths[entity], self.name)

    def _refuse_accents(self, kind: str) -> None:
        if self.order != "text" or not self._is_accented:
            return
        for (one, key), (other, next_key) in pairwise((entity, self.keys[entity]) for entity in self.ranked):
            if key != next_key and self.is_tied(key, next_key):
                fault = f"{kind}: {self.values[one]!r} and {self.values[other]!r} have the same place in the alphabet."
                raise ShapeError(f"{fault} Change one, or ask otherwise.", *self._paths[one], self.name)

    @cached_property
    def _is_accented(self) -> bool:
        """Whether two values that are not the same may have the same place in the alphabet."""
        return len({place for place, _ in self.holders}) < len(self.holders)

    def is_tied(self, one: Key, other: Key) -> bool:
        """Whether of two keys neither is more than the other."""
        return bool(one[0] == other[0] if self.order == "text" else one == other)

    def key_of(self, text: str) -> Key | None:
        """What a text is compared by beside the values; None where it is nothing of the kind."""
        key = read_key(text, self.order, unit=self.unit)
        is_finer = self.order == "date" and key is not None and any(len(key) != len(one) for one in self.keys.values())
        return None if is_finer else key

    @cached_property
    def sorted_keys(self) -> list[Key]:
        """The keys of all entities, in their order."""
        return sorted(self.keys.values())

    @cached_property
    def holders(self) -> dict[Key, list[str]]:
        """Who has a value, by its key."""
        holders = defaultdict(list)
        for entity, key in self.keys.items():
            holders[key].append(entity)
        return dict(holders)

    @cached_property
    def ranked(self) -> list[str]:
        """The entities by their values, those with the same one by their names."""
        return sorted(self.keys, key=lambda entity: (self.keys[entity], entity))

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where those with an entity's value stand among the `ranked`: from the first number on and before the second.

        So many have a lower value, and so many have that or a lower one.
        """
        places: dict[str, tuple[int, int]] = {}
        for _, group in groupby(self.ranked, key=self.keys.__getitem__):
            same = list(group)
            place = len(places), len(places) + len(same)
            places.update(dict.fromkeys(same, place))
        return places

    @cached_property
    def _ring(self) -> tuple[list[int], list[str]]:
        """The entities by the hash of their names, with the hashes."""
        hashed = sorted((digest(self.name, entity), entity) for entity in self.values)
        return [number for number, _ in hashed], [entity for _, entity in hashed]

    @cached_property
    def initial_of(self) -> dict[str, str]:
        """The first letter of each entity's value. Raises ShapeError for one that begins with none."""
        found = {}
        for entity, text in self.values.items():
            found[entity] = letter = initial(text)
            if not letter:
                fault = f"starts_with: {text!r} does not begin with a letter, so that none can be picked."
                raise ShapeError(f"{fault} Write letters out, or change the value.", *self._paths[entity], self.name)
        return found

    @cached_property
    def initials(self) -> frozenset[str]:
        """The first letters of the values."""
        return frozenset(self.initial_of.values())

    def pick(self, point: int, low: int, high: int, *, but: str = "") -> str:
        """An entity that stands among those `ranked`, at `low` or after and before `high`, and is not `but`.

        At least one must be.

        The first from a point of the ring on, so that an entity which is added or taken away changes few other picks.
        Where few fit it would be long to find: then it goes by their number.
        """
        if (high - low) * _MOST_STEPS < len(self.ranked):
            picked = self.ranked[low + point % (high - low)]
            return picked if picked != but else self.ranked[low + (point + 1) % (high - low)]
        places = self.places
        numbers, entities = self._ring
        start = bisect_left(numbers, point)
        for position in range(start, start + len(entities)):
            entity = entities[position % len(entities)]
            if entity != but and places[entity][0] < high and low < places[entity][1]:
                return entity
        raise AssertionError("nothing fits")


class Store:
    """The entities of a file, by attribute."""

    def __init__(self, entities: Mapping[str, Entity], relations: Mapping[str, Relation]) -> None:
        self.entities = entities
        self._relations = relations
        self._columns: dict[str, Column] = {}

    @cached_property
    def _called(self) -> dict[str, list[str]]:
        """The entities by each of their names and aliases."""
        called = defaultdict(list)
        for entity_id, entity in self.entities.items():
            for name in {folded(name) for name in (entity.name, *entity.aliases)}:
                called[name].append(entity_id)
        return dict(called)

    def namesake(self, alias: str, entity_id: str, attribute: str) -> str | None:
        """Another entity with that attribute that is called as this one is."""
        return next((one for one in self._namesakes(alias, entity_id) if attribute in self.entities[one].values), None)

    def own_aliases(self, entity_id: str) -> tuple[str, ...]:
        """The aliases by which no other entity is called."""
        aliases = self.entities[entity_id].aliases
        return tuple(alias for alias in aliases if not any(self._namesakes(alias, entity_id)))

    def _namesakes(self, alias: str, entity_id: str) -> Iterator[str]:
        return (other for other in self._called[folded(alias)] if other != entity_id)

    def column(self, attribute: str) -> Column:
        """An attribute of all entities that have it."""
        if attribute not in self._columns:
            relation = self._relations.get(attribute)
            self._columns[attribute] = Column(
                attribute,
                {
                    name: entity.values[attribute]
                    for name, entity in self.entities.items()
                    if attribute in entity.values
                },
                order=relation.order if relation else "",
                unit=relation.unit if relation else "",
                paths={name: entity.path for name, entity in self.entities.items()},
            )
        return self._columns[attribute]

    def find(self, about: str, path: Path) -> tuple[str, str]:
        """Entity and attribute of `ENTITY.ATTRIBUTE`. Raises ShapeError for what the store does not have."""
        entity, dot, attribute = about.rpartition(".")
        if not dot:
            raise ShapeError(f"{about!r} names no attribute. Write ENTITY.ATTRIBUTE.", *path)
        self.check_entity(entity, path)
        values = self.entities[entity].values
        if attribute not in values:
            raise ShapeError(f"{entity!r} has no {attribute!r}{_hint(attribute, values)}. Give it a value.", *path)
        return entity, attribute

    def check_entity(self, name: str, path: Path, *, words: Iterable[str] = ()) -> None:
        """Raise ShapeError for an entity that there is not; words: what else could stand there."""
        if name not in self.entities:
            fault = f"unknown entity {name!r}{_hint(name, (*self.entities, *words))}. Give it under 'entities'."
            raise ShapeError(fault, *path)


def _hint(word: str, known: Iterable[str]) -> str:
    near = meant_name(word, known)
    return f" (did you mean {near!r}?)" if near else ""
