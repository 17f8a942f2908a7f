"""Beta, binomial and Student's t against SciPy."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from pytest_ftbench.stats.beta import beta_quantile, beta_tail
from pytest_ftbench.stats.binomial import binomial_at_least, binomial_at_most, exact_at_least
from pytest_ftbench.stats.student import normal_above, normal_quantile, student_above, student_quantile

parameters = st.floats(-2, 6).map(lambda power: 10**power)
chances = st.floats(1e-9, 1 - 1e-9)


@given(parameters, parameters, st.floats(-6, 6))
def test_beta_tail_is_scipys(a: float, b: float, spreads: float) -> None:
    x = min(1.0, max(0.0, a / (a + b) + spreads * (a * b / (a + b + 1)) ** 0.5 / (a + b)))
    assert beta_tail(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-200)


@given(parameters, parameters, chances)
def test_beta_quantile_is_where_the_tail_has_that_chance(a: float, b: float, chance: float) -> None:
    x = beta_quantile(chance, a, b)
    below, above = x * (1 - 1e-9), min(1.0, x * (1 + 1e-9) + 1e-15)
    assert special.betainc(a, b, below) <= chance * (1 + 1e-7)
    assert special.betainc(a, b, above) >= chance * (1 - 1e-7)


@pytest.mark.parametrize("chance", [1e-12, 0.025, 0.05, 0.5, 0.95, 0.975, 1 - 1e-12])
@pytest.mark.parametrize(("a", "b"), [(1, 1_000_000), (1_000_000, 1), (500_000, 500_001), (999_990, 11), (0.05, 17.5)])
def test_beta_quantile_of_a_million_cases_is_scipys(chance: float, a: float, b: float) -> None:
    assert beta_quantile(chance, a, b) == pytest.approx(special.betaincinv(a, b, chance), rel=1e-8)


def test_beta_at_the_ends() -> None:
    assert (beta_tail(0.0, 2, 3), beta_tail(1.0, 2, 3)) == (0.0, 1.0)
    assert (beta_quantile(0.0, 2, 3), beta_quantile(1.0, 2, 3)) == (0.0, 1.0)
    assert beta_quantile(0.05, 1e-4, 1) == 0.0  # below any float


@pytest.mark.parametrize(("x", "a", "b"), [(-0.1, 1, 1), (1.1, 1, 1), (0.5, 0, 1), (0.5, 1, 0), (float("nan"), 1, 1)])
def test_beta_refuses_what_is_out_of_range(x: float, a: float, b: float) -> None:
    with pytest.raises(ValueError, match="need x in"):
        beta_tail(x, a, b)
    with pytest.raises(ValueError, match="need chance in"):
        beta_quantile(x, a, b)


@given(st.integers(1, 1_000_000), st.floats(0, 1), st.floats(-6, 6))
def test_binomial_tails_are_scipys(total: int, rate: float, spreads: float) -> None:
    right = round(total * rate + spreads * (total * rate * (1 - rate)) ** 0.5)
    upper, lower = stats.binom.sf(right - 1, total, rate), stats.binom.cdf(right, total, rate)
    assert binomial_at_least(right, total, rate) == pytest.approx(upper, rel=1e-8, abs=1e-200)
    assert binomial_at_most(right, total, rate) == pytest.approx(lower, rel=1e-8, abs=1e-200)


@given(st.integers(0, 60), st.integers(0, 60), st.fractions(0, 1, max_denominator=50))
def test_binomial_tail_is_that_of_whole_numbers(right: int, total: int, rate: Fraction) -> None:
    exact = exact_at_least(right, total, rate)
    assert binomial_at_least(right, total, float(rate)) == pytest.approx(float(exact), rel=1e-9)
    assert exact + 1 - exact_at_least(right, total, rate) == 1
    assert binomial_at_most(right - 1, total, float(rate)) == pytest.approx(float(1 - exact), rel=1e-9, abs=1e-15)


def test_exact_tail_by_hand() -> None:
    assert exact_at_least(2, 3, Fraction(1, 3)) == Fraction(7, 27)  # 3 * 1/9 * 2/3 + 1/27


@pytest.mark.parametrize(("total", "rate"), [(-1, 0.5), (3, -0.1), (3, 1.1)])
def test_binomial_refuses_what_is_out_of_range(total: int, rate: float) -> None:
    with pytest.raises(ValueError, match="need a total of at least 0 and a rate"):
        binomial_at_least(1, total, rate)
    with pytest.raises(ValueError, match="need a total of at least 0 and a rate"):
        binomial_at_most(1, total, rate)


@given(st.floats(-40, 40), st.floats(0, 6).map(lambda power: 10**power))
def test_student_tail_is_scipys(t: float, freedom: float) -> None:
    assert student_above(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=1e-7, abs=1e-200)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0, 6).map(lambda power: 10**power), st.sampled_from([1, 2]))
def test_student_quantile_is_scipys(level: float, freedom: float, sides: int) -> None:
    expected = stats.t.isf((1 - level) / sides, freedom)
    assert student_quantile(level, freedom, sides) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_normal_tail_is_precise_far_out() -> None:
    assert normal_above(10) == pytest.approx(7.619853024160527e-24, rel=1e-9)  # scipy.stats.norm.sf(10)
    assert normal_quantile(0.95, 1) == pytest.approx(normal_quantile(0.9, 2)) == pytest.approx(1.6448536269514722)
