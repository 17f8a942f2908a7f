"""Intervals, against published and hand-worked figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from stats_kit import counts, levels, near, sides, worked
from statsmodels.stats.proportion import proportion_confint

from pytest_ftbench.stats.means import macro_interval, mean_rate_interval, youden_interval
from pytest_ftbench.stats.rates import clopper_pearson_interval, wilson_interval
from pytest_ftbench.stats.student import Sides


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [  # computed with statsmodels.stats.proportion.proportion_confint(method="wilson")
        (49, 50, 0.895046, 0.996461),
        (43, 50, 0.738138, 0.930492),
        (134, 150, 0.833754, 0.933270),
        (0, 50, 0.0, 0.071348),
        (50, 50, 0.928652, 1.0),
    ],
)
def test_wilson_gives_the_published_limits(passed: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(passed, total) == pytest.approx((low, high), abs=1e-6)


def test_wilson_gives_every_worked_example() -> None:
    rows = [row for row in worked("interval") if row["method"] == "wilson"]
    assert len(rows) == 6
    for row in rows:
        assert wilson_interval(row["k"], row["n"]) == pytest.approx(row["two_sided95"], abs=1e-6)
        assert wilson_interval(row["k"], row["n"], level=0.9) == pytest.approx(row["two_sided90"], abs=1e-6)


def test_wilson_of_nothing_is_everything() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("passed", "total", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_wilson_refuses_counts_and_levels_out_of_range(passed: int, total: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"need 0 <= passed <= total|level must lie"):
        wilson_interval(passed, total, level=level)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_rate_and_narrows_with_more_cases(counts: tuple[int, int]) -> None:
    passed, total = counts
    low, high = wilson_interval(passed, total)
    assert 0 <= low <= passed / total <= high <= 1
    wider_low, wider_high = low, high
    low, high = wilson_interval(passed * 4, total * 4)
    assert high - low < wider_high - wider_low


def test_mean_of_one_rate_has_its_wilson_interval() -> None:
    assert mean_rate_interval([(43, 50)]) == pytest.approx(wilson_interval(43, 50))


def test_mean_of_two_equal_rates_is_narrower_by_the_root_of_two() -> None:
    low, high = wilson_interval(25, 50)
    mean_low, mean_high = mean_rate_interval([(25, 50), (25, 50)])
    assert 0.5 - mean_low == pytest.approx((0.5 - low) / 2**0.5)
    assert mean_high - 0.5 == pytest.approx((high - 0.5) / 2**0.5)


@pytest.mark.parametrize("counts", [[], [(1, 2), (0, 0)]])
def test_mean_refuses_an_empty_group(counts: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="every group needs at least one case"):
        mean_rate_interval(counts)


def test_clopper_pearson_gives_every_worked_example() -> None:
    found = [row for row in worked("interval") if row["method"] == "clopper_pearson"]
    assert len(found) == 6
    for row in found:
        assert clopper_pearson_interval(row["k"], row["n"]) == near(*row["two_sided95"])
        assert clopper_pearson_interval(row["k"], row["n"], sides=1) == near(*row["two_sided90"])
    for row in worked("gate3"):
        assert clopper_pearson_interval(row["k"], row["n"], sides=1) == near(row["lower"], row["upper"])


@given(counts, levels, sides)
def test_intervals_are_those_of_statsmodels(pair: tuple[int, int], level: float, side: Sides) -> None:
    passed, total = pair
    alpha = (1 - level) * 2 / side
    for method, interval in (("beta", clopper_pearson_interval), ("wilson", wilson_interval)):
        low, high = proportion_confint(passed, total, alpha=alpha, method=method)
        assert interval(passed, total, level=level, sides=side) == pytest.approx((low, high), abs=1e-9)


@given(counts, st.floats(0.01, 0.99))
def test_clopper_pearson_limit_is_where_the_exact_test_turns(pair: tuple[int, int], level: float) -> None:
    passed, total = pair
    low, high = clopper_pearson_interval(passed, total, level=level, sides=1)
    if passed > 0:
        assert binom.sf(passed - 1, total, low) == pytest.approx(1 - level, rel=1e-6)
    if passed < total:
        assert binom.cdf(passed, total, high) == pytest.approx(1 - level, rel=1e-6)


@given(counts.filter(lambda pair: pair[0] < pair[1]), levels)
def test_one_more_right_answer_raises_both_limits(pair: tuple[int, int], level: float) -> None:
    passed, total = pair
    fewer, more = (clopper_pearson_interval(k, total, level=level, sides=1) for k in (passed, passed + 1))
    assert fewer[0] < more[0]
    assert fewer[1] < more[1]


@given(counts, st.floats(0.5, 0.99), sides)
def test_higher_level_is_never_narrower(pair: tuple[int, int], level: float, side: Sides) -> None:
    low, high = clopper_pearson_interval(*pair, level=level, sides=side)
    lower, higher = clopper_pearson_interval(*pair, level=level + 0.009, sides=side)
    assert lower <= low <= pair[0] / pair[1] <= high <= higher


def test_clopper_pearson_of_a_million_cases() -> None:
    for passed in (0, 1, 850_000, 999_999, 1_000_000):
        expected = proportion_confint(passed, 1_000_000, method="beta")
        assert clopper_pearson_interval(passed, 1_000_000) == pytest.approx(expected, rel=1e-9)


def test_clopper_pearson_of_nothing_is_everything() -> None:
    assert clopper_pearson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("passed", "total", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_clopper_pearson_refuses_counts_and_levels_out_of_range(passed: int, total: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"need 0 <= passed <= total|level must lie"):
        clopper_pearson_interval(passed, total, level=level)


def test_macro_mean_takes_the_limits_it_is_given() -> None:
    # by hand: rates 0.8 and 0.6; below sqrt(0.3^2 + 0.4^2) / 2 = 0.25, above sqrt(0.05^2 + 0.12^2) / 2 = 0.065
    assert macro_interval([(0.8, 0.5, 0.85), (0.6, 0.2, 0.72)]) == near(0.45, 0.765)


@pytest.mark.parametrize("groups", [[], [(0.8, 0.9, 1.0)], [(0.8, 0.5, 0.7)]])
def test_macro_mean_refuses_limits_that_do_not_hold_the_rate(groups: list[tuple[float, float, float]]) -> None:
    with pytest.raises(ValueError, match="need groups with low <= rate <= high"):
        macro_interval(groups)


def test_youdens_j_of_the_worked_examples_lies_in_its_interval() -> None:
    for row in worked("yes_no"):
        groups = [(row["tp"], row["tp"] + row["fn"]), (row["tn"], row["tn"] + row["fp"])]
        low, high = mean_rate_interval(groups)
        assert sum(right / total for right, total in groups) / 2 == near(row["balanced"])
        assert low <= row["balanced"] <= high
        assert youden_interval((low, high)) == near(2 * low - 1, 2 * high - 1)
        assert youden_interval((row["balanced"], row["balanced"]))[0] == near(row["J"])
