"""Training files are held to what the services say that they take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.errors import DataError
from pytest_ftbench.training.formats import Format
from pytest_ftbench.training.validation import check_training, line_faults, size_faults


def chat(*turns: Any) -> dict[str, Any]:
    """A line of OpenAI's; a turn is (role, content), or a whole message."""
    return {
        "messages": [
            dict(zip(("role", "content"), turn, strict=True)) if isinstance(turn, tuple) else turn for turn in turns
        ]
    }


def contents(*turns: tuple[str, Any], **more: Any) -> dict[str, Any]:
    """A line of Vertex AI's."""
    return {**more, "contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns]}


ASKED, TOLD = ("user", "Q?"), ("assistant", "A.")
CALL = {"role": "assistant", "tool_calls": [{"id": "1"}]}


@pytest.mark.parametrize(
    "line",
    [
        chat(ASKED, TOLD),
        chat(("system", "S."), ASKED, TOLD, ASKED, TOLD),
        chat(("developer", "S."), ASKED, {"role": "assistant", "content": "A.", "weight": "0"}, ASKED, TOLD),
        chat(ASKED, CALL, {"role": "tool", "content": "x", "tool_call_id": "1"}, TOLD),
        chat(("user", [{"type": "text", "text": "Q?"}, {"type": "image_url", "image_url": {}}]), TOLD),
        contents(("user", "Q?"), ("model", "A.")),
        contents(("user", "Q?"), ("model", "A."), systemInstruction={"parts": [{"text": "S."}]}),
        contents(("user", "Q?"), ("model", "A."), ("user", "R?"), ("model", "B.")),
        {"contents": [{"role": "user", "parts": [{"fileData": {}}]}, {"role": "model", "parts": [{"text": "A."}]}]},
    ],
)
def test_line_that_a_service_takes_has_no_fault(line: dict[str, Any]) -> None:
    assert list(line_faults(line, Format.OPENAI if "messages" in line else Format.VERTEX)) == []


KEYS = "role, content, name, weight, function_call, tool_calls, tool_call_id, refusal"
ROLES = "system, developer, user, assistant, tool, function"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (chat(), "the line has no 'messages' that is a list of objects"),
        ({"messages": ["x"]}, "the line has no 'messages' that is a list of objects"),
        (chat(ASKED), "the last message is of the user, and must be of the assistant"),
        (chat(ASKED, TOLD, ASKED), "the last message is of the user, and must be of the assistant"),
        (chat(ASKED, ("model", "A.")), f"message 2 has the role 'model'. Allowed are {ROLES}"),
        (chat(ASKED, ("assistant", " ")), "message 2 has no text in 'content'"),
        (chat(("user", None), TOLD), "message 1 has no text in 'content'"),
        (chat(("user", [{"type": "text", "text": ""}]), TOLD), "message 1 has a part without text"),
        (chat({"role": "user", "text": "Q?"}, TOLD), f"message 1 has the key 'text'. Allowed are {KEYS}"),
        (
            chat({"role": "user", "content": "Q?", "weight": "1"}, TOLD),
            "message 1 has the weight '1'. Only replies of the assistant have one, 0 or 1",
        ),
        (
            chat(ASKED, {"role": "assistant", "content": "A.", "weight": "0.5"}),
            "message 2 has the weight '0.5'. Only replies of the assistant have one, 0 or 1",
        ),
        (
            chat(ASKED, {"role": "assistant", "content": "A.", "weight": "0"}),
            "no reply is trained: all have the weight 0",
        ),
        (
            chat(ASKED, ("assistant", "x" * 262_146)),
            "some 65,537 tokens, and of an example OpenAI trains no more than 65,536",
        ),
        ({"contents": []}, "the line has no 'contents' that is a list of objects"),
        (
            contents(("model", "A.")),
            "content 1 has the role 'model', and must have 'user'. Roles alternate, user first",
        ),
        (
            contents(("user", "Q?"), ("assistant", "A.")),
            "content 2 has the role 'assistant', and must have 'model'. Roles alternate, user first",
        ),
        (
            contents(("user", "Q?"), ("user", "R?"), ("model", "A.")),
            "content 2 has the role 'user', and must have 'model'. Roles alternate, user first",
        ),
        (
            contents(("user", "Q?"), ("model", "A."), ("user", "R?")),
            "the last content is of the user, and must be of the model",
        ),
        (contents(("user", "Q?"), ("model", "")), "content 2 has a part without text"),
        (
            {"contents": [{"role": "user", "parts": []}, {"role": "model", "parts": [{"text": "A."}]}]},
            "content 1 has no 'parts' that is a list of objects",
        ),
        (
            contents(("user", "Q?"), ("model", "A."), systemInstruction="S."),
            "'systemInstruction' must be an object with 'parts'",
        ),
        (
            contents(("user", "Q?"), ("model", "x" * 524_300)),
            "some 131,075 tokens, and of an example Vertex AI trains no more than 131,072",
        ),
    ],
)
def test_fault_of_a_line(line: dict[str, Any], fault: str) -> None:
    found = list(line_faults(line, Format.OPENAI if "messages" in line else Format.VERTEX))
    assert found == [fault]


@pytest.mark.parametrize(
    ("form", "examples", "size", "faults"),
    [
        ("openai", 10, 512 * 10**6, []),
        ("openai", 9, 1, ["9 examples, and OpenAI takes no fewer than 10"]),
        ("openai", 10, 513 * 10**6, ["513 MB, and OpenAI takes no more than 512 MB"]),
        ("vertex", 10, 10**9, []),
        ("vertex", 9, 1, ["9 examples, and Vertex AI takes no fewer than 10"]),
        (
            "vertex",
            10**6 + 1,
            2 * 10**9,
            [
                "1,000,001 examples, and Vertex AI takes no more than 1,000,000",
                "2,000 MB, and Vertex AI takes no more than 1,000 MB",
            ],
        ),
        ("text", 0, 10**12, []),
    ],
)
def test_faults_of_a_whole_file(form: str, examples: int, size: int, faults: list[str]) -> None:
    assert list(size_faults(Format(form), examples=examples, size=size)) == faults


def test_file_is_checked_line_by_line_and_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    lines = [chat(ASKED, TOLD), chat(ASKED), contents(("user", "Q?"), ("model", "A."))]
    path.write_text("\n\n".join(map(json.dumps, lines)))
    assert list(map(str, check_training(path))) == [
        "line 3: the last message is of the user, and must be of the assistant",
        "line 5: the line has no 'messages' that is a list of objects",
        "3 examples, and OpenAI takes no fewer than 10",
    ]
    path.write_text("\n".join(json.dumps(chat(ASKED, TOLD)) for _ in range(10)))
    assert check_training(path) == []


def test_plain_text_is_taken_as_it_is_and_other_forms_are_refused(tmp_path: Path) -> None:
    text, pairs = tmp_path / "t.txt", tmp_path / "t.jsonl"
    text.write_text("The sky is blue.\n")
    pairs.write_text('{"prompt": "Q?", "completion": "A."}\n')
    assert check_training(text) == []
    with pytest.raises(DataError) as caught:
        check_training(pairs, shown_as="t.jsonl")
    assert str(caught.value) == "t.jsonl:1: no service takes this form: neither 'messages' nor 'contents'."
