"""The keys of a YAML case file and what reads their values; the JSON Schema beside this file says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_ftbench.datasets.shapes import (
    OnFault,
    Shape,
    ShapeError,
    read_count,
    read_day,
    read_keys,
    read_list,
    read_mapping,
    read_placed,
    read_tags,
    read_text,
    read_texts,
    read_word,
    unexpected,
)
from pytest_ftbench.names import meant_name
from pytest_ftbench.records import EXPECTS, PRECONDITIONS

SCHEMA_FILE = Path(__file__).with_name("ftbench.schema.json")
BALANCED = "balanced"
"""The operand that is picked for each fact."""
NO_PRECONDITION = "none"
Found = Mapping[str, Any]
"""What a mapping holds, by its known keys, each value read."""


def _mapping(shape: Shape, holding: str, *, required: Iterable[str] = ()) -> Callable[[object], Found]:
    """What reads a mapping of these keys; holding: what messages say that it must have."""

    def read(value: object) -> Found:
        if not isinstance(value, dict):
            raise unexpected(f"must be a mapping with {holding}", value)
        return read_keys(value, shape, required=required)

    return read


def _each(read: Callable[[Any], Any]) -> Callable[[object], tuple[Any, ...]]:
    return lambda value: read_list(value, read)


def _read_operands(value: object) -> tuple[str, ...]:
    texts = tuple(map(str.strip, read_texts(value)))
    if not texts or "" in texts:
        raise unexpected("must hold at least one text, and no empty one", value)
    return texts


def _read_operand(value: object) -> tuple[str, ...]:
    return _read_operands(read_text(value))


def _read_bounds(value: object) -> tuple[str, ...]:
    texts = _read_operands(value)
    if len(texts) != 2:
        raise unexpected("must be a list of the lowest and the highest value", value)
    return texts


def _read_class(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and ("," in value or ";" in value):
        raise unexpected("must be a list, such as [red, orange]", value)
    return _read_operands(value)


def _read_parity(value: object) -> tuple[str, ...]:
    return (read_word(("even", "odd"), said="'even' or 'odd'")(value),)


def _read_ruled(rules: Shape) -> Callable[[object], Found]:
    """What reads a question whose answer follows from one of these rules."""
    read_all = _mapping({**rules, **CASE}, f"'question' and one of {', '.join(rules)}", required=("question",))

    def read(value: object) -> Found:
        found = read_all(value)
        if not any(kind in found for kind in rules):
            raise ShapeError(f"nothing says how to compute the answer. Add one of {', '.join(rules)}.")
        return found

    return read


def _read_fact(value: object) -> Found:
    given = value if isinstance(value, dict) else {}
    required: tuple[str, ...] = ("question",)
    if "about" in given:
        required = ()
    elif "variants" in given and "question" not in given:
        required = ("id",)  # else it would come from the question
    return _mapping(FACT, "'question' and 'answer'", required=required)(value)


def read_entity(value: object) -> Found:
    """An entity: any key but those of ENTITY is an attribute, and its value a text."""
    if not isinstance(value, dict):
        raise unexpected("must be a mapping with 'name'", value)
    attributes = {key: _read_attribute(key) for key in value if key not in ENTITY}
    return read_keys(value, {**ENTITY, **attributes}, required=("name",))


def _read_attribute(key: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) and (meant := meant_name(key, ENTITY)):
            raise ShapeError(f"unknown attribute {key!r}. Did you mean {meant!r}?")
        return read_text(value)

    return read


def _read_of_unseen(value: object) -> tuple[str, ...]:
    texts = read_texts(value)
    if any(text.strip().casefold() in ("true", "false", "yes", "no") for text in texts):
        fault = "is no switch: the question is asked of each of 'unseen' by itself. Remove it, or write []"
        raise ShapeError(f"'unseen_entity' {fault} to ask nothing, or what is to be asked instead.")
    return texts


def _read_answer(value: object) -> str:
    if isinstance(value, list):
        raise unexpected("must be one text. Others that are as right go to 'aliases'", value)
    return read_text(value)


SETTINGS: Shape = {
    **dict.fromkeys(("system", "match"), read_text),
    "samples": read_count,
    "precondition": read_word((*PRECONDITIONS, NO_PRECONDITION)),
    "tags": read_tags,
    **dict.fromkeys(("valid_from", "review_by"), read_day),
    "source": read_text,
}
"""What may hold for a whole file, a relation, a fact or one question."""
_OWN: Shape = {"context": read_text, "answer_before": read_text, "requires": read_texts}
"""Settings that make no sense for a whole file."""
CASE: Shape = {
    **dict.fromkeys(("id", "question", "prompt"), read_text),
    "answer": _read_answer,
    **dict.fromkeys(("aliases", "turns"), read_texts),
    "expect": read_word(EXPECTS, said=" or ".join(map(repr, EXPECTS))),
    **_OWN,
    **SETTINGS,
}
"""What one question may say."""
SECONDARY: Shape = {
    **dict.fromkeys(("over", "under"), _read_operand),
    "between": _read_bounds,
    "in_class": _read_class,
    "starts_with": _read_operands,
    "parity": _read_parity,
}
COMPARISON: Shape = dict.fromkeys(("greater", "less", "equal"), _read_operand)
RULES: Shape = {**SECONDARY, **COMPARISON}
"""What an answer can be computed by: from one value, or from two entities'."""
SHOWN = {
    **dict.fromkeys(("over", "under"), "{threshold}"),
    "starts_with": "{letters}",
    **dict.fromkeys(COMPARISON, "{other}"),
}
"""The rules whose operand can be balanced, and the placeholder that stands for it."""
ENTRY: Shape = {"variant": read_text, **CASE, **RULES}
_QUESTIONS: Shape = {
    **dict.fromkeys(("rephrased", "date_change", "alias", "reverse", "doubt"), read_texts),
    "secondary": _each(_read_ruled(SECONDARY)),
    "comparison": _each(_read_ruled(COMPARISON)),
    "applied": _each(_mapping({**CASE, **RULES}, "'question'", required=("question",))),
    "variants": _each(_mapping(ENTRY, "'variant'", required=("variant",))),
}
FACT: Shape = {
    **dict.fromkeys(("id", "about", "fact", "question", "prompt"), read_text),
    "answer": _read_answer,
    "aliases": read_texts,
    **_QUESTIONS,
    "expect": CASE["expect"],
    **_OWN,
    **SETTINGS,
    "note": read_text,
}
"""In the order in which messages list them, as in all these tables."""
RELATION: Shape = {
    **dict.fromkeys(("fact", "unit"), read_text),
    "order": read_word(("number", "date", "text")),
    "question": read_text,
    **_QUESTIONS,
    "unseen_entity": _read_of_unseen,
    **_OWN,
    **SETTINGS,
    "note": read_text,
}
ENTITY: Shape = {"id": read_text, "name": read_text, "aliases": read_texts, "tags": read_tags}
_OF_FILE: Shape = {
    "$schema": read_text,
    "defaults": _mapping(SETTINGS, "settings such as 'system'"),
    "system": read_text,
    "match": read_text,
    "samples": read_count,
    "gates": read_texts,
    "seed": read_text,
    **dict.fromkeys(("training_file", "licence", "source", "note"), read_text),
}


def file_shape(on_fault: OnFault | None = None) -> Shape:
    """What a file may hold. Relations and entities are read by their names, unseen ones and facts by their positions.

    on_fault: takes what is wrong with one of these, which is then left out; None: it is raised.
    """

    def part(key: str, read_all: Callable[..., Any], read: Callable[[Any], Any]) -> Callable[[object], Any]:
        if on_fault is None:
            return lambda value: read_all(value, read)
        return lambda value: read_all(value, read, on_fault=lambda fault: on_fault(fault.below(key)))

    return {
        **_OF_FILE,
        "relations": part("relations", read_mapping, _mapping(RELATION, "'question'")),
        "entities": part("entities", read_mapping, read_entity),
        "unseen": part("unseen", read_placed, read_entity),
        "facts": part("facts", read_placed, _read_fact),
    }


FILE: Shape = file_shape()
