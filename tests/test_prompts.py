"""What is sent, the key under which its answer is kept, and the hash by which results are paired."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from pytest_ftbench.prompts import build_prompt, content_hash, key_of, request_text
from pytest_ftbench.records import Case, Prompt

PROMPT = Prompt((("system", "Be brief."), ("user", "How many?")))
IDENTITY = {"provider": "openai", "base_url": "https://a/v1", "model": "m", "revision": None}
SAMPLING = {"temperature": 0, "max_tokens": 100, "seed": 42}


def key(prompt: Prompt = PROMPT, *, sample: int = 1, sampling: Any = SAMPLING, **identity: str | None) -> str:
    return key_of(request_text(prompt, identity={**IDENTITY, **identity}, sampling=sampling, sample=sample))


def test_key_is_a_sha_256_in_hexadecimal_that_never_changes() -> None:
    # By sha256sum of {"identity":{"base_url":"https://a/v1","model":"m","provider":"openai","revision":null},
    # "messages":[["system","Be brief."],["user","How many?"]],"sample":1,
    # "sampling":{"max_tokens":100,"seed":42,"temperature":0},"schema":1} on one line, no blank after the commas.
    assert key() == "0a4a69243bcd93dc4f0dfc7039c9c43256b6c41570f3de7a9d30ecf9a8bada20"


@pytest.mark.parametrize(
    "changed",
    [
        {"provider": "vertex"},
        {"base_url": "https://b/v1"},
        {"base_url": None},
        {"model": "m2"},
        {"revision": "2"},
        {"sample": 2},
        {"sampling": {**SAMPLING, "temperature": 0.5}},
        {"sampling": {**SAMPLING, "max_tokens": 101}},
        {"sampling": {**SAMPLING, "max_tokens": None}},
        {"sampling": {**SAMPLING, "seed": 43}},
        {"sampling": {**SAMPLING, "seed": None}},
    ],
    ids=str,
)
def test_key_changes_with_every_field_of_endpoint_and_sampling(changed: dict[str, Any]) -> None:
    assert key(**changed) != key()


@pytest.mark.parametrize(
    "messages",
    [
        (("system", "Be brief!"), ("user", "How many?")),
        (("system", "Be brief."), ("user", "How many? ")),
        (("user", "Be brief."), ("user", "How many?")),
        (("system", "Be brief."), ("assistant", "How many?")),
        (("user", "How many?"), ("system", "Be brief.")),
        (("user", "How many?"),),
        (("system", "Be brief."), ("user", "How many?"), ("user", "")),
        (("system", "Be brief.user"), ("", "How many?")),
    ],
    ids=str,
)
def test_key_changes_with_role_text_order_and_number_of_messages(messages: tuple[tuple[str, str], ...]) -> None:
    assert key(Prompt(messages)) != key()


def test_key_changes_with_the_schema_of_the_reply_and_not_with_the_order_of_its_keys() -> None:
    def key(schema: dict[str, Any] | None) -> str:
        return key_of(request_text(build_prompt("Q?", reply_schema=schema), identity={}, sampling={}, sample=1))

    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})
    assert len({key(None), key({"a": 1}), key({"a": 2})}) == 3


def test_key_does_not_depend_on_the_order_of_fields() -> None:
    turned = dict(reversed(list(SAMPLING.items())))
    identity = dict(reversed(list(IDENTITY.items())))
    assert key_of(request_text(PROMPT, identity=identity, sampling=turned, sample=1)) == key()


def test_key_tells_lone_surrogates_and_like_looking_letters_apart() -> None:
    texts = ["\ud800", "\ud801", "?", "é", "e\u0301"]
    assert len({key(build_prompt(text)) for text in texts}) == len(texts)


def test_prompt_has_a_system_message_only_where_there_is_one() -> None:
    assert build_prompt("Q?").messages == (("user", "Q?"),)
    assert build_prompt("Q?", system="S.").messages == (("system", "S."), ("user", "Q?"))


CASE = Case("Q?", "25", fact="f", id="i", suite="s", system="S.", match="number")


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "j"},
        {"fact": "g"},
        {"suite": "t"},
        {"variant": "v"},
        {"tags": {"a": "b"}},
        {"place": "f:1"},
        {"prompt": "Q?"},
        {"requires": ("memorization",)},
        {"valid_from": "2024-06-01", "review_by": "2026-06-01", "source": "https://example.org"},
    ],
    ids=str,
)
def test_content_hash_is_that_of_the_question_wherever_it_stands(changed: dict[str, Any]) -> None:
    assert content_hash(replace(CASE, **changed)) == content_hash(CASE)


@pytest.mark.parametrize(
    "changed",
    [{"question": "R?"}, {"prompt": "P"}, {"system": ""}, {"expect": "abstain"}, {"answer": "26"}, {"match": "auto"},
     {"aliases": ("26",)}, {"turns": ("Q?", "Sure?")}],
    ids=str,
)  # fmt: skip
def test_content_hash_changes_with_what_is_asked_or_expected(changed: dict[str, Any]) -> None:
    assert content_hash(replace(CASE, **changed)) != content_hash(CASE)


def test_content_hash_tells_turns_and_aliases_apart() -> None:
    assert content_hash(replace(CASE, aliases=("a", "b"))) != content_hash(replace(CASE, aliases=("a",), turns=("b",)))
    assert content_hash(replace(CASE, turns=("a", "b"))) != content_hash(replace(CASE, turns=("a b",)))


def test_content_hash_does_not_depend_on_the_day() -> None:
    old = replace(CASE, question="In 2035?", written="In 2024? +10y", expect="abstain")
    new = replace(old, question="In 2036?")
    assert content_hash(old) == content_hash(new)
    assert content_hash(replace(old, written="In 2024? +9y")) != content_hash(old)


def test_content_hash_does_not_depend_on_what_would_leak() -> None:
    due = replace(CASE, expect="abstain", trained_answer="25", aliases=("26",))
    assert content_hash(replace(due, trained_answer="1", aliases=())) == content_hash(due)


def test_content_hash_of_a_plain_question_never_changes() -> None:
    content = b'["Q?","Q?","S.","answer","25","number"]'
    assert content_hash(CASE) == hashlib.sha256(content).hexdigest()[:16]


def test_content_hash_is_sixteen_hexadecimal_digits() -> None:
    assert len(content_hash(CASE)) == 16
    assert int(content_hash(CASE), 16) >= 0
