"""Two rates over different cases, as where a baseline is known by its counts only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from pytest_ftbench.records import Outcome
from pytest_ftbench.stats.rates import wilson_interval
from pytest_ftbench.stats.student import Sides, normal_above, normal_quantile

Stratum = tuple[int, int, int, int]
"""Right answers and cases now, right answers and cases before, of one kind of case."""


@dataclass(frozen=True, slots=True)
class StratifiedDifference:
    """A difference of two rates that compares like with like, with its interval."""

    value: float
    """Now less before, in [-1, 1]."""
    error: float
    """Standard error."""
    low: float
    high: float
    p: float
    """Two-sided, of the Cochran-Mantel-Haenszel test that there is no difference in any stratum."""
    crude: float
    """The difference of the pooled rates, which can have the other sign (Simpson's paradox)."""


def newcombe_interval(
    now: tuple[int, int], before: tuple[int, int], *, level: float = 0.95, sides: Sides = 2
) -> tuple[float, float]:
    """Newcombe's interval for the difference of two independent rates, now less before.

    now, before: right answers and cases, of each at least one case. level: confidence, in the open interval (0, 1).
    sides: with 1, each limit by itself holds at that level.
    Returns (low, high) in [-1, 1]. Raises ValueError for a count or level out of range.
    Source: Newcombe, Stat. Med. 17 (1998), 873-890, method 10: by squares from the Wilson limits.
    """
    if now[1] < 1 or before[1] < 1:
        raise ValueError(f"both sides need at least one case, got {now!r} and {before!r}")
    (low_now, high_now), (low_before, high_before) = (
        wilson_interval(*one, level=level, sides=sides) for one in (now, before)
    )
    rate_now, rate_before = now[0] / now[1], before[0] / before[1]
    below = hypot(rate_now - low_now, high_before - rate_before)
    above = hypot(high_now - rate_now, rate_before - low_before)
    difference = rate_now - rate_before
    return difference - below, difference + above


def equivalence_verdict(low: float, high: float, margin: float) -> Outcome:
    """PASS where an interval for a difference lies within the margin on both sides, FAIL where it lies outside.

    low, high: two one-sided limits at the level of the gate. margin: above 0, in the unit of the difference.
    Source: two one-sided tests, Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987), 657-680.
    """
    if not low <= high or not margin > 0:
        raise ValueError(f"need low <= high and a margin above 0, got {low!r}, {high!r} and {margin!r}")
    if -margin < low and high < margin:
        return "PASS"
    return "FAIL" if low > margin or high < -margin else "INCONCLUSIVE"


def stratified_difference(strata: Sequence[Stratum], *, level: float = 0.95) -> StratifiedDifference:
    """The difference of two rates, stratum by stratum and then averaged with Mantel-Haenszel weights.

    strata: the counts of each; one without cases on either side says nothing. level: in the open interval (0, 1).
    Raises ValueError for a count out of range, or where no stratum has cases on both sides.
    Source: Greenland and Robins, Biometrics 41 (1985), 55-68, with the variance of independent rates in each stratum;
    the test without correction for continuity.
    """
    if any(not 0 <= k1 <= n1 or not 0 <= k0 <= n0 for k1, n1, k0, n0 in strata):
        raise ValueError(f"need right answers between 0 and the cases, got {list(strata)!r}")
    used = [stratum for stratum in strata if stratum[1] and stratum[3]]
    if not used:
        raise ValueError("no stratum has cases on both sides")
    weight = sum(_weight(one) for one in used)
    value = sum(_weight(one) * (one[0] / one[1] - one[2] / one[3]) for one in used) / weight
    error = sqrt(sum(_weight(one) ** 2 * _variance(one) for one in used)) / weight
    half = normal_quantile(level, 2) * error
    now, before = (
        sum(one[0] for one in used) / sum(one[1] for one in used),
        sum(one[2] for one in used) / sum(one[3] for one in used),
    )
    return StratifiedDifference(value, error, value - half, value + half, _mantel_haenszel_p(used), now - before)


def _weight(stratum: Stratum) -> float:
    _, now, _, before = stratum
    return now * before / (now + before)


def _variance(stratum: Stratum) -> float:
    k1, n1, k0, n0 = stratum
    return k1 * (n1 - k1) / n1**3 + k0 * (n0 - k0) / n0**3


def _mantel_haenszel_p(strata: Sequence[Stratum]) -> float:
    gap = variance = 0.0
    for k1, n1, k0, n0 in strata:
        total, right = n1 + n0, k1 + k0
        gap += k1 - n1 * right / total
        variance += n1 * n0 * right * (total - right) / (total**2 * (total - 1))
    return 2 * normal_above(abs(gap) / sqrt(variance)) if variance else 1.0
