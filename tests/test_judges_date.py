"""The matcher `date`: any order and wording, the expected precision, no date out of the question."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import decision, judge

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.date import is_date

WHEN = "When was the treaty signed?"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(("4 May 2031", "May 4, 2031"), ("4 May 2031", "2031-05-04"), ("4 May 2031", "04/05/2031")),
        *(("4 May 2031", "05/04/2031"), ("4 May 2031", "4.5.2031"), ("4 May 2031", "the 4th of May, 2031")),
        *(("May 4, 2031", "It was signed on Sunday, 4 May 2031."), ("2031-05-04", "May 4th 2031")),
        *(("May 2031", "in May, 2031"), ("May 2031", "May 4, 2031"), ("Sept. 30, 2031", "30 September 2031")),
        *(("4 May 2031", "4 May 2031, not 5 May 2031"), ("May 4", "4 May"), ("May 4", "It was 4 May 2031.")),
        *(("on May 4, 2031", "2031/05/04"), ("25/12/2031", "December 25, 2031")),
        ("4 May 2031", "Under the 2029 agreement it was signed on 4 May 2031."),
    ],
)
def test_the_date_is_right_however_it_is_written(answer: str, text: str) -> None:
    verdict = judge(text, answer, question=WHEN)
    assert (decision(verdict), verdict.rule in ("date", "exact")) == ("right", True)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(("4 May 2031", "5 May 2031"), ("4 May 2031", "May 4, 2032"), ("4 May 2031", "June 2031")),
        *(
            ("4 May 2031", "2031-04-06"),
            ("4 May 2031", "06/07/2031"),
            ("4 May 2031", "2030"),
            ("May 2031", "June 4, 2031"),
        ),
        *(("25/12/2031", "24/12/2031"), ("4 May 2031", "It was signed on 4 June 2031."), ("May 4", "May 14")),
    ],
)
def test_another_date_is_wrong(answer: str, text: str) -> None:
    assert decision(judge(text, answer, question=WHEN)) == "wrong"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(("4 May 2031", "2031"), ("4 May 2031", "May 2031"), ("4 May 2031", "May 4"), ("4 May 2031", "in spring")),
        *(("4 May 2031", "4 or 5 May 2031"), ("4 May 2031", "4 May 2031 or 5 May 2031"), ("4 May 2031", "4 May 2031?")),
        *(("4 May 2031", "before 4 May 2031"), ("4 May 2031", "not 4 May 2031"), ("4 May 2031", "after May 4, 2031")),
        *(("4 May 2031", "4 May 2031 to 9 May 2031"), ("4/5/2031", "4 May 2031"), ("4 May 2031", "version 4.5.20")),
        ("4 May 2031", "It was not signed on 4 May 2031."),
        ("4 May 2031", "It was planned for 2 May 2031 and signed on 4 May 2031."),
    ],
)
def test_what_leaves_the_date_open_is_undecided(answer: str, text: str) -> None:
    assert decision(judge(text, answer, question=WHEN)) == "undecided"


def test_a_date_of_the_question_is_no_answer() -> None:
    question = "After the talks of 2 May 2031, when was the treaty signed?"
    assert decision(judge("After the talks of 2 May 2031.", "4 May 2031", question=question)) == "undecided"
    assert judge("After the talks of 2 May 2031, on 4 May 2031.", "4 May 2031", question=question).right


def test_the_year_may_stand_in_the_question() -> None:
    assert judge("May 4", "4 May 2031", question="On which day of 2031 was it signed?").right
    assert not judge("May 4", "4 May 2031", question="Was it signed in 2030 or 2031?").right


def test_a_year_is_a_number_unless_the_case_says_date() -> None:
    assert judge("In 2031.", "2031", question=WHEN).rule == "number"
    assert judge("on 4 May 2031", "2031", question=WHEN, match="date").rule == "date"
    assert judge("on 4 May 2031", "2031", question=WHEN, match="date").right


@pytest.mark.parametrize("answer", ["May", "25", "2031", "4 May 2031 to 9 May 2031", "32/13/2031", "May 4 Society", ""])
def test_only_one_whole_date_is_a_date(answer: str) -> None:
    assert not is_date(answer)


def test_an_answer_that_is_no_date_is_refused() -> None:
    with pytest.raises(SpecError, match="needs an answer that is one date, got 'Paris'"):
        judge("x", "Paris", match="date")


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789/-., maystof"), max_size=40))
def test_any_text_gets_one_decision_whatever_blanks_surround_it(text: str) -> None:
    verdict = judge(text, "4 May 2031", question=WHEN)
    assert judge(f"\n {text} ", "4 May 2031", question=WHEN).grade == verdict.grade


@pytest.mark.parametrize(
    "text", ["since 4 May 2031 it is shut", "It ends on 4 May 2031.", "4 May 2031 was when it burnt."]
)
def test_a_date_of_something_else_decides_nothing(text: str) -> None:
    assert decision(judge(text, "4 May 2031", question="When does the fair begin?")) == "undecided"


@pytest.mark.parametrize("text", ["It begins on 4 May 2031.", "The fair will begin on 4 May 2031, a Sunday."])
def test_a_date_by_the_questions_verb_is_the_answer(text: str) -> None:
    assert decision(judge(text, "4 May 2031", question="When does the fair begin?")) == "right"
