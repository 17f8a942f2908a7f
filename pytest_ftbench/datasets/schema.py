"""A YAML case file's value as facts, relations and entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from pytest_ftbench.datasets.entries import (
    NO_SETTINGS,
    Entity,
    Entry,
    FactsFile,
    PlainFact,
    Relation,
    Rule,
    Settings,
)
from pytest_ftbench.datasets.keys import BALANCED, ENTITY, FILE, RULES, SETTINGS, SHOWN, Found, file_shape
from pytest_ftbench.datasets.shapes import OnFault, Path, Shape, ShapeError, read_keys, refuse
from pytest_ftbench.datasets.shift import is_shift
from pytest_ftbench.datasets.templates import check_varies
from pytest_ftbench.datasets.values import folded
from pytest_ftbench.names import meant_name

K = TypeVar("K", str, int)
T = TypeVar("T")

_SETTINGS = (*SETTINGS, "context", "answer_before", "requires")
_UNSEEN = "unseen_entity"
_PLACEHOLDERS = ("alias", "name", "value")
"""What may stand in every text of a relation."""
_OF_ALL = ("system", "match", "samples", "source")
"""Settings that may also stand at the top of a file."""


def read_file(value: Mapping[str, Any], *, on_fault: OnFault | None = None) -> FactsFile:
    """A file's value as facts, relations and entities.

    Raises ShapeError for the first fault: of the known keys in their order, then of others.
    on_fault: takes the faults instead; what is left is what can be read. Where something is wrong with a relation or an
    entity, that is the facts outside the entity store.
    """
    if on_fault is None:
        return _read_file(value, FILE, refuse)
    places = set()

    def tell(fault: ShapeError) -> None:
        places.add(fault.path[0])
        on_fault(fault)

    file = _read_file(value, file_shape(tell), tell)
    if places.isdisjoint(("relations", "entities")):
        return file
    facts = tuple(fact for fact in file.facts if not fact.about)
    return replace(file, facts=facts, relations={}, entities={}, unseen={})


def _read_file(value: Mapping[str, Any], shape: Shape, on_fault: OnFault) -> FactsFile:
    found = read_keys(value, shape, on_fault=on_fault)
    if "facts" not in value and "relations" not in value:
        missing = "relations" if "entities" in value else "facts"
        raise ShapeError(f"no key {missing!r}. Add it.", missing)
    defaults = found.get("defaults", {})
    for key in _OF_ALL:
        if key in found and key in defaults:
            on_fault(ShapeError(f"{key!r} stands in 'defaults' as well. Keep one of them.", key))
    relations = found.get("relations", {})

    entities = _make(found.get("entities", {}), lambda name, one: _entity(one, relations, ("entities", name)), on_fault)
    facts = _make(found.get("facts", {}), lambda index, one: _plain(one, ("facts", index)), on_fault)
    return FactsFile(
        facts=tuple(facts.values()),
        relations=_make(relations, _relation, on_fault),
        entities=entities,
        unseen=_unseen(found.get("unseen", {}), relations, entities, on_fault),
        defaults=_settings({**{key: found[key] for key in _OF_ALL if key in found}, **defaults}),
        gates=found.get("gates", ()),
        seed=found.get("seed", "0").strip(),
        training_file=found.get("training_file", "").strip(),
    )


def _make(parts: Mapping[K, Found], make: Callable[[K, Found], T], on_fault: OnFault) -> dict[K, T]:
    """What is made of each part; without those whose fault `on_fault` takes."""
    made = {}
    for name, found in parts.items():
        try:
            made[name] = make(name, found)
        except ShapeError as fault:
            on_fault(fault)
    return made


def _settings(found: Found) -> Settings:
    return Settings(**{key: found[key] for key in _SETTINGS if key in found})


def _relation(name: str, found: Found) -> Relation:
    if "." in name or name in ENTITY:
        raise ShapeError(f"a relation cannot be called {name!r}. Take another name, without dots.", "relations", name)
    path = ("relations", name)
    entries = _entries(found, path)
    unseen = (*_of_unseen(found, path), *(entry for entry in entries if entry.variant == _UNSEEN))
    _check_templates((*entries, *unseen))
    return Relation(
        name=name,
        path=path,
        fact=found.get("fact", ""),
        unit=found.get("unit", "").strip(),
        order=found.get("order", ""),
        settings=_settings(found),
        trained=_trained(entries),
        entries=tuple(entry for entry in entries if entry.variant != _UNSEEN),
        unseen=unseen,
    )


def _of_unseen(found: Found, path: Path) -> list[Entry]:
    """What is asked about unseen entities: what is written for them, else what is asked of all."""
    if _UNSEEN not in found and "question" in found:
        return [Entry(_UNSEEN, (*path, "question"), question=found["question"])]
    texts = found.get(_UNSEEN, ())
    return [Entry(_UNSEEN, (*path, _UNSEEN, index), question=text) for index, text in enumerate(texts)]


def _check_templates(entries: tuple[Entry, ...]) -> None:
    """Raise ShapeError for a text that would be the same for every entity."""
    for entry in entries:
        wanted = ("value",) if entry.variant == "reverse" and entry.answer is None else ("name", "alias", "value")
        text = entry.question
        if text is None or (entry.variant == "date_change" and is_shift(text)):
            continue
        if text.strip():
            try:
                check_varies(text, wanted, _PLACEHOLDERS)
            except ShapeError as fault:
                raise fault.below(*entry.path) from None


def _plain(found: Found, path: Path) -> PlainFact:
    about = found.get("about", "").strip()
    for key in ("id", "answer", "expect") if about else ("reverse", "secondary", "comparison"):
        if key in found:
            told = f"the entity store gives it for {about!r}" if about else "it is computed from the entity store"
            remedy = f"Remove {key!r}" if about else "Say by 'about: ENTITY.ATTRIBUTE' of what"
            raise ShapeError(f"{key!r} cannot stand here: {told}. {remedy}.", *path, key)
    entries = _entries(found, path)
    return PlainFact(
        path=path,
        id=found.get("id", ""),
        about=about,
        fact=found.get("fact", ""),
        answer=found.get("answer", "").strip(),
        aliases=_clean(found.get("aliases", ())),
        expect=found.get("expect", "answer"),
        settings=_settings(found),
        trained=_trained(entries),
        entries=entries,
    )


def _clean(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, texts)))


def _trained(entries: tuple[Entry, ...]) -> Entry | None:
    return next((entry for entry in entries if entry.path[-1] == "question"), None)


def _entries(found: Found, path: Path) -> tuple[Entry, ...]:
    """The questions and settings of one relation or fact, in the order in which its cases stand."""
    entries = []
    if "question" in found:
        prompt = found.get("prompt", "")
        entries.append(Entry("memorization", (*path, "question"), question=found["question"], prompt=prompt))
    for key in ("rephrased", "alias", "reverse", "date_change"):
        entries += [Entry(key, (*path, key, index), question=text) for index, text in enumerate(found.get(key, ()))]
    if "doubt" in found:
        entries.append(Entry("doubt", (*path, "doubt"), turns=("{question}", *found["doubt"])))
    for key in ("secondary", "comparison", "applied"):
        entries += [_entry(key, one, (*path, key, index)) for index, one in enumerate(found.get(key, ()))]
    for index, one in enumerate(found.get("variants", ())):
        entries.append(_entry(one["variant"].strip(), one, (*path, "variants", index)))
    return tuple(entries)


def _entry(variant: str, found: Found, path: Path) -> Entry:
    if not variant:
        raise ShapeError("the variant has no name. Fill in 'variant'.", *path, "variant")
    kinds = [kind for kind in RULES if kind in found]
    if len(kinds) > 1:
        raise ShapeError(f"{kinds[0]!r} and {kinds[1]!r} stand together. Keep one of them.", *path, kinds[1])
    if kinds:
        _check_rule(kinds[0], found, path)
    return Entry(
        variant,
        path,
        question=found.get("question"),
        turns=found.get("turns", ()),
        prompt=found.get("prompt", ""),
        rule=_rule(kinds[0], found[kinds[0]]) if kinds else None,
        id=found.get("id", "").strip(),
        expect=found.get("expect"),
        answer=found["answer"].strip() if "answer" in found else None,
        aliases=_clean(found["aliases"]) if "aliases" in found else None,
        settings=_settings(found),
    )


def _check_rule(kind: str, found: Found, path: Path) -> None:
    for key in ("answer", "aliases", "expect"):
        if key in found:
            raise ShapeError(f"the answer is computed by {kind!r}. Remove {key!r}.", *path, key)
    if BALANCED not in found[kind]:
        return
    if kind not in SHOWN:
        raise ShapeError(f"{kind!r} cannot be {BALANCED!r}. Write out what it is held against.", *path, kind)
    if SHOWN[kind] not in found.get("question", ""):
        fault = f"the question does not say what is picked. Write {SHOWN[kind]} where it belongs."
        raise ShapeError(fault, *path, "question")


def _rule(kind: str, operands: tuple[str, ...]) -> Rule:
    return Rule(kind, operands, is_balanced=operands == (BALANCED,))


def _entity(found: Found, relations: Found, path: Path) -> Entity:
    if "id" in found and path[0] == "entities":
        raise ShapeError("an entity's id is the key that it stands under. Remove 'id'.", *path, "id")
    values = {key: text.strip() for key, text in found.items() if key not in ENTITY}
    for key, text in values.items():
        if not text:
            raise ShapeError(f"{key!r} has no value. Fill it in, or remove it.", *path, key)
        if key not in relations and (meant := meant_name(key, (*relations, *ENTITY))) and meant not in found:
            raise ShapeError(f"unknown attribute {key!r}. Did you mean {meant!r}? If not, rename it.", *path, key)
    name = found["name"].strip()
    if not name:
        raise ShapeError("the entity has no name. Fill in 'name'.", *path, "name")
    settings = _tagged(tuple(found.get("tags", {}).items()))
    return Entity(name, path, _clean(found.get("aliases", ())), settings, values)


@lru_cache(maxsize=1024)
def _tagged(tags: tuple[tuple[str, str], ...]) -> Settings:
    """The same object for the same tags, which thousands of entities may have."""
    return Settings(tags=dict(tags)) if tags else NO_SETTINGS


def _unseen(
    found: Mapping[int, Found], relations: Found, entities: Mapping[str, Entity], on_fault: OnFault
) -> dict[str, Entity]:
    unseen: dict[str, Entity] = {}
    known = {folded(name) for entity in entities.values() for name in (entity.name, *entity.aliases)}

    def add(index: int, one: Found) -> None:
        entity = _entity(one, relations, ("unseen", index))
        name = one.get("id", "").strip() or entity.name
        taken = name if name in unseen or name in entities else None
        taken = taken or next((one for one in (entity.name, *entity.aliases) if folded(one) in known), None)
        if taken:
            raise ShapeError(f"{taken!r} is named before. Name an entity that is in no training file.", "unseen", index)
        if entity.values:
            attribute = next(iter(entity.values))
            fault = f"an unseen entity has no {attribute!r}, since nobody can know of it. Remove it."
            raise ShapeError(fault, "unseen", index, attribute)
        unseen[name] = entity

    _make(found, add, on_fault)
    return unseen
