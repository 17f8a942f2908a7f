"""What stands before a number, or after it, and makes a label, a negative number or a bound of it."""

from __future__ import annotations

from pytest_ftbench.judges.normalise import find_letter_runs
from pytest_ftbench.judges.vocabulary import word_set
from pytest_ftbench.patterns import pattern

SIGN_BEFORE = pattern(r"(?:\b(?:minus|negative)\s+|(?<![\w)])-)$")
LABEL_BEFORE = pattern(
    r"(?:\b(?:aged?|ages|chapter|page|phase|type|grade|stage|level|section|article|version|class|group|day|week"
    r"|year|room|route"
    r"|flight|step|no\.|number|part|season|episode|interstate|highway|figure|table|item|rank|ranked)|#)\s*$"
)
_MORE = r"(?:more|greater|higher|larger|bigger|older|longer|later|taller|heavier|deeper|farther|further) than"
_LESS = r"(?:less|fewer|lower|smaller|younger|shorter|earlier|lighter) than"
_BOUND_BEFORE = pattern(
    rf"(?:\b(?:(?P<gt>{_MORE}|above|over|exceed(?:s|ed|ing)?|upwards? of)"
    rf"|(?P<ge>at least|not? {_LESS}|{_MORE} or equal to|not (?:under|below)|a minimum of|minimum)"
    rf"|(?P<lt>{_LESS}|below|under|nearly|almost|just under|(?:short|shy) of)"
    rf"|(?P<le>at most|up to|not? {_MORE}|{_LESS} or equal to|not (?:over|above|exceed(?:ing)?)|a maximum of|maximum)"
    r"|(?P<near>about|approximately|approx\.?|around|roughly|some|circa|estimated(?: at)?|an estimated))(?![a-z])\s*"
    r"|(?P<sign>>=|<=|≥|≤|>|<|~|≈))\s*(?:the |a |an )?$"
)
_BOUND_AFTER = pattern(
    r"\s*(?:years?\s+)?(?:(?P<ge>(?:or|and) (?:more|older|over|above|greater|higher|longer|up)\b|plus\b|minimum\b"
    r"|(?:(?:or|and) (?:later|after)|at least)(?=\s*(?:$|[.,;!)])))"
    r"|(?P<le>(?:or|and) (?:less|fewer|younger|under|below|lower)\b|maximum\b|at most\b"
    r"|(?:or|and) (?:earlier|before)(?=\s*(?:$|[.,;!)]))))"
)
_LEADING_WORDS = word_set(
    """
    minus negative age aged ages chapter page phase type grade stage level section article version class group day week
    year room route flight step no number part season episode interstate highway figure table item rank ranked than
    above over exceed exceeds exceeded exceeding of least minimum below under nearly almost most to maximum about
    approximately approx around roughly some circa estimated at the a an
    """
)
"""The last word of each match of the patterns above for what stands before a number; else it ends in a sign."""
LONGEST_LEAD = 32
"""Characters before a number that can matter: as many as "greater than or equal to an" has, and some."""
_LEADING_SIGNS = frozenset("-#<>≥≤=~≈")
_SIGNS = {">": "gt", "<": "lt", ">=": "ge", "≥": "ge", "<=": "le", "≤": "le", "~": "near", "≈": "near"}


def has_lead(before: str) -> bool:
    """Whether what stands before a number ends in a word or has a sign that could be a minus, a label or a bound."""
    runs = find_letter_runs(before)
    return bool(runs and runs[-1] in _LEADING_WORDS) or not _LEADING_SIGNS.isdisjoint(before)


def read_bound(low: str, start: int, end: int, *, is_led: bool) -> tuple[str, int, int]:
    """Which bound the words around a quantity make of it, and where it begins and ends with them."""
    if is_led and (before := _BOUND_BEFORE.search(low, max(0, start - LONGEST_LEAD), start)):
        kind = before.lastgroup or ""
        return _SIGNS[before["sign"]] if kind == "sign" else kind, before.start(), end
    if low[end : end + 2] not in ("", ".") and (after := _BOUND_AFTER.match(low, end)):
        return after.lastgroup or "", start, after.end()
    return "", start, end
