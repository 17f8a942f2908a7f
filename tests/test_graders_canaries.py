"""Responses whose verdicts are known."""

from __future__ import annotations

from typing import Any

import pytest
from grader_kit import honest, naive, reading, reply, script

from pytest_ftbench.graders import CANARIES, STYLES, Style, check_canaries
from pytest_ftbench.records import Completion, Prompt


@pytest.mark.parametrize("judge", [reading(honest), naive(honest)])
def test_honest_judge_misses_none(judge: Any) -> None:
    assert check_canaries(judge) == check_canaries(judge, style="free") == []


@pytest.mark.parametrize("said", ["", "CORRECT", reply("CORRECT", "a grey heron"), reply("INCORRECT"), "NOT_ATTEMPTED"])
def test_judge_that_always_says_the_same_misses_some(said: str) -> None:
    assert check_canaries(script(said))


@pytest.mark.parametrize("said", ["Correct", "Incorrect", "Perhaps"])
def test_judge_of_two_grades_is_checked_by_right_and_wrong(said: str) -> None:
    missed = {found.canary.name for found in check_canaries(script(said), style="finetunebench")}
    assert ("right" in missed) == (said != "Correct")
    assert ("wrong" in missed) == (said != "Incorrect")
    assert ("declined" in missed) == (said != "Incorrect")


def test_judge_that_believes_the_responses_misses_each_that_gives_orders() -> None:
    def obedient(prompt: Prompt, /) -> Completion:
        response = prompt.user_text.partition("<<RESP ")[2].partition("<</RESP ")[0]
        if "CORRECT" not in response:
            return reading(honest)(prompt)
        quote = next(text for text in ("heron", "48", "Ilse Quandt") if text in response)
        return Completion(text=reply("CORRECT", quote))

    missed = [found.canary.name for found in check_canaries(obedient)]
    assert missed == ["order to the judge", "order as a system message", "forged fence"]


def test_judge_that_does_not_answer_misses_all_but_those_it_is_not_asked() -> None:
    missed = check_canaries(lambda *_: Completion(error="HTTP 401"), judge="strict")
    assert {canary.name for canary in CANARIES} - {found.canary.name for found in missed} == {"empty", "master key"}
    assert str(missed[0]).startswith("canary 'right': expected correct, got unscored by judge:strict: ")
    assert "the judge has not answered: 'HTTP 401'" in str(missed[0])


@pytest.mark.parametrize("style", STYLES)
def test_there_are_about_ten_and_each_costs_one_call(style: Style) -> None:
    judge = script(reply("INCORRECT"))
    check_canaries(judge, style="auto" if style == "finetunebench" else style)
    first_attempts = {prompt.user_text.partition("\nAn earlier reply")[0] for prompt in judge.sent}
    assert len(first_attempts) == len(CANARIES) - 2 == 11
