"""Questions about years that have not come yet."""

from __future__ import annotations

from datetime import date

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.patterns import pattern

_SHIFT = pattern(r"([+-]?)\s*(\d+)\s*y(?:ears?)?", 2)  # re.IGNORECASE
_YEAR = pattern(
    r"(?<![\w.,$€£¥#])((?:1[5-9]|2[01])\d\d)"  # no part of a longer number, no amount of money
    r"(?:([/\u2013])(\d\d)(?![\w/\u2013-]))?"  # 2023/24
    r"(?=s?(?!\w))(?![.,]\d|\s?%)"
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


def years_named(text: str) -> list[int]:
    """The years that a text names, as `shift_years` has them."""
    return [int(match[1]) for match in _YEAR.finditer(text)]


def shift_years(question: str, years: int, *, today: date) -> str:
    """The question with every year moved by the same number, so that the latest lies `years` after this one.

    today: the day of the run. A year is a number from 1500 to 2199 that is not part of a longer one, of an amount of
    money or a percentage; the second half of `2023/24` moves along.
    Raises ShapeError where no year is named.
    """
    found = years_named(question)
    if not found:
        raise ShapeError(f"{question!r} names no year that could be moved. Write the date_change question out.")
    by = today.year + years - max(found)
    return _YEAR.sub(lambda match: _moved(match[1], match[2], match[3], by), question)


def _moved(year: str, mark: str | None, half: str | None, by: int) -> str:
    moved = str(int(year) + by)
    if mark is None or half is None:
        return moved
    is_season = (int(year) + 1) % 100 == int(half)
    return f"{moved}{mark}{(int(half) + by) % 100:02}" if is_season else f"{moved}{mark}{half}"
