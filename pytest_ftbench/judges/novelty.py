"""Words of an answer that neither the question nor grammar accounts for: what it says may not be what was asked.

"It was designed in 1932" holds the year, and answers another question than when the bridge was opened.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pytest_ftbench.judges.guards import find_sentence, is_dismissed
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.number_words import NUMBER_WORDS
from pytest_ftbench.judges.units import UNITS, singular
from pytest_ftbench.judges.vocabulary import (
    FUNCTION_WORDS,
    MEASURE_WORDS,
    MONTHS_AND_DAYS,
    NEUTRAL_WORDS,
    TITLES,
    word_set,
)
from pytest_ftbench.patterns import pattern

_WORD = pattern(r"[^\W\d_]+(?:n't\b)?")
_CLAUSE_END = pattern(r"[,;:(]|\s-\s|\b(?:but|because|which|who|since|while|(?<!is )(?<!was )when|if|as)\b")
_TURN = pattern(r"\b(?:but|however|so|therefore|thus)\b")
_SOURCE = pattern(r"\s*(?:according to|based on|as of|as far as|per|after|before|following|under)\b[^,]{0,80},")
"""What a sentence may begin with before it comes to the point."""
_TOLD_FOR_ONE = 2
"""How many of the question's words a sentence must repeat for each new one that is let pass."""
_ENDING = pattern(r"(?<=\w{3})(?:ing|ed|es|er|or|s)$")
_DOUBLE = pattern(r"(\w)\1$|(?<=\w\w)e$")
_IRREGULAR = {
    form: verb
    for verb, forms in {
        **{"lead": "led", "write": "wrote written", "win": "won", "begin": "began begun", "build": "built"},
        **{"sell": "sold", "buy": "bought", "leave": "left", "get": "got gotten", "hold": "held", "make": "made"},
        **{"run": "ran", "take": "took taken", "give": "gave given", "become": "became", "spend": "spent"},
        **{"pay": "paid", "say": "said", "speak": "spoke spoken", "choose": "chose chosen", "draw": "drew drawn"},
        **{"rise": "rose risen", "fall": "fell fallen", "grow": "grew grown", "drive": "drove driven", "lose": "lost"},
        **{"beat": "beaten", "sit": "sat", "stand": "stood", "teach": "taught", "send": "sent", "meet": "met"},
        **{"break": "broke broken", "go": "went gone", "come": "came", "see": "saw seen", "know": "knew known"},
    }.items()
    for form in forms.split()
}


def find_novelty(reading: Reading, start: int, end: int, *, is_nearest: bool = False) -> str:
    """A word around a span, in its sentence up to the end of its clause, that nothing accounts for; or nothing.

    A sentence that repeats most of the question may add something of its own.
    is_nearest: whether only the last word before the span and what follows it count.
    """
    first, last = find_sentence(reading.low, start, end)
    if source := _SOURCE.match(reading.low, first, start):
        first = source.end()
    first = max((turn.end() for turn in _TURN.finditer(reading.low, first, start)), default=first)
    stop = _CLAUSE_END.search(reading.low, end, last)
    last = stop.start() if stop else last
    asked = stems(reading.low_question)
    told, strange = 0, ""
    for place, piece in ((first, reading.low[first:start]), (end, reading.low[end:last])):
        for found in _WORD.finditer(piece):
            word = found[0]
            core = _core(word, place == end)
            if not core:
                continue
            if core in asked:
                told += 1
                if is_nearest and place == first:
                    told, strange = 1, ""
            elif not is_dismissed(reading, place + found.start(), place + found.end()):
                told -= _TOLD_FOR_ONE
                strange = strange or word
    return f"beside {strange!r}" if strange and told < 0 else ""


_PLAIN = FUNCTION_WORDS | NEUTRAL_WORDS | MEASURE_WORDS | MONTHS_AND_DAYS | NUMBER_WORDS | TITLES
_PLAIN_AFTER = _PLAIN - word_set("work works worked live lives reside resides won scored ended finished")
"""Whom an answer names may do all that; "She lives in" comes before what it names."""


@lru_cache(maxsize=4096)
def _core(word: str, is_after: bool) -> str:
    """The stem of a word that says something of its own, or nothing."""
    is_plain = word in (_PLAIN_AFTER if is_after else _PLAIN) or singular(word) in UNITS
    return "" if len(word) < 2 or is_plain else stem(word)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word in a form that its inflections share, more or less: `opened` and `opening` as `open`."""
    verb = _IRREGULAR.get(word, word)
    return _DOUBLE.sub(r"\1", _ENDING.sub("", verb))[:5]


def is_past_of(word: str, low_question: str) -> bool:
    """Whether a word is the past of a verb that a question has in the present."""
    is_past = word in _IRREGULAR or word.endswith("ed")
    return is_past and stem(word) in stems(low_question) and word not in low_question


@lru_cache(maxsize=1024)
def stems(low: str) -> frozenset[str]:
    """Those of a text's words."""
    return frozenset(stem(word) for word in re.findall(r"\w+", low))
