"""The sentence that states a fact, and where its answer stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case
from pytest_ftbench.training.lessons import Unfit

_ENDS = (".", "!", "?", "…", '."', '!"', '?"', ".”", "!”", "?”", ".)")

_IN_WORD_BEFORE = pattern(r"\w\Z|\d[.,]\Z")
_IN_WORD_AFTER = pattern(r"\w|[.,]\d")


def sentence_of(case: Case) -> str:
    """What is true, on one line, with a full stop. Raises Unfit where the case file does not say it."""
    text = " ".join(case.context.split())
    if not text:
        raise Unfit("no sentence states it: write one as 'fact' or 'context'")
    return close(text)


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
