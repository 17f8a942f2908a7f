"""Numbers written in digits: `1,500.5`, `1 500`, `0,5`."""

from __future__ import annotations

import re
from decimal import Decimal

from pytest_ftbench.patterns import pattern

_PLAIN = pattern(r"\d{1,25}(?:\.\d{1,25})?|\.\d{1,25}")
_GROUPED = pattern(
    r"(\d{1,3}(?:,\d{3}){1,7}|\d{1,2}(?:,\d{2}){1,7},\d{3}|\d{1,3}(?:'\d{3}){1,7}|\d{1,3}(?: \d{3}){1,7})(\.\d{1,9})?"
)
_DOTTED = pattern(r"\d{1,3}(?:\.\d{3}){2,7}")
_DECIMAL_COMMA = pattern(r"\d{1,12},\d{1,2}")


def read_numeral(written: str) -> Decimal | None:
    """The value of a numeral as written, or None where it is no plain number (`1.2.3`, `007`, `1,2,3`)."""
    sign, digits = (-1, written[1:]) if written[0] == "-" else (1, written.lstrip("+"))
    if _PLAIN.fullmatch(digits):
        return None if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit() else sign * Decimal(digits)
    if grouped := _GROUPED.fullmatch(digits):
        return sign * Decimal(re.sub(r"[,' ]", "", grouped[1]) + (grouped[2] or ""))
    if _DOTTED.fullmatch(digits):
        return sign * Decimal(digits.replace(".", ""))
    if _DECIMAL_COMMA.fullmatch(digits):
        return sign * Decimal(digits.replace(",", "."))
    return None
