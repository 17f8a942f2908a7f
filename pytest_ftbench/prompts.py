"""What is sent for a case, and the hashes that name it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring

from pytest_ftbench.records import Case, Prompt

KEY_SCHEMA = 1
"""Raise it when an old answer may no longer be served for the same key."""


def build_prompt(
    text: str,
    *,
    system: str = "",
    reply_schema: Mapping[str, object] | None = None,
    earlier: Iterable[tuple[str, str]] = (),
) -> Prompt:
    """The messages for one question: the system message, if there is one, then the text.

    earlier: the turns before it, each with the answer that it got.
    reply_schema: the JSON Schema of the reply, for endpoints with structured output.
    """
    messages = [("system", system)] if system else []
    for turn, answer in earlier:
        messages += [("user", turn), ("assistant", answer)]
    schema = "" if reply_schema is None else _CANONICAL.encode(reply_schema)
    return Prompt((*messages, ("user", text)), schema)


def content_hash(case: Case) -> str:
    """What the case asks and expects, as 16 hexadecimal digits: comparisons pair results by it.

    Neither the id nor the place nor the tags enter, so that a renamed or moved question stays the same question. Nor
    does the day: a question whose year is moved along with it is the same one next year.
    """
    asked = (case.written, case.written) if case.written else (case.question, case.text_to_send)
    aliases = case.aliases if case.expect == "answer" else ()  # what may leak grows with the store
    content = (*asked, case.system, case.expect, case.answer, case.match, *aliases)
    listed = ",".join(map(encode_basestring, content))  # as `canonical` writes a list of texts, in half the time
    text = f"[{listed}]"
    if case.turns:
        text += f"[{','.join(map(encode_basestring, case.turns))}]"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def key_of(request: str) -> str:
    """The cache key of the answer to a request: the SHA-256 of its text, in hexadecimal digits."""
    return hashlib.sha256(request.encode("utf-8", "surrogatepass")).hexdigest()


def request_text(
    prompt: Prompt, *, identity: Mapping[str, str | None], sampling: Mapping[str, float | int | None], sample: int
) -> str:
    """All that decides what the answer is, as canonical JSON.

    identity: provider, base_url, model and revision. sampling: temperature, max_tokens, seed.
    Not in it: keys and other secrets, time-outs, retries, concurrency.
    """
    request = {
        "schema": KEY_SCHEMA,
        "identity": dict(identity),
        "messages": prompt.messages,
        "sampling": dict(sampling),
        "sample": sample,
    }
    if prompt.reply_schema:
        request["reply_schema"] = prompt.reply_schema
    return canonical(request)


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical(value: object) -> str:
    """JSON that is the same for equal values: keys sorted, no blanks, every character as itself."""
    return _CANONICAL.encode(value)
