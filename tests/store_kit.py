"""Answers computed from the entity store of a case file a second time, by what stands in the questions themselves."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pytest_ftbench.records import Case

Document = Mapping[str, Any]
"""A case file as plain YAML, every scalar a text."""
Found = tuple[str, str]
"""What is expected, `answer` or `abstain`, and the answer, or the one that would leak."""

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "over": operator.gt,
    "greater": operator.gt,
    "under": operator.lt,
    "less": operator.lt,
    "equal": operator.eq,
}


def derived(document: Document, cases: Iterable[Case]) -> list[Case]:
    """The cases that are about an entity of the file."""
    return [case for case in cases if _subject(document, case) is not None]


def contradicting(document: Document, cases: Iterable[Case]) -> list[str]:
    """Those of the derived cases whose answer is not what the store says."""
    wrong = []
    for case in derived(document, cases):
        found = set(_answers(document, case))
        said = case.trained_answer if case.expect == "abstain" else case.answer
        if (case.expect, said) not in found or len({answer for _, answer in found if answer in ("Yes", "No")}) > 1:
            wrong.append(f"{case.fact} ({case.variant}): {case.question} {said!r}, not {sorted(found)}")
    return wrong


def _subject(document: Document, case: Case) -> tuple[Document, str] | None:
    """The entity and the relation that a case is about."""
    owner, _, attribute = case.fact.rpartition(".")
    if attribute not in document.get("relations", {}):
        return None
    unseen = {entity.get("id", entity["name"]): entity for entity in document.get("unseen", [])}
    entity = document.get("entities", {}).get(owner) or unseen.get(owner)
    return (entity, attribute) if entity else None


def _answers(document: Document, case: Case) -> Iterator[Found]:
    """All that a case's question may be answered by, going by the templates that it can be made of."""
    subject = _subject(document, case)
    assert subject is not None  # or it would not be derived
    entity, attribute = subject
    written = [fact for fact in document.get("facts", []) if fact.get("about") == case.fact]
    entries = [entry for asked in (document["relations"][attribute], *written) for entry in asked.get(case.variant, ())]
    values = [other[attribute] for other in document["entities"].values() if attribute in other]
    if case.variant == "unseen_entity":
        assert attribute not in entity
        yield from (("abstain", value) for value in values)
    elif case.variant in ("secondary", "comparison"):
        for entry in entries:
            if found := _placeholders(entry["question"], case.question):
                assert found.get("name") == entity["name"], case.question
                yield "answer", "Yes" if _holds(entry, entity[attribute], found, document, attribute) else "No"
    elif case.variant == "reverse":
        assert values.count(entity[attribute]) == 1, case.question
        yield "answer", entity["name"]
    elif case.variant == "applied":
        yield from (("answer", entry["answer"]) for entry in entries)
    else:
        yield "abstain" if case.variant == "date_change" else "answer", entity[attribute]
        assert any(name in case.question for name in (entity["name"], *entity.get("aliases", ()))), case.question


def _placeholders(template: str, question: str) -> dict[str, str] | None:
    """What the placeholders of a template stand for in a question; None for a question that is not made of it."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template.strip()))
    found = re.fullmatch(pattern, question)
    return found.groupdict() if found else None


def _holds(entry: Document, value: str, found: Mapping[str, str], document: Document, attribute: str) -> bool:
    """Whether a rule holds of a value, held against what stands in the question."""
    if "between" in entry:
        low, high = map(_number, entry["between"])
        return low <= _number(value) <= high
    if "in_class" in entry:
        return any(value.casefold() == member.casefold() for member in entry["in_class"])
    if "starts_with" in entry:
        return value[0].casefold() in re.split(r", | or ", found["letters"].casefold())
    if "parity" in entry:
        return _number(value) % 2 == ("even", "odd").index(entry["parity"])
    if "other" in found:
        (held,) = (other[attribute] for other in document["entities"].values() if other["name"] == found["other"])
    else:
        held = found.get("threshold") or entry.get("over") or entry["under"]
    rule = next(rule for rule in _COMPARED if rule in entry)
    if rule == "equal":
        return bool(value == held)
    is_text = document["relations"][attribute].get("order") == "text"
    own, others = (text.casefold() if is_text else _number(text) for text in (value, held))
    assert own != others, "a tie"
    return _COMPARED[rule](own, others)


def _number(text: str) -> float:
    found = re.match(r"-?[\d,]+(?:\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))
