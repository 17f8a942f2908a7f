"""Repeated samples, chosen checkpoints, SimpleQA's score and prediction-powered rates."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from stats_kit import near, worked

from pytest_ftbench.stats.grades import f_simpleqa
from pytest_ftbench.stats.predicted import prediction_powered
from pytest_ftbench.stats.samples import VarianceSplit, pass_hat, sampled_error, split_variance
from pytest_ftbench.stats.selection import best_of_bias

questions = st.lists(
    st.integers(2, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=30
)


def test_simpleqas_score_is_that_of_the_worked_examples() -> None:
    for row in worked("three_way"):
        assert float(f_simpleqa(row["correct"], row["incorrect"], row["not_attempted"]) or 0) == near(row["F"])


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_simpleqas_score_is_a_harmonic_mean(correct: int, incorrect: int, abstained: int) -> None:
    found = f_simpleqa(correct, incorrect, abstained)
    if not correct + incorrect + abstained:
        assert found is None
    elif correct:
        overall, attempted = Fraction(correct, correct + incorrect + abstained), Fraction(correct, correct + incorrect)
        assert found == 2 / (1 / overall + 1 / attempted)
    else:
        assert found == 0


def test_simpleqas_score_refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match="counts must not be negative"):
        f_simpleqa(1, -1, 0)


def test_best_of_checkpoints_is_that_of_the_worked_examples() -> None:
    for row in worked("best_of_checkpoints"):
        assert best_of_bias(row["n"], row["p"], row["M"]) == near(row["E_max"] - row["p"])


@given(st.integers(1, 80), st.floats(0, 1), st.integers(1, 8))
def test_best_of_bias_is_the_mean_of_the_maximum(total: int, rate: float, checkpoints: int) -> None:
    chance_of_best = np.diff(stats.binom.cdf(np.arange(total + 1), total, rate) ** checkpoints, prepend=0.0)
    expected = float(chance_of_best @ np.arange(total + 1)) / total - rate
    assert best_of_bias(total, rate, checkpoints) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("total", "checkpoints"), [(0, 3), (10, 0)])
def test_best_of_refuses_nothing(total: int, checkpoints: int) -> None:
    with pytest.raises(ValueError, match="need at least one case and one checkpoint"):
        best_of_bias(total, 0.5, checkpoints)


def test_prediction_powered_rates_are_those_of_the_worked_examples() -> None:
    for row in worked("ppi"):
        right, wrong = row["judge_correct_given_human_correct"], row["judge_correct_given_human_wrong"]
        missed = row["human_correct"] - right
        labels = [[right, wrong], [missed, row["m"] - right - wrong - missed]]
        found = prediction_powered((row["judge_correct"], row["N"]), labels)
        assert (found.value, found.error, found.low, found.high) == near(row["theta"], row["se"], *row["ci95"])


@given(st.integers(0, 50), st.integers(2, 50), st.tuples(*[st.integers(0, 20)] * 4).filter(lambda one: sum(one) > 1))
def test_prediction_powered_errors_are_those_of_the_sample_variances(
    wrong: int, right: int, cells: tuple[int, ...]
) -> None:
    both, only_judge, only_person, neither = cells
    judged = [1.0] * right + [0.0] * wrong
    shifts = [0.0] * (both + neither) + [-1.0] * only_judge + [1.0] * only_person
    found = prediction_powered((right, len(judged)), [[both, only_judge], [only_person, neither]])
    assert found.value == pytest.approx(np.mean(judged) + np.mean(shifts))
    expected = sqrt(np.var(judged, ddof=1) / len(judged) + np.var(shifts, ddof=1) / len(shifts))
    assert found.error == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("judged", "labels"), [((1, 1), [[1, 1], [1, 1]]), ((3, 2), [[1, 1], [1, 1]]), ((1, 2), [[1, 0], [0, 0]])]
)
def test_prediction_powered_rates_refuse_too_little(judged: tuple[int, int], labels: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="need two answers and two labels or more"):
        prediction_powered(judged, labels)


def test_variance_is_split_by_hand() -> None:
    # rates 1, 0 and 1/2 of two samples: variance of the means 1/4; within a question 0, 0 and 1/2, so 1/6 on average
    found = split_variance([(2, 2), (0, 2), (1, 2)])
    assert (found.between, found.within, found.error) == near(1 / 4 - 1 / 12, 1 / 6, sqrt(1 / 12))


@given(questions)
def test_error_of_the_mean_is_that_of_the_questions_rates(counts: list[tuple[int, int]]) -> None:
    rates = [right / samples for right, samples in counts]
    found = split_variance(counts)
    assert found.error == pytest.approx(np.std(rates, ddof=1) / sqrt(len(rates)), abs=1e-12)
    assert found.between >= 0
    assert found.within == pytest.approx(
        np.mean([np.var([1] * right + [0] * (samples - right), ddof=1) for right, samples in counts])
    )


def test_spread_within_questions_alone_is_none_between_them() -> None:
    assert split_variance([(1, 2)] * 10) == VarianceSplit(0.0, 0.5, 0.0)


def test_expected_errors_by_hand() -> None:
    # the roots of 0.15 / 150, 0.11 / 150 and 0.03 / 50
    assert sampled_error(0.10, 0.05, questions=150, samples=1) == near(0.0316228)
    assert sampled_error(0.10, 0.05, questions=150, samples=5) == near(0.0270801)
    assert sampled_error(0, 0.09, questions=50, samples=3) == near(0.0244949)


def test_splits_and_errors_refuse_too_little() -> None:
    for counts in ([(1, 2)], [(1, 2), (1, 1)], [(3, 2), (1, 2)]):
        with pytest.raises(ValueError, match="need two questions or more"):
            split_variance(counts)
    with pytest.raises(ValueError, match="need at least one question and one sample"):
        sampled_error(0.1, 0.1, questions=0, samples=1)


@given(questions, st.integers(1, 2))
def test_pass_hat_draws_every_set_of_samples(counts: list[tuple[int, int]], k: int) -> None:
    shares = []
    for right, samples in counts:
        drawn = list(combinations([True] * right + [False] * (samples - right), k))
        shares.append(Fraction(sum(map(all, drawn)), len(drawn)))
    assert pass_hat(counts, k) == sum(shares) / len(shares)


def test_pass_hat_of_one_sample_is_the_mean_rate() -> None:
    assert pass_hat([(2, 4), (3, 3)], 1) == Fraction(3, 4)
    assert pass_hat([(2, 4), (3, 3)], 3) == Fraction(1, 2)
    for counts, k in (([(1, 2)], 3), ([(1, 2)], 0), ([], 1), ([(3, 2)], 1)):
        with pytest.raises(ValueError, match="need at least one question"):
            pass_hat(counts, k)
