"""What was measured: counts by fact, the value that they give, and how far missing grades and chance could move it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pytest_ftbench.records import Outcome, Result
from pytest_ftbench.stats.clusters import Counts, cluster_wilson_interval, korn_graubard_interval, measure_clustering
from pytest_ftbench.stats.means import macro_interval
from pytest_ftbench.stats.verdicts import Op, verdict_by_counts, verdict_by_limits

Limits = tuple[float, float]
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts once: a case, a pair, or a fact."""

    is_true: bool | None
    """None: not known, since a grade is missing."""
    cluster: Hashable
    """Units of one fact stand or fall together, more or less."""
    results: Sequence[Result] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Units counted by cluster."""

    clusters: tuple[tuple[int, int, int], ...]
    """For each: true, false, and not known."""

    @classmethod
    def of(cls, units: Iterable[Unit]) -> Tally:
        found: dict[Hashable, list[int]] = {}
        for unit in units:
            place = 2 if unit.is_true is None else 0 if unit.is_true else 1
            found.setdefault(unit.cluster, [0, 0, 0])[place] += 1
        return cls(tuple((true, false, open_) for true, false, open_ in found.values()))

    @property
    def right(self) -> int:
        return sum(true for true, _, _ in self.clusters)

    @property
    def n(self) -> int:
        """How many are known."""
        return sum(true + false for true, false, _ in self.clusters)

    @property
    def errors(self) -> int:
        return sum(open_ for _, _, open_ in self.clusters)

    @property
    def is_plain(self) -> bool:
        """Whether no two units are of one fact, so that they count as independent."""
        return all(sum(cluster) == 1 for cluster in self.clusters)

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.right, self.n) if self.n else None

    def extreme(self, *, is_true: bool) -> Fraction:
        """The value if all that is not known were true, or false."""
        total = self.n + self.errors
        return Fraction(self.right + (self.errors if is_true else 0), total) if total else Fraction(int(is_true))

    @property
    def interval(self) -> Limits:
        """Wilson's 95 % limits, for display, at the effective number of cases; (0, 1) where nothing is known."""
        known = [(true, true + false) for true, false, _ in self.clusters if true + false]
        return cluster_wilson_interval(known)

    @property
    def design_effect(self) -> float:
        """How many units tell as much as one independent unit; 1 where that cannot be seen."""
        if self.is_plain or not self.n:
            return 1.0
        known = [(true, true + false) for true, false, _ in self.clusters if true + false]
        return measure_clustering(known).design_effect or 1.0

    def limits(self, level: Fraction) -> Limits:
        """One-sided limits for a gate, what is not known counting against the one and for the other."""
        return self.limits_if(level, is_true=False)[0], self.limits_if(level, is_true=True)[1]

    def limits_if(self, level: Fraction, *, is_true: bool) -> Limits:
        """Korn-Graubard limits if all that is not known were true, or false.

        Never beyond those of all right or none: of clusters all alike nobody knows how alike they are, and a first
        miss, which shows it, must not earn what a clean sheet does not.
        """
        counts: Counts = [
            (true + (open_ if is_true else 0), true + false + open_) for true, false, open_ in self.clusters
        ]
        if not counts:
            return 0.0, 1.0
        low, high = korn_graubard_interval(counts, level=float(level), sides=1)
        best = korn_graubard_interval([(cases, cases) for _, cases in counts], level=float(level), sides=1)[0]
        worst = korn_graubard_interval([(0, cases) for _, cases in counts], level=float(level), sides=1)[1]
        return min(low, best), max(high, worst)

    def outcome(self, bound: Fraction, op: Op, level: Fraction) -> Outcome:
        """What the limits say of a bound, whatever the unknown would turn out to be."""
        if not self.is_plain:
            return verdict_by_limits(*self.limits(level), bound, op)
        total = self.n + self.errors
        extremes = {
            verdict_by_counts(right, total, bound, op, level=level) for right in (self.right, self.right + self.errors)
        }
        return extremes.pop() if len(extremes) == 1 else "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric's value over some results, and how far missing grades could move it."""

    right: int
    n: int
    errors: int
    """Units without a grade: they bound the value, they never enter it."""
    value: Fraction | None
    """None where nothing was measured."""
    lowest: Fraction
    """The value if everything without a grade counted against it."""
    highest: Fraction
    interval: Limits
    """95 % limits, for display."""
    misses: tuple[Result, ...] = ()
    note: str = ""
    """Why there is no value, or what a reader must know of it."""
    outcome: Callable[[Fraction, Op, Fraction], Outcome] | None = field(default=None, compare=False)
    """What one-sided limits at a level (last) say of a bound; None: the metric has no such limits."""
    clusters: int = 0
    """How many facts it rests on."""
    design_effect: float = 1.0
    """How many of its cases tell as much as one independent case."""
    is_plain: bool = False
    """Whether it is a share of units of which no two are of one fact."""
    baseline: str = ""
    """What a reader should hold the value against, such as the score of a constant answer."""


def share(units: Iterable[Unit], *, miss: bool = False) -> Measure:
    """The share of units that are true. miss: the truth value whose results are the misses."""
    counted = list(units)
    misses = tuple(result for unit in counted if unit.is_true is miss for result in unit.results)
    return share_of(Tally.of(counted), misses=misses)


def share_of(tally: Tally, *, misses: tuple[Result, ...]) -> Measure:
    """The share of counted units that are true."""
    return Measure(
        right=tally.right,
        n=tally.n,
        errors=tally.errors,
        value=tally.value,
        lowest=tally.extreme(is_true=False),
        highest=tally.extreme(is_true=True),
        interval=tally.interval,
        misses=misses,
        note="" if tally.n else "nothing was measured",
        outcome=tally.outcome,
        clusters=len(tally.clusters),
        is_plain=tally.is_plain,
        design_effect=tally.design_effect,
    )


def linear(
    tallies: Sequence[Tally], weights: Sequence[Fraction], *, plus: Fraction = Fraction(0), misses: tuple[Result, ...]
) -> Measure:
    """A weighted sum of the shares of independent groups of units, plus a constant: a mean of them, or a difference.

    Every group must have something known. The limits are those of Zou and Donner's square-and-add method, from
    Korn-Graubard limits of each group; groups that share facts are in truth closer together than they suppose.
    """

    def total(shares: Iterable[Fraction]) -> Fraction:
        return sum((weight * one for weight, one in zip(weights, shares, strict=True)), plus)

    def spread(limits: Sequence[tuple[float, float, float]]) -> Limits:
        """From rate and limits of each group, in the order of the groups."""
        scaled = [_scaled(one, float(weight)) for one, weight in zip(limits, weights, strict=True)]
        low, high = macro_interval(scaled)
        return low * len(scaled) + float(plus), high * len(scaled) + float(plus)

    def extreme(*, is_true: bool) -> list[Fraction]:
        return [tally.extreme(is_true=is_true is (weight > 0)) for tally, weight in zip(tallies, weights, strict=True)]

    def limits(level: Fraction, *, is_best: bool) -> Limits:
        """If what is not known were all for the value, or all against it."""
        found = []
        for one, weight in zip(tallies, weights, strict=True):
            is_true = is_best is (weight > 0)
            found.append((float(one.extreme(is_true=is_true)), *one.limits_if(level, is_true=is_true)))
        return spread(found)

    def outcome(bound: Fraction, op: Op, level: Fraction) -> Outcome:
        return verdict_by_limits(limits(level, is_best=False)[0], limits(level, is_best=True)[1], bound, op)

    return Measure(
        right=sum(tally.right for tally in tallies),
        n=sum(tally.n for tally in tallies),
        errors=sum(tally.errors for tally in tallies),
        value=total(tally.value or Fraction(0) for tally in tallies),
        lowest=total(extreme(is_true=False)),
        highest=total(extreme(is_true=True)),
        interval=spread([(float(tally.value or 0), *tally.interval) for tally in tallies]),
        misses=misses,
        outcome=outcome,
        clusters=sum(len(tally.clusters) for tally in tallies),
    )


def _scaled(limits: tuple[float, float, float], weight: float) -> tuple[float, float, float]:
    rate, low, high = (weight * one for one in limits)
    return (rate, low, high) if weight >= 0 else (rate, high, low)


def unmeasured(note: str, *, like: Measure | None = None, low: Fraction = Fraction(0), high: Fraction = ONE) -> Measure:
    """No value, and why. like: whose counts and misses are told all the same."""
    right, n, errors = (like.right, like.n, like.errors) if like else (0, 0, 0)
    misses = like.misses if like else ()
    return Measure(right, n, errors, None, low, high, (float(low), float(high)), misses, note)
