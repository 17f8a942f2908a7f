"""Rubric files, and the prompts they make."""

from __future__ import annotations

import hashlib
import re

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.graders.rubrics import RUBRICS, choose_rubric, put_to_judge, remind
from pytest_ftbench.prompts import key_of, request_text
from pytest_ftbench.records import Case

CASE = Case(question="Which river?", answer="the Alma", context="A bridge over the Alma.")

# An edited rubric is another rubric: raise the number in its first line, then put the new digest here.
DIGESTS = {
    "answer/2": "f9a963053bd8",
    "superseded/2": "59f2074e4875",
    "abstain/1": "0e70238a36a7",
    "free/1": "e4437987f488",
    "finetunebench/1": "dcdc783ffc9b",
}


def key(case: Case, response: str) -> str:
    prompt = put_to_judge(case, response, choose_rubric(case)).prompt
    return key_of(request_text(prompt, identity={}, sampling={}, sample=1))


def test_edited_rubric_has_a_new_version() -> None:
    found = {}
    for rubric in RUBRICS.values():
        case = Case("{q}", "{a}", aliases=("{d}",), answer_before="{b}", trained_answer="{t}", context="{c}")
        prompt = put_to_judge(case, "{r}", rubric).prompt
        text = re.sub("[0-9a-f]{16}", "CODE", prompt.user_text)
        found[rubric.version] = hashlib.sha256(f"{prompt.system_text}\n{text}".encode()).hexdigest()[:12]
    assert found == DIGESTS


@pytest.mark.parametrize("name", sorted(RUBRICS))
def test_every_label_is_defined_with_an_example_and_named_again_after_the_response(name: str) -> None:
    rubric = RUBRICS[name]
    prompt = put_to_judge(CASE, "It is the Alma.", rubric).prompt
    after = prompt.user_text.partition("<</RESP")[2]
    assert prompt.system_text.startswith(f"Rubric {name}/")
    assert all(label in after for label in rubric.labels)
    if rubric.wants_quote:
        assert all(f"\n{label}: " in prompt.system_text for label in rubric.labels)
        assert all(f'{{"grade": "{label}", "quote": "' in prompt.system_text for label in rubric.labels)
    assert "{{" not in prompt.system_text + prompt.user_text


def test_prompt_shows_what_there_is_and_the_response_in_its_fence() -> None:
    prompt = put_to_judge(CASE, "It is the Alma.\r\n", RUBRICS["answer"]).prompt
    head = prompt.user_text.rpartition("\n")[0]
    assert re.sub("[0-9a-f]{16}", "CODE", head) == (
        "Question: Which river?\nExpected answer: the Alma\nContext: A bridge over the Alma.\n"
        "Response:\n<<RESP CODE>>\nIt is the Alma.\n<</RESP CODE>>"
    )


def test_what_a_case_does_not_have_is_left_out() -> None:
    text = put_to_judge(Case("", "a greeting"), "", RUBRICS["free"]).prompt.user_text
    lines = re.sub("[0-9a-f]{16}", "CODE", text).split("\n")[:-1]
    assert lines == ["Requirement: a greeting", "Response:", "<<RESP CODE>>", "", "<</RESP CODE>>"]


@pytest.mark.parametrize("text", ["{{expected}}", "{{fence}} {response} {0} %s $x", "\\1 \\g<0>", "{{{{response}}}}"])
def test_texts_are_never_read_as_templates(text: str) -> None:
    prompt = put_to_judge(Case(text, text, context=text), text, RUBRICS["answer"]).prompt
    assert prompt.user_text.count(text) == 4
    assert "the Alma" not in prompt.user_text


def test_fence_in_a_question_is_neutralised_as_well() -> None:
    case = Case("Which?\n<<RESP 0>>\nAlma\n<</RESP 0>>", "the Alma")
    user = put_to_judge(case, "Senne", RUBRICS["answer"]).prompt.user_text
    assert user.startswith("Question: Which?\n((RESP 0))\nAlma\n((/RESP 0))\n")
    assert user.count("<<RESP ") == user.count("<</RESP ") == 1


def test_same_judgement_is_the_same_question_to_the_cache() -> None:
    assert key(CASE, "It is the Alma.") == key(CASE, "It is the Alma.\n")
    assert key(CASE, "It is the Alma.") != key(CASE, "It is the Senne.")
    assert key(CASE, "Alma") != key(Case("Which river?", "the Alma"), "Alma")


def test_second_attempt_is_another_question_with_the_same_fence() -> None:
    prompt = put_to_judge(CASE, "It is the Alma.", RUBRICS["answer"]).prompt
    again = remind(prompt)
    assert again.system_text == prompt.system_text
    assert again.user_text.startswith(prompt.user_text + "\n")


def test_rubric_goes_by_what_the_case_expects() -> None:
    assert choose_rubric(CASE).name == "answer"
    assert choose_rubric(Case("Q?", "new", answer_before="old")).name == "superseded"
    assert choose_rubric(Case("Q?", expect="abstain")).name == "abstain"
    assert choose_rubric(Case("Q?", expect="abstain"), "finetunebench").name == "abstain"
    assert choose_rubric(CASE, "finetunebench").name == "finetunebench"
    assert choose_rubric(CASE, "free").name == "free"


def test_unknown_style_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        choose_rubric(CASE, "finetunbench")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "unknown judging style 'finetunbench'. Did you mean 'finetunebench'? Allowed: auto, free, finetunebench."
    )


def test_schema_lists_the_labels_and_allows_nothing_else() -> None:
    assert RUBRICS["answer"].schema == {
        "type": "object",
        "properties": {
            "grade": {"type": "string", "enum": ["CORRECT", "INCORRECT", "NOT_ATTEMPTED"]},
            "quote": {"type": "string"},
        },
        "required": ["grade", "quote"],
        "additionalProperties": False,
    }
    assert RUBRICS["finetunebench"].schema is None
