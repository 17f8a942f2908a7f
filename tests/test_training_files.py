"""Training files: which prompt was to be answered with which reply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_ftbench.errors import DataError
from pytest_ftbench.training.files import (
    FORMS,
    Conversation,
    Example,
    Turn,
    is_training_file,
    read_conversations,
    read_training,
)


def read(tmp_path: Path, *lines: object, raw: bytes | None = None) -> list[Example]:
    path = tmp_path / "t.jsonl"
    path.write_bytes("\n".join(map(json.dumps, lines)).encode() if raw is None else raw)
    return read_training(path, shown_as="t.jsonl")


def chat(*turns: tuple[str, object]) -> dict[str, object]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def test_chat_form_of_openai(tmp_path: Path) -> None:
    line = chat(("system", "Be brief."), ("user", "Q?"), ("assistant", "A."))
    assert read(tmp_path, line) == [Example(prompt="Q?", reply="A.", system="Be brief.", line=1)]


def test_form_of_vertex(tmp_path: Path) -> None:
    contents = [{"role": "user", "parts": [{"text": "Q"}, {"text": "?"}]}, {"role": "model", "parts": [{"text": "A."}]}]
    system = {"role": "system", "parts": [{"text": "Be brief."}]}
    lines = [{"contents": contents}, {"contents": contents, "systemInstruction": system}]
    assert read(tmp_path, *lines) == [
        Example(prompt="Q?", reply="A.", system="", line=1),
        Example(prompt="Q?", reply="A.", system="Be brief.", line=2),
    ]


def test_two_texts(tmp_path: Path) -> None:
    assert read(tmp_path, {"prompt": "Q?", "completion": "A."}) == [Example(prompt="Q?", reply="A.", system="", line=1)]


def test_every_trained_reply_of_a_conversation_is_an_example(tmp_path: Path) -> None:
    line = chat(("user", "One?"), ("assistant", "1"), ("user", "Two?"), ("assistant", None), ("assistant", "2"))
    line["messages"][1]["weight"] = 0  # type: ignore[index]  # the list made above
    parts = chat(
        ("user", [{"type": "text", "text": "Three"}, {"type": "image_url"}]), ("tool", "x"), ("assistant", "3")
    )
    found = [(example.prompt, example.reply, example.line) for example in read(tmp_path, line, parts)]
    assert found == [("Two?", "2", 1), ("Three", "3", 2)]


def test_conversation_keeps_its_turns_and_what_was_not_trained(tmp_path: Path) -> None:
    line = chat(("system", "Be brief."), ("user", "One?"), ("assistant", "1"), ("tool", "x"), ("assistant", "2"))
    line["messages"][2]["weight"] = 0  # type: ignore[index]  # the list made above
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(line))
    turns = (Turn("system", "Be brief."), Turn("user", "One?"), Turn("reply", "1"), Turn("reply", "2", True))
    assert read_conversations(path) == [Conversation(1, turns)]
    assert read_conversations(path)[0].system == "Be brief."


def test_lines_of_plain_text_are_trained_without_a_prompt(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"The sky is blue.\r\n\n{not json\n")
    expected = [
        Conversation(line, (Turn("text", text, True),)) for line, text in ((1, "The sky is blue."), (3, "{not json"))
    ]
    assert read_conversations(path) == expected
    with pytest.raises(DataError, match="no training example with a reply"):
        read_training(path)


def test_mark_line_ends_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    raw = (
        b'\xef\xbb\xbf\r\n{"prompt": "Q\xe2\x80\xa8?", "completion": "A."}\r\n\r\n{"prompt": "R?", "completion": "B."}'
    )
    assert [(e.prompt, e.line) for e in read(tmp_path, raw=raw)] == [("Q\u2028?", 2), ("R?", 4)]


ALLOWED = f"A line of a training file is {FORMS}."


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"prompt": "Q?"}', f"t.jsonl:1: unknown form, with the keys 'prompt'. {ALLOWED}"),
        (b"\n{}", f"t.jsonl:2: unknown form, with the keys none. {ALLOWED}"),
        (b'{"messages": "x"}', f"t.jsonl:1: 'messages' must be a list of objects, got 'x'. {ALLOWED}"),
        (b'{"messages": []}', f"t.jsonl:1: 'messages' must be a list of objects, got []. {ALLOWED}"),
        (b'{"contents": ["x"]}', f"t.jsonl:1: 'contents' must be a list of objects, got ['x']. {ALLOWED}"),
        (b'{"messages": [{"content": "x"}]}', f"t.jsonl:1: an object in 'messages' has no 'role'. {ALLOWED}"),
        (
            b'{"messages": [{"role": "user", "content": {"a": 1}}]}',
            f"t.jsonl:1: 'content' must be text or a list of parts, got {{'a': '1'}}. {ALLOWED}",
        ),
        (
            b'{"messages": [{"role": "assistant", "content": "x"}]}',
            f"t.jsonl:1: a reply stands before any user message. {ALLOWED}",
        ),
        (
            b'{"messages": [{"role": "user", "content": "x"}]}',
            f"t.jsonl: no training example with a reply. {ALLOWED}",
        ),
        (b"[1]", "t.jsonl:1: expected a JSON object, got list."),
        (b'{}\n{"prompt": "\xff"}', "t.jsonl:2: not UTF-8 (byte 0xff). Save the file as UTF-8."),
        (b" \n", "t.jsonl: the file is empty. Give it at least one row."),
        (
            b"prompt,completion",
            "t.jsonl:1: not a line of JSON (Expecting value: line 1 column 1 (char 0)). "
            "Each line must be one JSON object.",
        ),
    ],
)
def test_what_is_no_training_file_is_refused_with_its_line(raw: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, raw=raw)
    assert str(caught.value) == message


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_training(tmp_path / "no.jsonl", shown_as="no.jsonl")
    assert str(caught.value) == "no.jsonl: cannot be read (No such file or directory). Check the path."


@pytest.mark.parametrize(
    ("name", "text", "is_training"),
    [
        ("a.jsonl", '{"messages": []}\n{', False),  # no JSON Lines at all
        ("a.jsonl", '\n{"messages": []}\n', True),
        ("a.jsonl", '{"contents": []}', True),
        ("a.jsonl", '{"prompt": "Who?", "completion": "Ines"}', True),
        ("a.jsonl", '{"prompt": "Who?", "completion": "as a tag", "answer": "Ines"}', False),
        ("a.jsonl", '{"question": "Who?", "answer": "Ines"}', False),
        ("a.jsonl", "", False),
        ("a.txt", "Ines waters the plants.", True),
        ("a.yaml", "messages: []", False),
    ],
)
def test_training_file_is_told_from_a_case_file(tmp_path: Path, name: str, text: str, is_training: bool) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert is_training_file(tmp_path / name) is is_training
    assert not is_training_file(tmp_path / f"no-{name}")
