"""What an engine would have to ask, without asking it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_ftbench.engine import Engine
from pytest_ftbench.records import Completion, Question


@dataclass(frozen=True, slots=True)
class Preview:
    """One endpoint's share of some questions, each once."""

    stored: dict[str, Completion] = field(default_factory=dict)
    """By key, the answers that are there already."""
    outstanding: list[Question] = field(default_factory=list)
    """What would be asked; nothing in `replay` mode, unless the endpoint is local."""


def preview(engine: Engine, questions: Iterable[Question]) -> dict[str, Preview]:
    """What is known of each endpoint's questions, and what is not, by alias. Nothing is asked."""
    found = {alias: Preview() for alias in engine.lanes}
    unknown = engine.by_key(questions)
    answers = engine.stored(unknown)
    for key, question in unknown.items():
        own = found[question.endpoint]
        if key in answers:
            own.stored[key] = answers[key]
        elif engine.mode != "replay" or engine.lanes[question.endpoint].is_local:
            own.outstanding.append(question)
    return found
