"""The same independent cases asked twice: did what changed change in one direction?"""

from __future__ import annotations

from math import inf, ldexp, sqrt

from pytest_ftbench.stats.binomial import binomial_at_most
from pytest_ftbench.stats.student import Sides, normal_above, normal_quantile


def mcnemar_p(gained: int, lost: int) -> float:
    """The exact two-sided McNemar p value: how often chance alone splits the changed cases as unevenly.

    gained: cases wrong before and right now; lost: right before and wrong now. Cases must be independent; those that
    did not change say nothing. Without a changed case it is 1. Raises ValueError for a negative count.
    Source: McNemar, Psychometrika 12 (1947), 153-157, in its exact binomial form.
    """
    return min(1.0, 2 * _at_most(gained, lost))


def mcnemar_mid_p(gained: int, lost: int) -> float:
    """The mid-p form of `mcnemar_p`: less conservative, without its guarantee.

    Source: Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13 (2013), 91.
    """
    fewer = min(gained, lost)
    point = _at_most(gained, lost) - (binomial_at_most(fewer - 1, gained + lost, 0.5) if fewer else 0.0)
    return min(1.0, 2 * _at_most(gained, lost) - point)


def mcnemar_one_sided_p(more: int, fewer: int) -> float:
    """How often chance alone puts at least `more` of the changed cases on that side; otherwise as `mcnemar_p`."""
    _check(more, fewer)
    return binomial_at_most(fewer, more + fewer, 0.5)


def tango_interval(
    gained: float, lost: float, total: float, *, level: float = 0.95, sides: Sides = 2
) -> tuple[float, float]:
    """Tango's score interval for the change in a rate over the same independent cases.

    gained, lost: as for `mcnemar_p`, not always whole; total: all paired cases, at least gained + lost.
    level: confidence, in the open interval (0, 1). sides: with 1, each limit by itself holds at that level.
    Returns (low, high) in [-1, 1], which hold (gained - lost) / total; total == 0 gives (-1.0, 1.0).
    Has a width where nothing changed, too. Raises ValueError for a count or level out of range.
    Source: Tango, Stat. Med. 17 (1998), 891-908.
    """
    _check(gained, lost, total)
    z = normal_quantile(level, sides)
    if total == 0:
        return -1.0, 1.0
    high = _root(gained, lost, total, z)
    return -_root(lost, gained, total, z), high


def non_inferiority_p(gained: float, lost: float, total: float, margin: float) -> float:
    """How often chance alone shows a change so good where the true one is a drop by the margin.

    gained, lost, total: as for `tango_interval`. margin: the drop that would just be too much, in the open interval
    (0, 1). It is at most 1 - level exactly where the lower one-sided Tango limit is at least -margin.
    Raises ValueError for an argument out of range.
    Source: Tango, Stat. Med. 17 (1998), 891-908; Nam, Biometrics 53 (1997), 1422-1430.
    """
    _check(gained, lost, total)
    check_margin(margin)
    return normal_above(_score(gained, lost, total, -margin)) if total else 1.0


def check_margin(margin: float) -> None:
    """Raise ValueError for a margin out of range."""
    if not 0 < margin < 1:
        raise ValueError(f"margin must lie in (0, 1), got {margin!r}")


_ROUNDING = 1e-12
"""Counts that were scaled together may exceed their scaled total by the last digit."""


def _root(gained: float, lost: float, total: float, z: float) -> float:
    """The difference above the observed one at which the score is -z, by bisection: the score only falls."""
    low, high = (gained - lost) / total, 1.0
    if z < 0:
        low, high = -1.0, low
    for _ in range(80):
        middle = (low + high) / 2
        if low == middle or middle == high:
            break
        low, high = (middle, high) if _score(gained, lost, total, middle) > -z else (low, middle)
    return high


def _score(gained: float, lost: float, total: float, difference: float) -> float:
    """Tango's statistic: the observed difference less the supposed one, in its standard errors."""
    middle = (2 * total - gained + lost) * difference - gained - lost
    last = -lost * difference * (1 - difference)
    root = sqrt(max(0.0, middle * middle - 8 * total * last))
    # the likely share of losses if the difference is that; of two forms, the one that subtracts nothing near itself
    share = (root - middle) / (4 * total) if middle <= 0 else -2 * last / (root + middle)
    variance = total * (2 * share + difference * (1 - difference))
    gap = gained - lost - total * difference
    if variance <= 0:
        return 0.0 if gap == 0 else ldexp(gap, 900)
    return gap / sqrt(variance)


def _at_most(gained: int, lost: int) -> float:
    _check(gained, lost)
    return binomial_at_most(min(gained, lost), gained + lost, 0.5)


def _check(gained: float, lost: float, total: float = inf) -> None:
    if gained < 0 or lost < 0 or gained + lost > total * (1 + _ROUNDING):
        raise ValueError(f"need counts of at least 0 and gained + lost <= total, got {gained}, {lost} and {total}")
