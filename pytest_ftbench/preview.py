"""What an engine would have to ask, without asking it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_ftbench.engine import Engine
from pytest_ftbench.records import Completion, Question


@dataclass(frozen=True, slots=True)
class Preview:
    """One endpoint's share of some questions, each once."""

    stored: dict[str, Completion] = field(default_factory=dict)
    """By key, the answers that are there already."""
    to_ask: dict[str, Question] = field(default_factory=dict)
    """By key, what would be asked; nothing in `replay` mode, unless the endpoint is local."""

    @property
    def outstanding(self) -> list[Question]:
        """What would be asked, in order."""
        return list(self.to_ask.values())


def preview(
    engine: Engine,
    questions: Iterable[Question],
    found: Mapping[str, Preview] | None = None,
    *,
    may_be_stored: bool = True,
) -> Mapping[str, Preview]:
    """What is known of each endpoint's questions, and what is not, by alias. Nothing is asked.

    found: an earlier preview, to which these are added; None: none. may_be_stored: whether to look; not for questions
    that only stand for those to come.
    """
    found = {alias: Preview() for alias in engine.lanes} if found is None else found
    unknown = engine.by_key(questions)
    answers = engine.stored(unknown) if may_be_stored else {}
    for key, question in unknown.items():
        own = found[question.endpoint]
        if key in answers:
            own.stored[key] = answers[key]
        elif engine.mode != "replay" or engine.lanes[question.endpoint].is_local:
            own.to_ask[key] = question
    return found
