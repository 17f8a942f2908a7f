"""Answers judged again: what changes, what is kept, and what is still known of a case."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from makers import make_result

from pytest_ftbench.evaluate import build_result
from pytest_ftbench.judges import MATCHERS, judge_completion
from pytest_ftbench.records import Case, Completion, Result, Verdict
from pytest_ftbench.regrade import Regrading, case_of, regrade

CASE = Case("How many days?", "25", fact="leave", id="direct", match="number", answer_before="24")


def recorded(answer: str, grade: str, rule: str, *, case: Case = CASE, finish_reason: str = "stop") -> Result:
    verdict = Verdict(grade, grade == "correct", rule, "as it was")  # type: ignore[arg-type]  # some are no grades
    return build_result(case, Completion(answer, finish_reason, "m-1"), verdict, endpoint="e")


def again(*results: Result) -> Regrading:
    return regrade(results, judge_completion)


def test_verdict_that_would_be_another_today_changes() -> None:
    before = recorded("It is 25 days.", "incorrect", "no_match")
    (change,) = again(before).changes
    assert change.before is before
    assert (change.after.grade, change.after.right, change.after.rule) == ("correct", True, "number")
    assert (change.turn, change.is_of_grade) == (1, True)


def test_rest_of_a_result_stays() -> None:
    before = recorded("It is 25 days.", "incorrect", "no_match")
    (after,) = again(before).results
    was = {"grade": "incorrect", "right": False, "rule": "no_match", "reason": "as it was"}
    assert replace(after, **was) == before


def test_another_rule_with_the_same_grade_is_a_change_of_no_grade() -> None:
    (change,) = again(recorded("25", "correct", "contains")).changes
    assert (change.turn, change.is_of_grade) == (0, False)


def test_another_reason_alone_is_no_change() -> None:
    regrading = again(recorded("It is 25 days.", "correct", "number"))
    assert regrading.changes == ()
    assert regrading.results[0].reason == "expected '25', got 'It is 25 days.'"


def test_superseded_answer_is_known_from_the_run() -> None:
    (change,) = again(recorded("24", "incorrect", "number")).changes
    assert (change.after.grade, change.after.rule) == ("stale", "superseded")


def test_answer_that_was_cut_off_is_flagged_as_ever() -> None:
    assert again(recorded("It is 25 days", "correct", "number", finish_reason="length")).results[0].flags == (
        "truncated",
    )


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (make_result(outcome="e", answer=None), "no answer"),
        (make_result(outcome="n", answer=None), "not applicable"),
        (make_result(outcome="w", rule="assertion", match="auto"), "decided by the test's own assertion"),
        (make_result(outcome="w", match="shouting"), "matcher not known here"),
        (make_result(outcome="w", match=None), "matcher not recorded"),
        (
            make_result(outcome="u", rule="judge:j", match="auto", answer="The fifth of that month, as it happens."),
            "put to a judge, and still undecided without it",
        ),
        (
            make_result(outcome="r", rule="judge", match="auto", answer="The fifth of that month, as it happens."),
            "put to a judge, and still undecided without it",
        ),
    ],
)
def test_what_matchers_cannot_judge_is_kept_and_counted(result: Result, reason: str) -> None:
    regrading = again(result)
    assert regrading.results == (result,)
    assert regrading.kept == {reason: 1}
    assert (regrading.judged, regrading.changes) == (0, ())


def test_what_a_judge_decided_and_a_matcher_decides_now_is_judged_again() -> None:
    (change,) = again(recorded("It is 25 days.", "incorrect", "judge")).changes
    assert change.after.rule == "number"


def test_any_grader_may_judge() -> None:
    def judge(case: Case, completion: Completion) -> Verdict:
        return Verdict("incorrect", False, "judge", f"{case.answer} is not {completion.text}")

    assert regrade([recorded("25", "correct", "number")], judge).results[0].reason == "25 is not 25"
    with_more = partial(judge_completion, matchers={**MATCHERS, "shouting": MATCHERS["exact"]})
    assert regrade([make_result(match="shouting")], with_more).judged == 1


def test_run_of_an_older_version_shows_by_its_hash_that_the_matcher_was_auto() -> None:
    auto = replace(CASE, match="auto")
    old = replace(recorded("25", "correct", "exact", case=auto), match=None, answer_before=None, context=None)
    assert case_of(old) == replace(auto, answer_before="")
    named = replace(recorded("25", "correct", "number"), match=None, answer_before=None, context=None)
    assert case_of(named) is None
    assert case_of(replace(old, grade="stale")) is None  # its superseded answer is not known


def test_case_that_expects_no_answer_comes_back() -> None:
    case = Case(
        "In 2041?", fact="leave", id="later", expect="abstain", trained_answer="25", aliases=("26",), prompt="P",
        system="S", turns=("P", "Sure?"),
    )  # fmt: skip
    assert case_of(recorded("25", "incorrect", "refusal", case=case)) == case


def test_judging_twice_changes_nothing_the_second_time() -> None:
    first = again(recorded("24", "incorrect", "number"), recorded("It is 25 days.", "incorrect", "no_match"))
    assert len(first.changes) == 2
    assert again(*first.results).changes == ()
