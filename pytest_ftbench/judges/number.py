"""The matcher `number`: the one number that a completion gives, with unit, bound and tolerance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.conversion import last_figure
from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import clean_text, lower_in_place
from pytest_ftbench.judges.novelty import find_novelty
from pytest_ftbench.judges.numerals import read_numeral
from pytest_ftbench.judges.quantities import MOST_QUANTITIES, Quantity, find_quantities
from pytest_ftbench.judges.relations import find_relation
from pytest_ftbench.judges.same_quantity import Asked, Tolerance, asks_kind, compare
from pytest_ftbench.judges.units import UNITS, singular
from pytest_ftbench.patterns import pattern

_BARE_WORDS = 5
_EXACT = Tolerance()
_RESTATED = pattern(r"\s*(?:\(|,? or |=|/)\s*(?:or |about |approximately |roughly |around |i\.e\.,? )?")
_BELOW = pattern(r"\b(?:below|under) (?:zero|freezing|sea)\b")
_ONE_OF = pattern(r"\b(?:no|any|some|every|each|this|that|the|which|another|only|last|next|first|other|good)\s+$")


def read_tolerance(text: str) -> Tolerance:
    """An absolute tolerance (`0.5`) or a relative one (`5%`); ValueError for anything else."""
    digits = text.removesuffix("%")
    value = read_numeral(digits) if digits else None
    if value is None or value < 0:
        raise ValueError("a number of 0 or more, or a percentage such as 5%")
    return Tolerance(value / 100, is_relative=True) if text.endswith("%") else Tolerance(value)


def read_figures(text: str) -> bool:
    """Whether the last figure of the expected number may be rounded; ValueError for anything but `last`."""
    if text != "last":
        raise ValueError("last")
    return True


def read_unit_name(text: str) -> str:
    """The unit that a text names; an unknown one stands for itself."""
    low = text.strip().lower()
    if not low:
        raise ValueError("a unit such as kg")
    return UNITS.get(low) or UNITS.get(singular(low)) or singular(low)


@lru_cache(maxsize=1024)
def read_expected(text: str) -> Quantity | None:
    """The quantity that an expected answer is, or None where it is more or other than a number with a unit.

    Words that begin with a capital make it a name (`50 Cent`), and so does anything before the number but a bound or a
    currency. Ranges and scores are no quantities.
    """
    if len(text) > 80:
        return None
    clean = clean_text(text)
    low = lower_in_place(clean)
    found = find_quantities(low)
    if len(found) != 1 or (quantity := found[0]).value is None or quantity.start:
        return None
    if any(
        word[0].isupper() and word[1:].islower()
        for word in re.findall(r"[^\W\d_]+", clean[quantity.start :])[0:9]
        if not _is_first(word, clean)
    ):
        return None
    tail = low[quantity.end :].strip(" .!")
    if not tail or (tail in ("old", "of age", "in total", "years old") and quantity.unit):
        return quantity
    if quantity.noun and re.fullmatch(r"[a-z]+", tail):
        return quantity._replace(noun=singular(tail))
    return None


def _is_first(word: str, clean: str) -> bool:
    """Whether a capital only marks the beginning: "Twenty days", "About 30"."""
    return clean.startswith(word)


class NumberMatcher:
    """Right or wrong when the completion gives one number, undecided when several compete or none is there."""

    settings: Mapping[str, Callable[[str], object]] = {
        "tolerance": read_tolerance,
        "unit": read_unit_name,
        "figures": read_figures,
    }

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:
        wanted = read_expected(expected)
        if wanted is None:
            fault = f"match 'number' needs an answer that is one number with or without a unit, got {expected!r}."
            raise SpecError(f"{fault} Use 'exact', 'contains' or 'regex' for other answers.")
        if unit := settings.get("unit"):
            assert isinstance(unit, str)
            known = unit in UNITS.values()
            wanted = wanted._replace(unit=unit if known else "", noun="" if known else unit)
        # What rounds to the expected number's last significant figure: 115k to 125k for 120k (SimpleQA's rule).
        default = Tolerance(last_figure(wanted) / 2) if settings.get("figures") else _EXACT
        tolerance = settings.get("tolerance", default)
        assert isinstance(tolerance, Tolerance)
        return _Search(reading, wanted, tolerance, expected.lower()).decide()


def _are_too_many(reading: Reading) -> bool:
    """Whether the text has more numbers than were read: each takes a character at least."""
    if len(reading.low) < MOST_QUANTITIES:
        return False
    return sum(len(quantity.parts) or 1 for quantity in reading.quantities) >= MOST_QUANTITIES


class _Search(NamedTuple):
    """One expected number looked for in one completion."""

    reading: Reading
    wanted: Quantity
    tolerance: Tolerance
    expected: str
    """As written, in lower case."""

    def decide(self) -> Finding:
        found = [quantity for quantity in self.reading.quantities if self._is_candidate(quantity)]
        if not found:
            return UNDECIDED
        if _are_too_many(self.reading):
            return Finding("undecided", "it gives too many numbers")
        if self._is_bare(found):
            return self._judge(found)
        standing = [quantity for quantity in found if not is_dismissed(self.reading, quantity.start, quantity.end)]
        if not standing:
            return Finding("undecided", "its number is denied or put in the past")
        return self._judge(self._without_echoes(standing))

    def _is_candidate(self, quantity: Quantity) -> bool:
        if quantity.value is None:
            return quantity.is_compound
        if quantity.is_year_like and not self.wanted.is_year_like and not self._is_bare([quantity]):
            return False
        return quantity.written != "one" or (self.wanted.value == 1 and self._counts_one(quantity))

    def _counts_one(self, quantity: Quantity) -> bool:
        """Whether "one" is a number here, and no pronoun."""
        low = self.reading.low
        if _ONE_OF.search(low[max(0, quantity.start - 12) : quantity.start]):
            return False
        return bool(quantity.unit or quantity.noun) or not low[quantity.end :].strip(" .!*)\"'")

    def _is_bare(self, found: Sequence[Quantity]) -> bool:
        """Whether the completion is that number and a few words at most, all of it affirmative."""
        low, only = self.reading.low, found[0]
        return len(found) == 1 and not low[: only.start].strip(" \"'(") and not low[only.end :].strip(" .\"')!")

    def _without_echoes(self, found: list[Quantity]) -> list[Quantity]:
        """What is left when each number of the question has been met once; all of them where nothing is left."""
        if not self.reading.asked_quantities:
            return found
        asked = Counter((quantity.value, quantity.parts) for quantity in self.reading.asked_quantities)
        own: list[Quantity] = []
        for quantity in found:
            key = (quantity.value, quantity.parts)
            if asked[key] > 0:
                asked[key] -= 1
            else:
                own.append(quantity)
        return own or (found if len(self.reading.words) <= _BARE_WORDS else [])

    def _judge(self, candidates: Sequence[Quantity]) -> Finding:
        if not candidates:
            return Finding("undecided", "its only number stands in the question")
        asked = Asked.of(self.reading.low_question)
        read = [self._with_millions(quantity, asked) for quantity in candidates]
        outcomes = [compare(self.wanted, quantity, asked, self.tolerance) for quantity in read]
        hits = [quantity for quantity, outcome in zip(candidates, outcomes, strict=True) if outcome == "same"]
        if not hits:
            is_plain = all(outcome == "differs" for outcome in outcomes) and not _BELOW.search(self.reading.low)
            return WRONG if is_plain and not self._is_denied_bound(candidates) else UNDECIDED
        others = [quantity for quantity, outcome in zip(candidates, outcomes, strict=True) if outcome != "same"]
        if any(not self._is_beside_the_point(other, hits, asked) for other in others):
            return Finding("undecided", "it gives several numbers")
        if self._is_bare(candidates):
            return RIGHT
        doubt = next(filter(None, map(self._find_doubt, hits)), "")
        # Where it stands twice, it may be the answer in one place only.
        doubt = doubt or min(find_novelty(self.reading, hit.start, hit.end) for hit in hits)
        return Finding("undecided", f"the number stands in it, but {doubt}") if doubt else RIGHT

    def _is_denied_bound(self, candidates: Sequence[Quantity]) -> bool:
        """Whether the expected number stands there with another bound, in doubt: "nobody gets more than 25 days"."""
        return any(
            quantity.value == self.wanted.value
            and quantity.bound != self.wanted.bound
            and quantity.unit in ("", self.wanted.unit)
            and find_doubt(self.reading, quantity.start, quantity.end)
            for quantity in candidates
        )

    def _with_millions(self, quantity: Quantity, asked: Asked) -> Quantity:
        """`2M` as two millions, where nothing asks for a length."""
        is_metre = quantity.unit == "metre" and self.reading.low[quantity.end - 1] == "m"
        if not is_metre or quantity.value is None or self.wanted.dimension == "length" or asks_kind(asked, "length"):
            return quantity
        return quantity._replace(value=quantity.value * 10**6, unit="")

    def _find_doubt(self, hit: Quantity) -> str:
        """Why the expected number may be the answer to another question where it stands."""
        return find_doubt(self.reading, hit.start, hit.end) or find_relation(self.reading, hit, self.expected)

    def _is_beside_the_point(self, other: Quantity, hits: Sequence[Quantity], asked: Asked) -> bool:
        """Whether another number restates a hit in another unit, or measures or counts something else."""
        if any(self._restates(other, hit) for hit in hits):
            return True
        unit = self.wanted.unit or asked.counted_unit
        if not unit or not any(hit.unit for hit in hits):
            return False
        wanted = self.wanted._replace(unit=unit)
        if other.unit:
            return other.dimension != wanted.dimension
        return bool(other.noun)

    def _restates(self, other: Quantity, hit: Quantity) -> bool:
        first, second = sorted((other, hit), key=lambda quantity: quantity.start)
        between = self.reading.low[first.end : second.start]
        units = {first.unit.partition("+")[0], second.unit.partition("+")[0]}
        same_kind = (
            first._replace(unit=first.unit.partition("+")[0]).dimension
            == second._replace(unit=second.unit.partition("+")[0]).dimension
        )
        return len(units) == 2 and same_kind and bool(_RESTATED.fullmatch(between))
