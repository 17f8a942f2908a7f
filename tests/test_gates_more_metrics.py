"""The metrics that need more than one answer to a fact, or more than right and wrong: by counts worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from makers import make_result
from test_gates_metrics import gate, results

from pytest_ftbench.records import Result


def fact(name: str, **outcomes: str) -> list[Result]:
    """Results of one fact by variant, a letter each."""
    return [
        make_result(fact=name, variant=variant, case=f"{variant}{number}", outcome=letter)
        for variant, letters in outcomes.items()
        for number, letter in enumerate(letters)
    ]


def declined(**fields: Any) -> Result:
    return make_result(outcome="w", **{"grade": "abstained", "rule": "refusal", **fields})


def test_any_counts_facts_of_which_one_variant_is_right() -> None:
    made = [*fact("a", v="ww"), *fact("b", v="wr"), *fact("c", v="we"), *fact("d", v="re")]
    decision = gate("any >= 0.5", made)
    assert (decision.result.right, decision.result.n, decision.result.errors) == (2, 3, 1)
    assert [miss.fact for miss in decision.misses] == ["a", "a"]


def test_consistency_counts_pairs_answered_alike_right_or_wrong() -> None:
    made = [
        make_result(fact="a", case=str(n), outcome="w", answer=answer)
        for n, answer in enumerate(("126", "The 126.", "185"))
    ]
    made += [*fact("b", v="rr"), *fact("c", v="rw"), *fact("d", v="re"), *fact("e", v="r")]
    made += [declined(fact="f", case=str(n), answer=answer) for n, answer in enumerate(("I don't know.", "No idea."))]
    result = gate("consistency >= 0.5", made).result
    # a: one pair of three; b: one; c: none; d: open; e: no pair; f: both decline.
    assert (result.right, result.n, result.errors) == (3, 6, 1)
    alone = gate("consistency >= 0.5", results("rrr")).result
    assert (alone.outcome, alone.reason) == ("INCONCLUSIVE", "no fact has two questions to compare")


def test_stale_counts_superseded_answers_where_there_is_one() -> None:
    made = [
        make_result(fact="a", answer_before="20", outcome="r"),
        make_result(fact="b", answer_before="20", outcome="w", grade="stale"),
        make_result(fact="c", answer_before="", outcome="w"),
        make_result(fact="d", answer_before="20", outcome="e"),
    ]
    decision = gate("stale <= 0.05", made, planned=3)
    assert (decision.result.right, decision.result.n, decision.result.errors) == (1, 2, 1)
    assert ([miss.fact for miss in decision.misses], decision.result.outcome) == (["b"], "FAIL")


def test_refusal_is_declining_what_can_be_answered_and_hallucination_answering_wrongly() -> None:
    made = [
        *results("rw"),
        declined(fact="x"),
        make_result(fact="y", expect="abstain", outcome="w"),
        make_result(fact="z", expect="abstain", outcome="r"),
        make_result(fact="loop", outcome="w", flags=("degenerate",), rule="degenerate"),
    ]
    refusal = gate("refusal <= 0.5", made, planned=4).result
    assert (refusal.right, refusal.n) == (1, 4)
    made_up = gate("hallucination <= 0.5", made)
    assert (made_up.result.right, made_up.result.n) == (2, 6)
    assert [miss.fact for miss in made_up.misses] == ["f1", "y"]
    assert gate("hallucination[expect=abstain] <= 0.5", made, planned=2).result.value == 0.5


def yes_no(yes: str, no: str) -> list[Result]:
    pairs = [("yes", letter) for letter in yes] + [("No.", letter) for letter in no]
    return [make_result(fact=f"{n}", expected=word, outcome=letter) for n, (word, letter) in enumerate(pairs)]


def test_youden_is_twice_balanced_accuracy_less_one() -> None:
    made = yes_no("rrrw", "rrww")
    balanced, youden = (gate(f"{name} >= 0", made).result for name in ("balanced_accuracy", "youden_j"))
    assert (balanced.value, youden.value) == (0.625, 0.25)
    assert youden.low == pytest.approx(2 * (balanced.low or 0) - 1)
    assert (balanced.note, youden.note) == ("a constant answer: 0.500", "a constant answer: 0.000")
    always_no = gate("youden_j >= 0", yes_no("wwww", "rr")).result
    assert (always_no.value, always_no.outcome) == (0.0, "PASS")
    assert gate("youden_j >= -0.5", yes_no("rr", "")).result.outcome == "INCONCLUSIVE"


def test_accuracy_of_yes_and_no_is_held_against_a_constant_answer() -> None:
    assert gate("accuracy >= 0", yes_no("rrw", "r")).result.note == "always 'yes': 0.750"
    assert gate("accuracy >= 0", [*yes_no("rrw", "r"), make_result()]).result.note == ""


def test_f_simpleqa_is_the_harmonic_mean_of_all_and_of_attempted() -> None:
    made = [*results("r" * 6 + "w" * 2), declined(fact="x"), declined(fact="y")]
    result = gate("f_simpleqa >= 0.6", made).result
    assert result.value == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))
    assert result.outcome == "PASS"
    assert gate("f_simpleqa >= 0.6", [*made, make_result(fact="e", outcome="e")]).result.outcome == "PASS"
    open_ = gate("f_simpleqa >= 0.65", [*made, make_result(fact="e", outcome="e")]).result
    assert open_.outcome == "INCONCLUSIVE"
    assert gate("f_simpleqa >= 0", results("ee")).result.outcome == "INCONCLUSIVE"


def test_conditional_counts_other_questions_about_facts_that_are_memorised() -> None:
    made = [
        *fact("a", memorization="r", rephrased="rw"),
        *fact("b", memorization="w", rephrased="rr"),
        *fact("c", memorization="e", rephrased="r"),
        *fact("d", rephrased="r"),
    ]
    result = gate("conditional[variant=rephrased] >= 0.5", made).result
    assert (result.right, result.n, result.errors) == (1, 2, 1)
    nothing = gate("conditional >= 0.5", fact("a", memorization="w", rephrased="r")).result
    assert nothing.outcome == "INCONCLUSIVE"


def test_gap_is_memorization_less_the_other_questions_about_the_same_facts() -> None:
    made = [
        *fact("a", memorization="r", rephrased="rw"),
        *fact("b", memorization="r", rephrased="ww"),
        *fact("c", memorization="w"),
    ]
    decision = gate("gap[variant=rephrased] <= 0.5", made, planned=6)
    assert decision.result.value == 0.75
    assert decision.result.outcome == "FAIL"
    assert len(decision.misses) == 3
    assert gate("gap <= 1", fact("a", memorization="r", rephrased="e")).result.outcome == "INCONCLUSIVE"
    with_error = gate("gap <= 0.8", [*made, *fact("d", memorization="e", rephrased="w")], planned=8).result
    assert (with_error.outcome, with_error.value) == ("PASS", pytest.approx(0.8))


@pytest.mark.parametrize("name", ["conditional", "gap"])
def test_originals_that_are_selected_too_are_counted_once(name: str) -> None:
    made = [*fact("a", memorization="r", rephrased="r"), *fact("b", memorization="r", rephrased="w")]
    assert gate(f"{name} >= 0", made, planned=4).result.n == {"conditional": 2, "gap": 4}[name]


def test_bounds_of_a_difference_may_be_negative() -> None:
    assert gate("gap <= -0.1", fact("a", memorization="w", rephrased="r")).result.value == float(Fraction(-1))
