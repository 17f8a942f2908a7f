"""What the words around a number make of it: a bound, a difference, a part, a rate, or a label that counts nothing."""

from __future__ import annotations

from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.quantities import Quantity
from pytest_ftbench.judges.units import singular
from pytest_ftbench.patterns import pattern

_NEAR = 48
_MORE = ("additional", "another", "extra", "further", "more")
_BEFORE = pattern(
    r"(?:\b(?P<word>before|after|until|till|by|since|prior to|from|starting (?:at|from)|beyond|past|within|next|last"
    r"|between|\w{2,}er than|twice|thrice|half|double|triple|quarter|third|times|another|additional|extra|further"
    r"|plus|minus|every|each|discount|rebate|increase|decrease|rise|drop|gap|difference|off)"
    r"(?: of| in| to)?\s+(?:the |a |an |on |in |only |just |about |some |\w+day,? |year |years )*"
    r"|(?P<sign>[+x×*]\s?))$"  # noqa: RUF001 - the sign meant
)
_AFTER = pattern(
    r"[\s-]+(?P<word>(?:more|less|fewer|extra|longer|shorter|higher|lower|taller|earlier|later|older|younger|cheaper"
    r"|faster|slower|further|late|early|ago|off|above|below|beyond|apart|behind|short|too|round|back|in a row"
    r"|at a time|each way|either way)\b(?!\s+or\b)|(?!rather)(?:\w{2,}er|more|less)\s[^.;,]{0,30}?\bthan\b)"
)
_RATE = pattern(
    r"\s*(?:/\s?|\b(?:per|for (?:each|every)|each|every|an?)\s+(?!half\b))(?P<word>[^\W\d_]+|\d+)"
    r"|\s+(?P<adverb>each|apiece|annually|yearly|monthly|weekly|daily|hourly|nightly)\b"
)
_LABEL = pattern(
    r"\b(?P<word>chapter|page|section|article|clause|paragraph|appendix|note|footnote|call|dial|phone|ext|extension|line"
    r"|room|floor|figure|table|item|step|part|volume|chapter|rank|ranked|number|no|nr|rule|form|question|route|flight)"
    r"\.?\s+(?:no\.? |number )?$"
)
_COUNTED = pattern(r"\bhow many (\w+)")
_ADDRESS = pattern(r"(?:https?://|www\.)\S*$")
_NAME_AFTER = pattern(r"\d\s+([A-Z][a-z]+)")
_SAME_RATE = (
    ("year", "annual", "annum"),
    ("month",),
    ("week",),
    ("day", "daily"),
    ("hour",),
    ("night",),
    ("person", "people", "head", "capita"),
)


def find_relation(reading: Reading, hit: Quantity, wanted: str) -> str:
    """What of a number is given in place of the number itself, or an empty text.

    wanted: the expected answer in lower case. What it or the question says as well is asked for.
    """
    low, low_question = reading.low, reading.low_question
    known = f"{low_question} {wanted}"
    before = low[max(0, hit.start - _NEAR) : hit.start]
    label = _LABEL.search(before)
    counted = _COUNTED.search(low_question)
    if counted and (label or before.split()[-1:] == [singular(counted[1])] != [counted[1]]):
        return f"after {before.split()[-1]!r}"  # mill 12 is one of the mills
    for found in (_BEFORE.search(before), label):
        if found and not _is_asked(found["word"] or found[0].strip(), known):
            return f"after {found[0].strip()!r}"
    if _ADDRESS.search(before):
        return "in an address"
    after = _AFTER.match(low, hit.end)
    if after and not _is_asked(after["word"].split()[0], known):
        return f"before {after['word']!r}"
    rate = _RATE.match(low, hit.end)
    if rate and not _is_asked_rate(rate["word"] or rate["adverb"], known):
        return f"before {rate[0].strip()!r}"
    name = _NAME_AFTER.search(reading.clean, hit.start, hit.end + 20)
    if name and not hit.unit and name[1].lower() not in known:
        return f"before {name[1]!r}"
    return ""


def _is_asked(word: str, known: str) -> bool:
    return any(other in known for other in (_MORE if word in _MORE else (word,)))


def _is_asked_rate(per: str, known: str) -> bool:
    words = next((words for words in _SAME_RATE if per.startswith(words)), (singular(per),))
    return any(word in known for word in words)
