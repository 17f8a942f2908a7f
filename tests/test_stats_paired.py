"""Cases asked twice, independent and clustered, against worked examples, statsmodels and SciPy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from stats_kit import changes, levels, near, sides, worked
from statsmodels.stats.contingency_tables import mcnemar

from pytest_ftbench.stats.paired import (
    mcnemar_mid_p,
    mcnemar_one_sided_p,
    mcnemar_p,
    non_inferiority_p,
    tango_interval,
)
from pytest_ftbench.stats.paired_clusters import (
    Change,
    change_interval,
    clustered_non_inferiority_p,
    clustered_tango_interval,
    mean_change,
    sign_flip_p,
)
from pytest_ftbench.stats.student import Sides

pairs = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200)).filter(any)
"""Gained, lost and unchanged."""
clustered = st.lists(
    st.integers(1, 5).flatmap(lambda n: st.tuples(st.integers(-n, n), st.just(n))), min_size=2, max_size=30
)


def test_independent_pairs_are_those_of_the_worked_examples() -> None:
    for row in worked("mcnemar"):
        gained, lost = row["b"], row["c"]
        found = (mcnemar_p(gained, lost), mcnemar_mid_p(gained, lost), mcnemar_one_sided_p(gained, lost))
        assert found == near(row["exact_p"], row["midp"], row["one_sided_p"])
        assert tango_interval(gained, lost, row["n"]) == near(*row["tango95"])


def test_clustered_pairs_are_those_of_the_worked_examples() -> None:
    for row in worked("paired_cluster"):
        counts = changes(row["desc"])
        found = mean_change(counts)
        assert (found.mean, found.error, found.clusters) == near(row["mean"], row["se"], len(counts))
        assert change_interval(counts, sides=1) == near(row["lower1"], row["upper1"])
        assert clustered_non_inferiority_p(counts, 0.05) == near(row["p_noninferiority_margin05"])
        assert sign_flip_p([change for change, _ in counts]) == near(row["signflip_p"])


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_that_of_statsmodels(gained: int, lost: int) -> None:
    expected = mcnemar([[10, gained], [lost, 10]], exact=True).pvalue if gained + lost else 1.0
    assert mcnemar_p(gained, lost) == pytest.approx(expected, rel=1e-8, abs=1e-250)
    assert mcnemar_p(gained, lost) == mcnemar_p(lost, gained)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mid_p_takes_half_of_the_table_itself_off_each_side(gained: int, lost: int) -> None:
    point = stats.binom.pmf(min(gained, lost), gained + lost, 0.5)
    one_sided = stats.binom.cdf(min(gained, lost), gained + lost, 0.5)
    assert mcnemar_mid_p(gained, lost) == pytest.approx(2 * one_sided - point, rel=1e-8)
    expected = stats.binomtest(gained, gained + lost, alternative="greater").pvalue if gained + lost else 1.0
    assert mcnemar_one_sided_p(gained, lost) == pytest.approx(expected, rel=1e-8)


def tangos_score(gained: int, lost: int, total: int, difference: float) -> float:
    """Tango's statistic with the likeliest share of losses found by search, not by his formula."""

    def slope(share: float) -> float:
        return gained / (share + difference) + lost / share - 2 * (total - gained - lost) / (1 - 2 * share - difference)

    least, most = max(0.0, -difference), (1 - difference) / 2
    edge = (most - least) * 1e-13
    low, high = least + edge, most - edge
    share = low if slope(low) <= 0 else high if slope(high) >= 0 else brentq(slope, low, high, xtol=1e-15)
    return float((gained - lost - total * difference) / (total * (2 * share + difference * (1 - difference))) ** 0.5)


@given(pairs, st.floats(0.6, 0.999), sides)
def test_tangos_limits_are_where_his_score_is_the_normal_quantile(
    counts: tuple[int, int, int], level: float, side: Sides
) -> None:
    gained, lost, same = counts
    total = gained + lost + same
    low, high = tango_interval(gained, lost, total, level=level, sides=side)
    z = stats.norm.isf((1 - level) / side)
    assert -1 <= low <= (gained - lost) / total <= high <= 1
    if -1 < low < (gained - lost) / total - 1e-6:
        assert tangos_score(gained, lost, total, low) == pytest.approx(z, abs=1e-4)
    if (gained - lost) / total + 1e-6 < high < 1:
        assert tangos_score(gained, lost, total, high) == pytest.approx(-z, abs=1e-4)


@given(pairs, levels, sides)
def test_losses_mirror_gains(counts: tuple[int, int, int], level: float, side: Sides) -> None:
    gained, lost, same = counts
    low, high = tango_interval(gained, lost, gained + lost + same, level=level, sides=side)
    assert tango_interval(lost, gained, gained + lost + same, level=level, sides=side) == pytest.approx(
        (-high, -low), abs=1e-12
    )


@given(pairs.filter(lambda counts: counts[2] > 0))
def test_one_more_loss_lowers_both_limits(counts: tuple[int, int, int]) -> None:
    gained, lost, same = counts
    total = gained + lost + same
    low, high = tango_interval(gained, lost, total)
    lower, higher = tango_interval(gained, lost + 1, total)
    assert lower < low
    assert higher < high


def test_where_nothing_changed_the_interval_still_has_a_width() -> None:
    z = stats.norm.isf(0.025)
    assert tango_interval(0, 0, 50) == near(-z * z / (50 + z * z), z * z / (50 + z * z))  # the score equation by hand
    assert tango_interval(50, 0, 50) == near(50 / (50 + z * z) - z * z / (50 + z * z), 1.0)
    assert tango_interval(0, 0, 0) == (-1.0, 1.0)


@given(pairs, st.floats(0.01, 0.9))
def test_not_inferior_is_where_the_lower_limit_is_above_the_margin(counts: tuple[int, int, int], margin: float) -> None:
    gained, lost, same = counts
    total = gained + lost + same
    low, _ = tango_interval(gained, lost, total, sides=1)
    assume(abs(low + margin) > 1e-9)
    assert (non_inferiority_p(gained, lost, total, margin) <= 0.05) == (low >= -margin)


def test_not_significantly_worse_is_not_yet_not_inferior() -> None:
    # three of 20 lost and none gained: no significant drop, and nothing like a proof of a drop below 5 points
    assert mcnemar_p(0, 3) == near(0.25)
    assert non_inferiority_p(0, 3, 20, 0.05) > 0.5


@pytest.mark.parametrize(("gained", "lost", "total"), [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_pairs_out_of_range_are_refused(gained: int, lost: int, total: int) -> None:
    with pytest.raises(ValueError, match="need counts of at least 0"):
        tango_interval(gained, lost, total)
    with pytest.raises(ValueError, match="need counts of at least 0"):
        non_inferiority_p(gained, lost, total, 0.05)


def test_mcnemar_refuses_negative_counts() -> None:
    for function in (mcnemar_p, mcnemar_mid_p, mcnemar_one_sided_p):
        with pytest.raises(ValueError, match="need counts of at least 0"):
            function(-1, 3)


@given(clustered)
def test_error_of_a_mean_change_is_that_of_statsmodels(counts: list[tuple[int, int]]) -> None:
    single, group = [], []
    for place, (change, cases) in enumerate(counts):
        single += [change / abs(change) if k < abs(change) else 0.0 for k in range(cases)]
        group += [place] * cases
    found = mean_change(counts)
    assume(found.error > 0)
    fit = sm.OLS(np.array(single), np.ones(len(single))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(group)}, use_t=True
    )
    assert (found.mean, found.error) == pytest.approx((float(fit.params[0]), float(fit.bse[0])), rel=1e-6, abs=1e-9)
    low, high = fit.conf_int(alpha=0.05)[0]
    assert change_interval(counts) == pytest.approx((max(-1, low), min(1, high)), abs=1e-6)


@given(clustered, st.floats(0.01, 0.9))
def test_clusters_are_not_inferior_where_the_lower_limit_is_above_the_margin(
    counts: list[tuple[int, int]], margin: float
) -> None:
    low, _ = change_interval(counts, sides=1)
    assume(abs(low + margin) > 1e-9)
    assume(low > -1)  # a limit that was cut off says nothing of its own p value
    assert (clustered_non_inferiority_p(counts, margin) <= 0.05) == (low >= -margin)


def test_clusters_that_changed_alike_are_one_pair_each() -> None:
    assert change_interval([(0, 3)] * 40, sides=1) == tango_interval(0, 0, 40, sides=1)
    assert change_interval([(-2, 2)] * 40) == tango_interval(0, 40, 40)
    assert change_interval([(1 / 3, 1)] * 9 + [(0.1 + 0.2 + 1 / 3 - 0.3, 1)]) == pytest.approx(
        tango_interval(10 / 3, 0, 10)  # roundings are no spread
    )
    assert clustered_non_inferiority_p([(0, 3)] * 40, 0.05) == non_inferiority_p(0, 0, 40, 0.05)


gains_and_losses = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).filter(any), min_size=2, max_size=30
).map(lambda counts: [(gained, lost, gained + lost + same) for gained, lost, same in counts])


@given(st.lists(st.sampled_from([(1, 0, 1), (0, 1, 1), (0, 0, 1)]), max_size=50), levels, sides)
def test_clustered_tango_of_one_case_in_each_cluster_is_tangos(
    counts: list[tuple[int, int, int]], level: float, side: Sides
) -> None:
    gained, lost = sum(one[0] for one in counts), sum(one[1] for one in counts)
    expected = tango_interval(gained, lost, len(counts), level=level, sides=side)
    assert clustered_tango_interval(counts, level=level, sides=side) == expected


@given(gains_and_losses, st.floats(0.6, 0.99), sides)
@example([(2, 0, 2), (3, 1, 4)], 0.875, 1)  # all cases changed, and scaled the changes exceed the total by a digit
def test_clustered_tango_is_wider_than_tangos(counts: list[tuple[int, int, int]], level: float, side: Sides) -> None:
    sums = [sum(column) for column in zip(*counts, strict=True)]
    low, high = tango_interval(*sums, level=level, sides=side)
    wide_low, wide_high = clustered_tango_interval(counts, level=level, sides=side)
    assert wide_low <= low + 1e-12
    assert wide_high >= high - 1e-12


def test_clustered_tango_by_hand() -> None:
    # one of 60 facts lost all three of its cases: they tell as much as 59 pairs, and by t of 59 degrees a little less
    found = mean_change([(-3, 3)] + [(0, 3)] * 59)
    effective = 180 / (found.error**2 / ((3 / 180 - (3 / 180) ** 2) / 180))
    assert effective == pytest.approx(59)
    reduced = 59 * (stats.norm.isf(0.05) / stats.t.isf(0.05, 59)) ** 2
    expected = tango_interval(0, reduced / 60, reduced, sides=1)
    assert clustered_tango_interval([(0, 3, 3)] + [(0, 0, 3)] * 59, sides=1) == pytest.approx(expected)


def test_clustered_tango_of_clusters_that_changed_alike() -> None:
    reduced = 40 * (stats.norm.isf(0.05) / stats.t.isf(0.05, 39)) ** 2
    assert clustered_tango_interval([(0, 0, 3)] * 40, sides=1) == near(*tango_interval(0, 0, reduced, sides=1))
    assert clustered_tango_interval([(0, 3, 3)]) == (-1.0, 1.0)
    assert clustered_tango_interval([]) == (-1.0, 1.0)


@pytest.mark.parametrize("pair", [(2, 0, 1), (1, 1, 1), (-1, 0, 2), (0, -1, 2), (0, 0, 0)])
def test_clustered_tango_refuses_what_is_out_of_range(pair: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="every cluster needs at least one case"):
        clustered_tango_interval([(0, 0, 2), pair])


def test_a_single_cluster_says_nothing_of_a_change() -> None:
    assert mean_change([(-1, 4)]) == Change(-0.25, 0.0, 1)
    assert change_interval([(-1, 4)]) == (-1.0, 1.0)
    assert clustered_non_inferiority_p([(-1, 4)], 0.05) == 1.0


@pytest.mark.parametrize("counts", [[], [(2, 1)], [(-2, 1)], [(0, 0)]])
def test_changes_out_of_range_are_refused(counts: list[tuple[int, int]]) -> None:
    for function in (mean_change, change_interval):
        with pytest.raises(ValueError, match="every cluster needs at least one case"):
            function(counts)


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.1])
def test_margins_out_of_range_are_refused(margin: float) -> None:
    with pytest.raises(ValueError, match=r"margin must lie in \(0, 1\)"):
        non_inferiority_p(1, 2, 10, margin)
    with pytest.raises(ValueError, match=r"margin must lie in \(0, 1\)"):
        clustered_non_inferiority_p([(1, 2), (0, 2)], margin)


@given(st.lists(st.integers(-4, 4), max_size=10))
def test_sign_flips_are_counted_one_by_one(net: list[int]) -> None:
    flips = [
        abs(sum(sign * one for sign, one in zip(signs, net, strict=True)))
        for signs in product((1, -1), repeat=len(net))
    ]
    assert sign_flip_p(net) == pytest.approx(sum(one >= abs(sum(net)) for one in flips) / len(flips))


@given(st.integers(0, 400), st.integers(0, 400))
def test_sign_flips_of_single_cases_are_mcnemar(gained: int, lost: int) -> None:
    assert sign_flip_p([1] * gained + [-1] * lost + [0] * 5) == pytest.approx(mcnemar_p(gained, lost), rel=1e-8)


@given(st.integers(501, 1200), st.integers(501, 1200))
def test_sign_flips_of_many_clusters_are_nearly_exact(gained: int, lost: int) -> None:
    assert sign_flip_p([1] * gained + [-1] * lost) == pytest.approx(mcnemar_p(gained, lost), abs=1e-3)
