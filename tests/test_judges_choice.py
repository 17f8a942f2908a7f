"""The matcher `choice`: letters, letters with their option, and options in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import decision, judge

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.choice import find_options

LISTED = "What is the capital of Freedonia?\nA) Lyon\nB) Paris\nC) New Nice\nD) None of these"
INLINE = "Which is it? A. Lyon B. Paris C. New Nice"
PLAIN = "Which option is it?"


@pytest.mark.parametrize("question", [LISTED, INLINE])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("B", "right"), ("b", "right"), ("(B)", "right"), ("B.", "right"), ("**B**", "right"), ("B) Paris", "right")),
        *(("Answer: B", "right"), ("The correct answer is B.", "right"), ("The answer is (B) Paris.", "right")),
        *(
            ("Option B", "right"),
            ("Paris", "right"),
            ("I would go with option B.", "right"),
            ("B. It is the capital.", "right"),
        ),
        *(("A", "wrong"), ("(C)", "wrong"), ("Answer: C", "wrong"), ("A. Lyon", "wrong"), ("Lyon", "wrong")),
        *(("New Nice", "wrong"), ("The answer is option A.", "wrong")),
        *(("A or B", "undecided"), ("B, C", "undecided"), ("B) Lyon", "undecided"), ("Not B.", "undecided")),
        *(
            ("B is wrong.", "undecided"),
            ("A big city", "undecided"),
            ("Option A or option B", "undecided"),
            ("B?", "undecided"),
        ),
        *(("C (B was close)", "undecided"), ("B (C was close)", "undecided"), ("B (not C)", "undecided")),
        *(("Bucharest", "undecided"), ("It is hard to tell.", "undecided"), ("A) Lyon\nB) Paris", "undecided")),
    ],
)
def test_one_option_given_decides(question: str, text: str, expected: str) -> None:
    assert decision(judge(text, "B", question=question, match="choice")) == expected


@pytest.mark.parametrize("answer", ["B", "b", "(B)", "B. Paris", "B) Paris", "Paris"])
def test_the_expected_option_may_be_a_letter_or_its_words(answer: str) -> None:
    assert judge("Answer: B", answer, question=LISTED, match="choice").right
    assert judge("Paris", answer, question=LISTED, match="choice").right
    assert not judge("Lyon", answer, question=LISTED, match="choice").right


def test_auto_takes_a_letter_for_a_choice_only_where_the_question_lists_it() -> None:
    assert judge("The answer is B.", "B", question=LISTED).rule == "choice"
    assert judge("Hepatitis is caused by virus B.", "B", question="Which virus is it?").rule != "choice"
    assert judge("E.", "E", question=LISTED).rule != "choice"


def test_options_are_a_run_of_letters_from_a() -> None:
    assert find_options(LISTED)["C"] == ("new", "nice")
    assert list(find_options(INLINE)) == ["A", "B", "C"]
    assert find_options("Who was C. Darwin?") == {}
    assert find_options("Is vitamin A: good?") == {}


def test_an_answer_that_is_no_option_is_refused() -> None:
    with pytest.raises(SpecError, match="letter of an option, such as B, got 'Paris'"):
        judge("x", "Paris", question=PLAIN, match="choice")


@settings(deadline=None)
@given(st.text(st.sampled_from("ABb().: \nanswer"), max_size=40))
def test_any_text_gets_one_decision_whatever_blanks_surround_it(text: str) -> None:
    verdict = judge(text, "B", question=LISTED, match="choice")
    assert judge(f"\n {text} ", "B", question=LISTED, match="choice").grade == verdict.grade
