"""The matcher `yes_no`."""

from __future__ import annotations

import pytest
from judge_kit import decision, judge

QUESTION = "Is Kim over 30?"


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("NO\n", "No", "right"),
        ("**Yes**, Kim is.", "Yes", "right"),
        ("Answer: Yes", "Yes", "right"),
        ("The answer is no.", "No", "right"),
        ("Nope", "No", "right"),
        ("No, Kim isn't.", "No", "right"),
        ("No it is not", "No", "right"),
        ("No Kim is not", "No", "right"),
        ("Yes, there is no doubt.", "Yes", "right"),
        ("Yes", "No", "wrong"),
        ("No, not at all.", "Yes", "wrong"),
        ("Yellow", "No", "wrong"),
        ("red", "Yes", "wrong"),
        ("Yesterday", "Yes", "wrong"),
        ("Kim is well over thirty years of age.", "Yes", "undecided"),
        ("No wonder: Kim is", "No", "undecided"),
        ("No doubt Kim is.", "No", "undecided"),
        ("Yes and no", "Yes", "undecided"),
        ("Yes/No", "Yes", "undecided"),
        ("Yes or no", "Yes", "undecided"),
        ("Yes? No.", "Yes", "undecided"),
        ("No. Wait, yes.", "No", "undecided"),
        ("No, yes it is.", "No", "undecided"),
        ("no-fly zone", "No", "undecided"),
    ],
)
def test_yes_no_vectors(text: str, answer: str, expected: str) -> None:
    assert decision(judge(text, answer, question=QUESTION, match="yes_no")) == expected


@pytest.mark.parametrize(
    "text", ["I don't know", "Unknown", "Not known", "No idea.", "No one knows.", "No information is available."]
)
def test_a_refusal_is_not_no(text: str) -> None:
    verdict = judge(text, "No", question=QUESTION)
    assert (verdict.grade, verdict.right) == ("abstained", False)


def test_auto_takes_yes_no_for_a_bare_yes_or_no_only() -> None:
    assert judge("Yes.", "No", question=QUESTION).rule == "yes_no"
    assert judge("No", "No, a doctor is not needed", question="Is a doctor needed?").rule == "no_match"
