"""Intervals, against published and hand-worked figures."""

from __future__ import annotations

import json

import pytest
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.stats import mean_rate_interval, wilson_interval

WORKED = SHARED / "science" / "worked_examples.json"


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


@pytest.mark.skipif(not WORKED.exists(), reason="the worked examples are not beside this checkout")
def test_wilson_gives_every_worked_example() -> None:
    rows = [row for row in json.loads(WORKED.read_text())["interval"] if row["method"] == "wilson"]
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
