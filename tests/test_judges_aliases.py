"""Answers that are as right as the expected one."""

from __future__ import annotations

import pytest
from grader_kit import reply, script

from pytest_ftbench.errors import SpecError
from pytest_ftbench.graders import grade
from pytest_ftbench.judges import check_case_match, judge_completion
from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case, Completion

AUTHOR = Case("Who wrote it?", "Mark Twain", aliases=("Samuel Clemens", "S. L. Clemens"))
WAY = Case("How far is it?", "5 km", aliases=("about an hour on foot",))


@pytest.mark.parametrize(
    ("case", "text", "grade", "is_undecided"),
    [
        (AUTHOR, "Mark Twain", "correct", False),
        (AUTHOR, "Samuel Clemens", "correct", False),
        (AUTHOR, "It was Samuel Clemens.", "correct", False),
        (AUTHOR, "Not Samuel Clemens, surely.", "incorrect", True),
        (AUTHOR, "Herman Melville", "incorrect", False),
        (AUTHOR, "I don't know.", "abstained", False),
        (WAY, "About an hour on foot.", "correct", False),
        (WAY, "5,000 m", "correct", False),
        (WAY, "7 km", "incorrect", True),
    ],
)
def test_any_of_them_is_right_and_wrong_is_what_none_of_them_allows(
    case: Case, text: str, grade: str, is_undecided: bool
) -> None:
    verdict = judge_completion(case, Completion(text=text))
    assert (verdict.grade, "undecided" in verdict.flags) == (grade, is_undecided)


def test_alias_that_the_matcher_cannot_read_is_a_mistake_of_the_file() -> None:
    with pytest.raises(SpecError, match="five or so"):
        check_case_match(Case("How many?", "5", match="number", aliases=("five or so, more or less",)))


def test_question_with_other_aliases_is_another_question_and_one_without_the_same_as_ever() -> None:
    hashes = [content_hash(Case("Q?", "A", aliases=aliases)) for aliases in ((), ("B",), ("C",))]
    assert len(set(hashes)) == 3
    assert hashes[0] == "bd45484a51a0b482"


def test_judge_is_shown_them_and_may_quote_one() -> None:
    judge = script(reply("CORRECT", "the steamboat pilot Clemens"))
    verdict = grade(AUTHOR, Completion(text="Oh, the steamboat pilot Clemens."), judge)
    assert verdict.right
    assert "As right as that: Samuel Clemens; S. L. Clemens" in judge.sent[0].user_text
