"""The matcher `date`: the one date that a completion gives, compared as finely as the expected one is stated.

python-dateutil reads what a pattern has found, as its own search takes any number for a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import clean_text, lower_in_place
from pytest_ftbench.judges.novelty import find_novelty
from pytest_ftbench.patterns import pattern

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b(?![.:]?\d)"
_YEAR = r"[12]\d{3}(?!\w|[.,]\d|-\d)"
_DATE = pattern(
    rf"""
    (?<![\w.,/-])(?:
        (?P<words>
            {_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+{_YEAR})?
          | {_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?
          | {_MONTH},?\s+(?:of\s+)?{_YEAR})
      | (?P<iso>[12]\d{{3}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?![\w/]|[-.]\d))
      | (?P<numeric>\d{{1,2}}(?P<sign>[-/.])\d{{1,2}}(?P=sign){_YEAR})
      | (?P<year>{_YEAR}))
    """,
    re.VERBOSE,
)
_AROUND = pattern(r"(?:on |in |the |(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )*$")
_BOUND_BEFORE = pattern(
    r"\b(before|after|until|till|by|since|between|prior to|earlier than|later than|around|about|circa|either|or)\s+"
    r"(?:the |on |in |\w+day,? )*$"
)
_RANGE_AFTER = pattern(r"\s*(?:-|to\b|through\b|or\b)\s*(?:\d|[a-z]+\.? \d)|\s*\?")
_FEW_WORDS = 5
_LONGEST = 60
_MOST = 20

Likeness = Literal["same", "differs", "unclear"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as far as it is stated."""

    year: int | None
    month: int | None
    day: int | None

    def compare(self, given: Moment) -> Likeness:
        """How a given date relates to this one, at the precision of this one."""
        pairs = [(self.year, given.year), (self.month, given.month), (self.day, given.day)]
        stated = [(mine, yours) for mine, yours in pairs if mine is not None]
        if any(yours is not None and mine != yours for mine, yours in stated):
            return "differs"
        return "same" if all(yours is not None for _, yours in stated) else "unclear"


@dataclass(frozen=True, slots=True)
class _Mention:
    readings: tuple[Moment, ...]
    """One, or both where day and month could be either."""
    start: int
    end: int

    @property
    def is_year(self) -> bool:
        return self.readings[0].month is None


def is_date(expected: str) -> bool:
    """Whether an expected answer is one date, finer than a year."""
    mention = _read_expected(expected)
    return mention is not None and not mention.is_year


def moments_in(text: str) -> frozenset[Moment]:
    """The dates finer than a year that a text gives; one that could be read in two ways gives both."""
    mentions = _find(lower_in_place(clean_text(text)), most=len(text))
    return frozenset(moment for mention in mentions if not mention.is_year for moment in mention.readings)


class DateMatcher:
    """Right or wrong where the completion gives one date, undecided where several compete or it is less precise."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        wanted = _read_expected(expected)
        if wanted is None:
            raise SpecError(f"match 'date' needs an answer that is one date, got {expected!r}. Use 'contains'.")
        asked = _find(reading.low_question)
        found = [mention for mention in _find(reading.low) if not is_dismissed(reading, mention.start, mention.end)]
        own = [mention for mention in found if not any(_is_echo(mention, other) for other in asked)]
        if found and not own:
            return Finding("undecided", "its only date stands in the question")
        fine = [mention for mention in own if not mention.is_year]
        if not fine and not wanted.is_year and len(reading.words) > _FEW_WORDS:
            return UNDECIDED
        return _judge(reading, wanted, fine if fine and not wanted.is_year else own, _only_year(asked))


def _judge(reading: Reading, wanted: _Mention, mentions: list[_Mention], year: int | None) -> Finding:
    outcomes = [_compare(wanted, mention, year) for mention in mentions]
    doubts = [_find_doubt(reading, mention) for mention in mentions]
    if not outcomes or len(mentions) >= _MOST:
        return UNDECIDED
    if all(outcome == "differs" for outcome in outcomes):
        return UNDECIDED if any(doubts) else WRONG
    if any(outcome != "same" for outcome in outcomes):
        return Finding("undecided", "it gives several dates" if len(outcomes) > 1 else "its date is less precise")
    doubt = next(filter(None, doubts), "")
    return Finding("undecided", f"the date stands in it, but {doubt}") if doubt else RIGHT


def _compare(wanted: _Mention, given: _Mention, year: int | None) -> Likeness:
    """One reading of the given date must be the wanted one; a wanted one that has two readings is nobody's."""
    found = {
        target.compare(
            Moment(year, moment.month, moment.day) if moment.year is None and target.year == year else moment
        )
        for moment in given.readings
        for target in wanted.readings
    }
    if found == {"differs"}:
        return "differs"
    return "same" if "same" in found and len(wanted.readings) == 1 else "unclear"


def _find_doubt(reading: Reading, mention: _Mention) -> str:
    low = reading.low
    bound = _BOUND_BEFORE.search(low[max(0, mention.start - 40) : mention.start])
    if bound and bound[1] not in reading.low_question.split():
        return f"after {bound[1]!r}"
    if _RANGE_AFTER.match(low, mention.end):
        return "as the beginning of a range"
    span = mention.start, mention.end
    return find_doubt(reading, *span) or find_novelty(reading, *span, is_nearest=True)


def _is_echo(mention: _Mention, asked: _Mention) -> bool:
    """Whether the question has the date, or more of it."""
    return any(one.compare(other) == "same" for one in mention.readings for other in asked.readings)


def _only_year(asked: list[_Mention]) -> int | None:
    """The year that a question is about, if it names one."""
    years = {moment.year for mention in asked for moment in mention.readings}
    return years.pop() if len(years) == 1 else None


@lru_cache(maxsize=1024)
def _read_expected(expected: str) -> _Mention | None:
    if len(expected) > _LONGEST or not any(map(str.isdigit, expected)):
        return None
    low = lower_in_place(clean_text(expected))
    found = _find(low)
    if len(found) != 1 or not _AROUND.fullmatch(low[: found[0].start]) or low[found[0].end :].strip(" ."):
        return None
    return found[0]


def _find(low: str, *, most: int = _MOST) -> list[_Mention]:
    """The first dates of a clean lower-case text; what only looks like one is passed over."""
    mentions: list[_Mention] = []
    for found in _DATE.finditer(low):
        written = found[0].rstrip(".")
        firsts = (False, True) if found["numeric"] else (False,)
        moments = [moment for is_day_first in firsts if (moment := _parse(written, is_day_first))]
        if moments:
            mentions.append(_Mention(tuple(dict.fromkeys(moments)), found.start(), found.end()))
        if len(mentions) >= most:
            break
    return mentions


@lru_cache(maxsize=1024)
def _parse(written: str, is_day_first: bool) -> Moment | None:
    """What a date states: the parts that do not come from the default, so two defaults tell."""
    if len(written) == 4:
        return Moment(int(written), None, None)
    from dateutil import parser

    text = written.replace(" the ", " ").replace(".", " ") if written[0].isalpha() else written
    try:
        one, other = (
            parser.parse(text, dayfirst=is_day_first, default=default)
            for default in (datetime(2000, 1, 1), datetime(2004, 2, 2))
        )
    except (ValueError, OverflowError):
        return None
    return Moment(
        one.year if one.year == other.year else None,
        one.month if one.month == other.month else None,
        one.day if one.day == other.day else None,
    )
