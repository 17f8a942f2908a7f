"""The plain mean of several rates, each group of cases counting the same."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from pytest_ftbench.stats.rates import wilson_interval


def mean_rate_interval(counts: Sequence[tuple[int, int]], *, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval for the plain mean of independent pass rates, such as balanced accuracy.

    counts: (passed, total) of each group; every total must be at least 1. Must not be empty.
    Returns (low, high), fractions in [0, 1]. Raises ValueError for an empty sequence or an empty group.
    Source: the square-and-add method of Zou and Donner, Stat. Med. 27 (2008), 1693-1702, with Wilson limits per group.
    """
    if not counts or any(total < 1 for _, total in counts):
        raise ValueError(f"every group needs at least one case, got {list(counts)!r}")
    limits = [wilson_interval(passed, total, level=level) for passed, total in counts]
    rates = [passed / total for passed, total in counts]
    mean = sum(rates) / len(rates)
    below = hypot(*(rate - low for rate, (low, _) in zip(rates, limits, strict=True))) / len(rates)
    above = hypot(*(high - rate for rate, (_, high) in zip(rates, limits, strict=True))) / len(rates)
    return max(0.0, mean - below), min(1.0, mean + above)
