"""Which questions need not be asked, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from gate_kit import make_case, make_cases, result_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_ftbench.gates import METRICS, Curtailment, ScopedGate, Slot, parse_gate
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.records import Case


def watch(cases: Sequence[Case], *gates: str, scope: str = "a", endpoints: Sequence[str] = ("e",)) -> Curtailment:
    scoped = [ScopedGate(parse_gate(gate), scope) for gate in gates]
    return Curtailment(scoped, [("a", case, 1) for case in cases], endpoints)


def tell(curtailment: Curtailment, cases: Iterable[Case], outcomes: str, endpoint: str = "e") -> int:
    """How many slots have become certain after the last of these outcomes; none may before."""
    found: list[Slot] = []
    for case, outcome in zip(cases, outcomes, strict=False):
        assert not found
        curtailment.learn(result_of(case, outcome, endpoint), scope="a")
        found = curtailment.certain()
    return len(found)


@pytest.mark.parametrize(
    ("gate", "number", "outcomes"),
    [
        ("accuracy >= 0.85", 50, "r" * 43),  # k* = ceil(42.5)
        ("accuracy >= 0.85", 50, "w" * 8),  # 50 - 43 + 1
        ("accuracy >= 0.85", 50, "w" * 7 + "r" * 30 + "w"),
        ("accuracy >= 0.07", 100, "r" * 7),  # as floats, 0.07 * 100 > 7
        ("accuracy >= 0.07", 100, "w" * 94),
        ("accuracy > 0.07", 100, "r" * 8),
        ("accuracy > 0.07", 100, "w" * 93),
        ("accuracy <= 0.07", 100, "r" * 8),
        ("accuracy <= 0.07", 100, "w" * 93),
        ("accuracy < 0.07", 100, "r" * 7),
        ("accuracy < 0.07", 100, "w" * 94),
        ("accuracy >= 85%", 20, "r" * 17),
        ("accuracy >= 0", 10, "w"),  # one grade is needed: nothing measured is never green
        ("accuracy >= 0", 10, "eeew"),
        ("accuracy >= 0.5", 10, "eueurrrrr"),
        ("accuracy >= 0.6", 5, "nnrr"),  # 2 of the 3 that apply
    ],
)
def test_accuracy_is_certain_at_the_first_answer_that_settles_it(gate: str, number: int, outcomes: str) -> None:
    cases = make_cases(number)
    assert tell(watch(cases, gate), cases, outcomes) == number - len(outcomes)


@pytest.mark.parametrize("outcomes", ["r" * 42 + "w" * 7, "e" * 49, "r" * 42 + "e" * 7, "u" * 8 + "r" * 41])
def test_gate_that_is_open_until_the_end_spares_nothing(outcomes: str) -> None:
    cases = make_cases(50)
    assert tell(watch(cases, "accuracy >= 0.85"), cases, outcomes) == 0


def test_error_that_is_gone_the_second_time_counts_as_what_it_became() -> None:
    cases = make_cases(4)
    curtailment = watch(cases, "accuracy >= 0.5")
    assert tell(curtailment, [cases[0], cases[1], cases[1]], "rer") == 2


def test_each_slot_is_told_once() -> None:
    cases = make_cases(4)
    curtailment = watch(cases, "accuracy >= 0.5")
    for case in cases[:2]:
        curtailment.learn(result_of(case, "r"), scope="a")
    assert curtailment.certain() == [Slot("a", "s", fact, "memorization", "1", "e") for fact in ("f2", "f3")]
    curtailment.learn(result_of(cases[2], "w"), scope="a")  # it was on its way already
    assert curtailment.certain() == []


def test_nothing_is_certain_before_the_first_answer_or_without_a_gate() -> None:
    assert watch(make_cases(3), "accuracy >= 0").certain() == []
    cases = make_cases(3)
    assert tell(watch(cases), cases, "rr") == 0


def test_case_under_no_gate_is_asked() -> None:
    cases = [*make_cases(4), make_case("x", "rephrased")]
    curtailment = watch(cases, "accuracy[variant=memorization] >= 0.5")
    assert tell(curtailment, cases, "rr") == 2
    assert tell(curtailment, cases[-1:], "r") == 0


def test_case_is_asked_until_the_last_of_its_gates_is_certain() -> None:
    cases = make_cases(10, tags={"topic": "pay"})
    curtailment = watch(cases, "accuracy >= 0.2", "accuracy[topic=pay] >= 0.6")
    assert tell(curtailment, cases, "rrwwww") == 0
    assert tell(curtailment, cases[6:], "w") == 3


def test_gate_over_some_cases_only_holds_those() -> None:
    cases = [make_case(f"f{index}", tags={"topic": "pay" if index < 4 else "tax"}) for index in range(8)]
    curtailment = watch(cases, "accuracy >= 0.25", "accuracy[topic=tax] >= 0.5")
    assert tell(curtailment, cases, "rr") == 2  # of pay
    assert tell(curtailment, cases[4:], "rr") == 2


def test_by_makes_gates_that_are_certain_each_for_itself() -> None:
    cases = [make_case(f"f{index}", tags={"topic": "pay" if index < 4 else "tax"}) for index in range(8)]
    curtailment = watch(cases, "accuracy[by=topic] >= 0.5")
    assert tell(curtailment, cases, "rr") == 2
    assert tell(curtailment, cases[4:], "www") == 1


def test_session_gate_is_over_all_scopes_and_a_files_over_its_own() -> None:
    cases = make_cases(4)
    gates = [ScopedGate(parse_gate("accuracy >= 0.5"), "a"), ScopedGate(parse_gate("accuracy >= 0.5"), SESSION)]
    curtailment = Curtailment(gates, [(scope, case, 1) for scope in ("a", "b") for case in cases], ["e"])
    assert tell(curtailment, cases, "rrr") == 0
    for case in cases[:1]:
        curtailment.learn(result_of(case, "r"), scope="b")
    assert [slot.scope for slot in curtailment.certain()] == ["a", "b", "b", "b"]


def test_each_endpoint_is_for_itself() -> None:
    cases = make_cases(4)
    curtailment = watch(cases, "accuracy >= 0.5", endpoints=("e", "x"))
    assert tell(curtailment, cases, "rr") == 2
    assert tell(curtailment, cases, "www", "x") == 1


def test_gate_that_is_not_complete_keeps_its_cases_asked() -> None:
    cases = make_cases(4)
    gates = [
        ScopedGate(parse_gate("accuracy >= 0.5"), "a"),
        ScopedGate(parse_gate("accuracy[fact=f1|f3] >= 0.5"), "a", is_complete=False),
    ]
    curtailment = Curtailment(gates, [("a", case, 1) for case in cases], ["e"])
    for case in cases[:2]:
        curtailment.learn(result_of(case, "r"), scope="a")
    assert [slot.fact for slot in curtailment.certain()] == ["f2"]


def test_case_that_several_tests_are_about_keeps_its_gates_undecided() -> None:
    cases = make_cases(4)
    assert tell(watch([*cases, cases[0]], "accuracy >= 0.1"), cases, "rrr") == 0


def test_test_that_ended_without_a_result_keeps_its_gates_undecided() -> None:
    cases = make_cases(4)
    curtailment = watch(cases, "accuracy >= 0.25")
    curtailment.lose(Slot.of(cases[3], scope="a", endpoint="e"))
    assert tell(curtailment, cases, "rr") == 0


def test_grade_that_is_taken_back_makes_its_gate_undecided_again() -> None:
    cases = make_cases(4)
    curtailment = watch(cases, "accuracy >= 0.5")
    for case, outcome in zip((*cases[:2], cases[1]), "rrw", strict=True):
        curtailment.learn(result_of(case, outcome), scope="a")
    assert curtailment.certain() == []
    assert tell(curtailment, cases[2:], "r") == 1
    curtailment = watch(cases, "accuracy >= 0.5", "accuracy[fact=f3] >= 0.5")
    assert tell(curtailment, cases, "rr") == 1
    assert tell(curtailment, cases[1:2], "w") == 0
    assert tell(curtailment, cases[3:], "r") == 0  # f2 has been told


def test_robust_is_settled_by_one_wrong_answer_for_each_fact() -> None:
    cases = [make_case(f"f{fact}", variant) for fact in range(4) for variant in ("memorization", "rephrased")]
    assert tell(watch(cases, "robust >= 0.75"), cases[::2], "ww") == 6
    assert tell(watch(cases, "robust >= 0.75"), cases, "rrrrrr") == 2


def test_pairs_are_failed_by_their_originals_once_the_shifted_case_is_known_to_apply() -> None:
    known = make_cases(4)
    shifted = [make_case(case.fact, "date_change", expect="abstain") for case in known]
    curtailment = watch([*known, *shifted], "joint_abstain[variant=date_change] >= 0.6")
    # Were the shifted cases not applicable, their pairs would not count.
    assert tell(curtailment, known, "ww") == 0
    assert tell(curtailment, shifted, "rr") == 4


def test_pairs_need_the_memorization_cases_of_their_facts_and_no_others() -> None:
    known = make_cases(3)
    shifted = [make_case(case.fact, "date_change", expect="abstain") for case in known[:2]]
    curtailment = watch([*known, *shifted], "joint_abstain[variant=date_change] >= 0.5")
    assert tell(curtailment, [known[0], shifted[0]], "rr") == 2
    assert tell(curtailment, known[2:], "r") == 0


def test_balanced_accuracy_needs_a_grade_of_both_kinds() -> None:
    no, yes = [[make_case(f"{word}{index}", answer=word) for index in range(4)] for word in ("no", "yes")]
    curtailment = watch([*no, *yes], "balanced_accuracy >= 0.5")
    assert tell(curtailment, no, "rrrr") == 0
    assert tell(curtailment, yes, "w") == 3
    curtailment = watch([*no, *yes], "balanced_accuracy >= 0.75")
    assert tell(curtailment, [yes[0], *no, *yes[1:]], "wrww") == 4  # at most (3/4 + 2/4) / 2


def test_leak_is_certain_by_leaks_and_abstention_by_abstentions() -> None:
    cases = make_cases(20, expect="abstain", trained_answer="25")
    assert tell(watch(cases, "leak <= 0.05"), cases, "rl" + "w" * 6 + "l") == 11
    assert tell(watch(cases, "abstain >= 0.1"), cases, "wwrwr") == 15


def test_own_assertion_tells_nothing_of_abstention_or_leaks() -> None:
    cases = make_cases(4, expect="abstain", trained_answer="25")
    assert tell(watch(cases, "abstain >= 0.5"), cases, "aaa") == 0
    assert tell(watch(cases, "leak <= 0.5"), cases, "wda") == 0
    assert tell(watch(cases, "accuracy >= 0.5"), cases, "aa") == 2


def test_large_gate_is_weighed_a_hundred_times_and_not_at_every_result(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = []
    accuracy = METRICS["accuracy"]
    measure = accuracy.measure
    counting = replace(accuracy, measure=lambda results: (weighed.append(len(results)), measure(results))[1])
    monkeypatch.setitem(METRICS, "accuracy", counting)
    cases = make_cases(1000)
    # Ten at a time: 850 right answers settle it, the last of which ends a ten.
    assert tell(watch(cases, "accuracy >= 0.85"), cases, "r" * 850) == 150
    assert weighed == [1000] * 85
    assert tell(watch(cases, "accuracy >= 0.845"), cases, "r" * 850) == 150


@settings(max_examples=50)
@given(st.integers(2, 60), st.integers(1, 59), st.randoms(use_true_random=False))
@example(50, 43, None)
def test_wrong_model_is_asked_just_enough_to_fail(number: int, right: int, random: Any) -> None:
    needed = min(right, number)
    cases = make_cases(number)
    if random is not None:
        random.shuffle(cases)
    curtailment = watch(cases, f"accuracy >= {needed}/{number}")
    failing = number - needed + 1
    assert tell(curtailment, cases, "w" * failing) == number - failing
