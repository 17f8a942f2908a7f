"""Whether a text gives a name in the role that was asked for: the winner, and not whom the winner beat."""

from __future__ import annotations

import re

from pytest_ftbench.judges.guards import is_dismissed
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.normalise import has_digit
from pytest_ftbench.judges.novelty import find_novelty, is_past_of, stem, stems
from pytest_ftbench.judges.rivals import asks_name
from pytest_ftbench.judges.vocabulary import FUNCTION_WORDS, MONTHS_AND_DAYS, NEUTRAL_WORDS, NO_NAMES, TITLES
from pytest_ftbench.patterns import pattern

Place = tuple[int, int]
"""Where a mention begins and ends in the cleaned text."""

_NEAR = 40
_FEW_WORDS = 6
_READ = 4000
_OTHER_ROLE_BEFORE = pattern(
    r"\b(against|over|(?<!is )(?<!are )(?<!was )(?<!were )(?<!comes )(?<!come )(?<!came )from|since|when|than|with"
    r"|after|under|(?:any|every|no)\w* but|all but|every|each|next|last|replac\w+"
    r"|instead of)\s+(?:the |an? |by )?[\"']?$"
)
_OTHER_ROLE_AFTER = pattern(
    r"[\"')]*\s(left|resigned|declined|refused|retired|died|quit|stepped|handed|lost|failed|was (?:offered|asked|beaten"
    r"|dismissed|nominated|only|the runner|a candidate|second|about|almost)|(?:sh|w|c)ould have|might have|nearly"
    r"|from (?:the )?(?:last|bottom|end|top)|to last)\b"
)
_VERB_AFTER = pattern(r"[\"')]*\s([a-z]+)")
_POSSESSIVE = pattern(r"'s?\s+([^\W\d_]+)")
_CROSSED_OUT = pattern("[❌✗✘✖❎⛔🚫👎]")
_YEARS = pattern(r"[12](?<!\w[12])\d{3}\s?(?:-|to|until|till|through)\s?[12]\d{3}\b")
_ASKS_PAST = pattern(r"\b(?:was|were|did|had|[12]\d{3}|\w+ed|won|wrote|led|built|held)\b")
_ASKS = pattern(r"(?:who|what|which|where|when)\s+(?:is|was|are|were)\s")
_NAME = pattern(r"[A-Z](?<![\w'-][A-Z])[\w'-]+(?: [A-Z][\w'-]+)*")
_SENTENCE_ENDS = frozenset(".!?")
_NAME_PART = pattern(r"\w+")
_PLACE_WORDS = frozenset(("in", "at", "near", "of"))


def find_role_doubt(reading: Reading, hits: list[Place], expected: str) -> str:
    """Why a text that mentions the expected answer may give it another role than the one asked for, or nothing."""
    text_doubt = (
        _find_mark(reading) or _find_other_name(reading, hits, expected) or _find_other_number(reading, hits, expected)
    )
    if text_doubt:
        return text_doubt
    roles = filter(None, (_find_other_role(reading, *hit) for hit in hits))
    # Where it stands twice, it may be the answer in one place only.
    return next(roles, "") or min(find_novelty(reading, *hit) for hit in hits)


def _find_mark(reading: Reading) -> str:
    """What marks all of a text as no answer, or as one about the past."""
    if not reading.low.isascii() and (found := _CROSSED_OUT.search(reading.low)):
        return f"beside {found[0]!r}"
    if _ASKS.match(reading.low):
        return "in a question"
    years = _YEARS.search(reading.low)
    return f"for {years[0]!r}" if years and not _ASKS_PAST.search(reading.low_question) else ""


def _find_other_role(reading: Reading, start: int, end: int) -> str:
    low = reading.low
    for found in (_OTHER_ROLE_BEFORE.search(low[max(0, start - _NEAR) : start]), _OTHER_ROLE_AFTER.match(low, end)):
        if found and found[1] not in reading.low_question:
            return f"beside {found[1]!r}"
    verb = _VERB_AFTER.match(low, end)
    if verb and not _ASKS_PAST.search(reading.low_question) and is_past_of(verb[1], reading.low_question):
        return f"before {verb[1]!r}, in the past"
    owned = _POSSESSIVE.match(low, end)
    if owned and (asks_name(reading.low_question) or stem(owned[1]) not in stems(reading.low_question)):
        return f"as the owner of {owned[1]!r}"
    return ""


def _find_other_name(reading: Reading, hits: list[Place], expected: str) -> str:
    """Another name that the text gives, undenied: neither the question's nor part of what describes the answer."""
    clean = reading.clean[:_READ]
    known = stems(reading.low_question) | stems(expected.lower())
    is_name_asked = asks_name(reading.low_question)
    for found in _NAME.finditer(clean):
        start, end = found.span()
        before = clean[max(0, start - _NEAR) : start].removesuffix("the ")
        is_first = not before or before[-1] != " " or before[-2:-1] in _SENTENCE_ENDS
        if is_first and " " not in found[0]:
            continue  # it may be any word
        is_place = is_name_asked and not is_first and before.split()[-1:][0] in _PLACE_WORDS
        is_hit = any(first < end and start < last for first, last in hits)
        if is_place or is_hit or is_dismissed(reading, start, end):
            continue
        for word in _NAME_PART.finditer(clean, start, end):
            if _is_name(word[0], known, expected) and not is_dismissed(reading, word.start(), end):
                return "" if _is_title(clean) else f"beside {found[0]!r}"
    return ""


def _is_title(clean: str) -> bool:
    """Whether Even Small Words Have Capitals, so that those tell nothing."""
    words: list[str] = re.findall(r"[^\W\d_][\w'-]*", clean)
    small = [word for word in words if word.istitle() and word.lower() in FUNCTION_WORDS]
    return len(small) > 1 + 0.1 * len(words)


def _is_name(word: str, known: frozenset[str], expected: str) -> bool:
    low = word.lower()
    if len(word) < 2 or word[0].islower() or stem(low) in known or low in FUNCTION_WORDS | TITLES | NEUTRAL_WORDS:
        return False
    return low not in NO_NAMES or (low in MONTHS_AND_DAYS and expected.lower() in MONTHS_AND_DAYS)


def _find_other_number(reading: Reading, hits: list[Place], expected: str) -> str:
    """Another number, where the expected answer has one or the text is but a few words long."""
    if not has_digit(expected) and len(reading.words) > _FEW_WORDS:
        return ""
    asked = {(quantity.value, quantity.parts) for quantity in reading.asked_quantities}
    for quantity in reading.quantities:
        is_inside = any(first <= quantity.start < last for first, last in hits)
        is_known = is_inside or quantity.is_year_like or (quantity.value, quantity.parts) in asked
        word = reading.low.rfind(" ", 0, max(0, quantity.start - 1)) + 1  # "not Mark 4" denies the 4 too
        if not is_known and not any(is_dismissed(reading, start, quantity.end) for start in (quantity.start, word)):
            return f"beside {reading.low[quantity.start : quantity.end]!r}"
    return ""
