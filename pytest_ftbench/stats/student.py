"""Chances and quantiles of Student's t and of the normal distribution."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist
from typing import Literal

from pytest_ftbench.stats.beta import beta_quantile, beta_tail

Sides = Literal[1, 2]
"""With 1, each limit by itself holds at the level; with 2, both together do. One-sided 95 % is two-sided 90 %."""


def miss_chance(level: float, sides: Sides) -> float:
    """The chance that one limit is allowed to be wrong.

    level: confidence, in the open interval (0, 1). Raises ValueError for a level out of range.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level!r}")
    return (1 - level) / sides


def normal_quantile(level: float, sides: Sides) -> float:
    """The normal quantile for limits of this level; negative for a one-sided level below one half."""
    return -NormalDist().inv_cdf(miss_chance(level, sides))


def normal_above(z: float) -> float:
    """The chance that a standard normal variable is above z, precise far out too."""
    return 0.5 * erfc(z / sqrt(2))


def student_above(t: float, freedom: float) -> float:
    """The chance that Student's t is above t.

    freedom: degrees of freedom, above 0. Source: NIST DLMF 8.17, as I_x(freedom / 2, 1/2).
    """
    if t < 0:
        return 1 - student_above(-t, freedom)
    square = t * t
    if square < 1:
        return 0.5 - 0.5 * beta_tail(square / (freedom + square), 0.5, freedom / 2)
    return 0.5 * beta_tail(freedom / (freedom + square), freedom / 2, 0.5)


def student_quantile(level: float, freedom: float, sides: Sides) -> float:
    """The quantile of Student's t for limits of this level.

    freedom: degrees of freedom, above 0. Raises ValueError for a level out of range.
    """
    chance = miss_chance(level, sides)
    if chance > 0.5:
        return -student_quantile(1 - level, freedom, sides)
    if chance < 0.25:
        x = beta_quantile(2 * chance, freedom / 2, 0.5)
        return sqrt(freedom * (1 - x) / x)
    x = beta_quantile(1 - 2 * chance, 0.5, freedom / 2)
    return sqrt(freedom * x / (1 - x))
