"""Quantities in running text: numbers with multiplier, unit and bound, and what only looks like a number.

A digit inside something else is never a number of its own: dates, times, names such as `MQ-9`, versions, ordinals and
decades are passed over; ranges, scores, ratios and `6 feet 7 inches` are kept as one compound.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from pytest_ftbench.judges.leads import LABEL_BEFORE, LONGEST_LEAD, SIGN_BEFORE, has_lead, read_bound
from pytest_ftbench.judges.normalise import find_letter_runs
from pytest_ftbench.judges.number_words import NUMBER_WORDS, read_decimal_words
from pytest_ftbench.judges.numerals import read_numeral
from pytest_ftbench.judges.units import UNITS, dimension_of, singular
from pytest_ftbench.judges.vocabulary import NO_UNITS
from pytest_ftbench.patterns import pattern

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<{}>[12]\d{{3}})(?![\w,]?\d)"
_WORD = rf"(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_WORDS = (
    rf"(?=[a-z])\b(?P<words>(?:(?:an?|minus|negative)\s+)?{_WORD}(?:(?:\s+|-|\s+and\s+){_WORD})*"
    rf"(?:\s+point(?:\s+{_WORD})+)?)\b"
)
_SCAN = pattern(
    rf"""
    (?=[-+.\d]|(?<!\w)\w)  # every alternative begins like this; inside a word none has to be tried
    (?:(?P<date>
        (?=[a-z])\b{_MONTH}\s+(?:
            \d{{1,2}}(?:st|nd|rd|th)?\b(?![.,]\d|\s*%)(?:\s*-\s*\d{{1,2}}\b)?(?:,?\s+{_YEAR.format("y1")})?
          | {_YEAR.format("y4")})
      | (?=\d)(?:\b(?<![\d.,])\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?!may\b){_MONTH}(?:,?\s+{_YEAR.format("y2")})?
      | \b(?<![\d.,])\d{{1,2}}\s+may,?\s+{_YEAR.format("y3")}
      | (?<![\w.-])(?P<y5>\d{{4}})[-/]\d{{1,2}}[-/]\d{{1,2}}(?![\w-])
      | (?<![\w./-])\d{{1,2}}[./-]\d{{1,2}}[./-](?P<y6>\d{{4}})(?!\w))
    )
  | (?P<skip>
        (?=\d)(?:(?<![\w.,:])\d{{1,2}}:\d{{2}}(?!\d)(?::\d{{2}})?(?:\s*[ap]\.?m\b\.?)?
      | (?<![\w.,])\d{{1,2}}\s*(?:a\.m\.|p\.m\.|am\b|pm\b))
      | (?<!\w)(?!(?:usd|eur|gbp|rs|inr|chf)\d)[^\W\d]++-?\d[\w]*+(?:[-.]\w++)*+
    )
  | (?P<clock>(?<![\w.,])\d{{1,2}}h\d{{2}}(?!\w))
  | (?P<feet>(?<![\w.,])\d{{1,2}}'\s?\d{{1,2}}(?!\d)(?:\.\d+)?\s?(?:"|'')? | (?<![\w.,])\d{{1,2}}'(?!\w))
  | (?P<numeral>(?:(?<![\w)])[-+])?(?:(?<=[a-z])|(?<![\w.,]))
        (?:\d{{1,3}}(?:\ \d{{3}})+(?![\d,'])|\d++(?:[.,']\d++)*+|\.\d++))
  | {_WORDS}
    )
    """,
    re.VERBOSE,
)
_SCAN_WORDS = pattern(_WORDS)
"""What `_SCAN` comes to in a text without digits."""
_DIGIT = pattern(r"\d")
_CURRENCY_BEFORE = pattern(r"(us\$|c\$|a\$|[$€£¥₹]|\b(?:usd|eur|gbp|chf|inr|rs\.?))\s?$")
_STRANGE = pattern(r"[^\x00-\x7f\w\s≥≤≈…]")
_MULTIPLIER = pattern(
    r"(?:(?<=\d)(k|bn|mn|mln|tn)\b|\s*-?(hundred|thousand|million|billion|trillion|lakh|crore|dozen|bn|mln)s?\b)"
)
_MONEY_MULTIPLIER = pattern(r"\s?(mm|m|b|t|k)\b")
_FACTORS = {
    **{"hundred": 10**2, "k": 10**3, "thousand": 10**3, "dozen": 12, "lakh": 10**5, "crore": 10**7},
    **dict.fromkeys(("m", "mm", "mn", "mln", "million"), 10**6),
    **dict.fromkeys(("b", "bn", "billion"), 10**9),
    **dict.fromkeys(("t", "tn", "trillion"), 10**12),
}
_OTHER_SUFFIX = pattern(
    r"(?:st|nd|rd|th)\b|s\b|[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\w+teenth"
    r"|\w+ieth|odd|something|ish)(?:s|\b)"
    r"|e[+-]?\d|\s+and\s+(?:a|one)[ -](?:half|quarter|third)|[ -](?:a\s+)?half\b|\s\d/\d|-?fold\b|\s+point\s+\w"
)
_UNIT_SIGN = pattern(r"\s*(%|‰|°\s?[cf]\b|°|[$€£¥₹](?!\d))")
_UNIT_WORD = pattern(r"(?:[\s-]|\.(?=\s?(?:lbs?|cm|kg)\b))?\s?([^\W\d_]+(?:\^?[23](?!\d))?)\.?")
_PER = pattern(r"\s?(?:/|per\s|\ban?\s(?=second|minute|hour|day|week|month|year))\s?([^\W\d_]+)")
_DENOMINATORS = {"annum": "year", "s": "second"}
"""Words that are units only below a fraction bar."""
_JOINED = pattern(r"\s*(?:-|/|:|\*|x|×|\^|±|\bto\b|\bthrough\b|\bby\b(?=\s*\d))\s*|\s+-")  # noqa: RUF001 - the sign meant


class Quantity(NamedTuple):
    """One number of a text with what belongs to it, or a compound of several."""

    value: Decimal | None
    """None for a compound."""
    start: int
    end: int
    unit: str = ""
    """The unit's name, where it is one that is known."""
    noun: str = ""
    """The word after the number, in the singular, where that is no known unit: `people`."""
    bound: str = ""
    """gt, ge, plus (`5+`, either of the two), lt, le, near, or nothing."""
    parts: tuple[Decimal, ...] = ()
    """The numbers of a compound."""
    written: str = ""
    """The bare numeral as written."""
    is_label: bool = False
    """Whether it names rather than counts: `age 40`, `phase 3`."""

    @property
    def is_compound(self) -> bool:
        """Whether it is a range, a score, a ratio or `6 feet 7 inches`."""
        return len(self.parts) > 1

    @property
    def dimension(self) -> str:
        return dimension_of(self.unit) if self.unit else ""

    @property
    def is_year_like(self) -> bool:
        """Whether it could be a year: four bare digits from 1000 to 2199."""
        return len(self.written) == 4 and self.written.isdigit() and not self.unit and 1000 <= int(self.written) < 2200


MOST_QUANTITIES = 100
"""Where reading stops: what counts on past that is no answer to one question."""


def find_quantities(low: str, letter_runs: Collection[str] | None = None) -> list[Quantity]:
    """The first 100 quantities of a cleaned lower-case text, in order; compounds count as one.

    letter_runs: those of the text, where they are known already.
    """
    merged: list[Quantity] = []
    has_words = not NUMBER_WORDS.isdisjoint(find_letter_runs(low) if letter_runs is None else letter_runs)
    for quantity in islice(_scan(low, has_words=has_words), MOST_QUANTITIES):
        if merged and (compound := _join(merged[-1], quantity, low)):
            merged[-1] = compound
        else:
            merged.append(quantity)
    return merged


def _scan(low: str, *, has_words: bool) -> Iterator[Quantity]:
    position = 0
    while found := _find_next(low, position, has_words=has_words):
        position = found.end()
        kind = found.lastgroup or ""
        if kind == "date":
            year = next((name for name in ("y1", "y2", "y3", "y4", "y5", "y6") if found[name]), None)
            if year:
                yield Quantity(Decimal(found[year]), found.start(year), found.end(year), written=found[year])
        elif kind == "feet":
            parts = tuple(Decimal(number) for number in re.findall(r"\d+", found["feet"]))
            unit = "foot" if len(parts) == 1 else "foot+inch"
            yield Quantity(None, found.start(), found.end(), unit=unit, parts=parts)
        elif kind == "clock":
            parts = tuple(map(Decimal, found["clock"].split("h")))
            yield Quantity(None, found.start(), found.end(), unit="hour+minute", parts=parts)
        elif kind in ("numeral", "words"):
            quantity = _read_at(low, found.start(kind), found.end(kind), is_word=kind == "words")
            position = max(position, quantity.end)
            yield quantity


def _find_next(low: str, position: int, *, has_words: bool) -> re.Match[str] | None:
    """The next match of `_SCAN`, which is slow, so it is not begun long before something that it could match."""
    digit = _DIGIT.search(low, position)
    if not digit:
        return _SCAN_WORDS.search(low, position) if has_words else None
    if has_words:
        return _SCAN.search(low, position)
    # What begins before its first digit begins with a sign, or with one word and what may part a month from its day.
    before = low[position : digit.start()].rstrip().rstrip(".+-")
    return _SCAN.search(low, position + before.rfind(" ") + 1)


def _read_at(low: str, start: int, end: int, *, is_word: bool) -> Quantity:
    """The quantity whose numeral or number words stand at start to end."""
    written = low[start:end]
    value = _read_words(written) if is_word else read_numeral(written)
    is_last = low[end : end + 2] in ("", ".")  # nothing follows that could belong to it
    if not is_last and (other := _OTHER_SUFFIX.match(low, end)):
        return Quantity(None, start, other.end(), parts=() if value is None else (value,), written=written)
    if value is None:
        return Quantity(None, start, end, written=written)
    currency, begin = _read_currency(low, start)
    is_led = has_lead(low[max(0, begin - LONGEST_LEAD) : begin])
    if is_led and value >= 0 and (sign := SIGN_BEFORE.search(low, max(0, begin - 10), begin)):
        value, begin = -value, sign.start()
    if not is_last:
        value, end = _multiply(low, value, end, is_money=bool(currency))
    is_open = low[end : end + 1] == "+" and not low[end + 1 : end + 2].isdigit()
    end += is_open
    unit, noun, unit_end = ("", "", end) if is_last else _read_unit(low, end)
    is_strange = (not is_last and _STRANGE.match(low, end)) or (begin and _STRANGE.match(low, begin - 1))
    if (low[end : end + 1].isalpha() or is_strange) and not unit:
        return Quantity(None, begin, unit_end, written=written)
    if currency and unit and dimension_of(unit) != "money":
        noun = unit
    if currency and (unit == "usd" or dimension_of(unit) != "money"):
        unit = currency
        if not noun and not is_last:
            unit, _, unit_end = _read_denominators(low, currency, unit_end)
    is_label = is_led and bool(LABEL_BEFORE.search(low, max(0, begin - 12), begin))
    bound, begin, unit_end = read_bound(low, begin, unit_end, is_led=is_led)
    bound = bound or ("plus" if is_open else "")
    return Quantity(value, begin, unit_end, unit, noun, bound, written=written, is_label=is_label)


def _multiply(low: str, value: Decimal, end: int, *, is_money: bool) -> tuple[Decimal, int]:
    """The value times the multipliers that follow it, and where they end."""
    while factor := (_MONEY_MULTIPLIER.match(low, end) if is_money else None) or _MULTIPLIER.match(low, end):
        value *= _FACTORS[next(group for group in factor.groups() if group)]
        end = factor.end()
    return value, end


def _read_currency(low: str, start: int) -> tuple[str, int]:
    """The currency whose sign or code stands before a number, or nothing, and where the two begin."""
    found = start and _CURRENCY_BEFORE.search(low, max(0, start - 4), start)
    if not found:
        return "", start
    sign = found[1].rstrip(".")
    return "inr" if sign == "rs" else UNITS[sign], found.start()


def _read_words(written: str) -> Decimal | None:
    words = [word for word in re.split(r"[\s-]+", written) if word not in ("and", "a", "an")]
    negative = words[0] in ("minus", "negative")
    value = read_decimal_words(words[negative:])
    return -value if value is not None and negative else value


def _read_unit(low: str, position: int) -> tuple[str, str, int]:
    """Unit name, else noun, after a number, and where it ends."""
    if sign := _UNIT_SIGN.match(low, position):
        return _read_denominators(low, UNITS[sign[1].replace(" ", "")], sign.end())
    words: list[str] = []
    ends: list[int] = []
    end = position
    while len(words) < 3 and (found := _UNIT_WORD.match(low, end)):
        words.append(found[1])
        end = found.end(1)
        ends.append(end)
    for count in range(len(words), 0, -1):
        if unit := UNITS.get(" ".join(words[:count])) or UNITS.get(" ".join(map(singular, words[:count]))):
            return _read_denominators(low, unit, ends[count - 1])
    noun = words[0] if words and words[0] not in NO_UNITS else ""
    return "", singular(noun), ends[0] if noun else position


def _read_denominators(low: str, unit: str, end: int) -> tuple[str, str, int]:
    while found := _PER.match(low, end):
        unit = f"{unit}/{_DENOMINATORS.get(found[1]) or UNITS.get(found[1], found[1])}"
        end = found.end()
    return unit, "", end


def _join(one: Quantity, other: Quantity, low: str) -> Quantity | None:
    """The compound that two neighbouring quantities make, or None where each stands alone."""
    between = low[one.end : other.start]
    is_range = _JOINED.fullmatch(between) or (
        between.strip() == "and" and low[max(0, one.start - 9) : one.start].rstrip().endswith("between")
    )
    glued = not between and low[other.start : other.start + 1] in "+-"
    mixed = (
        between.strip(" ,") in ("", "and")
        and one.unit != other.unit
        and one.dimension == other.dimension
        and one.dimension in ("length", "mass", "time")
    )
    if not (is_range or glued or mixed):
        return None
    parts = tuple(
        abs(part) for quantity in (one, other) for part in (quantity.parts or (quantity.value,)) if part is not None
    )
    unit = f"{one.unit}+{other.unit}" if mixed else other.unit or one.unit
    return other._replace(value=None, start=one.start, unit=unit, parts=parts, written="", bound="")
