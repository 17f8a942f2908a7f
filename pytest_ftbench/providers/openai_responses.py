"""The Responses protocol: what a request holds, and how its answer reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.providers.openai_body import (
    count_or_none,
    read_object,
    refuse_body,
    text_or_none,
    whole_characters,
)
from pytest_ftbench.providers.openai_parameters import OptionalParameters, Request
from pytest_ftbench.providers.openai_transport import Received
from pytest_ftbench.records import Completion, Prompt

if TYPE_CHECKING:
    import openai

_SCHEMA = "text"
_WHAT = "a response"
_CUT_SHORT = {"max_output_tokens": "length"}
"""Reasons for an incomplete response that have another name as a finish reason."""


class Responses:
    """Asks a model by `POST /responses`; nothing is kept on the server. There is no seed."""

    optional = OptionalParameters(("temperature", "store"), schema=_SCHEMA)

    def __init__(self, model: str, sampling: Mapping[str, float | int | None]) -> None:
        self._model = model
        wanted = {"temperature": sampling["temperature"], "max_output_tokens": sampling["max_tokens"]}
        self._given = {key: value for key, value in wanted.items() if value is not None}

    def request(self, prompt: Prompt) -> Request:
        """The arguments of the SDK's method."""
        first_role, first_text = prompt.messages[0]
        has_system = first_role == "system"
        asked = [{"role": role, "content": text} for role, text in prompt.messages[has_system:]]
        request: Request = {"model": self._model, "input": asked, "store": False, **self._given}
        if has_system:
            request["instructions"] = first_text
        if prompt.reply_schema:
            schema = {"name": "reply", "strict": True, "schema": json.loads(prompt.reply_schema)}
            request[_SCHEMA] = {"format": {"type": "json_schema", **schema}}
        return request

    def open(self, client: openai.OpenAI, request: Request) -> AbstractContextManager[openai.APIResponse[Any]]:
        """Send a request."""
        return client.responses.with_streaming_response.create(**request)

    def read(self, received: Received, *, secret: str) -> Completion:
        """The completion in an answer.

        A refusal is the text where there is no other; reasoning and interim remarks are none. A response that is
        incomplete has the finish reason `length`, `content_filter` or whatever the server names.
        Raises EndpointError when the body is no response, or one that failed.
        """
        answer = read_object(received.body, what=_WHAT, secret=secret)
        output = answer.get("output")
        if not isinstance(output, list):
            refuse_body("it has no output", what=_WHAT)
        finish_reason = _read_status(answer)
        if not output and finish_reason == "stop":
            refuse_body("its output is empty", what=_WHAT)
        texts, refusals = _read_parts(output, "output_text", "text"), _read_parts(output, "refusal", "refusal")
        usage = answer.get("usage")
        counts = usage if isinstance(usage, Mapping) else {}
        return Completion(
            text=whole_characters("".join(texts or refusals)),
            finish_reason=finish_reason,
            served_model=text_or_none(answer.get("model")),
            tokens_in=count_or_none(counts.get("input_tokens")),
            tokens_out=count_or_none(counts.get("output_tokens")),
            latency_s=received.latency_s,
            pause_s=received.pause_s,
        )


def _read_status(answer: Mapping[str, object]) -> str | None:
    """The finish reason; EndpointError where the response has come to no end."""
    status = answer.get("status")
    if status == "incomplete":
        details = answer.get("incomplete_details")
        reason = text_or_none(details.get("reason")) if isinstance(details, Mapping) else None
        return _CUT_SHORT.get(reason or "", reason or "incomplete")
    if status in ("completed", None):
        return "stop" if status else None
    fault: Fault = "transient" if status == "failed" else "question"
    raise EndpointError(f"HTTP 200, but the response is {str(status)[:40]!r} instead of 'completed'.", fault=fault)


def _read_parts(output: list[object], kind: str, key: str) -> list[str]:
    """The texts of all parts of one kind."""
    texts = [part.get(key) for part in _parts(output) if part.get("type") == kind]
    if not all(isinstance(text, str) for text in texts):
        refuse_body(f"a part of type {kind} holds no text", what=_WHAT)
    return [str(text) for text in texts]


def _parts(output: list[object]) -> Iterator[Mapping[str, object]]:
    for item in output:
        if isinstance(item, Mapping) and item.get("type") == "message" and item.get("phase") != "commentary":
            content = item.get("content")
            if not isinstance(content, list):
                refuse_body("its message has no content", what=_WHAT)
            yield from (part for part in content if isinstance(part, Mapping))
