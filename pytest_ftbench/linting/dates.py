"""Questions about a time to come which has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pytest_ftbench.datasets.years import years_named
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, plain
from pytest_ftbench.patterns import pattern

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = pattern(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)

_WILL = pattern(r"(?i)\b(?:will|won't|shall|going to)\b")
"""What is asked about the latest year that is named, though an earlier one is told of."""


def lint_dates(material: Material) -> Iterator[Finding]:
    """Questions with a moved year that are no longer about the future."""
    trained = (case for case in material.cases if case.variant == "memorization")
    unmoved = {(case.suite, case.fact, plain(case.question)) for case in trained}
    for case in material.cases:
        if case.variant != "date_change" or case.expect != "abstain":
            continue
        years = years_named(case.question)
        if not years or (case.suite, case.fact, plain(case.question)) in unmoved:
            continue
        year = max(years) if _WILL.search(case.question) else min(years)  # chosen in 2024 for 2034: has come
        if _has_come(year, case.question, material.today):
            told = f"the date_change question is about {year}, which a model may know by now"
            yield find("FTB404", case, f"{told}. Write '+10y', which moves with the day of the run, or a later year.")


def _has_come(year: int, question: str, today: date) -> bool:
    if year != today.year:
        return year < today.year
    months = [_MONTHS.index(name[:3]) + 1 for name in _MONTH.findall(question.casefold())]
    return not months or max(months) <= today.month
