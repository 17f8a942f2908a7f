"""Binomial chances: how likely so many right answers are at a given rate."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from pytest_ftbench.stats.beta import beta_tail


def binomial_at_least(right: int, total: int, rate: float) -> float:
    """The chance of at least so many right answers.

    right: any whole number; total: at least 0. rate: of one right answer, in [0, 1].
    Relative error about 1e-11 for totals up to a million.
    Raises ValueError for a total or a rate out of range. Source: NIST DLMF 8.17.5.
    """
    _check(total, rate)
    if right <= 0:
        return 1.0
    return 0.0 if right > total else beta_tail(rate, right, total - right + 1)


def binomial_at_most(right: int, total: int, rate: float) -> float:
    """The chance of at most so many right answers; as for `binomial_at_least`."""
    _check(total, rate)
    if right < 0:
        return 0.0
    return 1.0 if right >= total else beta_tail(1 - rate, total - right, right + 1)


def exact_at_least(right: int, total: int, rate: Fraction) -> Fraction:
    """`binomial_at_least` as a fraction: for ties, and for small totals only, since it adds up large whole numbers."""
    _check(total, rate)
    hit, miss = rate.numerator, rate.denominator - rate.numerator
    ways = sum(comb(total, k) * hit**k * miss ** (total - k) for k in range(max(right, 0), total + 1))
    return Fraction(ways, rate.denominator**total)


def _check(total: int, rate: float | Fraction) -> None:
    if total < 0 or not 0 <= rate <= 1:
        raise ValueError(f"need a total of at least 0 and a rate in [0, 1], got {total!r} and {rate!r}")
