"""Rates over clustered cases, against worked examples, statsmodels and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from stats_kit import clusters, facts, near, rows, sides, worked

from pytest_ftbench.stats.clusters import (
    Clustering,
    cluster_wilson_interval,
    korn_graubard_interval,
    measure_clustering,
)
from pytest_ftbench.stats.rates import clopper_pearson_interval, wilson_interval
from pytest_ftbench.stats.student import Sides

high_levels = st.floats(0.6, 0.999)


def test_clustering_is_that_of_the_worked_examples() -> None:
    for row in worked("cluster"):
        counts, two, one = facts(row["desc"]), row["two_sided95"], row["one_sided95"]
        found = measure_clustering(counts)
        assert (found.total, found.clusters) == (two["n"], two["G"])
        assert (found.rate, found.error, found.effective) == near(two["p"], two["se_cluster"], two["n_eff"])
        assert found.design_effect == (None if two["deff"] is None else near(two["deff"]))
        assert cluster_wilson_interval(counts) == near(*two["cluster_wilson"])
        assert cluster_wilson_interval(counts, sides=1) == near(*one["cluster_wilson"])


def test_korn_graubard_is_that_of_the_worked_examples() -> None:
    found = [row for row in worked("korn_graubard_1sided95") if "x" in row["desc"].split(",")[0]]
    assert len(found) == 3
    for row in found:
        assert korn_graubard_interval(facts(row["desc"]), sides=1) == near(row["lower"], row["upper"])


def test_clopper_pearson_at_the_effective_count_is_that_of_the_worked_examples() -> None:
    for row in worked("korn_graubard_1sided95"):
        right = row["p"] * row["n_star"]
        assert clopper_pearson_interval(right, row["n_star"], sides=1) == near(row["lower"], row["upper"])


@given(clusters)
def test_error_is_that_of_statsmodels(counts: list[tuple[int, int]]) -> None:
    found = measure_clustering(counts)
    assume(0 < found.right < found.total)
    right, group = rows(counts)
    fit = sm.OLS(np.array(right, dtype=float), np.ones(len(right))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(group)}
    )
    assert found.error == pytest.approx(float(fit.bse[0]), rel=1e-6, abs=1e-9)


@given(clusters, high_levels, sides)
def test_korn_graubard_is_scipys_beta_at_the_effective_count(
    counts: list[tuple[int, int]], level: float, side: Sides
) -> None:
    assume(any(cases > 1 for _, cases in counts))
    found, chance = measure_clustering(counts), (1 - level) / side
    lower = (stats.norm.isf(chance) / stats.t.isf(chance, found.clusters - 1)) ** 2
    total = found.effective * lower
    right = found.rate * total
    low, high = korn_graubard_interval(counts, level=level, sides=side)
    expected_low = stats.beta.ppf(chance, right, total - right + 1) if found.right else 0.0
    expected_high = stats.beta.isf(chance, right + 1, total - right) if found.right < found.total else 1.0
    assert (low, high) == pytest.approx((expected_low, expected_high), abs=1e-6)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=300), st.floats(0.01, 0.99), sides)
def test_korn_graubard_of_one_case_in_each_cluster_is_clopper_pearson(
    right: list[int], level: float, side: Sides
) -> None:
    counts = [(one, 1) for one in right]
    plain = (sum(right), len(right))
    assert korn_graubard_interval(counts, level=level, sides=side) == clopper_pearson_interval(
        *plain, level=level, sides=side
    )
    assert cluster_wilson_interval(counts, level=level, sides=side) == wilson_interval(*plain, level=level, sides=side)


@given(clusters, high_levels, sides)
def test_clustered_limits_hold_the_rate_and_are_wider_than_those_of_independent_cases(
    counts: list[tuple[int, int]], level: float, side: Sides
) -> None:
    found = measure_clustering(counts)
    low, high = korn_graubard_interval(counts, level=level, sides=side)
    plain_low, plain_high = clopper_pearson_interval(found.right, found.total, level=level, sides=side)
    assert 0 <= low <= plain_low <= found.rate <= plain_high <= high <= 1


@given(clusters, high_levels)
def test_limits_of_the_wrong_answers_mirror_those_of_the_right_ones(
    counts: list[tuple[int, int]], level: float
) -> None:
    low, high = korn_graubard_interval(counts, level=level)
    mirrored = korn_graubard_interval([(cases - right, cases) for right, cases in counts], level=level)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_order_of_clusters_does_not_matter() -> None:
    counts = [(1, 2), (6, 6), (0, 1), (3, 4)]
    assert korn_graubard_interval(counts) == korn_graubard_interval(counts[::-1])


def test_clusters_that_are_all_alike_count_as_all_their_cases() -> None:
    # one of two right in each fact: no variance between facts, yet never more than independent cases
    found = measure_clustering([(1, 2)] * 30)
    assert (found.error, found.design_effect, found.effective) == (0.0, 0.0, 60.0)


def test_cases_of_a_cluster_that_only_go_together_count_as_one() -> None:
    found = measure_clustering([(3, 3)] * 30 + [(0, 3)] * 10)
    assert found.effective == pytest.approx(39)  # 40 clusters, as many as their variance has degrees of freedom


def test_where_all_are_right_only_clusters_count() -> None:
    assert measure_clustering([(6, 6)] * 25) == Clustering(150, 150, 25, 0.0, None, 25.0)
    assert korn_graubard_interval([(6, 6)] * 25) == korn_graubard_interval([(2, 2)] * 25)


def test_a_single_cluster_says_nothing() -> None:
    assert korn_graubard_interval([(5, 6)]) == (0.0, 1.0)
    assert korn_graubard_interval([]) == (0.0, 1.0)


@pytest.mark.parametrize("counts", [[(3, 2)], [(-1, 2)], [(0, 0)], [(2, 1), (0, 1)]])
def test_counts_out_of_range_are_refused(counts: list[tuple[int, int]]) -> None:
    for function in (measure_clustering, korn_graubard_interval, cluster_wilson_interval):
        with pytest.raises(ValueError, match="every cluster needs at least one case"):
            function(counts)


def test_no_cluster_and_a_level_that_is_no_confidence_are_refused() -> None:
    with pytest.raises(ValueError, match="need at least one cluster"):
        measure_clustering([])
    with pytest.raises(ValueError, match=r"must be above 0\.5, got 0\.4"):
        korn_graubard_interval([(1, 2), (2, 2)], level=0.4, sides=1)
