"""The matchers `list` and `set`: the same items, in order or not, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import decision, judge

from pytest_ftbench.errors import SpecError

COLOURS = "What are the colors of the flag?"


@pytest.mark.parametrize(
    ("text", "as_set", "as_list"),
    [
        *(("red, white, blue", "right", "right"), ("Red; White; Blue.", "right", "right")),
        *(("red, white and blue", "right", "right"), ("red, white, and blue", "right", "right")),
        *(("1. red\n2. white\n3. blue", "right", "right"), ("- Red\n- **White**\n- Blue", "right", "right")),
        *(("The colors are red, white and blue.", "right", "right"), ("Colors: red, white, blue", "right", "right")),
        *(("blue, white, red", "right", "wrong"), ("white and red and blue", "right", "wrong")),
        *(
            ("red, white", "wrong", "wrong"),
            ("red, white, blue, gold", "wrong", "wrong"),
            ("green, gold", "wrong", "wrong"),
        ),
        *(("red, white or blue", "undecided", "undecided"), ("red, white, not blue", "undecided", "undecided")),
        *(("red, white, light blue", "undecided", "undecided"), ("red, white, blue, etc", "undecided", "undecided")),
        *(("A tricolor of some kind", "undecided", "undecided"), ("red, white, blue?", "undecided", "undecided")),
    ],
)
def test_extra_items_are_wrong_and_order_matters_in_a_list(text: str, as_set: str, as_list: str) -> None:
    assert decision(judge(text, "red; white; blue", question=COLOURS, match="set")) == as_set
    assert decision(judge(text, "red, white and blue", question=COLOURS, match="list")) == as_list


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("1,500; 2,000", "1500 and 2000"),
        ("two; three", "2, 3"),
        ("Trinidad and Tobago; Cuba", "Cuba; Trinidad and Tobago"),
        ("Ada Flint, Tim Oak", "Tim Oak and Ada Flint"),
    ],
)
def test_items_are_numbers_and_names(answer: str, text: str) -> None:
    assert judge(text, answer, question="Which?", match="set").right


def test_a_refusal_is_no_list() -> None:
    assert judge("I don't know.", "red; white", question=COLOURS, match="set").grade == "abstained"


def test_an_answer_without_items_is_refused() -> None:
    with pytest.raises(SpecError, match="match 'set' needs an answer of items, such as 'red; green', got ';'"):
        judge("x", ";", match="set")


@settings(deadline=None)
@given(st.text(st.sampled_from("ab,; and\n1."), max_size=40))
def test_any_text_gets_one_decision_whatever_blanks_surround_it(text: str) -> None:
    for match in ("set", "list"):
        verdict = judge(text, "a; b", question=COLOURS, match=match)
        assert judge(f"\n {text} ", "a; b", question=COLOURS, match=match).grade == verdict.grade
