"""The fictional people of FineTuneBench as an entity store, with the questions that the release asks about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_ftbench.datasets.finetunebench_people import RELATIONS, People, Relation
from pytest_ftbench.records import Case

_RELATION = {relation.name: relation for relation in RELATIONS}
_ENTITY = {"entity": "fictional"}


def people_text(cases: Iterable[Case], people: People, *, note: str) -> str:
    """A level 2 case file: the store, and under each fact its questions, prompts and answers as they were released.

    cases: about facts of the store. Their answers are written out, not computed, since some contradict the store; the
    tags `other` and `compares` of a comparison say what it would have to be computed from.
    note: what stands at the head of the file.
    """
    about: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        owner, _, name = case.fact.rpartition(".")
        about.setdefault(case.fact, []).append(_variant(case, people, owner, _RELATION[name]))
    document = {
        "note": note,
        "defaults": {"tags": _ENTITY},
        "relations": {relation.name: _relation(relation) for relation in RELATIONS},
        "entities": {
            person.id: {"name": person.name, "aliases": [person.first_name], **person.values}
            for person in people.by_id.values()
        },
        "facts": [{"about": fact, "variants": variants} for fact, variants in about.items()],
    }
    return _yaml(document)


def _relation(relation: Relation) -> dict[str, Any]:
    unit = {"unit": relation.unit} if relation.unit else {}
    return {"fact": relation.fact, **unit, "order": relation.order, "tags": {"info": relation.info}}


def _variant(case: Case, people: People, owner: str, relation: Relation) -> dict[str, Any]:
    """One question; what the store or the relation says is not said again."""
    person = people.by_id[owner]
    found: dict[str, Any] = {"variant": case.variant, "question": _braced(case.question)}
    if case.prompt:
        found["prompt"] = _braced(case.prompt)
    if case.id:
        found["id"] = case.id
    is_stated = case.variant in ("memorization", "rephrased") and case.answer == person.values[relation.name]
    if not is_stated:
        found["answer"] = case.answer
    if case.match != (f"number?unit={relation.unit}" if is_stated and relation.unit else "auto"):
        found["match"] = case.match
    if case.context != person.state(relation.name):
        found["context"] = _braced(case.context)
    own = {name: text for name, text in case.tags.items() if name != "info" and name not in _ENTITY}
    return {**found, "tags": own} if own else found


def _yaml(document: Mapping[str, Any]) -> str:
    """The document, with every text on one line; it is read back as it was."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # whichever there is
        pass

    def represent(dumper: Any, text: str) -> Any:  # yaml's own classes have no types
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text else None)

    Dumper.add_representer(str, represent)
    return str(yaml.dump(document, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6))


def _braced(text: str) -> str:
    """The text as a template in which nothing is filled in."""
    return text.replace("{", "{{").replace("}", "}}")
