"""Rates over different cases, draws without replacement and adjusted p values, against SciPy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from stats_kit import counts, levels, near, sides, worked
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from pytest_ftbench.stats.hypergeometric import fisher_p, hypergeometric_at_least
from pytest_ftbench.stats.multiplicity import holm
from pytest_ftbench.stats.student import Sides
from pytest_ftbench.stats.unpaired import (
    Stratum,
    equivalence_verdict,
    newcombe_interval,
    stratified_difference,
)

cells = st.integers(0, 60)


def test_equivalence_is_that_of_the_worked_examples() -> None:
    for row in worked("equivalence"):
        low, high = newcombe_interval((row["a"], row["n"]), (row["b"], row["m"]), sides=1)
        assert (low, high) == near(row["lo90"], row["hi90"])
        assert equivalence_verdict(low, high, row["margin"]) == row["verdict"]


def test_stratified_differences_are_those_of_the_worked_examples() -> None:
    for row in worked("stratified_difference"):
        found = stratified_difference([tuple(one) for one in row["strata"]])
        assert (found.value, found.error, found.crude) == near(row["diff"], row["se"], row["crude"])
        assert (found.low, found.high, found.p) == near(*row["ci95"], row["cmh_p"])


def test_draws_without_replacement_are_those_of_the_worked_examples() -> None:
    for row in worked("hypergeom"):
        assert hypergeometric_at_least(row["s"], row["N"], row["K0"], row["n"]) == near(row["p_pass"])
    for row in worked("yes_no"):
        assert fisher_p([[row["tp"], row["fn"]], [row["fp"], row["tn"]]]) == near(row["fisher_p"])


def test_holm_is_that_of_the_worked_examples() -> None:
    for row in worked("multiplicity"):
        assert holm(row["p"]) == near(*row["holm"])


@given(counts, counts, levels, sides)
def test_newcombe_is_that_of_statsmodels(
    now: tuple[int, int], before: tuple[int, int], level: float, side: Sides
) -> None:
    alpha = (1 - level) * 2 / side
    expected = confint_proportions_2indep(*now, *before, compare="diff", method="newcomb", alpha=alpha)
    found = newcombe_interval(now, before, level=level, sides=side)
    assert found == pytest.approx(expected, abs=1e-9)


def test_newcombe_refuses_a_side_without_cases() -> None:
    with pytest.raises(ValueError, match="both sides need at least one case"):
        newcombe_interval((0, 0), (1, 2))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.04, 0.04, "PASS"),
        (-0.05, 0.04, "INCONCLUSIVE"),
        (0.04, 0.06, "INCONCLUSIVE"),
        (0.06, 0.1, "FAIL"),
        (-0.1, -0.06, "FAIL"),
    ],
)
def test_equivalence_takes_both_limits_within_the_margin(low: float, high: float, verdict: str) -> None:
    assert equivalence_verdict(low, high, 0.05) == verdict


@pytest.mark.parametrize(("low", "high", "margin"), [(0.2, 0.1, 0.05), (0.1, 0.2, 0.0)])
def test_equivalence_refuses_what_is_out_of_range(low: float, high: float, margin: float) -> None:
    with pytest.raises(ValueError, match="need low <= high and a margin above 0"):
        equivalence_verdict(low, high, margin)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=4))
def test_test_of_strata_is_that_of_statsmodels(strata: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    given_strata: list[Stratum] = [(*now, *before) for now, before in strata]
    tables = [np.array([[k1, n1 - k1], [k0, n0 - k0]], dtype=float) for k1, n1, k0, n0 in given_strata]
    if all(0 < k1 + k0 < n1 + n0 for k1, n1, k0, n0 in given_strata):
        expected = StratifiedTable(tables).test_null_odds(correction=False).pvalue
        assert stratified_difference(given_strata).p == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_a_stratum_on_one_side_only_says_nothing() -> None:
    both: list[Stratum] = [(45, 50, 40, 50), (30, 40, 20, 40)]
    assert stratified_difference([*both, (3, 9, 0, 0)]) == stratified_difference(both)
    with pytest.raises(ValueError, match="no stratum has cases on both sides"):
        stratified_difference([(3, 9, 0, 0)])
    with pytest.raises(ValueError, match="need right answers between 0 and the cases"):
        stratified_difference([(10, 9, 0, 5)])


def test_strata_without_any_difference_have_a_p_of_one() -> None:
    assert stratified_difference([(5, 5, 5, 5)]).p == 1.0


@given(cells, cells, cells, cells)
def test_fishers_p_is_scipys(a: int, b: int, c: int, d: int) -> None:
    assert fisher_p([[a, b], [c, d]]) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6)


@given(st.integers(1, 400), st.data())
def test_draws_without_replacement_are_scipys(population: int, data: st.DataObject) -> None:
    marked, drawn = data.draw(st.integers(0, population)), data.draw(st.integers(0, population))
    hits = data.draw(st.integers(-1, drawn + 1))
    expected = stats.hypergeom.sf(hits - 1, population, marked, drawn)
    assert hypergeometric_at_least(hits, population, marked, drawn) == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_draw_from_nothing_hits_nothing() -> None:
    assert (hypergeometric_at_least(0, 0, 0, 0), hypergeometric_at_least(1, 0, 0, 0)) == (1.0, 0.0)


def test_draws_and_tables_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="need marked and drawn in"):
        hypergeometric_at_least(1, 10, 11, 5)
    for table in ([[1, 2]], [[1, 2, 3], [4, 5, 6]], [[1, -2], [3, 4]]):
        with pytest.raises(ValueError, match="need a table of 2 by 2 counts"):
            fisher_p(table)


@settings(max_examples=10)  # each takes statsmodels a twentieth of a second
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels(chances: list[float]) -> None:
    assert holm(chances) == pytest.approx(list(multipletests(chances, method="holm")[1]), abs=1e-12)


def test_holm_of_nothing_and_of_what_is_no_p_value() -> None:
    assert holm([]) == []
    with pytest.raises(ValueError, match="p values lie in"):
        holm([0.5, 1.5])
