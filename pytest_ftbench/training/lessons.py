"""What one line of a training file is to teach, before it is written in the form of a service."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Turn


class Unfit(ValueError):
    """Why a technique cannot be made of a question."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One line: messages that end with a reply, or plain text."""

    turns: tuple[Turn, ...]
    cases: tuple[Case, ...]
    """The questions that it teaches the answers of."""


def asking(prompt: str, reply: str, *, system: str = "") -> tuple[Turn, ...]:
    """The messages of one question and its reply."""
    asked = (Turn("user", prompt), Turn("reply", reply, True))
    return (Turn("system", system), *asked) if system else asked


def plain(text: str) -> tuple[Turn, ...]:
    """A line of plain text, without line ends."""
    return (Turn("text", " ".join(text.split()), True),)
