"""An answer that turns the question or the expected answer around is not right: before for after, less for more."""

from __future__ import annotations

import pytest
from judge_kit import LEAVE, decision, judge

SIGNED = "In what year was the treaty signed?"
RISE = "By what percentage did sales increase in 2041?"
FALL = "By what percentage did sales shrink in 2041?"
DOSE = "What is the limit of the dose?"
AGE = "How old must a driver be?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((f"It was signed {bound} 2010.", "undecided") for bound in ("before", "after", "until", "prior to", "by")),
        *((f"{bound} 2010", "undecided") for bound in ("Before", "after the year", "earlier than", "no later than")),
        *(("2010 or earlier", "undecided"), ("In 2010 or later.", "undecided"), ("2010 and after", "undecided")),
        ("In 2010.", "right"),
    ],
)
def test_a_year_before_or_after_is_not_that_year(text: str, expected: str) -> None:
    assert decision(judge(text, "2010", question=SIGNED)) == expected


def test_a_year_may_have_the_bound_that_the_question_has() -> None:
    assert judge("It was built before 2010.", "2010", question="Before which year was it built?").right
    assert judge("It grew by 2010.", "2010", question="By how many people did it grow?").right


@pytest.mark.parametrize(
    ("text", "answer", "question", "expected"),
    [
        ("greater than or equal to 5 mg", "at most 5 mg", DOSE, "wrong"),
        ("less than or equal to 5 mg", "at most 5 mg", DOSE, "right"),
        ("It must not exceed 5 mg.", "at most 5 mg", DOSE, "right"),
        ("5 mg at least", "at most 5 mg", DOSE, "wrong"),
        ("5 mg at least", "5 mg", DOSE, "undecided"),
        ("younger than 18", "at least 18", AGE, "wrong"),
        ("18 or younger", "at least 18", AGE, "wrong"),
        ("older than 18", "at least 18", AGE, "undecided"),
        ("not under 18", "at least 18", AGE, "right"),
        ("not over 18", "at least 18", AGE, "wrong"),
        ("no younger than 18", "at least 18", AGE, "right"),
        ("just shy of 25 days", "more than 25 days", LEAVE, "wrong"),
        ("longer than 25 days", "less than 25 days", LEAVE, "wrong"),
        ("longer than 25 days", "more than 25 days", LEAVE, "right"),
        ("Nobody gets more than 25 days.", "at most 25 days", LEAVE, "undecided"),
        ("They get 25 days, and at least 5 are taken.", "25 days", LEAVE, "undecided"),
    ],
)
def test_reversed_bounds_are_wrong_and_equal_ones_right(text: str, answer: str, question: str, expected: str) -> None:
    assert decision(judge(text, answer, question=question)) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        *((text, RISE, "undecided") for text in ("Sales decreased by 25%.", "a 25% decline", "They were down 25%.")),
        *((text, RISE, "right") for text in ("Sales increased by 25%.", "an increase of 25%", "25%")),
        *((text, FALL, "undecided") for text in ("Sales grew by 25%.", "25%, which is growth")),
    ],
)
def test_an_answer_of_the_opposite_direction_is_not_right(text: str, question: str, expected: str) -> None:
    assert decision(judge(text, "25%", question=question)) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("The leader of South Freedonia is Ana Rey.", "Who is the leader of North Freedonia?", "undecided"),
        ("The leader of North Freedonia is Ana Rey.", "Who is the leader of North Freedonia?", "right"),
        ("Ana Rey was mayor after the war.", "Who was mayor before the war?", "undecided"),
        ("Ana Rey was mayor before the war.", "Who was mayor before the war?", "right"),
        ("Ana Rey became mayor before the war and after it.", "Who became mayor before the war?", "right"),
        ("The youngest member is Ana Rey.", "Who is the oldest member?", "undecided"),
        ("The oldest member is Ana Rey.", "Who is the oldest member?", "right"),
    ],
)
def test_a_name_beside_the_opposite_of_the_question_is_not_right(text: str, question: str, expected: str) -> None:
    assert decision(judge(text, "Ana Rey", question=question)) == expected


def test_a_word_of_the_answer_itself_turns_nothing_around() -> None:
    question = "Which state lies south of Virginia?"
    assert judge("It is North Carolina.", "North Carolina", question=question).right
