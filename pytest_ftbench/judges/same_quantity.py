"""Whether two quantities say the same: value, unit, and the bound that "more than" puts on one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal

from pytest_ftbench.judges.conversion import as_one_unit, convert, could_be_measure, is_same_measure
from pytest_ftbench.judges.numerals import read_numeral
from pytest_ftbench.judges.quantities import Quantity
from pytest_ftbench.judges.units import UNITS, dimension_of, is_same_unit, singular
from pytest_ftbench.judges.vocabulary import PERCENT_WORDS, PLAIN_NOUNS, UNIT_ADJECTIVES
from pytest_ftbench.patterns import pattern

Likeness = Literal["same", "differs", "unclear"]

_HOW_MANY = pattern(r"\b(?:how many|number of|amount of|count of)\s+((?:[^\W\d_]+[ -]?){1,3})")
_SUBJECT = pattern(
    r"\bhow many\s([^?]{1,80}?)\b(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|must|may)\b"
)
_ALPHABETIC = pattern(r"[^\W\d_]+")
_SCALES = tuple(Decimal(10) ** power for power in (2, 3, 6, 9, 12))
_RATE_WORDS = {"year": ("annual", "annually", "yearly"), "month": ("monthly",), "week": ("weekly",), "day": ("daily",)}
_SHORT_UNIT = 3
_DEGREES = {"c": "celsius", "f": "fahrenheit", "k": "kelvin"}
"""Letters that are units beside a temperature only."""
_AT_LEAST, _AT_MOST = ("gt", "ge", "plus"), ("lt", "le")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off: absolute, or a fraction of the expected value."""

    size: Decimal = Decimal(0)
    is_relative: bool = False

    def allows(self, wanted: Decimal, given: Decimal) -> bool:
        return abs(wanted - given) <= (self.size * abs(wanted) if self.is_relative else self.size)


@dataclass(frozen=True)
class Asked:
    """What a question says about the number that it asks for."""

    words: frozenset[str]
    """Its words, singular."""
    text: str = ""

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(low_question: str) -> Asked:
        """What a cleaned lower-case question asks; kept, as many answers come to one question."""
        return Asked(frozenset(map(singular, _ALPHABETIC.findall(low_question))), low_question)

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The words after "how many", singular."""
        found = _HOW_MANY.search(self.text)
        return tuple(singular(word) for word in re.split(r"[ -]", found[1]) if word) if found else ()

    @cached_property
    def subject(self) -> frozenset[str]:
        """All words between "how many" and the verb, singular: what is counted, and whose and where it is."""
        found = _SUBJECT.search(self.text)
        return frozenset(map(singular, _ALPHABETIC.findall(found[1]))) if found else frozenset()

    @cached_property
    def counted_unit(self) -> str:
        """The unit after "how many", if a known one stands there."""
        for count in (3, 2, 1):
            if unit := UNITS.get(" ".join(self.counted[:count])):
                return unit
        return ""

    @cached_property
    def units(self) -> frozenset[str]:
        """Every unit that it names."""
        words = [singular(word) for word in _ALPHABETIC.findall(self.text)]
        phrases = [" ".join(words[place : place + count]) for place in range(len(words)) for count in (1, 2)]
        return frozenset(UNITS[phrase] for phrase in phrases if phrase in UNITS and len(phrase) > 1)

    def unit_like(self, dimension: str) -> str:
        """The one unit of that kind that it names, or nothing."""
        found = [unit for unit in self.units if dimension_of(unit) == dimension]
        return found[0] if len(found) == 1 else ""


_CUES = {
    "length": "tall height high long length far distance wide width deep depth short measure size reach",
    "mass": "weigh weight heavy mass",
    "time": "old age long when often duration time last take wait year month week day hour minute",
    "temperature": "temperature hot warm cold",
    "money": "cost price much pay paid worth spend value charge earn fee salary raise fine revenue donate",
    "speed": "fast speed",
    "volume": "volume much capacity",
    "area": "area large big size",
}


def asks_kind(asked: Asked, dimension: str) -> bool:
    """Whether a question asks for such a measure without naming a unit: "How tall" asks for a length."""
    return not asked.text or dimension not in _CUES or any(word in asked.words for word in _CUES[dimension].split())


def compare(wanted: Quantity, given: Quantity, asked: Asked, tolerance: Tolerance) -> Likeness:
    """How a given quantity relates to the expected one; `unclear` where only a conversion or a person could tell."""
    assert wanted.value is not None
    given = (as_one_unit(given) if given.value is None and given.unit.count("+") else None) or given
    if wanted.dimension == "temperature" and given.noun in _DEGREES:
        given = given._replace(unit=_DEGREES[given.noun], noun="")
    if given.value is None:
        low, high = min(given.parts), max(given.parts)
        return "unclear" if low <= wanted.value <= high or given.unit.count("+") else "differs"
    if other := _compare_in_other_unit(wanted, given, asked, tolerance):
        return other
    if not tolerance.allows(wanted.value, given.value):
        return _compare_other_value(wanted, given, asked)
    unit = _compare_units(drop_asked_rate(wanted, asked), drop_asked_rate(given, asked), asked)
    if unit != "same":
        return unit
    if not (wanted.unit or given.unit or wanted.noun or given.noun) and _differ_in_zeros(wanted, given, tolerance):
        return "unclear"  # version 3.1 is not version 3.10
    return _compare_bounds(wanted.bound, given.bound)


def _compare_in_other_unit(wanted: Quantity, given: Quantity, asked: Asked, tolerance: Tolerance) -> Likeness | None:
    """What conversion tells of two units of one kind, the wanted one stated or the question's; None where nothing."""
    assert wanted.value is not None
    assert given.value is not None
    if not given.unit or wanted.noun:
        return None
    if not wanted.unit and not asked.unit_like(given.dimension):
        is_known = wanted.value == given.value or not given.dimension or could_be_measure(wanted.value, given)
        return None if is_known else "differs"
    unit = wanted.unit or asked.unit_like(given.dimension)
    if is_same_unit(unit, given.unit) or (value := convert(given.value, given.unit, unit)) is None:
        return None
    if tolerance.size:
        likeness: Likeness = "same" if tolerance.allows(wanted.value, value) else "differs"
    else:
        same = is_same_measure(wanted, unit, given)
        likeness = "unclear" if same is None else "same" if same else "differs"
    return _compare_bounds(wanted.bound, given.bound) if likeness == "same" else likeness


def drop_asked_rate(given: Quantity, asked: Asked) -> Quantity:
    """ "25 days per year" is 25 days where the question says "a year" or "annual"."""
    base, slash, per = given.unit.partition("/")
    named = asked.words & {per, *_RATE_WORDS.get(per, ())}
    return given._replace(unit=base) if slash and named else given


def _compare_other_value(wanted: Quantity, given: Quantity, asked: Asked) -> Likeness:
    assert wanted.value is not None
    assert given.value is not None
    unit = wanted.unit or asked.counted_unit
    if unit and given.unit and not is_same_unit(unit, given.unit) and dimension_of(unit) == given.dimension:
        return "unclear"
    if 0 < len(given.noun) <= _SHORT_UNIT and given.noun != wanted.noun and given.noun not in asked.words:
        return "unclear"  # it may be a unit that is not in the table
    small, large = sorted((abs(wanted.value), abs(given.value)))
    if small and large / small in _SCALES and (wanted.unit != given.unit or not given.unit):
        return "unclear"  # 3.5 for $3.5 billion, 0.4 for 40 %, 1.62 m for 162
    return "differs"


def _compare_units(wanted: Quantity, given: Quantity, asked: Asked) -> Likeness:
    if wanted.unit:
        if given.unit:
            if not _is_same_or_asked(wanted.unit, given.unit, asked):
                return "unclear" if _lacks_rate(wanted.unit, given.unit) else "differs"
            return "same" if _goes_with(given, asked) else "unclear"  # a loss of $5 is no revenue
        if wanted.unit == "percent" and given.noun and given.noun not in PERCENT_WORDS:
            return "unclear"
        fits = _goes_with(given, asked) and not given.is_label and given.noun not in PLAIN_NOUNS
        return "same" if fits else "unclear"
    if given.unit:
        return _compare_added_unit(wanted, given, asked)
    if wanted.noun:
        return "same" if given.noun in ("", wanted.noun) else "unclear"
    return "same" if _goes_with(given, asked) else "unclear"


def _goes_with(given: Quantity, asked: Asked) -> bool:
    """Whether the word after a number without unit leaves open what it counts, or is the question's own."""
    if not given.noun or given.noun in UNIT_ADJECTIVES | PLAIN_NOUNS:
        return True
    return given.noun in asked.words and (not asked.subject or given.noun in asked.subject)


def _lacks_rate(wanted: str, given: str) -> bool:
    """Whether one of two units is the other with a rate that often goes without saying: `usd` and `usd/month`."""
    base = wanted.partition("/")[0]
    is_same_base = base == given.partition("/")[0] and ("/" in wanted) != ("/" in given)
    return is_same_base and dimension_of(base) in ("money", "ratio", "time")


def _is_same_or_asked(wanted: str, given: str, asked: Asked) -> bool:
    """Same unit; where spellings only go together (degree, Celsius), the question must not name a third."""
    if wanted == given:
        return True
    named = {unit for unit in asked.units if dimension_of(unit) == dimension_of(given) and unit != wanted}
    return is_same_unit(wanted, given) and (not named or given in named)


def _compare_added_unit(wanted: Quantity, given: Quantity, asked: Asked) -> Likeness:
    """The expected answer has no unit, the given one has: does it go with the question?"""
    if wanted.noun:
        return "differs"
    siblings = {unit for unit in asked.units if dimension_of(unit) == given.dimension}
    if siblings:
        return "same" if any(is_same_unit(unit, given.unit) for unit in siblings) else "differs"
    if "how old" in asked.text and given.unit != "year":
        return "unclear"  # a bare number is one of years
    if given.unit == "percent":
        return "same" if PERCENT_WORDS & asked.words else "unclear"
    return "unclear" if asked.counted or not asks_kind(asked, given.dimension) else "same"


def _differ_in_zeros(wanted: Quantity, given: Quantity, tolerance: Tolerance) -> bool:
    """Whether two equal decimals were written with different numbers of places, as versions are."""
    if tolerance.size or "." not in wanted.written or not {".", ","} & set(given.written):
        return False
    is_scaled = any(read_numeral(quantity.written) != quantity.value for quantity in (wanted, given))
    places = [len(quantity.written.partition(".")[2]) for quantity in (wanted, given)]
    return places[0] != places[1] and not is_scaled  # a comma makes no version


def _compare_bounds(wanted: str, given: str) -> Likeness:
    """Opposite bounds differ; leaving one out is forgiven, adding one is not.

    But "less than 5" may not lose its bound: 5 is not among what it allows.
    """
    if wanted == given or (given in ("", "near") and wanted != "lt"):
        return "same"
    if "plus" in (wanted, given) and wanted in _AT_LEAST and given in _AT_LEAST:
        return "same"
    if (wanted in _AT_LEAST and given in _AT_MOST) or (wanted in _AT_MOST and given in _AT_LEAST):
        return "differs"
    return "unclear"
