"""What several samples of each question show: figures worked out by hand, and their words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from makers import make_result

from pytest_ftbench.records import Result
from pytest_ftbench.reports.samples import sample_lines
from pytest_ftbench.reports.summary import Facts, render_summary
from pytest_ftbench.spread import Spread, fixed_sampling, measure_spreads

MEANING = "flaky: right in some samples, wrong in others; pass^k: the chance that k samples are all right"


def samples(outcomes: str, *, fact: str = "f", **fields: Any) -> list[Result]:
    """The results of one question, a letter for each sample."""
    return [
        make_result(outcome=outcome, fact=fact, question=f"{fact}?", sample=sample, **fields)
        for sample, outcome in enumerate(outcomes, start=1)
    ]


def spread(*questions: str) -> Spread:
    results = [result for number, outcomes in enumerate(questions) for result in samples(outcomes, fact=f"f{number}")]
    (found,) = measure_spreads([("s", result) for result in results], ["e", "x"])
    return found


def words(*spreads: Spread, with_flaky: bool = False, fixed: dict[str, str] | None = None) -> list[str]:
    return list(sample_lines(spreads, with_flaky=with_flaky, fixed=fixed or {}))


def test_question_is_flaky_that_is_right_in_some_samples_only() -> None:
    found = spread("rrr", "www", "rwr", "wwr")
    assert [(one.first.fact, one.right, one.graded) for one in found.flaky] == [("f2", 2, 3), ("f3", 1, 3)]


def test_variance_is_split_and_pass_k_counted_over_questions() -> None:
    found = spread("rrrrr", "rwrrr", "rrwwr")
    assert (found.k, found.all_right) == (5, Fraction(1, 3))
    assert found.variance is not None
    # rates 1, 0.8, 0.6: spread 0.04; within (0 + 0.2 + 0.3) / 3; between 0.04 - within / 5
    assert found.variance.within == pytest.approx(1 / 6)
    assert found.variance.between == pytest.approx(0.04 - 1 / 30)


def test_sample_without_a_grade_is_no_wrong_answer() -> None:
    found = spread("rre", "rur", "ren", "rw")
    assert [(one.right, one.graded) for one in found.repeated] == [(2, 2), (2, 2), (1, 2)]
    assert (found.k, found.all_right) == (2, Fraction(2, 3))
    assert len(found.flaky) == 1


def test_single_question_has_no_variance_between_questions() -> None:
    found = spread("rw")
    assert found.variance is None
    assert words(found)[0] == "samples of e: 1 of 1 question flaky, pass^2 0.000"


def test_nothing_is_said_where_each_question_was_asked_once() -> None:
    results = [("s", make_result(fact=fact, outcome=outcome)) for fact, outcome in (("a", "r"), ("b", "w"))]
    assert measure_spreads(results, ["e"]) == []
    assert measure_spreads([*results, *results], ["e"]) == []  # two tests about the same case
    assert words() == []


def test_cases_that_two_tests_ask_are_two_and_a_sample_is_right_where_all_results_are() -> None:
    once, again = samples("rr"), samples("rw")
    (apart,) = measure_spreads([*(("a", one) for one in once), *(("b", one) for one in again)], ["e"])
    assert [(one.right, one.graded) for one in apart.repeated] == [(2, 2), (1, 2)]
    (together,) = measure_spreads([("a", one) for one in (*once, *again)], ["e"])
    assert [(one.right, one.graded) for one in together.repeated] == [(1, 2)]


def test_each_endpoint_has_a_line_and_flaky_questions_are_listed_on_demand() -> None:
    first = spread("rrrrr", "rwrrr", "rrwwr")
    (second,) = measure_spreads([("s", one) for one in samples("rrr", endpoint="x")], ["x"])
    assert words(first, second) == [
        "samples of e: 2 of 3 questions flaky, pass^5 0.333, variance 0.007 between questions and 0.167 within",
        "samples of x: 0 of 1 question flaky, pass^3 1.000",
        MEANING.replace(";", " (-v lists them);"),
    ]
    assert words(first, with_flaky=True)[1:] == [
        "  4/5 right  f1: memorization: f1?",
        "  3/5 right  f2: memorization: f2?",
        MEANING,
    ]


def test_question_is_cleaned_and_shortened_to_one_line() -> None:
    fact = "a\x1b[31m\n" + "b" * 400
    (found,) = measure_spreads([("s", one) for one in samples("rw", fact=fact)], ["e"])
    line = words(found, with_flaky=True)[1]
    assert "\x1b" not in line
    assert "\n" not in line
    assert len(line) < 500


def test_samples_that_nothing_makes_differ_are_told_once() -> None:
    fixed = {"e": "temperature 0", "x": "temperature 0", "y": "a fixed seed", "z": "temperature 0"}
    spreads = [measure_spreads([("s", one) for one in samples("rw", endpoint=name)], [name])[0] for name in "exyt"]
    assert words(*spreads, fixed=fixed)[-2:] == [
        "at temperature 0 the samples of e, x differ by the server's own noise alone",
        "at a fixed seed the samples of y differ by the server's own noise alone",
    ]


def test_temperature_and_seed_of_remote_endpoints_count() -> None:
    class Fake:
        def __init__(self, *, is_local: bool = False, **sampling: float | int | None) -> None:
            self.is_local, self.sampling = is_local, sampling

    providers: Any = {
        "cold": Fake(temperature=0.0, seed=None),
        "warm": Fake(temperature=0.7, seed=None),
        "seeded": Fake(temperature=0.7, seed=0),
        "local": Fake(is_local=True, temperature=0),
        "plain": Fake(),
    }
    assert fixed_sampling(providers) == {"cold": "temperature 0", "seeded": "a fixed seed"}


def test_interval_of_a_cell_counts_questions_and_not_samples() -> None:
    def cell(results: list[Result]) -> str:
        facts = Facts(["e"], results, [], calls=0, cache_hits=0)
        return render_summary(facts, width=100, color=False, unicode=True).split("\n")[2]

    once = [make_result(fact=f"f{number}", outcome="rrrw"[number]) for number in range(4)]
    assert cell(once).split() == ["memorization", "3/4", "75.0", "%", "[30,", "95]"]
    twice = [make_result(fact=f"f{number}", outcome="rrrw"[number], sample=2) for number in range(4)]
    # Eight alike in pairs: variance 4/3 * 192/8^4, 8/3 of that of eight apart, so 3 effective; times (z / t)^2 of four
    # clusters, (1.960 / 3.182)^2, that is Wilson's at 1.138.
    assert cell([*once, *twice]).split() == ["memorization", "6/8", "75.0", "%", "[13,", "98]"]
