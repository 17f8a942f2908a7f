"""Planned sizes, against worked examples, SciPy and statsmodels."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from stats_kit import LEVEL, fraction, near, worked
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from pytest_ftbench.stats.power import detectable_rate, one_sample_cases, paired_cases, pass_power, two_run_cases
from pytest_ftbench.stats.verdicts import cut_offs

percents = st.fractions(Fraction(5, 100), Fraction(95, 100), max_denominator=100)


def test_one_sample_sizes_are_those_of_the_worked_examples() -> None:
    for row in worked("power_one_sample_exact"):
        bound, truth = fraction(row["p0"]), fraction(row["p1"])
        assert one_sample_cases(bound, truth, level=LEVEL, power=row["power"]) == row["n"]
        assert cut_offs(row["n"], bound, ">=", level=LEVEL)[0] == row["k"]
        assert pass_power(row["n"], bound, row["p1"], level=LEVEL) == near(row["achieved"])


def test_sizes_of_two_runs_are_those_of_the_worked_examples() -> None:
    for row in worked("power_two_runs"):
        assert two_run_cases(*row["p"], power=row["power"]) == near(row["pooled_normal_two_sided"])


def test_paired_sizes_are_those_of_the_worked_examples() -> None:
    for row in worked("power_mcnemar_connor"):
        assert paired_cases(row["p10"], row["p01"]) == near(row["n"])


@settings(max_examples=30)
@given(percents, percents, st.sampled_from([0.5, 0.8, 0.9]))
def test_no_smaller_size_has_the_power(bound: Fraction, truth: Fraction, power: float) -> None:
    found = one_sample_cases(bound, truth, level=LEVEL, power=power)
    if truth <= bound:
        assert found is None
    elif truth - bound >= Fraction(1, 20):
        assert found is not None
        enough = [n for n in range(1, found + 1) if pass_power(n, bound, float(truth), level=LEVEL) >= power]
        assert enough == [found]


def test_size_of_a_small_difference_is_found() -> None:
    bound, truth = Fraction(95, 100), Fraction(951, 1000)
    found = one_sample_cases(bound, truth, level=LEVEL)
    assert found is not None
    assert found == pytest.approx((1.6449 + 0.8416) ** 2 * 0.95 * 0.05 / 0.001**2, rel=0.02)
    assert one_sample_cases(Fraction(95, 100), Fraction(950001, 1000000), level=LEVEL) is None  # beyond ten million


@given(st.integers(1, 300), percents, st.floats(0, 1))
def test_power_is_the_chance_of_a_passing_count(total: int, bound: Fraction, truth: float) -> None:
    passing, _ = cut_offs(total, bound, ">=", level=LEVEL)
    expected = 0.0 if passing is None else stats.binom.sf(passing - 1, total, truth)
    assert pass_power(total, bound, truth, level=LEVEL) == pytest.approx(expected, rel=1e-8, abs=1e-200)


@pytest.mark.parametrize(
    ("total", "rates"),
    [  # found by search with scipy.stats.binom, for bounds of 0.80, 0.85, 0.90 and 0.95
        (50, [0.921, 0.954, 0.984, None]),
        (100, [0.891, 0.935, 0.969, 0.992]),
        (300, [0.855, 0.900, 0.940, 0.979]),
        (1000, [0.831, 0.877, 0.923, 0.966]),
    ],
)
def test_detectable_rates_are_the_searched_ones(total: int, rates: list[float | None]) -> None:
    for bound, rate in zip((80, 85, 90, 95), rates, strict=True):
        found = detectable_rate(total, Fraction(bound, 100), level=LEVEL)
        assert found == (None if rate is None else pytest.approx(rate, abs=1e-3))


@given(st.integers(1, 300), percents, st.floats(0.1, 0.95))
def test_detectable_rate_has_just_that_power(total: int, bound: Fraction, power: float) -> None:
    rate = detectable_rate(total, bound, level=LEVEL, power=power)
    if rate is not None:
        assert pass_power(total, bound, rate, level=LEVEL) == pytest.approx(power, rel=1e-9)


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.04), st.sampled_from([0.8, 0.9]))
def test_sizes_of_two_runs_are_those_of_statsmodels(before: float, more: float, power: float) -> None:
    expected = samplesize_proportions_2indep_onetail(more, before, power, alpha=0.05, alternative="two-sided")
    assert two_run_cases(before, before + more, power=power) == pytest.approx(expected, rel=1e-9)


def test_sizes_of_what_is_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="need two different rates"):
        two_run_cases(0.5, 0.5)
    for gained, lost in ((0.1, 0.1), (-0.1, 0.2), (0.6, 0.5)):
        with pytest.raises(ValueError, match="need two different shares"):
            paired_cases(gained, lost)
    with pytest.raises(ValueError, match="power must lie in"):
        one_sample_cases(Fraction(1, 2), Fraction(3, 4), level=LEVEL, power=1.0)
    with pytest.raises(ValueError, match="need a total of at least 1"):
        pass_power(0, Fraction(1, 2), 0.5, level=LEVEL)
