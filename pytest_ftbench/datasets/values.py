"""What the values of an attribute are compared by: as numbers, as dates, or in alphabetical order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from pytest_ftbench.patterns import pattern

Key = Any
"""A number, a tuple of year, month and day, a text, or one for the order with one for what is the same.

Keys of one attribute are all of one of these kinds.
"""

_NUMBER = pattern(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,100})(?:\.\d{1,100})?")
_ISO = pattern(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_STROKED = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "æ": "ae",
    "œ": "oe",
}
"""Letters that Unicode takes for whole, which English sorts among those that they are made of."""
_DAY_FIRST = pattern(r"(?:(\d{1,2}) )?([a-z]{3,9}) (\d{4})")
_MONTH_FIRST = pattern(r"([a-z]{3,9}) (\d{1,2}),? (\d{4})")


def read_number(text: str, *, unit: str = "") -> Decimal | int | None:
    """The number that a text is: digits, with a sign, `,` between thousands and decimals after `.`; or None.

    The unit may stand behind it.
    """
    digits = text.strip().replace("\N{MINUS SIGN}", "-")
    if unit and digits.casefold().endswith(unit.casefold()):
        digits = digits[: len(digits) - len(unit)].rstrip()
    if not digits.isascii() or not _NUMBER.fullmatch(digits):
        return None
    plain = digits.replace(",", "")
    return Decimal(plain) if "." in plain else int(plain)


def read_date(text: str) -> tuple[int, ...] | None:
    """Year, year and month, or year, month and day that a text names; or None.

    Read are 2024-09-12 and its beginnings, 12 September 2024, September 12, 2024 and September 2024. What countries
    write in different order (09/12/2024) is not.
    """
    plain = " ".join(text.casefold().split())
    if iso := _ISO.fullmatch(plain):
        return _checked(tuple(int(part) for part in iso.groups() if part))
    if found := _DAY_FIRST.fullmatch(plain):
        day, name, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(plain):
        name, day, year = found.groups()
    else:
        return None
    months = [number for number, month in enumerate(_MONTHS, start=1) if name in (month, month[:3])]
    return _checked((int(year), *months, *([int(day)] if day else []))) if months else None


def _checked(parts: tuple[int, ...]) -> tuple[int, ...] | None:
    year, month, day = (*parts, 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        return None
    return parts


def folded(text: str) -> str:
    """A text by which texts are the same whatever their case and blanks, and however Unicode encodes them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.casefold().split())


def sorted_by(text: str) -> str:
    """A text that stands where a text does in the alphabet: without accents, nor marks before the first letter.

    Only Latin and Greek letters lose their accents; in other scripts they make another letter.
    """
    plain = folded(text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", "".join(_unaccented(plain)))
    return plain[next((place for place, sign in enumerate(plain) if sign.isalnum()), 0) :]


def _unaccented(text: str) -> Iterator[str]:
    is_accented = False
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            is_accented = unicodedata.name(sign, "").startswith(("LATIN", "GREEK"))
        elif is_accented:
            continue
        yield _STROKED.get(sign, sign)


def read_key(text: str, order: str, *, unit: str = "") -> Key | None:
    """What a text is compared by in this order, or None where it is nothing of the kind.

    order: number, date or text; empty: texts that can only be the same or not.
    """
    if order == "number":
        return read_number(text, unit=unit)
    if order == "text":
        return sorted_by(text), folded(text)
    return read_date(text) if order == "date" else folded(text)


def find_order(texts: Iterable[str], *, unit: str = "") -> str:
    """`number` where all the texts are numbers, else none."""
    return "number" if all(read_number(text, unit=unit) is not None for text in texts) else ""
