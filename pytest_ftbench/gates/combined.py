"""Metrics that are no plain share: means and differences of shares, and scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from pytest_ftbench.gates.measure import ONE, Measure, Tally, linear, share, unmeasured
from pytest_ftbench.gates.units import each, is_original, is_other, right, yes_no
from pytest_ftbench.records import Result
from pytest_ftbench.stats.grades import f_simpleqa

HALF = Fraction(1, 2)


def balanced_accuracy(results: Sequence[Result]) -> Measure:
    """The mean of the right answers to cases that expect yes and to those that expect no."""
    return _of_yes_and_no(results, Fraction(1), low=Fraction(0), constant="0.500")


def youden_j(results: Sequence[Result]) -> Measure:
    """Twice that less 1."""
    return _of_yes_and_no(results, Fraction(2), low=-ONE, constant="0.000")


def _of_yes_and_no(results: Sequence[Result], scale: Fraction, *, low: Fraction, constant: str) -> Measure:
    plain = share(each(results, right))
    tallies = [
        Tally.of(each((one for one in results if yes_no(one.expected) == word), right)) for word in ("yes", "no")
    ]
    if not all(tally.n for tally in tallies):
        there = [word for word, tally in zip(("yes", "no"), tallies, strict=True) if tally.n]
        note = f"needs cases that expect yes and cases that expect no, graded: {' and '.join(there) or 'neither'}"
        return unmeasured(note, like=plain, low=low)
    found = linear(tallies, [scale * HALF] * 2, plus=1 - scale, misses=plain.misses)
    return replace(found, baseline=f"a constant answer: {constant}")


def gap(results: Sequence[Result]) -> Measure:
    """Accuracy on memorization cases less accuracy on other questions about the same facts."""
    groups = [[one for one in results if is_one(one)] for is_one in (is_original, is_other)]
    tallies = [Tally.of(each(group, right)) for group in groups]
    misses = share(each(groups[1], right)).misses
    if not all(tally.n for tally in tallies):
        return unmeasured(
            "needs graded memorization cases and other questions about the same facts",
            like=share(each(results, right)),
            low=-ONE,
        )
    return linear(tallies, [ONE, -ONE], misses=misses)


def f_simpleqa_of(results: Sequence[Result]) -> Measure:
    """SimpleQA's F score; an answer without a grade bounds it as right, and as wrong."""
    plain = share(each(results, right))
    known = [result for result in results if result.status == "graded"]
    abstained = sum(result.grade == "abstained" for result in known)
    wrong = plain.n - plain.right - abstained
    value = f_simpleqa(plain.right, wrong, abstained)
    if value is None:
        return unmeasured("nothing was measured", like=plain)
    low, high = plain.interval
    return Measure(
        right=plain.right,
        n=plain.n,
        errors=plain.errors,
        value=value,
        lowest=f_simpleqa(plain.right, wrong + plain.errors, abstained) or Fraction(0),
        highest=f_simpleqa(plain.right + plain.errors, wrong, abstained) or Fraction(0),
        interval=(_with_right(low, abstained, plain.n), _with_right(high, abstained, plain.n)),
        misses=plain.misses,
        note="",
    )


def _with_right(rate: float, abstained: int, n: int) -> float:
    """The score at another rate of right answers and as many abstentions, or fewer where there is no room for them."""
    attempted = max(1 - abstained / n, rate)
    return 2 * rate / (1 + attempted)
