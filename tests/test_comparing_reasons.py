"""What speaks against a comparison, each by its own sentence; with any of it nothing is green."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from comparing_kit import compare, results, run

from pytest_ftbench.commands.bounds import parse_bound
from pytest_ftbench.comparing import ALLOWABLE, REASONS, Comparison, compare_runs, decide_comparison

JUDGE = {"judges": [{"alias": "j", "spec": "openai:gpt"}], "prompts": ["answer/2"]}
GREEN = "drop <= 0.5"


def told(comparison: Comparison) -> dict[str, str]:
    return {reason.kind: reason.text for reason in comparison.reasons}


def outcome(comparison: Comparison, expr: str = GREEN, *, allowed: tuple[str, ...] = ()) -> str:
    return decide_comparison(parse_bound(expr), comparison, allowed=allowed).result.outcome


def header_reasons(before: dict[str, Any], now: dict[str, Any]) -> dict[str, str]:
    found = compare(run(results("rrr"), **before), run(results("rrr"), **now))
    for kind in told(found):
        assert outcome(found) == "INCONCLUSIVE"
        assert outcome(found, allowed=(kind,)) == ("PASS" if len(told(found)) == 1 else "INCONCLUSIVE")
    return told(found)


def test_runs_that_differ_in_answers_only_have_nothing_against_them() -> None:
    found = compare(run(results("rrr"), id="a"), run(results("rrw"), id="b", git_commit="c", python="3.13"))
    assert (told(found), outcome(found)) == ({}, "PASS")


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        (None, JUDGE, "the judges differ: none before, openai:gpt with the prompts answer/2 now"),
        (
            {**JUDGE, "prompts": ["answer/1"]},
            JUDGE,
            "the judges differ: openai:gpt with the prompts answer/1 before, openai:gpt with the prompts answer/2 now",
        ),
        (
            {**JUDGE, "judges": [{"alias": "j", "spec": "openai:old"}]},
            JUDGE,
            "the judges differ: openai:old with the prompts answer/2 before, openai:gpt with the prompts answer/2 now",
        ),
    ],
)
def test_another_judge_or_prompt_is_named(before: Any, now: Any, text: str) -> None:
    assert header_reasons({"judge": before}, {"judge": now}) == {"judge": text}
    assert header_reasons({"judge": now}, {"judge": {**now, "judges": [{**now["judges"][0], "alias": "x"}]}}) == {}


def test_other_matchers_are_named_with_what_to_do() -> None:
    found = compare(run(results("rr"), ftbench="0.0.9"), run(results("rr")))
    assert told(found) == {"matchers": "the matchers differ: those of ftbench 0.0.9 before, of 0.1.0 now"}
    assert found.reasons[0].advice == "Judge both by today's: ftbench regrade RUN -o NEW"
    assert header_reasons({"ftbench": "0.0.9"}, {}).keys() == {"matchers"}


def test_other_sampling_is_named_unless_one_side_says_nothing_of_it() -> None:
    warm = {"e": {"temperature": 0.7, "max_tokens": None, "seed": 1}}
    text = "sampling differs: temperature 0.0 before and 0.7 now, seed None before and 1 now"
    assert header_reasons({}, {"sampling": warm}) == {"sampling": text}
    assert header_reasons({"sampling": {"e": {}}}, {"sampling": warm}) == {}
    assert header_reasons({"sampling": {"other": warm["e"]}}, {}) == {}


def test_other_system_message_is_named() -> None:
    def spec(text: str) -> dict[str, Any]:
        return {"endpoints": [{"alias": "x", "spec": "openai:x?system=Sing."}, {"alias": "e", "spec": text}]}

    brief = spec("openai:m?seed=1&system=Be%20brief %26 clear.")
    text = "the endpoints' system messages differ: none before, 'Be brief & clear.' now"
    assert header_reasons({}, brief) == {"system": text}
    assert header_reasons(brief, spec("openai:new?system=Be brief %26 clear.")) == {}


def test_interrupted_run_is_named() -> None:
    text = "{} did not come to its end: its session crashed or was interrupted"
    crashed = run(results("rr"), place="old.jsonl", is_finished=False)
    assert told(compare(crashed, "rr")) == {"interrupted": text.format("old.jsonl")}
    assert told(compare("rr", replace(crashed, place="new.jsonl"))) == {"interrupted": text.format("new.jsonl")}
    assert outcome(compare(crashed, "rr")) == "INCONCLUSIVE"
    one = compare_runs(crashed, crashed, before_endpoint="e", now_endpoint="e")
    assert [reason.kind for reason in one.reasons] == ["interrupted"]


def test_nothing_in_common_is_never_green_and_cannot_be_allowed() -> None:
    moved = [replace(one, suite="elsewhere") for one in results("rrr")]
    found = compare("rrr", moved)
    assert told(found) == {
        "empty": "no question is in both runs, so there is nothing to compare",
        "removed": "3 cases of the run before are missing now",
    }
    assert outcome(found, allowed=tuple(REASONS)) == "INCONCLUSIVE"
    assert "empty" not in ALLOWABLE
    assert [reason.kind for reason in found.refused(tuple(REASONS))] == ["empty"]
    for expr in ("lost <= 2", "uplift >= -1 @ 95%", "retention >= 0"):
        assert outcome(found, expr, allowed=tuple(REASONS)) == "INCONCLUSIVE"
    assert outcome(compare("", ""), "lost <= 2", allowed=tuple(REASONS)) == "INCONCLUSIVE"


def test_one_question_is_named_even_if_it_was_asked_often() -> None:
    one = [replace(results("r")[0], sample=number) for number in range(1, 6)]
    for found in (compare("r", "r"), compare(one, one)):
        assert told(found) == {"single": "only one question is in both runs, which says next to nothing"}
        assert outcome(found, "lost <= 2") == "INCONCLUSIVE"
        assert outcome(found, "lost <= 2", allowed=("single",)) == "PASS"


def test_removing_the_lost_cases_does_not_turn_a_failing_comparison_green() -> None:
    expr = "lost <= 1"
    assert outcome(compare("rrrr", "rwwr"), expr) == "FAIL"
    now = results("rwwr")
    fewer = compare("rrrr", [now[0], now[3]])
    assert told(fewer) == {"removed": "2 cases of the run before are missing now"}
    assert outcome(fewer, expr) == "INCONCLUSIVE"
    edited = compare("rrrr", [now[0], *(replace(one, content=f"new {one.case}") for one in now[1:3]), now[3]])
    assert told(edited) == {"edited": "2 cases of the run before are asked or judged differently now"}
    assert outcome(edited, expr) == "INCONCLUSIVE"
    unmet = compare("rrrr", "rnnr")
    assert told(unmet) == {
        "removed": "2 cases of the run before are missing now, 2 of them because a precondition is unmet"
    }
    assert outcome(unmet, expr) == "INCONCLUSIVE"
    for found in (fewer, edited, unmet):
        assert outcome(found, expr, allowed=("removed", "edited")) == "PASS"


def test_added_cases_and_a_precondition_unmet_before_are_no_reason() -> None:
    assert told(compare("rrn", "rrrr")) == {}


def test_fewer_samples_are_named_and_more_are_not() -> None:
    before = [replace(one, sample=number) for one in results("rr") for number in (1, 2)]
    found = compare(before, results("rr"))
    assert told(found) == {"samples": "2 answers of the run before are to questions asked less often now"}
    assert told(compare(results("rr"), before)) == {}


def test_gate_over_a_selection_has_only_the_reasons_of_its_cases() -> None:
    before = [*results("rr", variant="rephrased"), *results("rr")]
    found = compare(before, before[:3])
    assert outcome(found) == "INCONCLUSIVE"
    assert outcome(found, "drop[variant=rephrased] <= 0.5") == "PASS"
    gone = decide_comparison(parse_bound("drop[variant=memorization] <= 0.5"), found).result
    assert (gone.outcome, gone.reason) == (
        "INCONCLUSIVE",
        "only one question is in both runs, which says next to nothing; 1 case of the run before is missing now",
    )
