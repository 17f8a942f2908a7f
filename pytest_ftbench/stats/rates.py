"""One rate: intervals for right answers of so many."""

from __future__ import annotations

from math import sqrt
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
