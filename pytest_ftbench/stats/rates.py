"""One rate: intervals for right answers of so many."""

from __future__ import annotations

from math import sqrt

from pytest_ftbench.stats.beta import beta_quantile
from pytest_ftbench.stats.student import Sides, miss_chance, normal_quantile


def wilson_interval(passed: float, total: float, *, level: float = 0.95, sides: Sides = 2) -> tuple[float, float]:
    """Wilson score interval for a pass rate: for display, since its error can pass its level a little.

    passed, total: counts, not always whole, 0 <= passed <= total; errors and unscored cases are left out by the caller.
    level: confidence, in the open interval (0, 1). sides: with 1, each limit by itself holds at that level.
    Returns (low, high), fractions in [0, 1]; total == 0 gives (0.0, 1.0).
    Raises ValueError for a count or level out of range.
    Source: Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212; no continuity correction.
    """
    _check(passed, total)
    z = normal_quantile(level, sides)
    if total == 0:
        return 0.0, 1.0
    rate = passed / total
    shrink = 1 + z * z / total
    centre = (rate + z * z / (2 * total)) / shrink
    half = z / shrink * sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == total else min(1.0, centre + half)
    return low, high


def clopper_pearson_interval(
    passed: float, total: float, *, level: float = 0.95, sides: Sides = 2
) -> tuple[float, float]:
    """Clopper-Pearson interval for a pass rate: for gates, since no true rate makes it err more often than its level.

    passed, total: counts of independent cases, 0 <= passed <= total; not always whole, which Korn and Graubard allow.
    level: confidence, in the open interval (0, 1). sides: with 1, each limit by itself holds at that level.
    Returns (low, high), fractions in [0, 1]; total == 0 gives (0.0, 1.0).
    Raises ValueError for a count or level out of range.
    Source: Clopper and Pearson, Biometrika 26 (1934), 404-413.
    """
    _check(passed, total)
    chance = miss_chance(level, sides)
    failed = total - passed
    low = beta_quantile(chance, passed, failed + 1) if passed > 0 else 0.0
    high = beta_quantile(1 - chance, passed + 1, failed) if failed > 0 else 1.0
    return low, high


def _check(passed: float, total: float) -> None:
    if not 0 <= passed <= total:
        raise ValueError(f"need 0 <= passed <= total, got {passed} of {total}")
