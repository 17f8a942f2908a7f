"""The same quantity in another unit, through pint, which is loaded only when two units differ.

Which spelling names which unit stays in `units`: reading a text must not cost the import of a registry.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_ftbench.judges.numerals import read_numeral
from pytest_ftbench.judges.quantities import Quantity
from pytest_ftbench.judges.units import DIMENSIONS, dimension_of
from pytest_ftbench.judges.vocabulary import word_set

if TYPE_CHECKING:
    import pint

_PINT_NAMES = {
    **{"celsius": "degC", "fahrenheit": "degF", "square metre": "metre**2", "square kilometre": "kilometre**2"},
    **{"square mile": "mile**2", "square foot": "foot**2", "tonne": "metric_ton"},
}
# A ton is of three sizes, a barrel and a degree of two, a business day of none; pint takes a decade for a logarithm.
_NOT_CONVERTED = {"ton", "barrel", "degree", "business day", "decade"}
# Money has no fixed rate, and a percentage of what is seldom said.
_CONVERTED = word_set("length mass time temperature volume area speed data power energy frequency")
_ROUNDED = Decimal("0.005")
_NEAR = Decimal("0.02")


def convert(value: Decimal, unit: str, other: str) -> Decimal | None:
    """The value in another unit, or None where the two have no fixed ratio."""
    if unit == other:
        return value
    names = _pint_name(unit), _pint_name(other)
    if not all(names) or abs(value) > 10**18:
        return None
    factor = _convert(str(value), *names)
    return None if factor is None else Decimal(repr(factor))


@lru_cache(maxsize=1024)
def _convert(value: str, unit: str, other: str) -> float | None:
    import pint

    try:
        return float(_registry().Quantity(float(value), unit).to(other).magnitude)
    except (pint.PintError, OverflowError):
        return None


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:  # Any: whatever type its numbers have
    import pint

    return pint.UnitRegistry()


@lru_cache(maxsize=256)
def _pint_name(unit: str) -> str:
    """The unit's name as pint writes it, or nothing; a rate is converted part by part."""
    parts = unit.split("/") if unit else []
    if not parts or any(part in _NOT_CONVERTED or dimension_of(part) not in _CONVERTED for part in parts):
        return ""
    return "/".join(_PINT_NAMES.get(part, part.replace(" ", "_")) for part in parts)


def as_one_unit(quantity: Quantity) -> Quantity | None:
    """`6 feet 7 inches` in feet; None for any other compound."""
    units = quantity.unit.split("+")
    if len(units) != 2 or len(quantity.parts) != 2:
        return None
    rest = convert(quantity.parts[1], units[1], units[0])
    if rest is None:
        return None
    return quantity._replace(value=quantity.parts[0] + rest, unit=units[0], parts=(), written="")


def is_same_measure(wanted: Quantity, unit: str, given: Quantity) -> bool | None:
    """Whether a quantity in another unit is the wanted one, of the unit named; None where it is only near or unknown.

    Each must be the other rounded to its last written digit, and off by half a percent at most: "6 m" is not 20 feet.
    """
    assert wanted.value is not None
    assert given.value is not None
    there, back = convert(given.value, given.unit, unit), convert(wanted.value, unit, given.unit)
    if there is None or back is None:
        return None
    if not _is_near(wanted.value, there, _NEAR):
        return False
    is_rounded = (
        abs(there - wanted.value) <= last_digit(wanted) / 2 and abs(back - given.value) <= last_digit(given) / 2
    )
    return True if is_rounded and _is_near(wanted.value, there, _ROUNDED) else None


def could_be_measure(wanted: Decimal, given: Quantity) -> bool:
    """Whether a bare number could stand for a quantity, in whatever unit of its kind: 185 for 1.85 m."""
    assert given.value is not None
    known = _in_all_units(given.value, given.unit, given.dimension)
    return not known or any(_is_near(wanted, value, _NEAR) for value in known)


@lru_cache(maxsize=1024)
def _in_all_units(value: Decimal, unit: str, dimension: str) -> tuple[Decimal, ...]:
    """The value in each unit of its kind that has a fixed ratio to its own."""
    others = (other for other, name in DIMENSIONS.items() if name == dimension)
    return tuple(found for other in others if (found := convert(value, unit, other)) is not None)


def _is_near(wanted: Decimal, value: Decimal, share: Decimal) -> bool:
    return abs(wanted - value) <= share * max(abs(wanted), abs(value))


def last_digit(quantity: Quantity) -> Decimal:
    """What one step of the last written digit is worth: 0.1 of a billion for 2.7 billion."""
    numeral = read_numeral(quantity.written) if quantity.written[:1].isdigit() else None
    if not numeral or quantity.value is None:
        return Decimal(1)
    exponent = numeral.as_tuple().exponent
    return Decimal(1).scaleb(int(exponent)) * abs(quantity.value / numeral)


def last_figure(quantity: Quantity) -> Decimal:
    """What one step of the last digit but trailing zeros is worth: 10,000 for 120k, 0.1 for 2.50."""
    if not quantity.value:
        return last_digit(quantity)
    exponent = quantity.value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(int(exponent))
