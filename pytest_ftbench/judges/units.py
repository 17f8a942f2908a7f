"""Units by their many spellings: `kg`, `kilo`, `kilograms` are one, and a mass is no length."""

from __future__ import annotations

from collections.abc import Iterator

_SPELLINGS = {
    "length": "metre m meter metre|kilometre km kilometer kilometre|centimetre cm centimeter centimetre"
    "|millimetre mm millimeter millimetre|foot ft feet foot|inch inch inches|yard yd yard|mile mi mile",
    "mass": "kilogram kg kilo kilogram kilogramme|gram g gram gramme|milligram mg milligram|microgram mcg µg "
    "microgram"
    "|pound lb pound|ounce oz ounce|stone stone|ton ton|tonne tonne metric_ton metric_tonne|short_ton short_ton",
    "time": "second sec second|millisecond ms millisecond|minute min minute|hour h hr hour|day d day|week wk week"
    "|month mo month|year y yr year|decade decade|century century centuries|business_day business_day working_day "
    "workday",
    "temperature": "degree ° degree deg|celsius °c celsius degree_celsius degree_c degree_centigrade centigrade"
    "|fahrenheit °f fahrenheit degree_fahrenheit degree_f|kelvin kelvin",
    "volume": "litre l liter litre|millilitre ml milliliter millilitre|gallon gal gallon|barrel bbl barrel|pint pint",
    "area": "acre acre|hectare ha hectare|square_metre square_meter square_metre sq_m m^2 m2"
    "|square_kilometre square_kilometer square_kilometre sq_km km^2 km2|square_mile square_mile sq_mi"
    "|square_foot square_feet square_foot sq_ft sqft ft^2 ft2",
    "ratio": "percent % percent per_cent pct|point percentage_point pp|basis_point basis_point bps|permille ‰ permille",
    "money": "usd $ usd us$ dollar us_dollar|eur € eur euro|gbp £ gbp pound_sterling|jpy ¥ jpy yen|inr ₹ inr rupee"
    "|chf chf swiss_franc|cny cny yuan|cad c$ cad canadian canadian_dollar|aud a$ aud australian "
    "australian_dollar|cent ¢ cent",
    "speed": "mile/hour mph|kilometre/hour kph kmh|knot knot",
    "data": "byte byte|kilobyte kb kilobyte|megabyte mb megabyte|gigabyte gb gigabyte|terabyte tb terabyte"
    "|kibibyte kib kibibyte|mebibyte mib mebibyte|gibibyte gib gibibyte|tebibyte tib tebibyte"
    "|bit bit|kilobit kbit kilobit|megabit mbit megabit|gigabit gbit gigabit",
    "power": "watt w watt|kilowatt kw kilowatt|megawatt mw megawatt|gigawatt gw gigawatt",
    "energy": "kilowatt_hour kwh kilowatt_hour|calorie cal calorie|kilocalorie kcal kilocalorie|joule j joule",
    "frequency": "hertz hz hertz|kilohertz khz kilohertz|megahertz mhz megahertz|gigahertz ghz gigahertz",
}
# One spelling for two units: neither contradicts the other.
_COMPATIBLE = {("gbp", "pound"), ("degree", "celsius"), ("degree", "fahrenheit"), ("kilobyte", "kibibyte")}
_COMPATIBLE |= {("megabyte", "mebibyte"), ("gigabyte", "gibibyte"), ("terabyte", "tebibyte")}
_SHORT_PLURALS = {"lbs": "pound", "yrs": "year", "hrs": "hour", "mins": "minute", "secs": "second"}


def _read_spellings() -> Iterator[tuple[str, str, str]]:
    for dimension, units in _SPELLINGS.items():
        for entry in units.split("|"):
            name, *spellings = (word.replace("_", " ") for word in entry.split())
            for spelling in spellings:
                yield spelling, name, dimension
                if len(spelling) > 2 and not spelling.endswith(("s", "z", "feet", "foot", "2")):
                    yield f"{spelling}s", name, dimension


UNITS = {spelling: name for spelling, name, _ in _read_spellings()} | _SHORT_PLURALS
"""A spelling, in lower case and singular or plural, to the unit's name."""

DIMENSIONS = {name: dimension for _, name, dimension in _read_spellings()}
"""A unit's name to what it measures."""


def dimension_of(unit: str) -> str:
    """What a unit measures: a dimension of the table, or for `gram/day` and the like the unit itself."""
    return DIMENSIONS.get(unit, unit)


def is_same_unit(one: str, other: str) -> bool:
    """Whether two unit names can mean the same unit."""
    return one == other or (one, other) in _COMPATIBLE or (other, one) in _COMPATIBLE


def singular(noun: str) -> str:
    """A plain noun without its plural ending, good enough to compare two of them."""
    if len(noun) > 4 and noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-1] if len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us")) else noun
