"""Questions about years that have not come yet."""

from __future__ import annotations

import re
from datetime import date

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.years import is_decade, is_season, year_matches
from pytest_ftbench.patterns import pattern

_SHIFT = pattern(r"([+-]?)\s*(\d+)\s*y(?:ears?)?", re.IGNORECASE)
_LEAP_DAY = pattern(
    r"\b(?:29(?:th)?(?:\s+of)?\s+feb(?:ruary)?|feb(?:ruary)?\.?\s+29(?:th)?|\d{4}-02-29)\b", re.IGNORECASE
)


def is_shift(text: str) -> bool:
    """Whether a text says by how much to move a question, as `+10y` does."""
    return _SHIFT.fullmatch(text.strip()) is not None


def read_shift(text: str) -> int | None:
    """By how many years `+10y` moves a question beyond the year of the run; None for a text that is no shift.

    Raises ShapeError for one that does not lead into the future.
    """
    found = _SHIFT.fullmatch(text.strip())
    if found is None:
        return None
    years = int(found[2]) if found[1] == "+" else -int(found[2])
    if not 1 <= years <= 500:
        raise ShapeError(f"{text.strip()!r} does not lead into the future. Write +10y, or anything from +1y to +500y.")
    return years


def shift_years(question: str, years: int, *, today: date) -> str:
    """The question with every year moved by the same number, so that the earliest lies `years` after this one.

    today: the day of the run. What is a year is said at `year_matches`; the second half of `2023/24` moves along.
    Raises ShapeError where no year is named, where a number may be one or not, and for a day that other years lack.
    """
    found = list(year_matches(question))
    if not found:
        raise ShapeError(f"{question!r} names no year that could be moved. Write the date_change question out.")
    if _LEAP_DAY.search(question):
        raise ShapeError(f"{question!r} names a day that few years have. Write the date_change question out.")
    by = today.year + years - min(int(match[1]) for match in found)
    moved, end = "", 0
    for match in found:
        moved += question[end : match.start()] + _moved(match, by)
        end = match.end()
    return moved + question[end:]


def _moved(match: re.Match[str], by: int) -> str:
    year = int(match[1]) + by
    if is_decade(match):
        year += -year % 10
    moved = f"{year}{match[2] or ''}"
    if match[3] is None:
        return moved
    return moved + (f"{(int(match[3]) + by) % 100:02}" if is_season(match) else match[3])
