"""The plain mean of several rates, each group of cases counting the same."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from pytest_ftbench.stats.rates import wilson_interval
from pytest_ftbench.stats.student import Sides

Limits = tuple[float, float, float]
"""A group's rate, and the lower and the upper limit of its interval."""


def macro_interval(groups: Sequence[Limits]) -> tuple[float, float]:
    """Interval for the plain mean of independent rates, from an interval for each of them.

    groups: each with low <= rate <= high; limits all of one kind and level, which is then that of the result. For a
    gate, take Clopper-Pearson's or Korn and Graubard's. Groups that share facts are not independent: not allowed for.
    Returns (low, high), which hold the mean. Raises ValueError for no group, or limits that do not hold the rate.
    Source: the square-and-add method of Zou and Donner, Stat. Med. 27 (2008), 1693-1702.
    """
    if not groups or any(not low <= rate <= high for rate, low, high in groups):
        raise ValueError(f"need groups with low <= rate <= high, got {list(groups)!r}")
    mean = sum(rate for rate, _, _ in groups) / len(groups)
    below = hypot(*(rate - low for rate, low, _ in groups)) / len(groups)
    above = hypot(*(high - rate for rate, _, high in groups)) / len(groups)
    return mean - below, mean + above


def mean_rate_interval(
    counts: Sequence[tuple[int, int]], *, level: float = 0.95, sides: Sides = 2
) -> tuple[float, float]:
    """`macro_interval` of plain counts with Wilson limits, such as for balanced accuracy.

    counts: (passed, total) of each group; every total must be at least 1. Must not be empty.
    level: confidence, in the open interval (0, 1). sides: with 1, each limit by itself holds at that level.
    Returns (low, high), fractions in [0, 1]. Raises ValueError for an empty sequence or an empty group.
    """
    if not counts or any(total < 1 for _, total in counts):
        raise ValueError(f"every group needs at least one case, got {list(counts)!r}")
    limits = [wilson_interval(passed, total, level=level, sides=sides) for passed, total in counts]
    low, high = macro_interval([(passed / total, *pair) for (passed, total), pair in zip(counts, limits, strict=True)])
    return max(0.0, low), min(1.0, high)


def youden_interval(balanced: tuple[float, float]) -> tuple[float, float]:
    """Interval for Youden's J, from one for balanced accuracy: J is twice that less 1, in [-1, 1].

    A constant answer has J = 0. Source: Youden, Cancer 3 (1950), 32-35.
    """
    low, high = balanced
    return 2 * low - 1, 2 * high - 1
