"""Agreement and corrected rates, against worked numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.agreement import (
    ErrorRates,
    allocate_labels,
    cautious_kappa,
    cohens_kappa,
    delta_interval,
    error_rates,
    error_rates_by_verdict,
    lee_interval,
    rogan_gladen,
    rogan_gladen_error,
)

WORKED = SHARED / "science" / "worked_examples.json"


def worked(name: str) -> list[dict[str, Any]]:
    if not WORKED.is_file():
        pytest.skip(f"needs {WORKED.name}, which is not part of the project")
    found: list[dict[str, Any]] = json.loads(WORKED.read_text(encoding="utf-8"))[name]
    assert found
    return found


def near(*numbers: float) -> Any:
    return pytest.approx(numbers if len(numbers) > 1 else numbers[0], abs=1e-6)


def test_kappa_is_that_of_the_worked_examples() -> None:
    for example in worked("cohens_kappa"):
        found = cohens_kappa(example["table"])
        assert (found.value, found.low, found.high) == near(example["kappa"], *example["ci95"])


def test_corrected_rates_are_those_of_the_worked_examples() -> None:
    for example in worked("rogan_gladen"):
        rates = ErrorRates(example["sensitivity"], example["specificity"], example["m1"], example["m0"])
        rate, total = example["p"], example["n"]
        assert rogan_gladen(rate, rates) == near(example["theta"])
        assert rogan_gladen_error(rate, total, rates) == near(example["se"])
        assert delta_interval(rate, total, rates) == near(*example["delta95"])
        assert lee_interval(rate, total, rates) == near(*example["lee95"])
        assert lee_interval(rate, total, rates, level=0.9) == near(*example["lee90"])
        assert lee_interval(rate, total, rates, level=0.95, sides=1) == near(*example["lee90"])


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        ([[40, 5], [3, 52]], 0.837728, 0.729982, 0.945474),
        ([[85, 5], [5, 5]], 0.444444, 0.155849, 0.733040),  # nine of ten agree, and still no better than that
        ([[50, 3, 1], [4, 30, 2], [0, 1, 9]], 0.808362, 0.702450, 0.914274),
    ],
)
def test_kappa_of_two_and_three_classes(table: list[list[int]], kappa: float, low: float, high: float) -> None:
    found = cohens_kappa(table)
    assert (found.value, found.low, found.high) == near(kappa, low, high)


@pytest.mark.parametrize(
    ("rate", "sp", "se", "total", "m0", "m1", "theta", "error", "delta", "lee95", "lee90"),
    [
        (0.90, 0.85, 0.95, 150, 40, 60, 0.9375, 0.045212, (0.848886, 1.026114), (0.847339, 1.0), (0.865616, 1.0)),
        (0.40, 0.70, 0.90, 1000, 200, 200, 0.166667, 0.052219,
         (0.064319, 0.269015), (0.056351, 0.262733), (0.074530, 0.247780)),
        (0.55, 0.99, 0.80, 150, 100, 100, 0.683544, 0.062109,
         (0.561813, 0.805276), (0.567784, 0.814522), (0.585462, 0.793085)),
    ],
)  # fmt: skip
def test_corrected_rate_and_its_intervals(
    rate: float, sp: float, se: float, total: int, m0: int, m1: int, theta: float, error: float,
    delta: tuple[float, float], lee95: tuple[float, float], lee90: tuple[float, float],
) -> None:  # fmt: skip
    rates = ErrorRates(se, sp, m1, m0)
    assert (rogan_gladen(rate, rates), rogan_gladen_error(rate, total, rates)) == near(theta, error)
    assert delta_interval(rate, total, rates) == near(*delta)
    assert lee_interval(rate, total, rates) == near(*lee95)
    assert lee_interval(rate, total, rates, level=0.9) == near(*lee90)
    assert lee_interval(rate, total, rates, sides=1) == near(*lee90)


def test_labels_are_allocated_for_the_shortest_interval() -> None:
    assert allocate_labels(200, 0.4, ErrorRates(0.9, 0.7, 10, 10)) == (136, 64)
    assert allocate_labels(100, 0.9, ErrorRates(0.95, 0.85, 10, 10)) == (13, 87)
    with pytest.raises(ValueError, match=r"rate must lie in \(0, 1\), got 1.0"):
        allocate_labels(100, 1.0, ErrorRates(0.95, 0.85, 10, 10))


def test_rates_are_shares_of_what_the_person_said() -> None:
    assert error_rates([[57, 6], [3, 34]]) == ErrorRates(0.95, 0.85, 60, 40)


def test_rates_are_weighted_back_where_one_verdict_was_sampled_more_often() -> None:
    # 900 called right, 100 not, 50 labels of each: of those called right 864 are, of those called wrong 90
    found = error_rates_by_verdict([[48, 2], [5, 45]], (900, 100))
    assert (found.sensitivity, found.specificity) == near(864 / 874, 90 / 126)
    assert error_rates([[48, 2], [5, 45]]).specificity == near(45 / 47)  # the biased one
    # by hand: 1 / (0.714286 * 0.285714 * (1/900 + 1/100 + 0.1/45 + 0.96/2)) = 1 / (0.204082 * 0.493333)
    assert (found.m1, found.m0) == near(53, 9.932432)


@given(st.tuples(*[st.integers(1, 200)] * 4))
def test_weights_change_nothing_where_every_verdict_was_labelled(cells: tuple[int, ...]) -> None:
    a, b, c, d = cells
    found, plain = error_rates_by_verdict([[a, b], [c, d]], (a + b, c + d)), error_rates([[a, b], [c, d]])
    assert (found.sensitivity, found.specificity) == near(plain.sensitivity, plain.specificity)
    assert (found.m1, found.m0) == pytest.approx((plain.m1, plain.m0))


def test_judge_that_never_called_an_answer_wrong_needs_no_weights() -> None:
    assert error_rates_by_verdict([[40, 10], [0, 0]], (900, 0)) == ErrorRates(1.0, 0.0, 40, 10)


@pytest.mark.parametrize("table", [[[5, 0], [3, 0]], [[0, 5], [0, 3]], [[0, 0], [0, 0]]])
def test_rates_need_labels_of_both_kinds(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="labels of both kinds"):
        error_rates(table)


def test_verdict_that_was_never_labelled_has_no_rates() -> None:
    with pytest.raises(ValueError, match="need labels of answers that the judge called right and of such"):
        error_rates_by_verdict([[5, 5], [0, 0]], (10, 10))


def test_judge_like_a_coin_cannot_be_corrected_for() -> None:
    coin = ErrorRates(0.5, 0.5, 50, 50)
    for correct in (lambda: rogan_gladen(0.5, coin), lambda: lee_interval(0.5, 100, coin)):
        with pytest.raises(ValueError, match="says nothing about the truth"):
            correct()


def test_too_few_labels_say_nothing() -> None:
    assert lee_interval(0.9, 100, ErrorRates(1.0, 0.1, 1, 10)) == (0.0, 1.0)


def test_corrected_rate_stays_a_share() -> None:
    assert rogan_gladen(0.99, ErrorRates(0.9, 0.9, 50, 50)) == 1.0
    assert rogan_gladen(0.01, ErrorRates(0.9, 0.9, 50, 50)) == 0.0


def test_five_equal_labels_are_no_proof_of_agreement() -> None:
    assert cohens_kappa([[3, 0], [0, 2]]).low == 1.0
    cautious = cautious_kappa([[3, 0], [0, 2]])
    assert (cautious.value, cautious.high) == (1.0, 1.0)
    assert cautious.low < 0.6 < cautious_kappa([[50, 0], [0, 50]]).low
    assert cautious_kappa([[40, 5], [3, 52]]) == cohens_kappa([[40, 5], [3, 52]])


@pytest.mark.parametrize("table", [[[5, 0], [0, 0]], [[0, 0], [0, 0]]])
def test_kappa_of_a_single_class_does_not_exist(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="at least two classes"):
        cohens_kappa(table)


@pytest.mark.parametrize("table", [[], [[1]], [[1, 2]], [[1, 2], [3]], [[1, -2], [3, 4]]])
def test_kappa_needs_a_square_table_of_counts(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square table"):
        cohens_kappa(table)


@given(
    st.floats(0, 1), st.integers(1, 10**6), st.floats(0.51, 1), st.floats(0.51, 1), st.integers(1, 10**5),
    st.integers(1, 10**5),
)  # fmt: skip
def test_interval_is_one_of_shares(rate: float, total: int, se: float, sp: float, m1: int, m0: int) -> None:
    low, high = lee_interval(rate, total, ErrorRates(se, sp, m1, m0))
    assert 0 <= low <= high <= 1
