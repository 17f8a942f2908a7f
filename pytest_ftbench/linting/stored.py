"""Answers held against the entity store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.values import folded
from pytest_ftbench.judges import judge_answer
from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.linting.claims import Claim, NamedUnits, read_comparison, read_threshold
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, Stored
from pytest_ftbench.records import Case

_DIRECT = ("memorization", "rephrased", "alias")
_WORDS = {"greater": "more than", "less": "less than"}


def lint_stored(material: Material) -> Iterator[Finding]:
    """Answers that the store contradicts, ties, self-comparisons, and names that two entities share."""
    if not material.store.entities:
        return
    yield from _shared_names(material)
    by_name = _by_name(material)
    units = NamedUnits(material)
    unread = _unread(material)
    yield from unread.values()
    for case in material.cases:
        if case.expect == "answer" and (stored := material.stored(case)):
            if case.variant in _DIRECT:
                yield from _check_value(case, stored)
            elif polarity(case.answer) is not None and stored.column.name not in unread:
                yield from _check_claim(case, _claim(case, stored, material, by_name, units), stored)


def _check_value(case: Case, stored: Stored) -> Iterator[Finding]:
    value = stored.value
    if case.answer == value or value in case.aliases or folded(case.answer) == folded(value):
        return
    match = case.match if case.match.startswith("number") else "auto"
    if polarity(case.answer) is not None or not judge_answer(case.answer, value, match=match):
        told = f"{case.answer!r} is the answer, but the {stored.column.name!r} of {stored.entity!r} is {value!r}"
        yield find("FTB201", case, f"{told}. Remove the answer, or correct the value.")


def _check_claim(case: Case, claim: Claim | None, stored: Stored) -> Iterator[Finding]:
    if claim is None:
        return
    column, entity, value = stored.column, stored.entity, stored.value
    if claim.other == entity:
        told = f"{entity!r} is compared with itself, which every model can answer"
        yield find("FTB202", case, f"{told}. Take another entity.")
        return
    key, held = column.keys[entity], claim.key
    against = f"that of {claim.other!r}, {claim.shown!r}" if claim.other else repr(claim.shown)
    about = f"the {column.name!r} of {entity!r}, {value!r},"
    if key == held:
        yield find("FTB203", case, f"{about} is {against}: a tie. Hold it against another value.")
        return
    is_true = key > held if claim.kind == "greater" else key < held
    if is_true != polarity(case.answer):
        told = (
            f"the answer is {case.answer!r}, but {about} is {'' if is_true else 'not '}{_WORDS[claim.kind]} {against}"
        )
        yield find("FTB201", case, f"{told}. Write {'Yes' if is_true else 'No'!r}, or have the answer computed.")


def _claim(
    case: Case, stored: Stored, material: Material, by_name: Mapping[str, str], units: NamedUnits
) -> Claim | None:
    """What a yes answers, or None where that is not certain."""
    kind, other = case.tags.get("compares", ""), case.tags.get("other", "")
    if kind not in _WORDS and other:
        return None  # computed
    if kind not in _WORDS and case.variant == "comparison":
        kind, other = read_comparison(case.question, stored, material.store, by_name) or ("", "")
    if kind in _WORDS:
        value = stored.column.values.get(other)
        return None if value is None else Claim(kind, stored.column.keys[other], value, other)
    return read_threshold(case.question, stored.column, units.of) if case.variant == "secondary" else None


def _by_name(material: Material) -> dict[str, str]:
    return {
        folded(name): entity_id
        for entity_id, entity in material.store.entities.items()
        for name in (entity.name, *entity.aliases)
    }


def _unread(material: Material) -> dict[str, Finding]:
    """The attributes whose values their order cannot take."""
    found = {}
    for attribute in material.relations:
        try:
            material.store.column(attribute).keys  # noqa: B018 - whether they can be read
        except ShapeError as fault:
            found[attribute] = find("FTB001", material.place_of(fault.path), str(fault))
    return found


def _shared_names(material: Material) -> Iterator[Finding]:
    asked = set(material.relations)
    holders: dict[tuple[str, str], str] = {}
    told_of: set[tuple[str, str]] = set()
    for entity_id, entity in material.store.entities.items():
        named = (("name", entity.name), *(("aliases", alias) for alias in entity.aliases))
        for key, name in named:
            for attribute in asked.intersection(entity.values):
                other = holders.setdefault((attribute, folded(name)), entity_id)
                if other != entity_id and (entity_id, name) not in told_of:
                    told_of.add((entity_id, name))
                    told = f"{entity_id!r} and {other!r} are both called {name!r}, so that questions mean either"
                    place, tags = material.place_of((*entity.path, key)), entity.settings.tags
                    remedy = "Give them different names, or remove the alias."
                    yield find("FTB204", place, f"{told}. {remedy}", tags=tags)
