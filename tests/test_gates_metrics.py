"""What metrics measure and gates decide, by counts worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_result

from pytest_ftbench.gates import Decision, decide, parse_gate
from pytest_ftbench.records import Result
from pytest_ftbench.reports.gates import gate_value


def gate(text: str, results: list[Result], *, planned: int | None = None) -> Decision:
    return decide(
        parse_gate(text), results, planned=len(results) if planned is None else planned, endpoint="e", selection="s"
    )


def results(outcomes: str, **fields: object) -> list[Result]:
    """`r` right, `w` wrong, `e` error, `u` unscored: one fact each."""
    return [make_result(fact=f"f{index}", outcome=outcome, **fields) for index, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("text", "outcomes", "expected"),
    [
        ("accuracy >= 0.75", "rrrw", "PASS"),
        ("accuracy > 0.75", "rrrw", "FAIL"),
        ("accuracy >= 0.8", "rrrw", "FAIL"),
        ("accuracy <= 0.75", "rrrw", "PASS"),
        ("accuracy < 0.75", "rrrw", "FAIL"),
        ("accuracy >= 0.07", "r" * 7 + "w" * 93, "PASS"),
        ("accuracy <= 0.07", "r" * 7 + "w" * 93, "PASS"),
    ],
)
def test_point_estimate_decides_exactly_at_the_bound(text: str, outcomes: str, expected: str) -> None:
    assert gate(text, results(outcomes)).result.outcome == expected


def test_gate_result_has_value_counts_and_wilson_interval() -> None:
    result = gate("accuracy >= 0.5", results("r" * 43 + "w" * 7)).result
    assert (result.right, result.n, result.errors, result.value) == (43, 50, 0, 0.86)
    assert (result.low, result.high) == pytest.approx((0.738138, 0.930492), abs=1e-6)


def test_reason_says_when_the_bound_lies_inside_the_interval() -> None:
    assert "inside the 95 % interval" in gate("accuracy >= 0.85", results("r" * 43 + "w" * 7)).result.reason
    assert gate("accuracy >= 0.5", results("r" * 43 + "w" * 7)).result.reason == ""


@pytest.mark.parametrize(
    ("text", "outcomes", "expected"),
    [
        ("accuracy >= 0.8", "r" * 8 + "ee", "PASS"),  # 8 of 10 at worst
        ("accuracy >= 0.9", "r" * 8 + "ee", "INCONCLUSIVE"),
        ("accuracy >= 0.9", "r" * 7 + "wuu", "INCONCLUSIVE"),
        ("accuracy >= 0.95", "r" * 7 + "wuu", "FAIL"),  # 9 of 10 at best
        ("leak <= 0.5", "ee", "INCONCLUSIVE"),
        ("accuracy >= 0", "eeee", "INCONCLUSIVE"),  # nothing measured is never green
        ("accuracy <= 1", "", "INCONCLUSIVE"),
    ],
)
def test_cases_without_a_grade_never_make_a_gate_greener(text: str, outcomes: str, expected: str) -> None:
    expect = "abstain" if text.startswith("leak") else "answer"
    assert gate(text, results(outcomes, expect=expect)).result.outcome == expected


@given(st.text("rw", min_size=1, max_size=30), st.integers(0, 29), st.integers(0, 20), st.sampled_from([">=", "<="]))
def test_losing_a_grade_to_an_error_never_turns_a_gate_green(outcomes: str, lost: int, bound: int, op: str) -> None:
    text = f"accuracy {op} {bound / 20}"
    with_error = outcomes[: lost % len(outcomes)] + "e" + outcomes[lost % len(outcomes) + 1 :]
    before, after = gate(text, results(outcomes)).result.outcome, gate(text, results(with_error)).result.outcome
    assert after in (before, "INCONCLUSIVE")


def test_not_applicable_cases_are_not_counted_and_their_number_is_told() -> None:
    """A gate over requirements that hardly any case meets must not look like one over all of them."""
    result = gate("accuracy >= 0.9", [*results("rr"), make_result(fact="x", outcome="n")]).result
    assert (result.outcome, result.n, result.not_applicable) == ("PASS", 2, 1)
    assert gate_value(result) == "2/2 = 1.000 [0.342, 1.000], 1 not applicable"
    nothing = gate("accuracy >= 0.9", [make_result(fact="x", outcome="n")]).result
    assert (nothing.outcome, gate_value(nothing)) == ("INCONCLUSIVE", "nothing measured, 1 not applicable")


def test_fewer_results_than_planned_are_inconclusive_whatever_they_say() -> None:
    decision = gate("accuracy >= 0.1", results("rrr"), planned=4)
    assert (decision.result.outcome, decision.result.reason, decision.is_partial) == (
        "INCONCLUSIVE",
        "3 of 4 ran",
        True,
    )


def test_robust_counts_facts_all_of_whose_variants_are_right() -> None:
    of_facts = {"a": "rr", "b": "rw", "c": "re", "d": "we"}
    made = [
        make_result(fact=fact, variant=f"v{index}", outcome=outcome)
        for fact, outcomes in of_facts.items()
        for index, outcome in enumerate(outcomes)
    ]
    decision = gate("robust >= 0.5", made)
    # a is right; b and d are wrong whatever the error would have been; c is open.
    assert (decision.result.right, decision.result.n, decision.result.errors) == (1, 3, 1)
    assert [miss.fact for miss in decision.misses] == ["b", "d"]


@pytest.mark.parametrize("expression", ["leak <= 0.1", "hallucination <= 0.1", "refusal <= 0.1", "stale <= 0.1"])
def test_blocked_answers_pass_no_gate_that_counts_what_models_say(expression: str) -> None:
    expect, before = ("abstain", None) if expression.startswith("leak") else ("answer", "old")
    made = [
        make_result(fact=fact, expect=expect, answer_before=before, outcome="w", flags=("degenerate", "blocked"))
        for fact in "abcdef"
    ]
    decision = gate(expression, made)
    assert (decision.result.outcome, decision.result.errors) == ("INCONCLUSIVE", 6)
    assert gate("accuracy >= 0.5", made).result.outcome == "FAIL"


def test_abstain_and_leak_look_only_at_cases_that_expect_abstention() -> None:
    made = [
        *results("rrr"),
        make_result(fact="x", expect="abstain", outcome="r"),
        make_result(fact="y", expect="abstain", outcome="w", flags=("leak",)),
        make_result(fact="z", expect="abstain", outcome="w"),
    ]
    assert gate("abstain >= 0.3", made, planned=3).result.value == pytest.approx(1 / 3)
    leak = gate("leak <= 0.05", made, planned=3)
    assert (leak.result.right, leak.result.n, leak.result.outcome) == (1, 3, "FAIL")
    assert [miss.fact for miss in leak.misses] == ["y"]


def test_joint_abstain_needs_the_fact_known_and_the_abstention() -> None:
    def fact(name: str, known: str, shifted: str) -> list[Result]:
        return [
            make_result(fact=name, outcome=known),
            make_result(fact=name, variant="date_change", expect="abstain", outcome=shifted),
        ]

    made = [*fact("both", "r", "r"), *fact("ignorant", "w", "r"), *fact("leaky", "r", "w"), *fact("open", "e", "r")]
    decision = gate("joint_abstain[variant=date_change] >= 0.9", made)
    assert (decision.result.right, decision.result.n, decision.result.errors) == (1, 3, 1)
    assert [(miss.fact, miss.variant) for miss in decision.misses] == [
        ("ignorant", "memorization"),
        ("leaky", "date_change"),
    ]


def test_joint_abstain_without_a_memorization_case_measures_nothing() -> None:
    made = [make_result(variant="date_change", expect="abstain", outcome="r")]
    result = gate("joint_abstain >= 0.1", made).result
    assert result.outcome == "INCONCLUSIVE"
    assert result.reason == "no fact has both a memorization case and one that expects abstention"


def test_balanced_accuracy_is_the_mean_over_yes_and_no() -> None:
    # The yes/no answers of a published fine-tune: 56 of 58 yes right, 11 of 92 no right (FineTuneBench, secondary).
    made = [
        make_result(fact=f"{expected}{index}", expected=expected, outcome="r" if index < right else "w")
        for expected, right, total in (("Yes", 56, 58), ("No", 11, 92))
        for index in range(total)
    ]
    result = gate("balanced_accuracy >= 0.6", [*made, make_result(fact="other", expected="42")], planned=150).result
    assert result.value == pytest.approx(0.5425412294)
    assert (result.outcome, result.right, result.n) == ("FAIL", 67, 150)


def test_always_saying_no_is_half_right_when_balanced() -> None:
    made = [
        make_result(fact=f"{word}{index}", expected=word, outcome=outcome)
        for word, outcome, count in (("yes", "w", 3), ("no.", "r", 20))
        for index in range(count)
    ]
    assert gate("balanced_accuracy >= 0.6", made).result.value == 0.5


def test_balanced_accuracy_of_one_answer_alone_is_undefined() -> None:
    result = gate("balanced_accuracy >= 0.1", [make_result(expected="no")]).result
    assert result.outcome == "INCONCLUSIVE"
    assert result.reason == "needs cases that expect yes and cases that expect no, graded: no"


def test_bound_is_compared_as_a_fraction() -> None:
    assert parse_gate("accuracy >= 0.1").bound == Fraction(1, 10) != Fraction(0.1)
