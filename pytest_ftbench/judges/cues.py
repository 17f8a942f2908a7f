"""Patterns that are searched for only where a word stands that each of their matches has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ftbench.judges.vocabulary import word_set
from pytest_ftbench.patterns import pattern

if TYPE_CHECKING:
    from pytest_ftbench.judges.matcher import Reading  # which has one itself


@dataclass(frozen=True, slots=True)
class CuedPattern:
    """A pattern with its cues: most texts have none of them, which is told much sooner than that it matches nowhere."""

    pattern: re.Pattern[str]
    words: frozenset[str]
    """Runs of the letters a to z; `t` is that of "n't"."""
    signs: str = ""
    """Of ASCII."""
    wide_signs: str = ""
    """Others, for which a text of ASCII need not be searched."""

    def may_match(self, reading: Reading) -> bool:
        """Whether a text has one of the cues; where it has none, the pattern matches in no part of it."""
        if not self.words.isdisjoint(reading.letter_runs):
            return True
        low = reading.low
        for sign in self.signs if low.isascii() else self.signs + self.wide_signs:  # noqa: SIM110 - `any` is slower
            if sign in low:
                return True
        return False


def cued(source: str, words: str, *, signs: str = "") -> CuedPattern:
    """A pattern, and the words or signs of which each match in a lower-case text has one."""
    wide = "".join(sign for sign in signs if not sign.isascii())
    return CuedPattern(pattern(source), word_set(words), "".join(filter(str.isascii, signs)), wide)
