"""Three-way decisions: whether what was counted is enough to say on which side of a bound the true rate lies."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pytest_ftbench.records import Outcome
from pytest_ftbench.stats.binomial import binomial_at_least, exact_at_least

Op = Literal[">=", "<=", ">", "<"]
Number = float | Fraction

_TIE = 1e-9
"""Chances whose ratio is nearer to 1 are compared as fractions, if that can be done at all."""
_MOST_EXACT = 2_000


def verdict_by_limits(low: float, high: float, bound: Number, op: Op) -> Outcome:
    """PASS where both limits meet the bound, FAIL where neither does, else INCONCLUSIVE.

    low, high: one-sided limits at the level of the gate, of whatever is bounded: a rate, a drop, a mean of rates.
    PASS and FAIL then are wrong at most as often as the level allows, each for any truth. For a drop against a baseline
    with the bound as margin this is a non-inferiority test: "not significantly worse" alone is no PASS.
    Raises ValueError where low is above high.
    """
    if not low <= high:
        raise ValueError(f"need low <= high, got {low!r} and {high!r}")
    met = {meets(low, bound, op), meets(high, bound, op)}
    return "INCONCLUSIVE" if len(met) == 2 else "PASS" if met == {True} else "FAIL"


def verdict_by_counts(right: int, total: int, bound: Fraction, op: Op, *, level: Number) -> Outcome:
    """The same for a rate of independent cases, with Clopper-Pearson limits, without ever rounding them.

    right, total: 0 <= right <= total; without cases it is INCONCLUSIVE. bound: in [0, 1]. level: of each limit, at
    least one half and below 1; as a fraction, ties are exact too.
    A limit clears the bound exactly when, at a true rate of the bound, counts so far from it have a chance of at most
    1 - level: that takes one binomial tail and no quantile.
    Raises ValueError for a count, bound or level out of range.
    Source: Clopper and Pearson, Biometrika 26 (1934), 404-413.
    """
    _check_bound(bound, level)
    if not 0 <= right <= total:
        raise ValueError(f"need 0 <= right <= total, got {right} of {total}")
    if total == 0:
        return "INCONCLUSIVE"
    if op in ("<=", "<"):
        return verdict_by_counts(total - right, total, 1 - bound, ">=" if op == "<=" else ">", level=level)
    if _low_clears(right, total, bound, level, is_strict=op == ">"):
        return "PASS"
    fails = _low_clears(total - right, total, 1 - bound, level, is_strict=op == ">=")
    return "FAIL" if fails else "INCONCLUSIVE"


def cut_offs(total: int, bound: Fraction, op: Op, *, level: Number) -> tuple[int | None, int | None]:
    """The counts at which `verdict_by_counts` changes: of PASS and of FAIL, None where no count gives it.

    For `>=` and `>`, PASS is at least the first and FAIL at most the second; for `<=` and `<` the other way round.
    total: at least 1. Raises ValueError for an argument out of range.
    """
    _check_bound(bound, level)
    if total < 1:
        raise ValueError(f"need a total of at least 1, got {total!r}")
    if op in ("<=", "<"):
        flipped = cut_offs(total, 1 - bound, ">=" if op == "<=" else ">", level=level)
        return _from_total(total, flipped[0]), _from_total(total, flipped[1])
    passing = _least_clearing(total, bound, level, is_strict=op == ">")
    failing = _least_clearing(total, 1 - bound, level, is_strict=op == ">=")
    return passing, _from_total(total, failing)


def meets(value: Number, bound: Number, op: Op) -> bool:
    """Whether a value meets a bound; a float counts as the exact number that it is."""
    return {">=": value >= bound, "<=": value <= bound, ">": value > bound, "<": value < bound}[op]


def _from_total(total: int, count: int | None) -> int | None:
    return None if count is None else total - count


def _least_clearing(total: int, bound: Fraction, level: Number, *, is_strict: bool) -> int | None:
    """The smallest count whose lower limit clears the bound; more right answers never lower it."""
    low, high = 0, total + 1
    while low < high:
        middle = (low + high) // 2
        if _low_clears(middle, total, bound, level, is_strict=is_strict):
            high = middle
        else:
            low = middle + 1
    return low if low <= total else None


def _low_clears(right: int, total: int, bound: Fraction, level: Number, *, is_strict: bool) -> bool:
    """Whether the lower limit is at least the bound, or above it."""
    if bound == 0:
        return right > 0 or not is_strict
    if right == 0 or bound == 1:
        return False  # the limit is 0, or below 1
    chance, allowed = binomial_at_least(right, total, float(bound)), 1 - level
    if abs(chance - allowed) > _TIE * chance or total > _MOST_EXACT:
        return chance < allowed
    exact = exact_at_least(right, total, Fraction(bound))
    return exact < allowed if is_strict else exact <= allowed


def _check_bound(bound: Number, level: Number) -> None:
    if not 0 <= bound <= 1 or not 0.5 <= level < 1:
        raise ValueError(f"need a bound in [0, 1] and a level in [0.5, 1), got {bound!r} and {level!r}")
