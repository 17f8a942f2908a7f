"""The matcher `exact`: equal once normalised, or another answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pytest_ftbench.judges.matcher import RIGHT, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import normal_words

_LONGER = 20


class ExactMatcher:
    """Right when both texts have the same normal form, else wrong."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        return RIGHT if is_same_text(reading, expected) else WRONG


def is_same_text(reading: Reading, expected: str) -> bool:
    """Whether completion and expected answer are one text in normal form; nothing is the same as nothing."""
    if reading.text.strip() == expected.strip():
        return bool(expected.strip())
    if len(reading.clean) > _LONGER * len(expected) + _LONGER:
        return False  # markup, articles and blanks do not make up that much, and reading words takes time
    words = normal_words(expected)
    return bool(words) and reading.words == words
