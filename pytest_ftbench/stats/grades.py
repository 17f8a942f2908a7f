"""Scores of graded answers that are no plain share of them."""

from __future__ import annotations

from fractions import Fraction


def f_simpleqa(correct: int, incorrect: int, abstained: int) -> Fraction | None:
    """The F score of SimpleQA: the harmonic mean of right answers among all and among those attempted.

    correct, incorrect, abstained: counts of answers to questions that have an answer. Abstaining costs less than a
    wrong answer. Returns a fraction in [0, 1]; None without answers. Raises ValueError for a negative count.
    Source: Wei et al., SimpleQA, arXiv 2411.04368.
    """
    if min(correct, incorrect, abstained) < 0:
        raise ValueError(f"counts must not be negative, got {correct}, {incorrect} and {abstained}")
    attempted = correct + incorrect
    total = attempted + abstained
    return Fraction(2 * correct, attempted + total) if total else None
