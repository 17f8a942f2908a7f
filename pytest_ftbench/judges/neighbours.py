"""What stands around a mention of the expected answer and makes something else of it.

Lists and alternatives, longer names (`West Virginia`), and another name in the same place.
"""

from __future__ import annotations

import re

from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.vocabulary import (
    AFTER_WORDS,
    FUNCTION_WORDS,
    INTERJECTIONS,
    MONTHS_AND_DAYS,
    OTHER_PLACE_WORDS,
    TITLES,
    word_set,
)
from pytest_ftbench.patterns import pattern

Span = tuple[int, int]
"""First and last token of a mention, the last one included."""

_SHORT = 4
_LISTED_AFTER = pattern(
    r"[\"')\]]*\s*(?:,?\s*(?:or|and/or)\b(?! (?:so|more|less|later|earlier)\b)|,?\s*(?:and|plus|as well as"
    r"|along with|together with|&)\s+(?:the\s+|an?\s+)?(?P<next>\S)|(?P<slash>/)|\|)"
)
_LISTED_BEFORE = pattern(
    r"(?:\b(?:or|and/or|either|between)\s+(?:the\s+|an?\s+|in\s+|by\s+|at\s+)*|(?P<last>\S+?),?\s+(?:and|plus"
    r"|&)\s+(?:the\s+|an?\s+)?|(?P<slash>/))[\"'(]*$",
    re.IGNORECASE,
)
_JOINTS_BEFORE = pattern(r"[/&]|[oO][rR]|[aA][nN][dD]|[pP][lL][uU][sS]|[iI][tT][hH][eE][rR]|[eE][tT][wW]")
_OR = pattern(r"[\w,]+ or (?!so\b|more\b|less\b|later\b|earlier\b)\w+")
_LIST = pattern(r"(?:,\s*(?:the\s+)?[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)+,?\s+(?:and|or|&)\s+(?:the\s+)?[A-Z]")
_CAPITALISED = r"[A-Z][\w'-]+"
_NAME = pattern(_CAPITALISED)
_GOVERNOR = pattern(r"\b(in|at|by|from|to|named|called|for|with)\s+(?:the\s+)?[\"']?$", re.IGNORECASE)
_GOVERNED = pattern(
    rf"\b(?P<own>[Ii]n|[Aa]t|[Bb]y|[Ff]rom|to|named|called|for|with|is|are|was|were|be|now|maybe|perhaps|possibly|but|vs|versus|[Ii]t's)\.?\s+(?:the\s+)?[\"']?(?P<name>{_CAPITALISED})"
)
_COPULAS = word_set("is are was were be now maybe perhaps possibly but vs versus it's")


def find_hit_doubt(reading: Reading, hit: Span, expected: str) -> str:
    """Why one mention may not be the answer given, or an empty text."""
    start, end = reading.tokens[hit[0]].start, reading.tokens[hit[1]].end
    return (
        find_doubt(reading, start, end)
        or _find_rival(reading, start, end)
        or _find_longer_name(reading, start, end)
        or _find_parallel(reading, start, end, expected)
        or _find_numbered_sibling(reading, hit)
    )


def _find_numbered_sibling(reading: Reading, hit: Span) -> str:
    """Whether the same name stands elsewhere under another number, undenied: "Mark 3 was planned, Mark 4 is sold"."""
    wanted = reading.words[hit[0] : hit[1] + 1]
    if len(wanted) < 2 or not any(word.isdigit() for word in wanted):
        return ""
    for place in range(len(reading.words) - len(wanted) + 1):
        other = reading.words[place : place + len(wanted)]
        pairs = [(mine, yours) for mine, yours in zip(wanted, other, strict=True) if mine != yours]
        is_sibling = pairs and all(mine.isdigit() and yours.isdigit() for mine, yours in pairs)
        last = reading.tokens[place + len(wanted) - 1]
        if is_sibling and not is_dismissed(reading, reading.tokens[place].start, last.end):
            return f"beside {' '.join(other)!r}"
    return ""


def _find_rival(reading: Reading, start: int, end: int) -> str:
    """Whether the mention stands in a list with other candidates."""
    clean = reading.clean
    is_short = len(reading.words) <= 3 * _SHORT
    after = _LISTED_AFTER.match(clean, end)
    if after and (after["next"] is None or after["next"].isupper() or after["next"].isdigit() or is_short):
        return "as one of several"
    window = clean[max(0, start - 40) : start]
    before = _JOINTS_BEFORE.search(window) and _LISTED_BEFORE.search(window)
    if before and (before["last"] is None or before["last"][0].isupper() or is_short):
        return "as one of several"
    stop = re.search(r"[.!?;\n]", clean[end : end + 300])
    others = _OR.search(clean, end, end + (stop.start() if stop else 300))
    if others and others[0] not in reading.low_question:
        return "before 'or'"
    if _LIST.match(clean, end) or (is_short and re.match(r"\s*[,;]\s*[A-Z]", clean[end : end + 8])):
        return "as the first of a list"
    listed = re.search(r"([A-Z][\w'-]*)\s*[,;]\s*$", clean[max(0, start - 40) : start]) if is_short else None
    if listed and listed[1].lower() not in INTERJECTIONS:
        return "as the last of a list"
    return ""


def _find_longer_name(reading: Reading, start: int, end: int) -> str:
    """Whether the words next to the mention make another thing of it: `Paris Hilton`, `West Virginia`, `light blue`."""
    clean = reading.clean
    following = re.match(r"\s+([^\W\d_][\w'-]*)|-\w|\s*[\^°%]|[+#=@\\<>$&*~]|\s+\d", clean[end : end + 40])
    is_name = clean[start].isupper() or clean[start].isdigit()
    if following:
        word = following[1] or ""
        if not word or (is_name and word == "of") or (word[0].isupper() and not _is_title_case(reading)):
            return "as part of something longer"
        if not is_name and word.lower() not in AFTER_WORDS and not word.endswith("ly"):
            return f"before {word!r}"
    preceding = re.search(r"([\w'-]+|[#@+<>≥≤=&^*-])\s*$|(\w-)$", clean[max(0, start - 40) : start])
    if not preceding or preceding[2] or not preceding[0].strip():
        return "as part of something longer" if preceding and preceding[2] else ""
    return _find_modifier(reading, preceding[1], start - len(preceding[0]), is_name)


def _find_modifier(reading: Reading, word: str, place: int, is_name: bool) -> str:
    low = word.lower()
    if low in FUNCTION_WORDS:
        return _find_name_with_of(reading.clean, place, reading.low_question) if low == "of" else ""
    if low in OTHER_PLACE_WORDS or not word[0].isalpha():
        return f"after {word!r}"
    if low.endswith(("'s", "s'")) or (is_name and (low in TITLES or word[0].islower())):
        return ""
    is_first_of_sentence = not reading.clean[max(0, place) - 2 : max(0, place)].strip() or place <= 0
    return "" if is_first_of_sentence and low.endswith("ly") else f"after {word!r}"


def _find_name_with_of(clean: str, place: int, question: str) -> str:
    """`Bank of Spain` is not Spain; `The leader of Spain` names it."""
    found = re.search(r"(\S+)\s+$", clean[max(0, place - 30) : place])
    if (
        found
        and found[1][0].isupper()
        and found[1].lower() not in FUNCTION_WORDS | TITLES
        and found[1].lower() not in question
    ):
        return f"after {found[1]!r} of"
    return ""


def _find_parallel(reading: Reading, start: int, end: int, expected: str) -> str:
    """Whether another name stands where this one does: "born in Lyon, she lives in Nice"."""
    clean = reading.clean
    if not clean[start : start + 1].isupper():
        return ""
    governor = _GOVERNOR.search(clean[max(0, start - 20) : start])
    known = reading.low_question + " " + expected.lower()
    for name in _GOVERNED.finditer(clean):
        low = name["name"].lower()
        is_rival = name["own"].lower() in _COPULAS or (governor and name["own"].lower() == governor[1].lower())
        if is_rival and not start <= name.start("name") < end and low not in known and low not in MONTHS_AND_DAYS:
            return f"beside {name['name']!r}"
    return ""


def _is_title_case(reading: Reading) -> bool:
    """Whether (nearly) every word has a capital, so that capitals tell nothing."""
    words = re.findall(r"[^\W\d_][\w'-]*", reading.clean)
    return len(words) > _SHORT and sum(word[0].isupper() for word in words) >= 0.8 * len(words)
