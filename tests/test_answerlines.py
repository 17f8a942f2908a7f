"""The lines by which answers leave one cache and enter another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ftbench.answerlines import (
    LONGEST_LINE,
    Refused,
    answer_line,
    header_line,
    read_answer_line,
    read_header_line,
)
from pytest_ftbench.cache import Entry
from pytest_ftbench.prompts import build_prompt, key_of, request_text

IDENTITY = {"provider": "openai", "base_url": "http://a/v1", "model": "m", "revision": None}
WHEN = "2026-01-02T03:04:05+00:00"
ANSWER = {
    "text": "25",
    "finish_reason": "stop",
    "served_model": "m-1",
    "fingerprint": None,
    "deployment": None,
    "tokens_in": 11,
    "tokens_out": 3,
    "latency_s": 0.25,
}


def request(question: str = "How many?", **more: Any) -> str:
    fields = {"identity": IDENTITY, "sampling": {"temperature": 0.0, "seed": None}, "sample": 1, **more}
    return request_text(build_prompt(question), **fields)


def row(question: str = "How many?", **more: Any) -> tuple[str, Entry]:
    asked = request(question)
    return key_of(asked), Entry({**ANSWER, **more, "request": asked}, WHEN, "0.1.0")


def line(**changes: Any) -> bytes:
    """The line of a row, with some of its fields changed."""
    fields = json.loads(answer_line(*row()))
    for name, value in changes.items():
        if value is ...:
            del fields[name]
        else:
            fields[name] = value
    return json.dumps(fields).encode()


def fault(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_answer_line(raw)
    return str(caught.value)


def test_line_shows_request_answer_and_where_it_comes_from() -> None:
    key, entry = row()
    raw = answer_line(key, entry)
    assert raw.endswith(b"\n")
    assert json.loads(raw) == {
        "kind": "answer",
        "key": key,
        "request": {
            "schema": 1,
            "identity": IDENTITY,
            "messages": [["user", "How many?"]],
            "sampling": {"temperature": 0.0, "seed": None},
            "sample": 1,
        },
        "answer": ANSWER,
        "written_at": WHEN,
        "version": "0.1.0",
    }


@pytest.mark.parametrize(
    "text", ["naïve \U0001f600 答え", "lone \ud800 surrogate", "\u2028 \x00 \r\n \\", "", "x" * 99_999]
)
def test_line_gives_the_row_back(text: str) -> None:
    asked = request(text)
    stored = Entry({**ANSWER, "text": text, "request": asked}, WHEN, "0.1.0")
    raw = answer_line(key_of(asked), stored)
    assert raw.count(b"\n") == 1
    assert read_answer_line(raw) == (key_of(asked), stored)


def test_request_with_a_schema_for_the_reply_comes_back() -> None:
    asked = request_text(build_prompt("?", reply_schema={"type": "object"}), identity=IDENTITY, sampling={}, sample=3)
    stored = Entry({**ANSWER, "request": asked}, WHEN, "0.1.0")
    assert read_answer_line(answer_line(key_of(asked), stored)) == (key_of(asked), stored)


def test_row_without_its_request_or_under_a_key_of_another_is_not_handed_on() -> None:
    key, entry = row()
    without = Entry(ANSWER, WHEN, "0.1.0")
    with pytest.raises(Refused, match="without its request"):
        answer_line(key, without)
    with pytest.raises(Refused, match="key does not follow"):
        answer_line(key_of("another"), entry)
    with pytest.raises(Refused, match="longer than 8 MiB"):
        answer_line(*row(text="x" * LONGEST_LINE))


def of_request(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A line whose request is changed, and whose key follows from it."""
    fields = json.loads(line())
    change(fields["request"])
    text = json.dumps(fields["request"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return json.dumps({**fields, "key": key_of(text)}).encode()


def test_answer_of_one_question_cannot_be_passed_off_as_that_of_another() -> None:
    other, _ = row("How few?")
    assert fault(line(key=other)) == "Its key does not follow from its request: one of the two has been changed."
    asked = json.loads(line())["request"]
    for change in (
        {"identity": {**IDENTITY, "model": "n"}},
        {"identity": {**IDENTITY, "base_url": None}},
        {"messages": [["user", "How few?"]]},
        {"messages": [["system", "Lie."], ["user", "How many?"]]},
        {"sampling": {"temperature": 1.0, "seed": None}},
        {"sample": 2},
    ):
        assert "key does not follow" in fault(line(request={**asked, **change})), change


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "result"}, "Its kind is 'result', not 'answer'."),
        ({"kind": ...}, "Its kind is None, not 'answer'."),
        ({"key": ...}, "Its key does not follow from its request: one of the two has been changed."),
        ({"request": ...}, "It has no request."),
        ({"request": []}, "It has no request."),
        ({"answer": ...}, "It has no answer."),
        ({"written_at": "yesterday"}, "It does not say when it was written: 'written_at' is 'yesterday'."),
        (
            {"written_at": "2026-01-02T03:04:05"},
            "It does not say when it was written: 'written_at' is '2026-01-02T03:04:05'.",
        ),
        ({"written_at": 5}, "It does not say when it was written: 'written_at' is 5."),
        ({"version": None}, "It does not say by which version it was written."),
    ],
    ids=str,
)
def test_line_that_is_none_of_ours_is_refused(changes: dict[str, Any], message: str) -> None:
    assert fault(line(**changes)) == message


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": ["25"]},
        {"finish_reason": 1},
        {"served_model": {}},
        {"tokens_in": "11"},
        {"tokens_in": -1},
        {"tokens_out": 10**400},  # an int that no float can hold would end every session that counts costs
        {"tokens_out": True},
        {"latency_s": "1"},
        {"latency_s": 10**400},
        {"latency_s": -0.1},
    ],
    ids=str,
)
def test_answer_with_a_field_of_another_kind_is_refused(change: dict[str, Any]) -> None:
    raw = line(answer={**ANSWER, **change})
    assert fault(raw) == "Its answer is none of ours: a field is missing, or of another kind."


def test_field_of_an_answer_that_is_not_known_is_passed_over() -> None:
    found = read_answer_line(line(answer={**ANSWER, "error": "boom", "claimed_by": "me", "request": "x"}))
    assert found == row()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda asked: asked.pop("sample"),
            "Its request is none of ours: 'sample' is missing, unknown or of another kind.",
        ),
        (lambda asked: asked.update(sample=0), "'sample' is missing"),
        (lambda asked: asked.update(sample=True), "'sample' is missing"),
        (lambda asked: asked.update(more=1), "'more' is missing"),
        (lambda asked: asked.update(messages=[["user"]]), "'messages' is missing"),
        (lambda asked: asked.update(messages=[["user", 1]]), "'messages' is missing"),
        (lambda asked: asked.update(identity=[]), "'identity' is missing"),
        (lambda asked: asked["identity"].update(model=1), "'identity' is missing"),
        (lambda asked: asked.update(sampling={"seed": []}), "'sampling' is missing"),
        (lambda asked: asked.update(reply_schema={}), "'reply_schema' is missing"),
        (lambda asked: asked.update(deployment_of={}), "'deployment_of' is missing"),
        (lambda asked: asked.update(schema=2), "Its request is of schema 2; this version asks by 1."),
    ],
)
def test_request_that_no_session_sends_is_refused(change: Callable[[dict[str, Any]], object], message: str) -> None:
    assert message in fault(of_request(change))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            b"{",
            "It is not a line of JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)).",
        ),
        (b"[1]", "It is not a JSON object but list."),
        (b'{"a": NaN}', "It is not a line of JSON (NaN is not JSON)."),
        (b'{"a": 1, "a": 2}', "It is not a line of JSON (key 'a' stands twice)."),
        (b'{"a": "\xff"}', "It is not UTF-8 (byte 0xff)."),
        (b"x" * (LONGEST_LINE + 1), "It is longer than 8 MiB."),
    ],
    ids=["cut off", "list", "NaN", "doubled", "UTF-8", "long"],
)
def test_line_that_is_no_json_object_is_refused(raw: bytes, message: str) -> None:
    assert fault(raw) == message


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"a":' * 200_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_line_that_json_chokes_on_is_refused(raw: bytes) -> None:
    assert "It is not a line of JSON" in fault(raw)


def test_header_says_the_schema_and_may_stand_between_lines() -> None:
    assert header_line() == b'{"kind":"answers","schema":1}\n'
    assert read_header_line(header_line()) == 1
    assert read_header_line(b'{"kind":"answers","schema":7}') == 7
    assert read_answer_line(header_line()) is None


@pytest.mark.parametrize(
    "raw", [b"", b"question,answer\n", b'{"kind": "run", "schema": 1}\n', b"\xff\n", b'{"kind": "answers"}']
)
def test_other_files_have_no_such_header(raw: bytes) -> None:
    assert read_header_line(raw) is None
