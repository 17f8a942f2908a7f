"""The body of a 200 answer: a chat completion, or whatever else a wrong address sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.providers.openai_faults import body_fault, error_text, one_line
from pytest_ftbench.records import Completion

LONGEST_BODY = 64 * 2**20
"""Bytes, unpacked: some 200 KB of gzip can become 200 MB."""


def read_completion(body: bytes, *, latency_s: float, secret: str, pause_s: float | None = None) -> Completion:
    """The completion in a body; pause_s is what its headers said.

    A refusal is the text where there is no content; null content without one is an empty answer.
    Raises EndpointError when the body is no chat completion.
    """
    answer = _parse(body, secret)
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        _refuse("it has no choices")
    message = choices[0].get("message")
    if not isinstance(message, Mapping):
        _refuse("its first choice has no message")
    text = message.get("content")
    if text is None:
        text = message.get("refusal") or ""
    if not isinstance(text, str):
        _refuse(f"the content of its message is {type(text).__name__}, not text")
    usage = answer.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    return Completion(
        text=_whole_characters(text),
        finish_reason=_text_or_none(choices[0].get("finish_reason")),
        served_model=_text_or_none(answer.get("model")),
        fingerprint=_text_or_none(answer.get("system_fingerprint")),
        tokens_in=_count_or_none(counts.get("prompt_tokens")),
        tokens_out=_count_or_none(counts.get("completion_tokens")),
        latency_s=latency_s,
        pause_s=pause_s,
    )


def _parse(body: bytes, secret: str) -> Mapping[str, object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        start = one_line(body[:200].decode("utf-8", "replace"), secret=secret)
        if start.startswith("<"):
            _refuse("the body is a page of HTML")
        # Most likely the rest was lost on the way.
        _refuse(f"the body is not JSON: {start[:60]!r}" if start else "the body is empty", fault="transient")
    if not isinstance(answer, Mapping):
        _refuse(f"the body is a JSON {type(answer).__name__}")
    if answer.get("error"):
        text = f"HTTP 200, but with an error: {error_text(answer, secret=secret)}"
        raise EndpointError(text, fault=body_fault(answer))
    return answer


def _refuse(why: str, *, fault: Fault = "question") -> NoReturn:
    raise EndpointError(f"HTTP 200, but not a chat completion (is base_url right?): {why}.", fault=fault)


def _whole_characters(text: str) -> str:
    """The text with halves of surrogate pairs joined or replaced: alone they cannot be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _text_or_none(value: object) -> str | None:
    return _whole_characters(value) if isinstance(value, str) else None


def _count_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
