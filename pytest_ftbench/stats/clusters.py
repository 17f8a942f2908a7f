"""A rate over cases that come in clusters, such as several questions about each fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from pytest_ftbench.stats.rates import clopper_pearson_interval, wilson_interval
from pytest_ftbench.stats.student import Sides, normal_quantile, student_quantile

Counts = Sequence[tuple[int, int]]
"""For each cluster, right answers and cases."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """A rate over clustered cases, and what the clustering costs."""

    right: int
    total: int
    clusters: int
    error: float
    """Standard error of the rate, from the differences between clusters."""
    design_effect: float | None
    """Its variance as a multiple of that of as many independent cases; None where all are right, or none."""
    effective: float
    """How many independent cases tell as much, at most `total`."""

    @property
    def rate(self) -> float:
        """Right answers of all cases, each case counting the same; in [0, 1]."""
        return self.right / self.total


def measure_clustering(counts: Counts) -> Clustering:
    """The rate of clustered cases, its standard error and its effective number of cases.

    counts: right answers and cases of each cluster, 0 <= right <= cases and cases at least 1; sizes may differ.
    The effective number is never above the number of cases. Where all cases are right, or all wrong, nothing shows how
    alike those of a cluster are: then it is the number of clusters. A single cluster tells as much as one case.
    Raises ValueError for no cluster, or a count out of range.
    Source: CR1 variance, G / (G - 1) times the sum of squared residuals by cluster, as in Miller, arXiv 2411.00640;
    Korn and Graubard, Surv. Methodol. 24 (1998), 193-201.
    """
    _check(counts)
    if not counts:
        raise ValueError("need at least one cluster")
    right, total = sum(one for one, _ in counts), sum(cases for _, cases in counts)
    clusters = len(counts)
    if clusters == 1 or right in (0, total):
        return Clustering(right, total, clusters, 0.0, None, float(clusters))
    squares = sum((one * total - cases * right) ** 2 for one, cases in counts)  # whole numbers: exact however many
    variance = clusters / (clusters - 1) * (squares / total**4)
    effect = variance / (right * (total - right) / total**3)
    return Clustering(right, total, clusters, sqrt(variance), effect, total / max(1.0, effect))


def korn_graubard_interval(counts: Counts, *, level: float = 0.95, sides: Sides = 2) -> tuple[float, float]:
    """Korn-Graubard interval for the rate of clustered cases: Clopper-Pearson at the effective number of cases.

    counts: as for `measure_clustering`. level: confidence, in the open interval (0, 1), with one side above one half.
    sides: with 1, each limit by itself holds at that level.
    The effective number is lowered by (z / t)^2, t with one degree of freedom less than there are clusters. With one
    case in each cluster it is Clopper-Pearson itself. A single cluster of several cases, or none: (0.0, 1.0).
    Below about 30 clusters the limits err a little more often than their level.
    Where all are right only clusters count, so a first miss can raise the lower limit: it shows that cases of a cluster
    differ. A bound that all right does not clear must be refused beforehand, or a miss could earn what all right
    cannot.
    Returns (low, high), fractions in [0, 1]. Raises ValueError for a count or level out of range.
    Source: Korn and Graubard, Surv. Methodol. 24 (1998), 193-201.
    """
    _check(counts)
    if all(cases == 1 for _, cases in counts):
        return clopper_pearson_interval(sum(right for right, _ in counts), len(counts), level=level, sides=sides)
    found = measure_clustering(counts)
    reduced = effective_cases(found.effective, found.clusters, level=level, sides=sides)
    return clopper_pearson_interval(found.rate * reduced, reduced, level=level, sides=sides)


def cluster_wilson_interval(counts: Counts, *, level: float = 0.95, sides: Sides = 2) -> tuple[float, float]:
    """Wilson's interval at the same effective number of cases, for display; otherwise as `korn_graubard_interval`."""
    _check(counts)
    if all(cases == 1 for _, cases in counts):
        return wilson_interval(sum(right for right, _ in counts), len(counts), level=level, sides=sides)
    found = measure_clustering(counts)
    reduced = effective_cases(found.effective, found.clusters, level=level, sides=sides)
    return wilson_interval(found.rate * reduced, reduced, level=level, sides=sides)


def effective_cases(effective: float, clusters: int, *, level: float, sides: Sides) -> float:
    """The effective number of cases, less what is lost because their variance rests on few clusters.

    effective: as in `Clustering`. clusters: at least 1, which alone says nothing of the variance and gives 0.
    level: confidence, in the open interval (0, 1), with one side above one half. Raises ValueError otherwise.
    Source: Korn and Graubard, Surv. Methodol. 24 (1998), 193-201: the square of the ratio of normal to t quantiles.
    """
    z = normal_quantile(level, sides)
    if z <= 0:
        raise ValueError(f"a one-sided level for clustered cases must be above 0.5, got {level!r}")
    return effective * (z / student_quantile(level, clusters - 1, sides)) ** 2 if clusters > 1 else 0.0


def _check(counts: Counts) -> None:
    if any(not 0 <= right <= cases or cases < 1 for right, cases in counts):
        raise ValueError("every cluster needs at least one case and no more right answers than cases")
