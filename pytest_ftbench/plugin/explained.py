"""A failure in our own words, as pytest's reports hold one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Headline:
    """What pytest's short summary and the message of a JUnit failure show."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Explained:
    """A text whose first line stands for the whole where there is room for no more, as in the short summary.

    A plain text would do, but pytest prints all of it there when it runs in CI.
    """

    text: str

    @property
    def reprcrash(self) -> Headline:
        return Headline(self.text.partition("\n")[0])

    def __str__(self) -> str:
        return self.text

    def toterminal(self, out: Any) -> None:  # pytest's TerminalWriter has no public name
        """Write the whole text."""
        for line in self.text.split("\n"):
            out.line(line)
