"""What becomes of a case that requires others of its fact, by their results."""

from __future__ import annotations

from typing import Any

import pytest
from makers import make_result

from pytest_ftbench.evaluate import from_plain, to_plain
from pytest_ftbench.records import Completion, Result, Verdict
from pytest_ftbench.regrade import regrade
from pytest_ftbench.requirements import settle_requirements


def known(outcome: str = "r", **fields: Any) -> Result:
    return make_result(outcome=outcome, **{"case": "memorization", "match": "exact", **fields})


def applied(outcome: str = "r", **fields: Any) -> Result:
    values = {"variant": "applied", "case": "applied", "requires": ("memorization",), "match": "exact"}
    return make_result(outcome=outcome, **(values | fields))


def unmet(reason: str, **fields: Any) -> Result:
    return applied("n", rule="requires", reason=reason, **fields)


WRONG = "requires memorization, which is not right"


@pytest.mark.parametrize(
    ("others", "status", "reason"),
    [
        ([known()], "graded", None),
        ([known("w")], "not_applicable", WRONG),
        ([known("e", error="timeout")], "unscored", "requires memorization, which has no grade (timeout)"),
        ([known("u", reason="unreadable")], "unscored", "requires memorization, which has no grade (unreadable)"),
        ([known("n", reason="it counts from 2030-01-01 on")], "not_applicable",
         "requires memorization, which does not count (it counts from 2030-01-01 on)"),
        ([known(), known("w", case="second")], "not_applicable", "requires memorization 'second', which is not right"),
        ([known("e"), known("w", case="second")], "not_applicable",
         "requires memorization 'second', which is not right"),
        ([known("w", endpoint="other"), known()], "graded", None),
        ([known("w", sample=2), known()], "graded", None),
        ([known("w", fact="other"), known()], "graded", None),
        ([known("w", suite="other"), known()], "graded", None),
        ([], "graded", None),
    ],
)  # fmt: skip
def test_case_counts_where_all_that_it_requires_is_right(others: list[Result], status: str, reason: str) -> None:
    for order in ([applied(), *others], [*others, applied()]):
        (found,) = [one for one in settle_requirements(order) if one.variant == "applied"]
        assert (found.status, found.reason) == (status, reason)
        assert found.right == (status == "graded")
        assert (found.grade is None, found.rule == "requires") == (status != "graded", status != "graded")
        assert found.answer == "answer"


def test_what_does_not_count_is_not_right_for_those_that_require_it() -> None:
    further = make_result(variant="doubt", case="doubt", requires=("applied",))
    *_, found = settle_requirements([further, applied(), known("w")])[::-1]
    assert (found.status, found.reason) == ("not_applicable", f"requires applied, which does not count ({WRONG})")


@pytest.mark.parametrize("outcome", ["e", "n"])
def test_case_without_an_answer_or_out_of_count_stays_so(outcome: str) -> None:
    case = applied(outcome, reason="the baseline knows it")
    assert settle_requirements([case, known("w")])[0] is case


def test_own_assertion_without_what_it_requires_is_not_known_to_count() -> None:
    (found,) = settle_requirements([applied(rule="assertion")])
    assert (found.status, found.reason) == (
        "unscored",
        "requires memorization, which has no grade (it was not asked)",
    )


def test_results_of_two_tests_over_one_file_do_not_mix() -> None:
    results = [applied(), known(), applied(answer="b"), known("w", answer="b")]
    found = settle_requirements(results, scope_of=lambda result: result.answer == "b")
    assert [one.status for one in found] == ["graded", "graded", "not_applicable", "graded"]


def regraded(*results: Result) -> list[Result]:
    def grade(_case: object, completion: Completion) -> Verdict:
        holds = completion.text == "answer"
        return Verdict("correct" if holds else "incorrect", holds, "exact", "today's")

    return list(regrade(results, grade).results)


def test_other_verdicts_today_turn_what_counts() -> None:
    was_right, was_wrong = known(answer="no answer"), known("w")
    counted, found = regraded(was_right, applied())[1], regraded(was_wrong, unmet(WRONG))[1]
    assert (counted.status, counted.reason) == ("not_applicable", WRONG)
    assert (found.status, found.right, found.rule) == ("graded", True, "exact")


def test_regrading_keeps_what_was_decided_by_answers_that_are_not_in_the_run() -> None:
    left = unmet(WRONG)
    assert regraded(left) == [left]
    assert regraded(applied())[0].status == "graded"


def test_regrading_counts_a_case_that_counts_now_as_a_change() -> None:
    changes = regrade([known("w"), unmet(WRONG)], lambda *_: Verdict("correct", True, "exact", "")).changes
    assert [(change.before.status, change.after.status, change.turn) for change in changes] == [
        ("graded", "graded", 1),
        ("not_applicable", "graded", 1),
    ]


def test_requirements_travel_as_plain_data_and_older_runs_have_none() -> None:
    plain = to_plain(applied())
    assert plain["requires"] == ["memorization"]
    assert from_plain(plain) == applied()
    del plain["requires"]
    assert from_plain(plain).requires == ()
