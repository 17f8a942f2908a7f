"""A question as a row of words, and which of them tell it from others of the same form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from re import Match

from pytest_ftbench.patterns import pattern

_WORD = pattern(r"(?<!\w)-?\d+(?:[.,]\d+)*\w*|\w+(?:\+\+|#(?!\w))?|[+#%<>=≤≥$€£]")
"""A numeral, a word (`C++` and `C#` are), or one of the signs that change what is meant."""
_DIGIT = pattern(r"\d")
_ENDS_SENTENCE = frozenset(".?!:\n")


def words_of(text: str) -> list[str]:
    """The words of a text, without case, punctuation and the form of its blanks."""
    return _WORD.findall(_plain(text).casefold())


def normal_form(text: str) -> str:
    """The words with one blank between them: what two texts share that are verbatim the same."""
    return " ".join(words_of(text))


def telling_words(text: str) -> tuple[str, ...]:
    """The words that stand for one thing, in order: names, numbers, and identifiers as code has them.

    A name is a word with a capital letter, unless it only begins a sentence.
    """
    plain = _plain(text)
    return tuple(found[0].casefold() for found in _WORD.finditer(plain) if _tells(found, plain))


def question_sentences(text: str) -> Iterator[str]:
    """The sentences of a text that end in a question mark."""
    if "?" in text:
        yield from map(str.strip, _QUESTION.findall(text))


_QUESTION = pattern(r"[^.?!\n]*(?:\.(?!\s)[^.?!\n]*)*\?")


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _tells(found: Match[str], text: str) -> bool:
    word = found[0]
    if word.islower() and word.isalpha():
        return _is_in_identifier(found, text)
    if _DIGIT.search(word) or (word.isupper() and len(word) > 1) or word.strip("_") != word.replace("_", ""):
        return True
    if word.casefold() == word:
        return _is_in_identifier(found, text)
    before = text[: found.start()].rstrip(" \t\"'(“‘")  # noqa: RUF001 - the characters meant
    is_first = not before or before[-1] in _ENDS_SENTENCE
    return not is_first or not word[1:].islower()


def _is_in_identifier(found: Match[str], text: str) -> bool:
    """Whether the word is a part of `module.name`, or is called: `name(`."""
    start, end = found.span()
    after, before = text[end : end + 2], text[max(0, start - 2) : start]
    return (
        after[:1] == "(" or (after[:1] == "." and after[1:].isalnum()) or (before[-1:] == "." and before[:1].isalnum())
    )
