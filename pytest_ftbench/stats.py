"""Small pure functions for rates: no state, no dependencies."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt
from statistics import NormalDist


def wilson_interval(passed: float, total: float, *, level: float = 0.95) -> tuple[float, float]:
    """Two-sided Wilson score interval for a pass rate.

    passed, total: counts, not always whole, 0 <= passed <= total; errors and unscored cases are left out by the caller.
    level: confidence, in the open interval (0, 1).
    Returns (low, high), fractions in [0, 1]; total == 0 gives (0.0, 1.0).
    Raises ValueError for a count or level out of range.
    Source: Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212; no continuity correction.
    """
    if not 0 <= passed <= total:
        raise ValueError(f"need 0 <= passed <= total, got {passed} of {total}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level!r}")
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = passed / total
    shrink = 1 + z * z / total
    centre = (rate + z * z / (2 * total)) / shrink
    half = z / shrink * sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == total else min(1.0, centre + half)
    return low, high


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
