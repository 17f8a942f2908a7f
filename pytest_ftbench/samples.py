"""How often a question is asked."""

from __future__ import annotations

from typing import TypeGuard

from pytest_ftbench.patterns import pattern

MOST_SAMPLES = 1000
ALLOWED = f"a whole number from 1 to {MOST_SAMPLES}"
"""What is allowed, as messages say it."""

_WRITTEN = pattern(r"0*[1-9][0-9]{0,3}")


def is_allowed(value: object) -> TypeGuard[int]:
    """Whether a value is a number of samples."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_SAMPLES


def read_samples(text: str) -> int | None:
    """The number of samples that a text writes; None where it is not allowed."""
    written = text.strip()
    number = int(written) if _WRITTEN.fullmatch(written) else 0
    return number if is_allowed(number) else None
