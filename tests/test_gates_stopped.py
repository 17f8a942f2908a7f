"""What is said of a gate that was decided before all of its cases were asked."""

from __future__ import annotations

import pytest
from gate_kit import NO_HOOK
from makers import make_result

from pytest_ftbench.gates import Decision, decide, parse_gate
from pytest_ftbench.plugin.gate_plan import PlannedGate
from pytest_ftbench.plugin.gating import decide_gates, does_fail
from pytest_ftbench.plugin.outcomes import Recorded
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.reports.gates import gate_failure, gate_value
from pytest_ftbench.reports.summary import Facts, render_summary
from pytest_ftbench.stats import wilson_interval


def results(outcomes: str, *, start: int = 0, **fields: object) -> list[Result]:
    return [make_result(fact=f"f{start + number}", outcome=one, **fields) for number, one in enumerate(outcomes)]


def stopped(text: str, outcomes: str, left: int, *, planned: int | None = None) -> Decision:
    """A gate with these outcomes, and so many cases that were not asked."""
    return decide(
        parse_gate(text),
        results(outcomes),
        planned=len(outcomes) + left if planned is None else planned,
        endpoint="e",
        selection="s",
        curtailed=results("e" * left, start=len(outcomes)),
    )


def test_stopped_gate_has_counts_and_an_interval_and_no_value() -> None:
    low, high = wilson_interval(30, 31)
    assert stopped("accuracy >= 0.6", "r" * 30 + "w", 19) == Decision(
        GateResult(
            expr="accuracy >= 0.6",
            endpoint="e",
            selection="s",
            outcome="PASS",
            value=None,
            low=low,
            high=high,
            right=30,
            n=31,
            errors=0,
            reason="stopped early: verdict certain; 31 of 50 asked",
        ),
        misses=(results("r" * 30 + "w")[-1],),
        is_partial=False,
    )


@pytest.mark.parametrize(
    ("text", "outcomes", "left", "outcome"),
    [
        ("accuracy >= 0.07", "r" * 7, 93, "PASS"),
        ("accuracy >= 0.07", "w" * 93 + "r" * 6, 1, "INCONCLUSIVE"),
        ("accuracy >= 0.07", "w" * 94, 6, "FAIL"),
        ("accuracy <= 0.07", "r" * 7, 93, "INCONCLUSIVE"),
        ("accuracy <= 0.07", "w" * 93, 7, "PASS"),
        ("accuracy <= 0.07", "r" * 8, 92, "FAIL"),
        ("accuracy >= 0", "", 5, "INCONCLUSIVE"),  # nothing measured is never green
        ("accuracy >= 0", "w", 4, "PASS"),
    ],
)
def test_cases_not_asked_bound_a_gate_like_missing_grades(text: str, outcomes: str, left: int, outcome: str) -> None:
    assert stopped(text, outcomes, left).result.outcome == outcome


def test_gate_that_the_cases_not_asked_could_turn_says_so() -> None:
    result = stopped("accuracy >= 0.5", "rw", 1).result
    assert (result.outcome, result.value, result.reason) == (
        "INCONCLUSIVE",
        None,
        "1 without a grade could decide it either way",
    )


def test_cases_not_asked_are_no_errors() -> None:
    result = stopped("accuracy >= 0.5", "rrrrrue", 3).result
    assert (result.outcome, result.errors, result.n) == ("PASS", 2, 5)
    assert result.reason == "stopped early: verdict certain; 7 of 10 asked"


def test_fact_with_an_error_counts_as_one_although_its_other_cases_were_not_asked() -> None:
    def case(fact: str, variant: str, outcome: str) -> Result:
        return make_result(fact=fact, variant=variant, outcome=outcome)

    seen = [case("a", "memorization", "w"), case("b", "memorization", "e"), case("c", "memorization", "r")]
    left = [case("a", "rephrased", "e"), case("b", "rephrased", "e"), case("c", "rephrased", "e")]
    gate = parse_gate("robust >= 0.9")
    result = decide(gate, seen, planned=6, endpoint="e", selection="s", curtailed=left).result
    # a is wrong already, c could have been right
    assert (result.outcome, result.right, result.n, result.errors) == ("FAIL", 0, 1, 1)
    assert result.reason == "stopped early: verdict certain; 3 of 6 asked"


def test_original_that_was_not_asked_belongs_to_its_pair() -> None:
    shifted = make_result(fact="a", variant="date_change", expect="abstain", outcome="w")
    gate = parse_gate("joint_abstain >= 0.9")
    decision = decide(gate, [shifted], planned=2, endpoint="e", selection="s", curtailed=[make_result(fact="a")])
    assert decision.result.reason == "stopped early: verdict certain; 1 of 2 asked"
    assert decision.misses[0] is shifted


def test_gate_that_lost_cases_otherwise_is_partial_all_the_same() -> None:
    decision = stopped("accuracy >= 0.5", "rrrr", 1, planned=6)
    assert (decision.is_partial, decision.result.outcome, decision.result.reason) == (
        True,
        "INCONCLUSIVE",
        "5 of 6 ran",
    )


def test_gate_none_of_whose_cases_was_left_out_is_as_ever() -> None:
    gate = parse_gate("accuracy[variant=memorization] >= 0.5")
    args = {"planned": 3, "endpoint": "e", "selection": "s"}
    others = results("ee", variant="rephrased")
    assert decide(gate, results("rrw"), curtailed=others, **args) == decide(gate, results("rrw"), **args)  # type: ignore[arg-type]


# The plugin's part


def decided(curtailed: dict[tuple[str, str], list[Result]], seen: list[Recorded]) -> list[GateResult]:
    planned = [
        PlannedGate("accuracy >= 0.5", scope, number, selected={"e": number})
        for scope, number in (("one", 4), ("two", 4), (SESSION, 8))
    ]
    pairs = decide_gates(planned, seen, ("e",), NO_HOOK, curtailed=curtailed)
    assert not any(does_fail(decision, gate, on_inconclusive="fail") for gate, decision in pairs)
    return [decision.result for _, decision in pairs]


def test_cases_not_asked_belong_to_their_scope_and_to_the_session() -> None:
    seen = [Recorded(scope, result, False) for scope in ("one", "two") for result in results("rr")]
    left = {("one", "e"): results("ee", start=2), ("two", "e"): results("ee", start=2), ("two", "x"): results("e")}
    assert [gate.reason for gate in decided(left, seen)] == [
        "stopped early: verdict certain; 2 of 4 asked",
        "stopped early: verdict certain; 2 of 4 asked",
        "stopped early: verdict certain; 4 of 8 asked",
    ]


def test_result_that_came_all_the_same_takes_the_place_of_the_stand_in() -> None:
    seen = [Recorded(scope, result, False) for scope in ("one", "two") for result in results("rrrr")]
    one, *_ = decided({("one", "e"): results("ee", start=2)}, seen)
    assert (one.value, one.n, one.outcome) == (1.0, 4, "PASS")


# In words


def summary(*decisions: Decision) -> list[str]:
    facts = Facts(aliases=("e",), results=(), decisions=decisions, calls=3, cache_hits=0)
    return render_summary(facts, width=80, color=False, unicode=False).splitlines()


def test_summary_says_after_how_many_the_verdict_was_certain() -> None:
    assert summary(stopped("accuracy >= 0.6", "r" * 30 + "w", 19)) == [
        "PASS  accuracy >= 0.6  verdict certain; 31 of 50 asked: 30/31 [0.838, 0.994]",
        "",
        "3 answers asked for, 0 from the cache; intervals are 95 % Wilson limits",
    ]


def test_summary_explains_its_mark_only_where_it_is() -> None:
    lines = summary(stopped("accuracy >= 0.6", "r" * 30, 20), stopped("accuracy >= 0.5", "rrw", 0))
    assert lines[0].endswith("verdict certain; 30 of 50 asked: 30/30 [0.886, 1.000]")
    assert lines[1].endswith("2/3 = 0.667 [0.208, 0.939] ~")
    assert lines[-1].startswith("~ the bound lies inside")


def test_failure_names_what_was_seen_and_lists_the_misses() -> None:
    decision = stopped("accuracy >= 0.85", "rrewwwwwwww", 39)
    assert gate_value(decision.result) == "2/10 [0.057, 0.510], 1 error"
    lines = gate_failure(decision).splitlines()
    assert lines[:3] == [
        "FAIL: 2/10 [0.057, 0.510], 1 error; stopped early: verdict certain; 11 of 50 asked",
        "",
        "8 count against it:",
    ]


def test_gate_without_an_interval_has_still_measured_nothing() -> None:
    result = stopped("accuracy >= 0.5", "ee", 2).result
    assert gate_value(result) == "nothing measured, 2 errors"
