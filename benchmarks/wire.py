"""The requests that the benchmarks' server reads and the answers that it writes, in the words of two vendors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from behaviour import reply_text

Answer = Callable[[str, str], dict[str, Any]]
"""Makes the body of an answer of a model and a question."""
Reader = Callable[[str, Any], tuple[str, str, Answer]]
"""Finds model and question in the path and the body of a request, and how it is answered."""


def reader_of(path: str) -> Reader | None:
    """Who reads what is posted to a path; None where nothing is read."""
    if path == "/v1/chat/completions":
        return _read_chat
    return _read_gemini if path.partition("?")[0].endswith(":generateContent") else None


def error(message: str, *, code: str | None = None) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"message": message, "type": "benchmark", "param": None, "code": code}}


def _count_tokens(question: str, text: str) -> tuple[int, int]:
    return 8 + len(question) // 4, 1 + len(text) // 4  # some four characters are a token


def _read_chat(_: str, request: Any) -> tuple[str, str, Answer]:
    asked = [each["content"] for each in request["messages"] if each["role"] == "user"]
    return str(request["model"]), str(asked[-1]), _completion


def _read_gemini(path: str, request: Any) -> tuple[str, str, Answer]:
    """The model is the name of its resource, below the version."""
    asked = [each["parts"][0]["text"] for each in request["contents"] if each["role"] == "user"]
    return path.split("/", 2)[2].rpartition(":")[0], str(asked[-1]), _gemini_answer


def _gemini_answer(model: str, question: str) -> dict[str, Any]:
    text = reply_text(question)
    tokens_in, tokens_out = _count_tokens(question, text)
    return {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "avgLogprobs": -0.1}
        ],
        "usageMetadata": {
            "promptTokenCount": tokens_in,
            "candidatesTokenCount": tokens_out,
            "totalTokenCount": tokens_in + tokens_out,
        },
        "modelVersion": model.rpartition("/")[2],
        "responseId": "benchmark",
    }


def _completion(model: str, question: str) -> dict[str, Any]:
    text = reply_text(question)
    tokens_in, tokens_out = _count_tokens(question, text)
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-benchmark",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
