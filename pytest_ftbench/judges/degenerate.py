"""Completions that say nothing: empty, punctuation, a loop, a phrase that only announces an answer."""

from __future__ import annotations

from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.normalise import normal_words
from pytest_ftbench.patterns import pattern

_REPEATS = 8
_LONGEST_PERIOD = 200
_BARE_REPEATS = 50
_SHORTEST_LOOP = 24

# Phrases that alone talk careless judges into "correct" (arXiv 2507.08794), and what failed calls leave behind.
_EMPTY_PHRASES = frozenset(
    map(
        normal_words,
        (
            *("Solution", "Answer", "Final answer", "Thought process", "<error>", "Error"),
            *("Let's solve this problem step by step", "Let us solve this problem step by step"),
        ),
    )
)
_IN_EMPTY_PHRASES = pattern(r"solution|answer|thought|error|solve|\.\w\.")
"""What a text must hold to be one of them: such a word, or letters with stops between, which count as a word."""
_LETTER = pattern(r"[^\W\d_]")


def find_degenerate(reading: Reading) -> str:
    """Why a completion is no answer at all, or an empty text."""
    text = reading.answer
    if not text or text.isspace():
        return "the answer is empty"
    if not text[0].isalnum() and not any(map(str.isalnum, text)):
        return "the answer holds no letter and no digit"
    if is_looping(text):
        return "the answer repeats itself without a stop"
    if len(text) < 80 and _IN_EMPTY_PHRASES.search(reading.low) and reading.words in _EMPTY_PHRASES:
        return "the answer stops before it says anything"
    return ""


def is_looping(text: str) -> bool:
    """Whether a text ends in the same piece, with a letter in it, at least eight times over.

    A piece has up to 200 characters, and the loop at least 24; digits alone must come 50 times, as 1 followed by
    a dozen zeros is a number.
    """
    if len(text) < _SHORTEST_LOOP or text.count(text.rstrip()[-1:]) < _REPEATS - 1:
        return False
    tail = " ".join(text[-2 * _LONGEST_PERIOD * _REPEATS :].split()) + " "
    if max(tail.count(tail[-2:]), tail.count(tail[-3:-1])) < _REPEATS - 1:
        return False  # a loop ends in two characters that stand in each of its pieces
    for period in range(1, min(_LONGEST_PERIOD, len(tail) // _REPEATS) + 1):
        repeats = max(_REPEATS, -(-_SHORTEST_LOOP // period))
        if _is_periodic(tail, period, repeats) or _is_periodic(tail[:-1], period, repeats):
            piece = tail[-period - 1 :]
            if _LETTER.search(piece):
                return True
            if any(map(str.isdigit, piece)) and _is_periodic(tail[:-1], period, _BARE_REPEATS):
                return True
    return False


def _is_periodic(text: str, period: int, repeats: int) -> bool:
    length = period * repeats
    if len(text) < length or text[-1] != text[-1 - period]:
        return False
    return text[-length:-period] == text[-length + period :]
