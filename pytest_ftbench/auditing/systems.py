"""System messages under which questions are asked, and under which the model was never trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Conversation


class SystemMismatch(NamedTuple):
    """A system message that no training example has."""

    system: str
    """Empty: cases are asked without one, and all examples have one."""
    cases: int
    """How many are asked under it."""
    first: Case
    trained: str
    """The system message that most examples have; empty where they have none."""
    line: int
    """Where that first stands."""


def find_system_mismatches(
    cases: Iterable[Case], conversations: Sequence[Conversation], *, system_of: Callable[[Case], str]
) -> list[SystemMismatch]:
    """The system messages of the cases that no example has, blanks aside; none for a file of plain text."""
    trained: Counter[str] = Counter()
    first_line: dict[str, int] = {}
    for conversation in conversations:
        if any(turn.role == "reply" for turn in conversation.turns):
            system = _folded(conversation.system)
            trained[system] += 1
            first_line.setdefault(system, conversation.line)
    if not trained:
        return []
    asked: dict[str, list[Case]] = {}
    for case in cases:
        asked.setdefault(_folded(system_of(case)), []).append(case)
    usual = trained.most_common(1)[0][0]
    return [
        SystemMismatch(system, len(group), group[0], usual, first_line[usual])
        for system, group in asked.items()
        if system not in trained
    ]


def _folded(text: str) -> str:
    return " ".join(text.split())
