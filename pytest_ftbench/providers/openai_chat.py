"""The Chat Completions protocol: what a request holds, and how its answer reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.openai_body import (
    count_or_none,
    read_object,
    refuse_body,
    text_or_none,
    whole_characters,
)
from pytest_ftbench.providers.openai_faults import error_text
from pytest_ftbench.providers.openai_parameters import OptionalParameters, Request
from pytest_ftbench.providers.openai_transport import Received
from pytest_ftbench.records import Completion, Prompt

if TYPE_CHECKING:
    import openai

_SCHEMA = "response_format"
LIMITS = ("max_tokens", "max_completion_tokens")
"""The older name, which other servers know, and the one that reasoning models at OpenAI want."""
_WHAT = "a chat completion"
_BROKEN_OFF = ("error", "abort", "insufficient_system_resource")
"""Finish reasons that gateways (OpenRouter), vLLM and DeepSeek give to what they could not bring to its end."""


class ChatCompletions:
    """Asks a model by `POST /chat/completions`.

    limit: the name under which the server takes `max_tokens`, one of LIMITS.
    """

    optional = OptionalParameters(("temperature", "seed"), schema=_SCHEMA, limits=LIMITS)

    def __init__(self, model: str, sampling: Mapping[str, float | int | None], *, limit: str) -> None:
        self._model = model
        wanted = {
            "temperature": sampling["temperature"],
            limit: sampling["max_tokens"],
            "seed": sampling["seed"],
        }
        self._given = {key: value for key, value in wanted.items() if value is not None}

    def request(self, prompt: Prompt) -> Request:
        """The arguments of the SDK's method."""
        messages = [{"role": role, "content": text} for role, text in prompt.messages]
        request: Request = {"model": self._model, "messages": messages, **self._given}
        if prompt.reply_schema:
            schema = {"name": "reply", "strict": True, "schema": json.loads(prompt.reply_schema)}
            request[_SCHEMA] = {"type": "json_schema", "json_schema": schema}
        return request

    def open(self, client: openai.OpenAI, request: Request) -> AbstractContextManager[openai.APIResponse[Any]]:
        """Send a request."""
        return client.chat.completions.with_streaming_response.create(**request)

    def read(self, received: Received, *, secret: str) -> Completion:
        """The completion in an answer; EndpointError when the body is no chat completion, or one that broke off."""
        answer = read_object(received.body, what=_WHAT, secret=secret)
        completion = read_chat(answer, secret=secret)
        return replace(completion, latency_s=received.latency_s, pause_s=received.pause_s)


def read_chat(answer: Mapping[str, object], *, secret: str) -> Completion:
    """The completion in the object that a server answers with.

    A refusal is the text where there is no content; null content without one is an empty answer.
    Raises EndpointError when the object is no chat completion, or one that broke off.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        refuse_body("it has no choices", what=_WHAT)
    finish_reason = text_or_none(choices[0].get("finish_reason"))
    if choices[0].get("error") or finish_reason in _BROKEN_OFF:
        why = error_text({"error": choices[0].get("error")}, secret=secret)
        raise EndpointError(f"HTTP 200, but the answer broke off ({finish_reason}): {why}", fault="transient")
    message = choices[0].get("message")
    if not isinstance(message, Mapping):
        refuse_body("its first choice has no message", what=_WHAT)
    text = message.get("content")
    if text is None:
        text = message.get("refusal") or ""
    if not isinstance(text, str):
        refuse_body(f"the content of its message is {type(text).__name__}, not text", what=_WHAT)
    usage = answer.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    return Completion(
        text=whole_characters(text),
        finish_reason=finish_reason,
        served_model=text_or_none(answer.get("model")),
        fingerprint=text_or_none(answer.get("system_fingerprint")),
        tokens_in=count_or_none(counts.get("prompt_tokens")),
        tokens_out=count_or_none(counts.get("completion_tokens")),
    )
