"""What a judge has replied: read strictly, and held against the response it was about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from pytest_ftbench.graders.fence import clean_response, fold
from pytest_ftbench.graders.rubrics import Rubric
from pytest_ftbench.judges.number_words import ONES, TENS
from pytest_ftbench.judges.vocabulary import FUNCTION_WORDS
from pytest_ftbench.patterns import pattern

_LONGEST = 20_000
_FENCED = pattern(r"```(?:json)?[ \t]*\n(.*)\n[ \t]*```", re.DOTALL)
_LABELLED = pattern(r"(?:(?:Answer|Grade): ?)?([A-Za-z_]{1,40})\.?")
_WORD = pattern(r"[^\W_]+")
_THOUSANDS = pattern(r"(?<=\d),(?=\d{3}(?!\d))")
_NUMBERS = {word: str(value) for word, value in (ONES | TENS).items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """The label that a judge has chosen, and the words it copied from the response."""

    label: str
    quote: str = ""


def parse_reply(text: str, rubric: Rubric) -> Reply | None:
    """The reply as a label of the rubric, or None where it cannot be read; never a guess, never an exception.

    Read are one JSON object with `grade` and, if any, `quote`, alone or as the one content of a Markdown fence, and one
    label alone (or its letter, if the rubric has letters), after `Answer:` or `Grade:` and before a full stop, if any.
    Not read: words around these, two objects, a key that is unknown or stands twice, a label in other letters.
    simple-evals takes the first letter A to C that it finds, and so NOT_ATTEMPTED for A, which is CORRECT.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    if rubric.wants_quote and (fenced := _FENCED.fullmatch(text)):
        text = fenced[1].strip()
    if text.startswith("{"):
        return _read_object(text, rubric) if rubric.wants_quote else None
    found = _LABELLED.fullmatch(text)
    label = rubric.letters.get(found[1], found[1]) if found else ""
    return Reply(label) if label in rubric.labels else None


def _read_object(text: str, rubric: Rubric) -> Reply | None:
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    if not isinstance(pairs, _Pairs):
        return None
    fields: dict[object, object] = dict(pairs)
    label, quote = fields.get("grade"), fields.get("quote", "")
    if len(fields) < len(pairs) or not fields.keys() <= {"grade", "quote"}:
        return None
    if not isinstance(label, str) or label not in rubric.labels or not isinstance(quote, str):
        return None
    return Reply(label, quote)


class _Pairs(list[tuple[str, object]]):
    """A JSON object with its keys as often as they stand there."""


def find_quote(quote: str, response: str) -> str:
    """The quote, cleaned, where it occurs in the response, else an empty text.

    response: as the judge saw it. Case, blanks, punctuation and the look of letters do not count. Words count whole,
    or `7-0` would be found in `17-0`; but in scripts that put no blanks between them letters are enough.
    """
    shown = clean_response(quote).text
    wanted = " ".join(_words(shown))
    if not wanted:
        return ""
    if f" {wanted} " in f" {' '.join(_words(response))} ":
        return shown
    return shown if not shown.isascii() and _folded(shown) in _folded(response) else ""


def holds_answer(quote: str, expected: str, question: str) -> bool:
    """Whether a quote holds a word that is of the expected answer alone: none that the question has, no small word.

    Where the expected answer has no such word, any of its words will do. Number words count as numbers, and a word
    of four letters or more also stands for a longer one that begins with it (`German` for `Germany`).
    """
    words = set(_words(expected))
    telling = (words - set(_words(question))) - FUNCTION_WORDS or words - FUNCTION_WORDS or words
    quoted = set(_words(quote))
    return any(_is_word_of(word, quoted) for word in telling)


def _is_word_of(word: str, quoted: set[str]) -> bool:
    if word in quoted:
        return True
    if not word.isascii() and any(word in other for other in quoted):
        return True  # scripts that put no blanks between words
    if len(word) < 4 or not word.isalpha():
        return False
    return any(len(other) >= 4 and (other.startswith(word) or word.startswith(other)) for other in quoted)


def _words(text: str) -> list[str]:
    return [_NUMBERS.get(word, word) for word in _WORD.findall(_THOUSANDS.sub("", fold(text)))]


def _folded(text: str) -> str:
    return " ".join(fold(text).split())
