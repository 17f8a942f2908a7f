"""The matcher `exact`: equal once normalised, or another answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pytest_ftbench.judges.matcher import MOST_TOKENS, RIGHT, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import lacks_word, read_normal

_LONGER = 20
_LONGEST_DROPPED = 4
"""No article and no abbreviated title has more letters."""


class ExactMatcher:
    """Right when both texts have the same normal form, else wrong."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        return RIGHT if is_same_text(reading, expected) else WRONG


def is_same_text(reading: Reading, expected: str) -> bool:
    """Whether completion and expected answer are one text in normal form; nothing is the same as nothing."""
    if reading.answer.strip() == expected.strip():
        return bool(expected.strip())
    if len(reading.clean) > _LONGER * len(expected) + _LONGER:
        return False  # markup, articles and blanks do not make up that much, and reading words takes time
    wanted = read_normal(expected)
    if not 0 < len(wanted.words) < MOST_TOKENS or lacks_word(reading.clean, wanted.literal):
        return False
    return not _has_other_word(reading, wanted.letter_runs) and reading.words == wanted.words


def _has_other_word(reading: Reading, known: frozenset[str]) -> bool:
    """Whether a text has letters in a row that normal forms have not: too many for an article or a title."""
    if not reading.clean.isascii():
        return False  # normal forms are casefolded, which may make letters of other signs
    return any(len(run) > _LONGEST_DROPPED and run not in known for run in reading.letter_runs)
