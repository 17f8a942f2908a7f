"""How a rate changed over the same cases, by fact, and how far missing grades and chance could move that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pytest_ftbench.comparing.pairing import Pair
from pytest_ftbench.gates.measure import Limits, Measure
from pytest_ftbench.records import Outcome, Result
from pytest_ftbench.stats.paired import mcnemar_p, tango_interval
from pytest_ftbench.stats.paired_clusters import change_interval, clustered_tango_interval, mean_change, sign_flip_p
from pytest_ftbench.stats.sizes import least_size
from pytest_ftbench.stats.verdicts import Op, verdict_by_limits


class _OfFact(NamedTuple):
    """The pairs of one fact."""

    gained: int
    lost: int
    graded: int
    """Of these and the unchanged ones, both answers have a grade."""
    open: int
    """Pairs that lack a grade."""
    may_gain: int
    """Of the open ones, those that could turn out to be gained, and below those that could be lost."""
    may_lose: int


def grade(result: Result) -> bool | None:
    """Whether an answer is right; None where it has no grade."""
    return result.right if result.status == "graded" else None


GradedFact = tuple[str, str, bool | None, bool | None]
"""Suite, fact, and whether an answer to it was right before and is right now; None without a grade."""


def graded_fact(pair: Pair) -> GradedFact:
    """What a pair counts as."""
    before, now = pair.before, pair.now
    was = before.right if before.status == "graded" else None  # as `grade`, in half the time
    return now.suite, now.fact, was, now.right if now.status == "graded" else None


@dataclass(frozen=True, slots=True)
class Changes:
    """The change in a rate, now less before, over paired cases."""

    facts: tuple[_OfFact, ...]
    total: _OfFact
    """Of all facts together."""

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Changes:
        return cls.counted(Counter(map(graded_fact, pairs)))

    @classmethod
    def counted(cls, counts: Mapping[GradedFact, int]) -> Changes:
        """The changes of pairs that were counted by fact and grades."""
        found: dict[tuple[str, str], list[int]] = {}
        for (suite, fact, old, new), count in counts.items():
            of_fact = found.setdefault((suite, fact), [0] * 6)
            if old is None or new is None:
                of_fact[3] += count
                of_fact[4] += count * (old is not True and new is not False)
                of_fact[5] += count * (old is not False and new is not True)
            else:
                of_fact[2] += count
                of_fact[0 if new else 1] += count * (old is not new)
        facts = tuple(_OfFact(*of_fact) for of_fact in found.values())
        return cls(facts, _OfFact(*map(sum, zip(*facts, strict=True))) if facts else _OfFact(0, 0, 0, 0, 0, 0))

    @property
    def gained(self) -> int:
        return self.total.gained

    @property
    def lost(self) -> int:
        return self.total.lost

    @property
    def graded(self) -> int:
        return self.total.graded

    @property
    def open(self) -> int:
        return self.total.open

    @property
    def is_plain(self) -> bool:
        """Whether no two pairs are of one fact, so that they count as independent."""
        return all(fact.graded + fact.open == 1 for fact in self.facts)

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.gained - self.lost, self.graded) if self.graded else None

    def extreme(self, *, is_best: bool) -> Fraction:
        """The value if every missing grade went its way, or the other."""
        total = self.graded + self.open
        if not total:
            return Fraction(1 if is_best else -1)
        return Fraction(self.gained - self.lost + (self.total.may_gain if is_best else -self.total.may_lose), total)

    @property
    def interval(self) -> Limits:
        """95 % limits, for display: Tango's for one case a fact, else from the differences between facts."""
        if self.is_plain:
            return tango_interval(self.gained, self.lost, self.graded)
        return change_interval(
            [(fact.gained - fact.lost, fact.graded) for fact in self.facts if fact.graded] or [(0, 1)]
        )

    @property
    def p(self) -> float:
        """How often chance alone changes so much: McNemar's exact test, or sign flips of whole facts."""
        if self.is_plain:
            return mcnemar_p(self.gained, self.lost)
        return sign_flip_p([fact.gained - fact.lost for fact in self.facts])

    @property
    def design_effect(self) -> float:
        """How many pairs tell as much as one independent pair, at least 1; 1 where that cannot be seen."""
        counted = [(fact.gained - fact.lost, fact.graded) for fact in self.facts if fact.graded]
        if self.is_plain or len(counted) < 2:
            return 1.0
        found = mean_change(counted)
        if_independent = ((self.gained + self.lost) / self.graded - found.mean**2) / self.graded
        return max(1.0, found.error**2 / if_independent) if found.error else self.graded / len(counted)

    def limits(self, level: Fraction) -> Limits:
        """One-sided limits for a gate, every missing grade counting against the one and for the other."""
        return self._limits_if(level, is_best=False)[0], self._limits_if(level, is_best=True)[1]

    def _limits_if(self, level: Fraction, *, is_best: bool) -> Limits:
        """Clustered Tango limits if the open pairs were gained, or lost, as far as they could be.

        Without a net gain the lower one is never above that of no change at all, nor the upper one the other way
        round: of facts that all stayed as they were nobody knows how alike their cases are, and a first loss, which
        shows it, must not earn what no loss does not.
        """
        found, still = [], []
        for fact in self.facts:
            gained = fact.gained + (fact.may_gain if is_best else 0)
            lost = fact.lost + (0 if is_best else fact.may_lose)
            found.append((gained, lost, fact.graded + fact.open))
            still.append((0, 0, fact.graded + fact.open))
        if not found:
            return -1.0, 1.0
        low, high = clustered_tango_interval(found, level=float(level), sides=1)
        unchanged = clustered_tango_interval(still, level=float(level), sides=1)
        net = sum(gained - lost for gained, lost, _ in found)
        return (low if net > 0 else min(low, unchanged[0])), (high if net < 0 else max(high, unchanged[1]))

    def outcome(self, bound: Fraction, op: Op, level: Fraction) -> Outcome:
        """What the limits say of a bound on the change, whatever the missing grades would be."""
        return verdict_by_limits(*self.limits(level), bound, op)

    def drop_outcome(self, bound: Fraction, op: Op, level: Fraction) -> Outcome:
        """The same for a bound on the drop: with `<=` this is a test of non-inferiority."""
        low, high = self.limits(level)
        return verdict_by_limits(-high, -low, bound, op)

    def settling_pairs(self, drop: Fraction, level: Fraction) -> int | None:
        """About how many pairs that change as these do would settle a bound on the drop; None where no number would."""
        if not self.graded or self.value is None or self.value == -drop:
            return None
        gained, lost, bound = self.gained / self.graded, self.lost / self.graded, -float(drop)

        def settles(pairs: int) -> bool:
            low, high = tango_interval(gained * pairs, lost * pairs, pairs, level=float(level), sides=1)
            return low > bound or high < bound

        found = least_size(settles, 1)
        return None if found is None else max(round(found * self.design_effect), self.graded + 1)


def uplift(pairs: Sequence[Pair]) -> Measure:
    """Accuracy now less accuracy before, over the cases in both runs: the net change; in [-1, 1]."""
    return _measure(pairs, Changes.of(pairs))


def drop(pairs: Sequence[Pair]) -> Measure:
    """The same with the other sign: accuracy before less accuracy now."""
    changes = Changes.of(pairs)
    found = _measure(pairs, changes)
    low, high = found.interval
    return Measure(
        right=found.right,
        n=found.n,
        errors=found.errors,
        value=None if found.value is None else -found.value,
        lowest=-found.highest,
        highest=-found.lowest,
        interval=(-high, -low),
        misses=found.misses,
        note=found.note,
        outcome=changes.drop_outcome,
        clusters=found.clusters,
        design_effect=found.design_effect,
        is_plain=found.is_plain,
    )


def lost_results(pairs: Iterable[Pair]) -> tuple[Result, ...]:
    """Today's results of the cases that were lost."""
    return tuple(pair.now for pair in pairs if grade(pair.now) is False and grade(pair.before))


def _measure(pairs: Sequence[Pair], changes: Changes) -> Measure:
    return Measure(
        right=sum(grade(pair.now) is True and grade(pair.before) is not None for pair in pairs),
        n=changes.graded,
        errors=changes.open,
        value=changes.value,
        lowest=changes.extreme(is_best=False),
        highest=changes.extreme(is_best=True),
        interval=changes.interval if changes.graded else (-1.0, 1.0),
        misses=lost_results(pairs),
        note="" if changes.graded else "nothing was measured",
        outcome=changes.outcome,
        clusters=len(changes.facts),
        design_effect=changes.design_effect,
        is_plain=changes.is_plain,
    )
