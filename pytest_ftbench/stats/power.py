"""Planning: how many cases it takes to see what one wants to see."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from pytest_ftbench.stats.beta import beta_quantile
from pytest_ftbench.stats.binomial import binomial_at_least
from pytest_ftbench.stats.sizes import MOST, least_size
from pytest_ftbench.stats.student import normal_quantile
from pytest_ftbench.stats.verdicts import Number, cut_offs


def pass_power(total: int, bound: Fraction, truth: float, *, level: Number) -> float:
    """The chance that a gate on a rate of independent cases passes.

    total: cases, at least 1. bound: in [0, 1], of a gate `>=`; for `<= b` with a truth t, ask for 1 - b and 1 - t.
    truth: the true rate, in [0, 1]. level: of each limit, at least one half and below 1.
    Raises ValueError for an argument out of range.
    """
    passing, _ = cut_offs(total, bound, ">=", level=level)
    return 0.0 if passing is None else binomial_at_least(passing, total, truth)


def one_sample_cases(bound: Fraction, truth: Fraction, *, level: Number, power: float = 0.8) -> int | None:
    """The smallest number of independent cases at which a gate passes with this chance.

    bound, truth: as for `pass_power`. power: the chance, in the open interval (0, 1). Chances rise in a saw tooth: a
    slightly larger number can have a smaller one. Clustered cases take as many times more as their design effect is.
    None where the truth is not above the bound, or no number below ten million is enough.
    Raises ValueError for an argument out of range.
    Source: exact binomial tails, from where the best test with randomized ties has that power, which only rises.
    """
    _check_power(power)
    if not truth > bound:
        return None
    start = least_size(lambda cases: _best_power(cases, bound, truth, level) >= power, 1)
    if start is None:
        return None
    return next((n for n in range(start, MOST) if pass_power(n, bound, float(truth), level=level) >= power), None)


def detectable_rate(total: int, bound: Fraction, *, level: Number, power: float = 0.8) -> float | None:
    """The smallest true rate at which a gate of this size passes with this chance.

    Arguments as for `pass_power` and `one_sample_cases`. None where a gate of this size cannot pass at all.
    """
    _check_power(power)
    passing, _ = cut_offs(total, bound, ">=", level=level)
    if passing is None:
        return None
    return beta_quantile(power, passing, total - passing + 1) if passing else 0.0


def two_run_cases(before: float, now: float, *, level: float = 0.95, power: float = 0.8) -> float:
    """How many cases each of two runs over different cases needs, to see a difference of their rates with this chance.

    before, now: true rates, in the open interval (0, 1), different. level: of a two-sided test. Round up.
    Raises ValueError for an argument out of range.
    Source: the normal approximation with pooled variance for the test, Fleiss, Statistical Methods for Rates and
    Proportions (1981), without correction.
    """
    _check_power(power)
    if not 0 < before < 1 or not 0 < now < 1 or before == now:
        raise ValueError(f"need two different rates in (0, 1), got {before!r} and {now!r}")
    mean = (before + now) / 2
    of_test = normal_quantile(level, 2) * sqrt(2 * mean * (1 - mean))
    of_power = NormalDist().inv_cdf(power) * sqrt(before * (1 - before) + now * (1 - now))
    return ((of_test + of_power) / (now - before)) ** 2


def paired_cases(gained: float, lost: float, *, level: float = 0.95, power: float = 0.8) -> float:
    """How many cases asked twice it takes, to see by McNemar's test that more are gained than lost, or the reverse.

    gained, lost: true shares of all cases, different, together at most 1. level: of a two-sided test. Round up.
    Raises ValueError for an argument out of range. Source: Connor, Biometrics 43 (1987), 207-211.
    """
    _check_power(power)
    if min(gained, lost) < 0 or gained + lost > 1 or gained == lost:
        raise ValueError(f"need two different shares that are at most 1 together, got {gained!r} and {lost!r}")
    changed, difference = gained + lost, gained - lost
    of_test = normal_quantile(level, 2) * sqrt(changed)
    of_power = NormalDist().inv_cdf(power) * sqrt(max(0.0, changed - difference * difference))
    return ((of_test + of_power) / difference) ** 2


def _best_power(cases: int, bound: Fraction, truth: Fraction, level: Number) -> float:
    """The power of the most powerful test of its level, which at one count passes with a chance between 0 and 1."""
    passing, _ = cut_offs(cases, bound, ">=", level=level)
    passing = cases + 1 if passing is None else passing
    at_bound, below = (binomial_at_least(k, cases, float(bound)) for k in (passing, passing - 1))
    sure, more = (binomial_at_least(k, cases, float(truth)) for k in (passing, passing - 1))
    share = (1 - float(level) - at_bound) / (below - at_bound) if below > at_bound else 0.0
    return sure + share * (more - sure)


def _check_power(power: float) -> None:
    if not 0 < power < 1:
        raise ValueError(f"power must lie in (0, 1), got {power!r}")
