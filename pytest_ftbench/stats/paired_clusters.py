"""The same clustered cases asked twice, such as several questions about each fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, gcd, sqrt

from pytest_ftbench.stats.clusters import effective_cases
from pytest_ftbench.stats.paired import check_margin, non_inferiority_p, tango_interval
from pytest_ftbench.stats.student import Sides, normal_above, student_above, student_quantile

Changes = Sequence[tuple[float, int]]
"""For each cluster, the sum of its cases' changes (each in [-1, 1]: now less before), and how many cases it has."""

Pairs = Sequence[tuple[int, int, int]]
"""For each cluster, how many of its cases are gained (wrong before, right now) and lost, and how many it has."""

_MOST_EXACT = 1_000
_NO_SPREAD = 1e-12
"""What roundings may leave of a standard error where changes that are no whole numbers are all alike."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mean change over clustered pairs."""

    mean: float
    """Now less before, over all cases, each counting the same; in [-1, 1]."""
    error: float
    """Standard error, from the differences between clusters; 0 where all clusters changed alike."""
    clusters: int


def mean_change(changes: Changes) -> Change:
    """The mean change of clustered pairs with its standard error.

    changes: as described there; sizes may differ. Raises ValueError for no cluster, or one that is out of range.
    Source: CR1 variance of the paired differences, as in Miller, arXiv 2411.00640.
    """
    if not changes or any(cases < 1 or abs(change) > cases for change, cases in changes):
        raise ValueError("every cluster needs at least one case and no more changes than cases")
    total, clusters = sum(cases for _, cases in changes), len(changes)
    net = sum(change for change, _ in changes)
    if clusters == 1:
        return Change(net / total, 0.0, 1)
    squares = sum((change * total - cases * net) ** 2 for change, cases in changes)
    error = sqrt(clusters / (clusters - 1) * squares) / total**2
    return Change(net / total, error if error > _NO_SPREAD else 0.0, clusters)


def change_interval(changes: Changes, *, level: float = 0.95, sides: Sides = 2) -> tuple[float, float]:
    """Interval for the mean change of clustered pairs, with t of one degree of freedom less than there are clusters.

    changes: as for `mean_change`. level: confidence, in the open interval (0, 1).
    sides: with 1, each limit by itself holds at that level.
    Where all clusters changed alike, above all where nothing changed, there is no spread to measure: then it is Tango's
    interval with each cluster as one pair. A single cluster gives (-1.0, 1.0).
    Where changes are rare and in one direction the limits err far more often than their level (in up to a fifth of runs
    at 95 %): decide a gate by `clustered_tango_interval`.
    Returns (low, high) in [-1, 1]. Raises ValueError for an argument out of range.
    Source: CR1 variance and t quantile, as in Miller, arXiv 2411.00640; without spread, our own choice.
    """
    found = mean_change(changes)
    if found.clusters == 1:
        return -1.0, 1.0
    if found.error == 0:
        net = found.mean * found.clusters
        return tango_interval(max(net, 0.0), max(-net, 0.0), found.clusters, level=level, sides=sides)
    half = student_quantile(level, found.clusters - 1, sides) * found.error
    return max(-1.0, found.mean - half), min(1.0, found.mean + half)


def clustered_tango_interval(pairs: Pairs, *, level: float = 0.95, sides: Sides = 2) -> tuple[float, float]:
    """Interval for the change in a rate over clustered pairs: Tango's at the effective number of pairs.

    pairs: as described there, with at least one case in each cluster; sizes may differ. level: confidence, in the open
    interval (0, 1), with one side above one half. sides: with 1, each limit by itself holds at that level.
    The pairs are divided by their design effect, at least 1, and by (t / z)^2; where all clusters changed alike, above
    all where nothing changed, only clusters count. With one case in each cluster it is `tango_interval` itself.
    A single cluster of several cases, or none: (-1.0, 1.0).
    As for `korn_graubard_interval`, a margin that no change at all does not clear must be refused beforehand.
    Returns (low, high) in [-1, 1]. Raises ValueError for an argument out of range.
    Source: Korn and Graubard's way with a rate, applied to Tango, Stat. Med. 17 (1998), 891-908; that is our own step.
    """
    if any(gained < 0 or lost < 0 or gained + lost > cases or cases < 1 for gained, lost, cases in pairs):
        raise ValueError("every cluster needs at least one case and no more changes than cases")
    gained, lost, total = (sum(one[place] for one in pairs) for place in range(3))
    if all(cases == 1 for _, _, cases in pairs):
        return tango_interval(gained, lost, total, level=level, sides=sides)
    found = mean_change([(up - down, cases) for up, down, cases in pairs])
    effective = float(found.clusters)
    if found.error:
        if_independent = ((gained + lost) / total - found.mean**2) / total
        effective = total / max(1.0, found.error**2 / if_independent)
    reduced = effective_cases(effective, found.clusters, level=level, sides=sides)
    return tango_interval(gained / total * reduced, lost / total * reduced, reduced, level=level, sides=sides)


def clustered_non_inferiority_p(changes: Changes, margin: float) -> float:
    """How often chance alone shows a change so good where the true one is a drop by the margin.

    margin: the drop that would just be too much, in the open interval (0, 1). It is at most 1 - level exactly where the
    lower one-sided limit of `change_interval` is at least -margin. For independent cases, see `non_inferiority_p`.
    Raises ValueError for an argument out of range.
    """
    found = mean_change(changes)
    if found.clusters == 1:
        return 1.0
    if found.error == 0:
        net = found.mean * found.clusters
        return non_inferiority_p(max(net, 0.0), max(-net, 0.0), found.clusters, margin)
    check_margin(margin)
    return student_above((found.mean + margin) / found.error, found.clusters - 1)


def sign_flip_p(changes: Sequence[int]) -> float:
    """Two-sided p value for clustered pairs: how often random signs give so large a sum of the clusters' changes.

    changes: the net change of each cluster. Clusters that did not change say nothing; without others it is 1.
    With one case in each cluster it is `mcnemar_p`. Exact where the changes sum up to a thousand, beyond that the
    normal approximation.
    Source: Fisher's randomization test for paired samples (The Design of Experiments, 1935).
    """
    sizes = Counter(abs(change) for change in changes if change)
    seen, most = abs(sum(changes)), sum(size * count for size, count in sizes.items())
    if seen == 0:
        return 1.0
    if most > _MOST_EXACT:
        halfway = seen - gcd(*sizes)  # sums differ by twice that: the usual correction for continuity
        return min(1.0, 2 * normal_above(halfway / sqrt(sum(size * size * count for size, count in sizes.items()))))
    ways = [1]  # by the sum of the sizes that got a plus
    for size, count in sizes.items():
        ways = _with_size(ways, size, count)
    at_least = Fraction(sum(ways[(most + seen + 1) // 2 :]), sum(ways))
    return min(1.0, float(2 * at_least))


def _with_size(ways: Sequence[int], size: int, count: int) -> list[int]:
    found = [0] * (len(ways) + size * count)
    for plus in range(count + 1):
        chosen = comb(count, plus)
        for place, before in enumerate(ways, start=plus * size):
            found[place] += before * chosen
    return found
