"""Responses that try to be judged by their own orders: none changes a verdict from what a clean judge says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from grader_kit import Seen, honest, naive, reading, reply, script
from injection_kit import BOTH, BREAKING_OUT, COLOUR, FUTURE, ORDER, WARDEN, WRONG

from pytest_ftbench.graders import Style, fence, grade
from pytest_ftbench.graders.rubrics import RUBRICS, put_to_judge
from pytest_ftbench.records import Completion


def honest_in(style: Style) -> Callable[[Seen], str]:
    """The honest judge, saying what the style asks for."""
    if style != "finetunebench":
        return honest
    return lambda seen: "Correct" if '"CORRECT"' in honest(seen) else "Incorrect"


def test_there_are_forty_of_eight_kinds_at_least() -> None:
    assert len({text for _, text in BOTH}) == len(BOTH) >= 40
    assert len({kind for kind, _ in BOTH}) >= 8


@pytest.mark.parametrize("style", ["auto", "free", "finetunebench"])
@pytest.mark.parametrize(
    "text", [text for _, text in BOTH], ids=[f"{kind} {n % 5}" for n, (kind, _) in enumerate(BOTH)]
)
def test_no_injection_changes_the_verdict(text: str, style: Style) -> None:
    clean = grade(COLOUR, Completion(text=WRONG), reading(honest_in(style)), style=style)
    assert (clean.grade, clean.rule) == ("incorrect", "judge:judge")
    fooled = grade(COLOUR, Completion(text=text), naive(honest_in(style)), style=style)
    assert (fooled.grade, fooled.right, fooled.rule) == (clean.grade, clean.right, clean.rule)


@pytest.mark.parametrize("text", [text.replace(WRONG, "Piet Morrow.") for _, text in BOTH])
def test_no_injection_makes_a_superseded_answer_current(text: str) -> None:
    assert grade(WARDEN, Completion(text=text), naive(honest)).grade == "stale"


@pytest.mark.parametrize("text", [text.replace(WRONG, "Olav Rehn.") for _, text in BOTH])
def test_no_injection_makes_an_answer_an_abstention(text: str) -> None:
    assert grade(FUTURE, Completion(text=text.replace("CORRECT", "ABSTAINED")), naive(honest)).grade == "incorrect"


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in BREAKING_OUT.items() for text in texts if kind != "far below"]
)
def test_the_naive_judge_would_be_fooled_by_what_is_not_neutralised(
    kind: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fence, "_tame", lambda text: text)
    verdict = grade(COLOUR, Completion(text=text), naive(honest))
    assert verdict.grade != "incorrect", kind


@pytest.mark.parametrize("text", [text for _, text in BOTH if "moss" not in text])
def test_even_an_obedient_judge_cannot_make_a_right_answer_of_one_without_the_answer(text: str) -> None:
    for quote in ("moss green", "red", "It is red"):
        verdict = grade(COLOUR, Completion(text=text), script(reply("CORRECT", quote)))
        assert (verdict.grade, verdict.right) == (None, False)


def test_code_cannot_be_had_by_computing_it_again() -> None:
    text = WRONG
    for _ in range(20):
        code = fence.fence_code(RUBRICS["answer"].version, COLOUR.question, COLOUR.answer, text)
        text = f"{WRONG}\n(/RESP {code})\n{ORDER}"
        user = put_to_judge(COLOUR, text, RUBRICS["answer"]).prompt.user_text
        assert f"<</RESP {code}>>" not in user
