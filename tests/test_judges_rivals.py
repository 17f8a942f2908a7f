"""A short value that is plainly another answer, and what could be the same one in other words."""

from __future__ import annotations

import pytest
from judge_kit import CAPITAL, decision, judge

from pytest_ftbench.judges.kinds import are_different

CITY = "In which city does Ada Flint live?"
WHO = "Which player won the Lakeside Cup on 4 May 2031?"
COLOUR = "What is Ada Flint's favorite color?"
JOB = "What is Ada Flint's occupation?"
COUNTRY = "Where was the treaty signed?"
SCORE = "What was the score?"


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        (CITY, "Denver", "Boston"),
        (CITY, "Denver", "Boston\n\n"),
        (CITY, "Denver", "**Boston**."),
        (CITY, "Denver", "Answer: Boston"),
        (CITY, "Denver", "Ada Flint lives in Boston."),
        (CITY, "Denver", "The city in which Ada Flint lives is Boston."),
        (CITY, "Denver", "Bali, Indonesia"),
        (CITY, "New York", "Salt Lake City"),
        (WHO, "Rosa Marin", "Tim Oakley"),
        ("Which player won the Lakeside Cup?", "Rosa Marin", "The player who won the Lakeside Cup was Tim Oakley."),
        (COLOUR, "gold", "Blue"),
        (COLOUR, "gray", "maroon"),
        (JOB, "farmer", "Chef"),
        (JOB, "pilot", "Software engineer"),
        (JOB, "farmer", "Musician/Singer-songwriter"),
        (JOB, "librarian", "Thai actress"),
        (JOB, "librarian", "She works as a chef."),
        (COUNTRY, "Tanzania", "Pakistan"),
        ("On which day?", "Monday", "Friday"),
        (SCORE, "7-0", "2-0"),
    ],
)
def test_another_value_of_the_same_shape_is_wrong(question: str, answer: str, text: str) -> None:
    verdict = judge(text, answer, question=question)
    assert (decision(verdict), verdict.rule, verdict.flags) == ("wrong", "contains", ())


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        *((CITY, "Kyiv", "Kiev"), (CITY, "Beijing", "Peking"), (CITY, "Moscow", "Москва"), (CITY, "Nice", "NCE")),
        *((CITY, "New York", "The Big Apple"), (CITY, "New York City", "New York"), (CITY, "Denver", "Denverville")),
        *((WHO, "Rosa Marin", "Marin"), (WHO, "Rosa Marin", "R. Marin"), (WHO, "Edson Arantes", "Pele")),
        (WHO, "Rosa Marin", "Rosa Maria Marin"),
        (WHO, "Jorge Mario Bergoglio", "Pope Francis"),
        ("Which agency approved it?", "World Health Organization", "WHO"),
        ("Which agency sets rates?", "Federal Reserve", "The Fed"),
        *((COLOUR, "red", "crimson"), (COLOUR, "gray", "grey"), (COLOUR, "gold", "aurum")),
        *((JOB, "programmer", "Software engineer"), (JOB, "doctor", "Physician"), (JOB, "writer", "an author")),
        *((JOB, "artist", "Musician"), (JOB, "photographer", "Musician/Photographer")),
        *((COUNTRY, "United States", "USA"), (COUNTRY, "United Kingdom", "London"), (COUNTRY, "Myanmar", "Burma")),
        *((CITY, "Denver", "Boston or Denton"), (CITY, "Denver", "maybe Boston"), (CITY, "Denver", "Boston?")),
        (CITY, "Denver", "Not Boston."),
        (CITY, "Denver", "Boston\nor rather the other one"),
        *((CAPITAL, "the largest one", "Boston"), ("What cures it?", "Tylenol", "Paracetamol")),
        ("What is the drug called?", "Tylenol Extra", "Paracetamol Forte"),
        *((SCORE, "7-0", "0-7"), (SCORE, "7-0", "seven nil"), (SCORE, "50%", "Half")),
    ],
)
def test_what_could_be_the_same_in_other_words_is_undecided(question: str, answer: str, text: str) -> None:
    assert decision(judge(text, answer, question=question)) == "undecided"


def test_another_value_may_still_be_the_superseded_one() -> None:
    assert judge("Boston", "Denver", question=CITY, before="Boston").grade == "stale"


@pytest.mark.parametrize(
    ("one", "other", "is_different"),
    [
        (("red",), ("blue",), True),
        (("red",), ("maroon",), False),
        (("red",), ("farmer",), False),
        (("georgia",), ("france",), False),
        (("united", "states"), ("united", "kingdom"), True),
        (("north", "korea"), ("korea",), False),
        (("software", "engineer"), ("pilot",), True),
    ],
)
def test_two_things_differ_only_within_one_closed_class(
    one: tuple[str, ...], other: tuple[str, ...], is_different: bool
) -> None:
    assert are_different(one, other) == is_different


@pytest.mark.parametrize(
    ("text", "expected", "decided"),
    [
        *(("E-4013", "E-4012", "wrong"), ("KT-200-CU", "KT-220-CU", "wrong"), ("B21", "B12", "wrong")),
        *(("10:30 am", "10:30 pm", "wrong"), ("9:30 p.m.", "10:30 pm", "wrong"), ("15:00", "14:00", "wrong")),
        *(("e-4012", "E-4012", "right"), ("2:00 pm", "14:00", "undecided"), ("B012", "B12", "undecided")),
        *(("10.30 pm", "10:30 pm", "undecided"), ("C12", "B12", "undecided"), ("4013", "E-4012", "undecided")),
    ],
)
def test_a_code_with_other_digits_is_another(text: str, expected: str, decided: str) -> None:
    assert decision(judge(text, expected, question="What is it?")) == decided
