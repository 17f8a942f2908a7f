"""Numbers whose unit nobody says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from pytest_ftbench.datasets.values import read_number
from pytest_ftbench.judges.units import UNITS
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

_MEASURES = "height|weight|length|width|depth|distance|duration|speed|temperature|mass|area|volume|price|cost|salary"
# How old is in years, how many says of what; counts, years, scores and versions have no unit.
_MEASURED = pattern(
    r"\bhow (?:tall|heavy|long|far|high|deep|wide|thick|fast|hot|cold|warm|loud)\b"
    r"|\bhow much (?:does|do|did|will|would|must|is|was)\b"
    rf"|\bwhat(?: is|'s| was| are| were) (?:the |[^\W\d_]+'s )(?:[^\W\d_]+ ){{0,2}}(?:{_MEASURES})"
    r"(?= (?:of|from|between|for|in|at|to|on|by)\b|\W*$)"
    r"|\bwhat (?:does|do|did) .{0,60}? (?:weigh|cost|measure)\b"
)
_COUNTED = pattern(
    r"\bhow (?:many|often|old)\b|\b(?:number|percentage|share|count|toll|year|version|score)\b|\bper ?cent\b"
)
_WORD = pattern(r"[^\W\d_]+|[%$€£¥₹°]")


def lint_units(material: Material) -> Iterator[Finding]:
    """Bare numbers that measure something, whose unit neither the question nor a setting names.

    Of a relation they are told once, where it stands.
    """
    told_of: set[str] = set()
    for case in material.cases:
        if not (case.expect == "answer" and case.answer[:1].isdigit() and _lacks_unit(case)):
            continue
        stored = material.stored(case)
        told = f"the answer {case.answer!r} has no unit, and the question names none: 1.8 m is 180 cm"
        if stored is None or stored.column.name not in material.relations:
            yield find("FTB406", case, f"{told}. Name it in the question, or set 'match: number?unit=...'.")
        elif not stored.column.unit and stored.column.name not in told_of:
            relation = stored.column.name
            remedy = f"Give the relation {relation!r} its 'unit', or name it in the question."
            finding = find("FTB406", material.place_of(("relations", relation)), f"{told}. {remedy}", tags=case.tags)
            if not finding.is_silenced:
                told_of.add(relation)
            yield finding


def _lacks_unit(case: Case) -> bool:
    if "unit=" in case.match or read_number(case.answer) is None:
        return False
    low = case.question.casefold()
    if not _MEASURED.search(low) or _COUNTED.search(low):
        return False
    return not (_names_unit(low) or _names_unit(case.system) or any(map(_names_unit, case.aliases)))


def _names_unit(text: str) -> bool:
    return bool(units_in(text))


@lru_cache(maxsize=1024)
def units_in(text: str) -> frozenset[str]:
    """The names of the units that a text speaks of."""
    words = _WORD.findall(text.casefold())
    spelt = (*words, *(f"{a} {b}" for a, b in pairwise(words)))
    return frozenset(UNITS[word] for word in spelt if word in UNITS)
