"""Three-way decisions and the sizes they take, against worked examples and SciPy."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom
from stats_kit import LEVEL, fraction, worked

from pytest_ftbench.stats.clusters import korn_graubard_interval
from pytest_ftbench.stats.paired_clusters import clustered_tango_interval
from pytest_ftbench.stats.rates import clopper_pearson_interval
from pytest_ftbench.stats.sizes import least_cases, least_clusters, least_pair_clusters, least_pairs, settling_cases
from pytest_ftbench.stats.verdicts import Op, cut_offs, meets, verdict_by_counts, verdict_by_limits

bounds = st.fractions(0, 1, max_denominator=100)
ops = st.sampled_from([">=", "<=", ">", "<"])
level_fractions = st.sampled_from([Fraction(1, 2), Fraction(8, 10), Fraction(9, 10), LEVEL, Fraction(999, 1000)])
MIRRORED: dict[Op, Op] = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}
OPPOSITE: dict[Op, Op] = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}


def op_of(direction: str) -> Op:
    return ">=" if direction == "min" else "<="


def test_verdicts_are_those_of_the_worked_examples() -> None:
    for row in worked("gate3"):
        bound, op = fraction(row["theta"]), op_of(row["direction"])
        assert verdict_by_counts(row["k"], row["n"], bound, op, level=LEVEL) == row["verdict"]
        assert verdict_by_limits(row["lower"], row["upper"], bound, op) == row["verdict"]


@pytest.mark.parametrize("group", ["cutoffs_clopper_pearson_1sided95", "curtailment"])
def test_cut_offs_are_those_of_the_worked_examples(group: str) -> None:
    for row in worked(group):
        found = cut_offs(row["N"], fraction(row["theta"]), ">=", level=LEVEL)
        assert found == (row["kPASS"], row["kFAIL"])


def test_least_cases_are_those_of_the_worked_examples() -> None:
    for row in worked("zero_failure_n"):
        assert least_cases(fraction(row["theta"]), ">=", level=LEVEL) == row["exact"]
        assert least_cases(1 - fraction(row["theta"]), "<=", level=LEVEL) == row["exact"]


@given(st.integers(1, 400), bounds, level_fractions, ops, st.data())
def test_verdict_by_counts_is_that_of_the_limits(
    total: int, bound: Fraction, level: Fraction, op: Op, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, total))
    low, high = clopper_pearson_interval(right, total, level=float(level), sides=1)
    assume(all(abs(limit - bound) > 1e-9 or limit in (0, 1) for limit in (low, high)))
    assert verdict_by_counts(right, total, bound, op, level=level) == verdict_by_limits(low, high, bound, op)


@given(st.integers(1, 400), bounds, level_fractions)
def test_neither_verdict_is_wrong_more_often_than_the_level_allows(
    total: int, bound: Fraction, level: Fraction
) -> None:
    passing, failing = cut_offs(total, bound, ">", level=level)
    if passing is not None:
        assert binom.sf(passing - 1, total, float(bound)) <= 1 - float(level) + 1e-9
    passing, failing = cut_offs(total, bound, ">=", level=level)
    if failing is not None:
        assert binom.cdf(failing, total, float(bound)) <= 1 - float(level) + 1e-9


@given(st.integers(1, 200), bounds, level_fractions, ops)
def test_cut_offs_are_where_the_verdict_changes(total: int, bound: Fraction, level: Fraction, op: Op) -> None:
    verdicts = [verdict_by_counts(right, total, bound, op, level=level) for right in range(total + 1)]
    places = {wanted: [k for k, one in enumerate(verdicts) if one == wanted] for wanted in ("PASS", "FAIL")}
    first, last = (min, max) if op in (">=", ">") else (max, min)
    expected = tuple(
        pick(places[wanted]) if places[wanted] else None for pick, wanted in ((first, "PASS"), (last, "FAIL"))
    )
    assert cut_offs(total, bound, op, level=level) == expected


@given(st.integers(1, 200), bounds, level_fractions, ops, st.data())
def test_wrong_answers_under_the_mirrored_bound_decide_the_same(
    total: int, bound: Fraction, level: Fraction, op: Op, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, total))
    found = verdict_by_counts(right, total, bound, op, level=level)
    assert verdict_by_counts(total - right, total, 1 - bound, MIRRORED[op], level=level) == found
    contrary = verdict_by_counts(right, total, bound, OPPOSITE[op], level=level)
    assert contrary == {"PASS": "FAIL", "FAIL": "PASS"}.get(found, found)


def test_ties_are_decided_as_fractions() -> None:
    # five of five at a rate of one half: a chance of exactly 1/32
    half, tie = Fraction(1, 2), Fraction(31, 32)
    assert verdict_by_counts(5, 5, half, ">=", level=tie) == "PASS"
    assert verdict_by_counts(5, 5, half, ">", level=tie) == "INCONCLUSIVE"
    assert verdict_by_counts(0, 5, half, "<=", level=tie) == "PASS"
    assert verdict_by_counts(0, 5, half, ">=", level=tie) == "INCONCLUSIVE"
    # one of one at a rate of 1/20, which no float is
    assert verdict_by_counts(1, 1, Fraction(1, 20), ">=", level=LEVEL) == "PASS"


@pytest.mark.parametrize(
    ("right", "total", "bound", "op", "verdict"),
    [
        (0, 5, 0, ">=", "PASS"),  # true of any rate
        (5, 5, 1, "<=", "PASS"),
        (0, 5, 0, "<", "FAIL"),  # false of any rate
        (5, 5, 1, ">", "FAIL"),
        (0, 5, 0, ">", "INCONCLUSIVE"),
        (1, 5, 0, ">", "PASS"),
        (1, 5, 0, "<=", "FAIL"),
        (0, 5, 0, "<=", "INCONCLUSIVE"),  # no number of cases shows that a rate is exactly 0
        (5, 5, 1, ">=", "INCONCLUSIVE"),
        (4, 5, 1, ">=", "FAIL"),
        (0, 0, 0, ">=", "INCONCLUSIVE"),  # nothing measured is never green
    ],
)
def test_bounds_at_the_ends(right: int, total: int, bound: int, op: Op, verdict: str) -> None:
    assert verdict_by_counts(right, total, Fraction(bound), op, level=LEVEL) == verdict


def test_half_a_million_cases_are_decided_by_their_tail() -> None:
    passing, failing = cut_offs(500_000, Fraction(85, 100), ">=", level=LEVEL)
    assert passing == binom.isf(0.05, 500_000, 0.85) + 1
    assert failing == binom.ppf(0.05, 500_000, 0.85) - 1


@pytest.mark.parametrize(
    ("right", "total", "bound", "level"),
    [(3, 2, 0.5, 0.95), (-1, 2, 0.5, 0.95), (1, 2, 1.5, 0.95), (1, 2, -0.5, 0.95), (1, 2, 0.5, 1.0), (1, 2, 0.5, 0.4)],
)
def test_verdict_refuses_what_is_out_of_range(right: int, total: int, bound: float, level: float) -> None:
    with pytest.raises(ValueError, match=r"need 0 <= right <= total|need a bound"):
        verdict_by_counts(right, total, Fraction(bound), ">=", level=level)


def test_verdict_by_limits_compares_exactly() -> None:
    assert verdict_by_limits(0.07, 0.08, Fraction(7, 100), ">=") == "PASS"  # the float 0.07 is a little more than 7/100
    assert verdict_by_limits(-0.03, -0.01, Fraction(-2, 100), ">=") == "INCONCLUSIVE"
    assert meets(Fraction(7, 100), Fraction(7, 100), ">=")
    assert not meets(Fraction(7, 100), Fraction(7, 100), ">")
    with pytest.raises(ValueError, match="need low <= high"):
        verdict_by_limits(0.5, 0.4, Fraction(1, 2), ">=")


@given(bounds, level_fractions, ops)
def test_one_case_less_than_the_least_cannot_pass(bound: Fraction, level: Fraction, op: Op) -> None:
    least = least_cases(bound, op, level=level)
    if least is None:
        assert cut_offs(100_000, bound, op, level=level)[0] is None
    else:
        assert cut_offs(least, bound, op, level=level)[0] is not None
        assert least == 1 or cut_offs(least - 1, bound, op, level=level)[0] is None


@given(st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100), st.sampled_from([0.8, 0.95, 0.99]))
def test_one_cluster_less_than_the_least_cannot_pass_if_all_are_right(bound: Fraction, level: float) -> None:
    least = least_clusters(bound, ">=", level=level)
    assert least is not None
    assert least >= (least_cases(bound, ">=", level=level) or 0)
    assert korn_graubard_interval([(3, 3)] * least, level=level, sides=1)[0] >= bound
    if least > 1:
        assert korn_graubard_interval([(3, 3)] * (least - 1), level=level, sides=1)[0] < bound
    assert least_clusters(1 - bound, "<=", level=level) == least


@pytest.mark.parametrize(("margin", "pairs"), [("0.01", 268), ("0.02", 133), ("0.05", 52), ("0.5", 3)])
def test_least_pairs_by_hand(margin: str, pairs: int) -> None:
    assert least_pairs(Fraction(margin), level=0.95) == pairs  # 2.7055 (1 - margin) / margin, rounded up


@given(st.fractions(Fraction(1, 100), Fraction(1, 2), max_denominator=100), st.sampled_from([0.8, 0.95]))
def test_fewer_clusters_than_the_least_cannot_show_a_drop_below_the_margin(margin: Fraction, level: float) -> None:
    least = least_pair_clusters(margin, level=level)
    assert least is not None
    assert least >= (least_pairs(margin, level=level) or 0)
    assert clustered_tango_interval([(0, 0, 3)] * least, level=level, sides=1)[0] >= -margin
    assert clustered_tango_interval([(0, 0, 3)] * (least - 1), level=level, sides=1)[0] < -margin


@pytest.mark.parametrize(("margin", "level"), [("0", 0.95), ("1", 0.95), ("0.1", 0.5), ("0.1", 1.0)])
def test_least_pairs_refuse_what_is_out_of_range(margin: str, level: float) -> None:
    for function in (least_pairs, least_pair_clusters):
        with pytest.raises(ValueError, match="need a margin in"):
            function(Fraction(margin), level=level)


def test_bounds_that_no_number_of_clusters_passes() -> None:
    assert least_clusters(Fraction(1), ">=", level=0.95) is None
    assert least_cases(Fraction(9_999_999, 10_000_000), ">=", level=0.95) is None  # 30 million


@pytest.mark.parametrize(
    ("rate", "bound", "cases"),
    [
        (1, "0.85", 19),  # the zero-failure rule
        (0, "0.05", 59),
        ("0.9", "0.85", 150),  # 135 of 150 is the smallest count of 150 that passes
        ("0.85", "0.85", None),
        ("0.8500001", "0.85", None),
        ("0.1", "0", 1),
    ],
)
def test_settling_cases(rate: str, bound: str, cases: int | None) -> None:
    assert settling_cases(Fraction(rate), Fraction(bound), level=0.95) == cases


@given(st.fractions(0, 1, max_denominator=50), bounds, st.sampled_from([0.8, 0.95]))
def test_rate_is_settled_at_that_size_and_not_before(rate: Fraction, bound: Fraction, level: float) -> None:
    assume(abs(rate - bound) > 0.02)
    cases = settling_cases(rate, bound, level=level)
    assert cases is not None

    def is_settled(total: int, *, beyond: float) -> bool:
        low, high = clopper_pearson_interval(float(rate * total), total, level=level, sides=1)
        return low >= bound + beyond or high <= bound - beyond

    if 0 < bound < 1:
        assert is_settled(cases, beyond=-1e-9)
        assert cases == 1 or not is_settled(cases - 1, beyond=1e-9)


def test_clustered_cases_settle_as_many_times_later_as_their_design_effect() -> None:
    assert settling_cases(Fraction(1), Fraction(85, 100), level=0.95, design_effect=2.5) == 48  # 19 * 2.5 = 47.5
    with pytest.raises(ValueError, match="a design effect of at least 1"):
        settling_cases(Fraction(1), Fraction(85, 100), level=0.95, design_effect=0.5)
