"""Gates at a level of confidence: three-way, by limits worked out elsewhere, and never greener for an error."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_result
from test_gates_metrics import gate, results

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import parse_gate, refuse_impossible
from pytest_ftbench.gates.confidence import failing_chance
from pytest_ftbench.gates.measure import Tally
from pytest_ftbench.records import Result
from pytest_ftbench.stats.binomial import binomial_at_most
from pytest_ftbench.stats.clusters import korn_graubard_interval

EXAMPLES = Path(__file__).parents[2] / "shared" / "science" / "worked_examples.json"


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the worked examples are not here")
def test_three_way_verdicts_are_those_worked_out_beforehand() -> None:
    for one in json.loads(EXAMPLES.read_text(encoding="utf-8"))["gate3"]:
        right, n, op = one["k"], one["n"], ">=" if one["direction"] == "min" else "<="
        found = gate(f"accuracy {op} {one['theta']} @ 95%", results("r" * right + "w" * (n - right))).result
        assert found.outcome == one["verdict"], one


def clustered(*facts: str) -> list[Result]:
    """A text of letters for each fact."""
    return [
        make_result(fact=f"f{index}", case=str(number), outcome=letter)
        for index, letters in enumerate(facts)
        for number, letter in enumerate(letters)
    ]


def test_facts_with_several_cases_have_wider_limits_and_an_interval_to_match() -> None:
    made = clustered(*["rrr"] * 16, *["www"] * 2, *["rrw"] * 2)
    assert gate("accuracy >= 0.7 @ 95%", made).result.outcome == "INCONCLUSIVE"
    assert gate("accuracy >= 0.68 @ 95%", made).result.outcome == "PASS"  # Korn-Graubard: .683837
    result = gate("accuracy >= 0.7", made).result
    assert (result.low, result.high) == pytest.approx((0.662629, 0.955578), abs=1e-6)


def test_first_miss_never_earns_what_a_clean_sheet_does_not() -> None:
    assert gate("accuracy >= 0.95 @ 95%", clustered(*["rrr"] * 50)).result.outcome == "INCONCLUSIVE"
    assert gate("accuracy >= 0.95 @ 95%", clustered(*["rrr"] * 49, "rrw")).result.outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [("r" * 45 + "ww" + "eee", "INCONCLUSIVE"), ("r" * 48 + "ee", "PASS"), ("w" * 48 + "ee", "FAIL")],
)
def test_errors_count_against_both_sides(outcomes: str, outcome: str) -> None:
    assert gate("accuracy >= 0.85 @ 95%", results(outcomes)).result.outcome == outcome


LETTERS = st.lists(st.text("rwe", min_size=1, max_size=3), min_size=1, max_size=12)


@given(LETTERS, st.integers(0, 20), st.sampled_from([">=", "<=", ">", "<"]), st.sampled_from(["60%", "95%"]))
def test_losing_a_grade_to_an_error_never_decides_a_gate(facts: list[str], bound: int, op: str, level: str) -> None:
    text = f"accuracy {op} {bound}/20 @ {level}"
    before = gate(text, clustered(*facts)).result.outcome
    worse = [*facts[:-1], "e" + facts[-1][1:]]
    after = gate(text, clustered(*worse)).result.outcome
    assert after in (before, "INCONCLUSIVE")


@given(LETTERS, st.integers(0, 20))
def test_no_gate_passes_and_fails_and_both_directions_mirror(facts: list[str], bound: int) -> None:
    made = clustered(*facts)
    up = gate(f"accuracy >= {bound}/20 @ 90%", made).result.outcome
    down = gate(f"accuracy < {bound}/20 @ 90%", made).result.outcome
    assert {up, down} in ({"PASS", "FAIL"}, {"INCONCLUSIVE"})


def test_open_gate_says_how_many_cases_would_settle_it() -> None:
    reason = gate("accuracy >= 0.85 @ 95%", results("r" * 45 + "w" * 5)).result.reason
    assert reason == "not certain at 95 %: about 150 cases like these would settle it"
    on_the_bound = gate("accuracy >= 0.9 @ 95%", results("r" * 45 + "w" * 5)).result.reason
    assert on_the_bound == "not certain at 95 %: it sits on the bound"
    assert "without a grade" in gate("accuracy >= 0.85 @ 95%", results("r" * 45 + "wwwee")).result.reason


@pytest.mark.parametrize(
    ("text", "facts", "fault"),
    [
        ("accuracy >= 0.9 @ 95%", ["r"] * 25, "cannot pass with 25 cases, however good the model is: it takes 29."),
        ("accuracy >= 0.9 @ 95%", ["rr"] * 25, "cannot pass with 25 facts, however good the model is: it takes 31."),
        ("robust >= 0.9 @ 95%", ["rr"] * 25, "cannot pass with 25 facts, however good the model is: it takes 29."),
        ("leak <= 0.05 @ 95%", ["r"], "cannot pass with 1 case, however good the model is: it takes 59."),
        ("accuracy >= 1 @ 95%", ["r"] * 500, "cannot pass: no number of cases shows a rate >= 1"),
    ],
)
def test_gate_that_cannot_pass_at_its_size_is_refused_with_the_size_it_takes(
    text: str, facts: list[str], fault: str
) -> None:
    made = clustered(*facts)
    if text.startswith("leak"):
        made = [make_result(expect="abstain", trained_answer="25")]
    with pytest.raises(SpecError) as caught:
        refuse_impossible([parse_gate(text)], made, place="f.yaml:2")
    assert str(caught.value).startswith(f"f.yaml:2: gate {text!r}: {fault}")


def test_gate_that_can_just_pass_is_not_refused() -> None:
    refuse_impossible([parse_gate("accuracy >= 0.9 @ 95%")], results("r" * 29))
    refuse_impossible([parse_gate("accuracy >= 0.9 @ 95%")], clustered(*["rr"] * 31))
    assert gate("accuracy >= 0.9 @ 95%", results("r" * 29)).result.outcome == "PASS"
    assert gate("accuracy >= 0.9 @ 95%", clustered(*["rr"] * 31)).result.outcome == "PASS"


def test_means_and_differences_have_limits_from_those_of_their_parts() -> None:
    yes = [make_result(fact=f"y{n}", expected="yes", outcome="r" if n < 90 else "w") for n in range(100)]
    no = [make_result(fact=f"n{n}", expected="no", outcome="r" if n < 80 else "w") for n in range(100)]
    assert gate("balanced_accuracy >= 0.79 @ 95%", [*yes, *no]).result.outcome == "PASS"
    assert gate("balanced_accuracy >= 0.83 @ 95%", [*yes, *no]).result.outcome == "INCONCLUSIVE"
    assert gate("balanced_accuracy >= 0.92 @ 95%", [*yes, *no]).result.outcome == "FAIL"
    assert gate("youden_j >= 0.58 @ 95%", [*yes, *no]).result.outcome == "PASS"
    memorised = [make_result(fact=f"f{n}", outcome="r") for n in range(100)]
    others = [make_result(fact=f"f{n}", variant="rephrased", outcome="r" if n < 70 else "w") for n in range(100)]
    assert gate("gap >= 0.2 @ 95%", [*memorised, *others]).result.outcome == "PASS"
    assert gate("gap <= 0.2 @ 95%", [*memorised, *others]).result.outcome == "FAIL"
    assert gate("gap <= 0.3 @ 95%", [*memorised, *others]).result.outcome == "INCONCLUSIVE"


def test_chance_of_a_false_fail_is_the_binomial_tail_at_the_bound() -> None:
    decision = gate("accuracy >= 0.9 @ 95%", results("r" * 40 + "w" * 10))
    assert decision.measure is not None
    found = failing_chance(parse_gate("accuracy >= 0.9 @ 95%"), decision.measure)
    assert found == pytest.approx(binomial_at_most(40, 50, 0.9), abs=1e-8)
    fine = gate("accuracy >= 0.9 @ 95%", results("r" * 50))
    assert fine.measure is not None
    assert failing_chance(parse_gate("accuracy >= 0.9 @ 95%"), fine.measure) == 1.0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=8))
def test_limits_without_errors_are_korn_and_graubards(counts: list[tuple[int, int]]) -> None:
    facts = [(right, wrong) for right, wrong in counts if right + wrong]
    if not facts:
        return
    tally = Tally(tuple((right, wrong, 0) for right, wrong in facts))
    known = [(right, right + wrong) for right, wrong in facts]
    low, high = tally.limits(Fraction(95, 100))
    expected = korn_graubard_interval(known, level=0.95, sides=1)
    assert low <= expected[0] + 1e-12
    assert high >= expected[1] - 1e-12
    if tally.is_plain:
        assert (low, high) == pytest.approx(expected)
