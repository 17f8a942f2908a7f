"""The sentence that states a fact, and where its answer stands in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case
from pytest_ftbench.training.lessons import Unfit

_ENDS = (".", "!", "?", "…", "。", '."', '!"', '?"', ".”", "!”", "?”", ".)")

WITHOUT_ANSWER = "neither the answer nor an alias stands in the sentence that states it"
_LEAST_WORDS = 2
_WRITE_ONE = "write one as 'fact' in YAML, as 'context' in a row"

_IN_WORD_BEFORE = pattern(r"\w\Z|\d[.,]\Z")
_IN_WORD_AFTER = pattern(r"\w|[.,]\d")


def sentence_of(case: Case) -> str:
    """What is true, on one line, with a full stop.

    Raises Unfit where the case file does not say it, or has a mere name there, or the answer alone.
    """
    text = " ".join(case.context.split())
    if not text:
        raise Unfit(f"no sentence states it: {_WRITE_ONE}")
    if not _is_sentence(case, text):
        raise Unfit(f"what should state it is no sentence: {_WRITE_ONE}")
    return close(text)


def _is_sentence(case: Case, text: str) -> bool:
    """Whether it has several words, if its script sets them apart, and says something besides the answer."""
    has_blanks = not any(unicodedata.category(letter) == "Lo" for letter in text)
    if has_blanks and len(text.split()) < _LEAST_WORDS:
        return False
    rest = text
    for start, end in reversed(answer_spans(case, text)):
        rest = rest[:start] + rest[end:]
    return any(map(str.isalnum, rest))


def close(text: str) -> str:
    """The text with a full stop, where it does not end like a sentence."""
    return text if text.endswith(_ENDS) else f"{text}."


def answer_spans(case: Case, text: str) -> list[tuple[int, int]]:
    """Where the answer or one of its aliases stands in the text, in order, the longer before one that lies in it.

    Whatever their case, and as words of their own: 6 stands neither in 2016 nor in 6.5.
    """
    lowered = _lowered(text)
    answers = {" ".join(_lowered(answer).split()) for answer in (case.answer, *case.aliases)}
    found = [span for answer in filter(None, answers) for span in _spans(lowered, answer)]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return spans


def _lowered(text: str) -> str:
    """In lower case, except for letters that would become two: all others stay in their places."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _spans(text: str, answer: str) -> Iterator[tuple[int, int]]:
    start = text.find(answer)
    while start >= 0:
        end = start + len(answer)
        if not _IN_WORD_BEFORE.search(text[max(0, start - 2) : start]) and not _IN_WORD_AFTER.match(
            text[end : end + 2]
        ):
            yield start, end
        start = text.find(answer, start + 1)
