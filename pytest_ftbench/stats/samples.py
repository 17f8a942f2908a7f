"""Several samples of each question: how much of the spread is between questions and how much within one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt

Counts = Sequence[tuple[int, int]]
"""For each question, right answers and samples."""


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """Where the spread of right and wrong answers comes from."""

    between: float
    """Variance of the questions' true rates: what only more questions average out. At least 0."""
    within: float
    """Mean variance of a sample of one question: what more samples average out too."""
    error: float
    """Standard error of the mean rate over independent questions, each counting the same."""


def split_variance(counts: Counts) -> VarianceSplit:
    """The variance between questions and within a question, from repeated samples.

    counts: right answers and samples of each question, which may differ in samples; two questions or more, of two
    samples or more each. Raises ValueError otherwise.
    Source: Miller, arXiv 2411.00640, section 3: Var(mean) = (Var(x) + E[sigma^2] / K) / n.
    """
    if len(counts) < 2 or any(samples < 2 or not 0 <= right <= samples for right, samples in counts):
        raise ValueError("need two questions or more, with two samples or more each")
    n = len(counts)
    rates = [right / samples for right, samples in counts]
    mean = sum(rates) / n
    spread = sum((rate - mean) ** 2 for rate in rates) / (n - 1)
    sigma = [rate * (1 - rate) * samples / (samples - 1) for rate, (_, samples) in zip(rates, counts, strict=True)]
    of_means = sum(one / samples for one, (_, samples) in zip(sigma, counts, strict=True)) / n
    return VarianceSplit(max(0.0, spread - of_means), sum(sigma) / n, sqrt(spread / n))


def sampled_error(between: float, within: float, *, questions: int, samples: int) -> float:
    """The standard error to expect of a mean rate, for planning.

    between, within: as in `VarianceSplit`. questions, samples (of each question): at least 1.
    Raises ValueError for a number below that. Source: as for `split_variance`.
    """
    if questions < 1 or samples < 1 or between < 0 or within < 0:
        raise ValueError("need at least one question and one sample, and variances of at least 0")
    return sqrt((between + within / samples) / questions)


def pass_hat(counts: Counts, k: int) -> Fraction:
    """pass^k: the chance that a question is answered right in all of k samples, averaged over questions.

    counts: right answers and samples of each question, with k samples or more each. k: at least 1, which gives the mean
    rate.
    Unbiased, unlike the power of the rate seen. Raises ValueError for a count out of range, or without questions.
    Source: Yao et al., tau-bench, arXiv 2406.12045: C(right, k) / C(samples, k).
    """
    if k < 1 or not counts or any(samples < k or not 0 <= right <= samples for right, samples in counts):
        raise ValueError(f"need at least one question, and {k!r} samples or more of each, at least 1")
    return sum((Fraction(comb(right, k), comb(samples, k)) for right, samples in counts), Fraction(0)) / len(counts)
