"""What is sent to a model on Vertex AI for a prompt, and what its answer says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.providers.openai_body import count_or_none, text_or_none, whole_characters
from pytest_ftbench.providers.vertex_faults import one_line, status_error
from pytest_ftbench.records import Completion, Prompt

if TYPE_CHECKING:
    from google.genai import types

SAFETY = ("off", "service")
"""What `safety=` may be: filters off, or as the service has them."""

_CATEGORIES = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
_OFF = [{"category": f"HARM_CATEGORY_{name}", "threshold": "OFF"} for name in _CATEGORIES]
_ROLES = {"assistant": "model"}


def write_contents(prompt: Prompt) -> list[types.ContentDict]:
    """The messages, but for those of the system."""
    return [
        {"role": _ROLES.get(role, role), "parts": [{"text": text}]}
        for role, text in prompt.messages
        if role != "system"
    ]


def write_config(
    prompt: Prompt, sampling: Mapping[str, float | int | None], *, takes_schemas: bool
) -> types.GenerateContentConfig:
    """How it is asked: for one candidate, without tools, with the answer as it came.

    The SDK's own reading of an answer warns of finish reasons that it does not know, which some sessions make errors.
    """
    from google.genai import types

    config: dict[str, object] = {
        "candidate_count": 1,
        "automatic_function_calling": {"disable": True},
        "should_return_http_response": True,
        "temperature": sampling["temperature"],
        "max_output_tokens": sampling["max_tokens"],
        "seed": sampling["seed"],
    }
    if system := "\n\n".join(text for role, text in prompt.messages if role == "system"):
        config["system_instruction"] = {"parts": [{"text": system}]}
    if sampling["safety_off"]:
        config["safety_settings"] = _OFF
    if sampling["thinking_budget"] is not None:
        config["thinking_config"] = {"thinking_budget": sampling["thinking_budget"]}
    if prompt.reply_schema and takes_schemas:
        config["response_mime_type"] = "application/json"
        config["response_json_schema"] = json.loads(prompt.reply_schema)
    return types.GenerateContentConfig.model_validate(config)


def read_completion(body: str, *, latency_s: float, deployment: str | None) -> Completion:
    """The completion in a body.

    A prompt or an answer that was blocked is a completion without text, whose finish reason says so: never an error,
    as asking again would not help, and never right. Its thoughts are no part of an answer, but were paid for.
    Raises EndpointError when the body is no answer of a model.
    """
    answer = parse_body(body)
    candidates, feedback = answer.get("candidates"), answer.get("promptFeedback")
    if not any(key in answer for key in ("candidates", "promptFeedback", "usageMetadata", "modelVersion")):
        refuse("it has no candidates")
    usage = answer.get("usageMetadata")
    counts = usage if isinstance(usage, Mapping) else {}
    spoken, thought = (count_or_none(counts.get(f"{kind}TokenCount")) for kind in ("candidates", "thoughts"))
    text, reason = _read_candidate(candidates, feedback)
    return Completion(
        text=whole_characters(text),
        finish_reason=reason,
        served_model=text_or_none(answer.get("modelVersion")),
        deployment=deployment,
        tokens_in=count_or_none(counts.get("promptTokenCount")),
        tokens_out=None if spoken is None and thought is None else (spoken or 0) + (thought or 0),
        latency_s=latency_s,
    )


def _read_candidate(candidates: object, feedback: object) -> tuple[str, str | None]:
    """Text and finish reason of the first candidate; where there is none, why."""
    if candidates is not None and not isinstance(candidates, list):
        refuse(f"its candidates are {type(candidates).__name__}, not a list")
    if not candidates:
        blocked = feedback.get("blockReason") if isinstance(feedback, Mapping) else None
        return "", f"PROMPT_BLOCKED:{whole_characters(blocked)}" if isinstance(blocked, str) else "EMPTY"
    first = candidates[0]
    if not isinstance(first, Mapping):
        refuse("its first candidate is no object")
    content = first.get("content")
    parts = content.get("parts") if isinstance(content, Mapping) else None
    if parts is not None and not isinstance(parts, list):
        refuse("the parts of its content are no list")
    texts = []
    for part in parts or ():
        text = part.get("text") if isinstance(part, Mapping) else None
        if isinstance(text, str) and not part.get("thought"):
            texts.append(text)
    return "".join(texts), text_or_none(first.get("finishReason"))


def parse_body(body: str) -> Mapping[str, object]:
    """The object in a body with status 200; EndpointError for anything else, an error that it reports included."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        start = one_line(body[:200])
        if start.startswith("<"):
            refuse("the body is a page of HTML")
        # Most likely the rest was lost on the way.
        refuse(f"the body is not JSON: {start[:60]!r}" if start else "the body is empty", fault="transient")
    if not isinstance(answer, Mapping):
        refuse(f"the body is a JSON {type(answer).__name__}")
    error = answer.get("error")
    if error:
        status = error.get("code") if isinstance(error, Mapping) else None
        inner = status_error(status if isinstance(status, int) and 400 <= status < 600 else 200, body.encode(), {})
        raise EndpointError(f"HTTP 200, but with an error: {str(inner).partition(': ')[2]}", fault=inner.fault)
    return answer


def refuse(why: str, *, fault: Fault = "question") -> NoReturn:
    """Raise the EndpointError that says why a body is no answer."""
    raise EndpointError(f"HTTP 200, but no answer of a model (is base_url right?): {why}.", fault=fault)
