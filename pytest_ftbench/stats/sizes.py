"""How many cases a bound takes: to be passed at all, and to be settled."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, log

from pytest_ftbench.stats.beta import beta_tail
from pytest_ftbench.stats.clusters import effective_cases
from pytest_ftbench.stats.paired import tango_interval
from pytest_ftbench.stats.student import miss_chance
from pytest_ftbench.stats.verdicts import Number, Op, verdict_by_counts

MOST = 10_000_000
"""Sizes above it are not looked for: nobody asks so many questions."""


def least_cases(bound: Fraction, op: Op, *, level: Number) -> int | None:
    """The smallest number of independent cases at which a gate passes if every one of them goes its way.

    bound: in [0, 1]. level: of each limit, at least one half and below 1.
    None where no number is enough, as for `>= 1`, or none below ten million.
    Raises ValueError for an argument out of range. Source: the zero-failure rule, rate^n <= 1 - level.
    """
    best = _for_at_least(bound, op)
    if verdict_by_counts(_best(1, op), 1, bound, op, level=level) == "PASS":
        return 1
    if not 0 < best < 1 or (estimate := log(1 - level) / log(best)) > MOST:
        return None
    first = max(1, ceil(estimate) - 1)  # the logarithms may be off by a rounding, the verdict is not
    near = (first, first + 1, first + 2)
    return next(n for n in near if verdict_by_counts(_best(n, op), n, bound, op, level=level) == "PASS")


def least_clusters(bound: Fraction, op: Op, *, level: float) -> int | None:
    """The smallest number of clusters, of two cases or more each, at which all of them going its way passes a gate.

    level: of each limit, above one half. How many cases a cluster has makes no difference. None as in `least_cases`.
    Raises ValueError for an argument out of range.
    """
    if (least := least_cases(bound, op, level=level)) is None:
        return None

    best = _for_at_least(bound, op)
    if best == 0:
        return least

    def passes(clusters: int) -> bool:
        effective = effective_cases(clusters, clusters, level=level, sides=1)
        return effective > 0 and (1 - level) ** (1 / effective) >= best

    return least_size(passes, least)


def least_pairs(margin: Fraction, *, level: float) -> int | None:
    """The smallest number of independent cases asked twice at which no change at all shows a drop below a margin.

    margin: the largest drop allowed, in the open interval (0, 1). level: of each limit, above one half and below 1.
    None where no number below ten million is enough. Raises ValueError for an argument out of range.
    Source: Tango's lower limit without changes, -z^2 / (n + z^2).
    """
    _check_margin(margin, level)
    return least_size(lambda cases: tango_interval(0, 0, cases, level=level, sides=1)[0] >= -margin, 1)


def least_pair_clusters(margin: Fraction, *, level: float) -> int | None:
    """The same for clusters of two cases or more each; how many they have makes no difference."""
    _check_margin(margin, level)

    def passes(clusters: int) -> bool:
        effective = effective_cases(clusters, clusters, level=level, sides=1)
        return tango_interval(0, 0, effective, level=level, sides=1)[0] >= -margin

    return least_size(passes, 1)


def _check_margin(margin: Fraction, level: float) -> None:
    if not 0 < margin < 1 or not 0.5 < level < 1:
        raise ValueError(f"need a margin in (0, 1) and a level in (0.5, 1), got {margin!r} and {level!r}")


def settling_cases(rate: Fraction, bound: Fraction, *, level: float, design_effect: float = 1.0) -> int | None:
    """The smallest number of cases at which this rate would settle a bound: PASS on its one side, FAIL on the other.

    rate: as observed, in [0, 1]; bound: in [0, 1]. level: of each limit, at least one half and below 1.
    design_effect: how many clustered cases tell as much as one independent case; at least 1.
    It supposes that the rate stays as it is: if that is the true rate, about every second run of this size settles it.
    For a better chance, see `one_sample_cases`. None where rate and bound are equal, or no number below ten million is
    enough. Raises ValueError for an argument out of range.
    Source: Clopper-Pearson limits at counts that need not be whole.
    """
    if not 0 <= rate <= 1 or not 0 <= bound <= 1 or not design_effect >= 1:
        raise ValueError(
            f"need a rate and a bound in [0, 1] and a design effect of at least 1, got {rate}, {bound}, {design_effect}"
        )
    chance = miss_chance(level, 1)
    if rate == bound:
        return None
    high, low = (rate, bound) if rate > bound else (1 - rate, 1 - bound)
    if low == 0:
        return ceil(design_effect)

    def settles(cases: int) -> bool:
        right = float(high) * cases
        return beta_tail(float(low), right, float(1 - high) * cases + 1) <= chance

    return None if (found := least_size(settles, 1)) is None else ceil(found * design_effect)


def least_size(holds: Callable[[int], bool], start: int) -> int | None:
    """The smallest number from the start on for which something holds that holds for all larger ones too."""
    low, high = start, start
    while not holds(high):
        if high > MOST:
            return None
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low if low <= MOST else None


def _for_at_least(bound: Fraction, op: Op) -> Fraction:
    """The bound of the same gate, asked of what counts for it."""
    return bound if op in (">=", ">") else 1 - bound


def _best(total: int, op: Op) -> int:
    """The count at which nothing went against the gate."""
    return total if op in (">=", ">") else 0
