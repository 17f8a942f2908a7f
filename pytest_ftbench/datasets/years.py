"""Which numbers in a question are years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.patterns import pattern


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YEAR = pattern(
    r"(?<![\w.,$€£¥#])((?:1[5-9]|2[01])\d\d)"  # no part of a longer number, no amount of money
    r"(?:([/\u2013-])(\d\d)(?![\w/\u2013-]))?"  # 2023/24
    r"(?=s?(?!\w))(?![.,]\d|\s?[%°€£¥])"
)
_AFTER = pattern(r"[\s-]([^\W\d_]{2,}|[a-zVW](?!-))(?!['\u2019\w])")
_BEFORE = pattern(r"(?:([^\W\d_]+)\s+)?([^\W\d_]+)\.?\s+\Z")
_DAY = pattern(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?,?\s+\Z")
_MONTHS = _words(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    """
)
_UNITS = _words(
    """
    mm cm m km kg g mg lb lbs oz ft yd mi ml l w kw mw gw kwh v hz khz mhz ghz mb gb tb mph kph kmh hp bhp rpm
    meter metre kilometer kilometre centimeter centimetre millimeter millimetre mile yard foot feet inch inches acre
    hectare gram kilogram pound ton tonne liter litre watt kilowatt megawatt volt kcal calorie degree percent
    dollar euro cent yen yuan rupee franc usd eur gbp hundred thousand million billion trillion freestyle
    """
)
_COUNTED = _words(
    """
    people persons men women children students pupils soldiers troops workers employees jobs members passengers fans
    spectators seats tickets votes points copies pages words items units vehicles cars houses homes beds rooms species
    steps stairs times years days hours minutes seconds
    """
)
_NAMED_BY_YEAR = _words(
    """
    olympics paralympics games elections primaries midterms finals semifinals quarterfinals playoffs championships
    masters series qualifiers trials awards oscars grammys emmys nominations nominees winners results budgets earnings
    sales figures reforms tariffs sanctions talks negotiations hearings protests riots attacks floods fires wildfires
    hurricanes is was has does
    """
)
"""Words ending in s before which a number is a year."""
_NUMBERED = _words(
    """
    windows office server studio peugeot cyberpunk russell rfc iso iec din section article resolution paragraph room
    flight route highway number no nr page model version chapter regulation directive
    """
)
"""Words after which a number is a name: to be moved as little as any other."""
_AMOUNTS = frozenset(
    {("more", "than"), ("less", "than"), ("fewer", "than"), ("at", "least"), ("at", "most"), ("up", "to")}
)
_ROUGHLY = _words("nearly almost exactly approximately roughly")
_WITHIN = _words("in during since until till before after")
_ARTICLES = _words("the a an these those all")


def year_matches(text: str) -> Iterator[re.Match[str]]:
    """The years that a text names: numbers from 1500 to 2199 that are part of no other, and count nothing.

    Groups: the year, and of a season such as 2023/24 the mark and its second half.
    Raises ShapeError where it cannot be told whether a number is a year.
    """
    for match in _YEAR.finditer(text):
        is_year = _is_year(match, text)
        if is_year is None:
            raise ShapeError(f"{match[0]!r} in {text!r} may be a year or not. Write the date_change question out.")
        if is_year:
            yield match


def years_named(text: str) -> list[int]:
    """The years that a text names for certain."""
    return [int(match[1]) for match in _YEAR.finditer(text) if _is_year(match, text)]


def _is_year(match: re.Match[str], text: str) -> bool | None:
    """Whether a number is a year; None: it may be."""
    told_before = text[: match.start()]
    found = _BEFORE.search(told_before)
    first, last = (found[1] or "", found[2]) if found else ("", "")
    if match[3] and is_season(match) == (match[2] == "-" and int(match[3]) <= 12):
        return None  # 2011-12 is a season, or a December; 2019-24 several years, and 2019/10 who knows
    if is_decade(match) or last.casefold() in _MONTHS or _DAY.search(told_before):
        return True  # the 2010s; September 2024; September 12, 2024
    last_word = last.casefold()
    if last_word in _NUMBERED | _ROUGHLY or (first.casefold(), last_word) in _AMOUNTS:
        return False
    after = _AFTER.match(text, match.end())
    return _is_year_before(after[1] if after else "", last, match[1])


def _is_year_before(after: str, before: str, number: str) -> bool | None:
    """Whether a number between two words is a year; both may be empty."""
    is_within = before.casefold() in _WITHIN
    if after.casefold() in _UNITS or after.casefold().removesuffix("s") in _UNITS:
        return False
    if after in _COUNTED:
        return None if is_within else False  # In 2024 people voted
    if is_within:
        return True
    if number == "1500" and before.casefold() in _ARTICLES:
        return None  # won the 1500
    is_plural = after.islower() and after.endswith("s") and not after.endswith("ss") and after not in _NAMED_BY_YEAR
    is_name = before[:1].isupper() and before.casefold() not in _ARTICLES  # the World Cup 2034 takes place
    return None if is_plural and not is_name else True


def is_decade(match: re.Match[str]) -> bool:
    """Whether a year of `year_matches` stands for ten, as 2010s does."""
    return match.string[match.end() : match.end() + 1] == "s"


def is_season(match: re.Match[str]) -> bool:
    """Whether a year of `year_matches` comes with the next one, as 2023/24 does."""
    return match[3] is not None and (int(match[1]) + 1) % 100 == int(match[3])
