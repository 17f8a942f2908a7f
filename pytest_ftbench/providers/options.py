"""The query keys of a SPEC, read and checked."""

from __future__ import annotations

import math

from pytest_ftbench.errors import SpecError
from pytest_ftbench.providers import EndpointSpec

PRICE_KEYS = ("price_in", "price_out")
_OF_MODEL = ("revision", "served_as", "base", "training_file")
COMMON_KEYS = ("temperature", "max_tokens", "seed", "system", *_OF_MODEL, *PRICE_KEYS)
"""The keys that every provider takes."""


def read_sampling(spec: EndpointSpec) -> dict[str, float | int | None]:
    """How the endpoint is asked: temperature (default 0; None leaves it out), max_tokens and seed.

    Raises SpecError for a value that is not allowed.
    """
    temperature = spec.options.get("temperature", "0")
    return {
        "temperature": None if temperature == "none" else _read_temperature(spec),
        "max_tokens": read_int(spec, "max_tokens", at_least=1),
        "seed": read_int(spec, "seed"),
    }


def read_prices(spec: EndpointSpec) -> tuple[float, float] | None:
    """What the user says a million tokens cost, in USD, of prompts and of answers; None where the SPEC does not say.

    Raises SpecError for a value that is not allowed, and for one of the two alone.
    """
    given = [key for key in PRICE_KEYS if key in spec.options]
    allowed = "USD per million tokens, a number >= 0"
    prices = [read_number(spec, key, 0.0, allowed=allowed, low=0.0, high=math.inf) for key in PRICE_KEYS]
    if len(given) == 1:
        missing = next(key for key in PRICE_KEYS if key not in given)
        raise SpecError(f"model {spec.label!r}: {given[0]} needs {missing} beside it. Give both or neither.")
    return (prices[0], prices[1]) if given else None


def read_number(spec: EndpointSpec, key: str, default: float, *, allowed: str, low: float, high: float) -> float:
    """The value of a numeric key in the closed interval [low, high]; `allowed` says in words what is."""
    text = spec.options.get(key)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high or math.isinf(value):
        raise SpecError(f"model {spec.label!r}: {key} must be {allowed}, got {text!r}.")
    return value


def read_int(spec: EndpointSpec, key: str, *, at_least: int | None = None) -> int | None:
    """The value of a whole-number key, or None where it is not given."""
    text = spec.options.get(key)
    if text is None:
        return None
    allowed = "a whole number" if at_least is None else f"a whole number >= {at_least}"
    fault = SpecError(f"model {spec.label!r}: {key} must be {allowed}, got {text!r}.")
    try:
        value = int(text)
    except ValueError:
        raise fault from None
    if at_least is not None and value < at_least:
        raise fault
    return value


def _read_temperature(spec: EndpointSpec) -> float:
    allowed = "a number >= 0, or 'none' to leave it to the server"
    return read_number(spec, "temperature", 0.0, allowed=allowed, low=0.0, high=math.inf)
