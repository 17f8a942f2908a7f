"""What went wrong with a call, in one line that holds neither keys nor pages of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers.openai_address import PLACEHOLDER
from pytest_ftbench.providers.openai_limits import Headers, may_ask_again, read_pause, read_retry_after

_LONGEST = 300
_KEY_LIKE = pattern(r"\bsk-[\w*-]{4,}|\borg-[A-Za-z0-9]{12,}|\bproj_[A-Za-z0-9]{12,}")
"""Keys, and the ids of organisations and projects, which OpenAI repeats in its errors."""
_HINTS = {
    401: "Check the key.",
    403: "May this key use this model, and from here?",
    404: "Is base_url right, and does the model exist?",
}


_SPENT = frozenset(("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"))
"""Codes, or types, of errors that no waiting mends, whatever their status."""
_STATUS_OF = {"server_error": 500, "rate_limit_exceeded": 429}
"""The status that a code would have had, had the server not begun with 200."""


class StatusError(EndpointError):
    """The error that an HTTP status other than 2xx is."""

    status = 0
    body: object = None
    """Parsed JSON, or else the text."""


def status_error(status: int, raw: bytes, headers: Headers, *, secret: str) -> StatusError:
    """The error of a status and its body. headers: by name, in any case."""
    body = _read_body(raw)
    fault = status_fault(status, body)
    if fault == "transient" and not may_ask_again(headers):
        fault = "question"
    pause_s = read_retry_after(headers) if fault in ("transient", "throttled") else None
    if pause_s is None and fault == "throttled":
        pause_s = read_pause(headers)
    error = StatusError(_status_text(status, body, secret), fault=fault, retry_after_s=pause_s)
    error.status, error.body = status, body
    return error


def status_fault(status: int, body: object) -> Fault:
    """What an HTTP status other than 2xx, and the code in its body, say of the calls to come."""
    if not _SPENT.isdisjoint(_codes(body)) or 300 <= status < 400 or status in (401, 402, 403, 404):
        return "endpoint"
    if status == 429:
        # OpenAI says so of a prompt that is longer than a minute's tokens: no waiting makes it shorter.
        return "question" if "too large" in error_text(body, secret="").lower() else "throttled"
    return "transient" if status in (408, 409) or status >= 500 else "question"


def body_fault(body: Mapping[str, object]) -> Fault:
    """The same of an error under status 200, where gateways write the status into the body."""
    inner = body.get("error")
    status = inner.get("code") if isinstance(inner, Mapping) else None
    status = _STATUS_OF.get(status, status) if isinstance(status, str) else status
    return status_fault(status if isinstance(status, int) and 400 <= status < 600 else 200, body)


def _codes(body: object) -> set[str]:
    if not isinstance(body, Mapping):
        return set()
    named = {each for each in (body.get("code"), body.get("type")) if isinstance(each, str)}
    return named | _codes(body.get("error"))


def _read_body(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")


def _status_text(status: int, body: object, secret: str) -> str:
    if 300 <= status < 400:
        return f"HTTP {status}: the server redirects, which is not followed. Set base_url to where it leads."
    hint = _HINTS.get(status, "")
    if status == 401 and secret == PLACEHOLDER:
        hint = "No key was sent there: api_key_env=NAME in the SPEC says which variable holds it."
    return " ".join(filter(None, (f"HTTP {status}:", error_text(body, secret=secret), hint)))


def error_text(body: object, *, secret: str) -> str:
    """Code and message of an error body, as the many servers write them."""
    if isinstance(body, Mapping):
        inner = body.get("error")
        if isinstance(inner, Mapping | str) and inner:
            return error_text(inner, secret=secret)
        code = body.get("code") or body.get("type")
        message = body.get("message") or body.get("detail") or "no message"
        text = f"{code}: {message}" if isinstance(code, str) else str(message)
    elif isinstance(body, str) and body.strip():
        if body.lstrip()[:1] == "<":
            return "the body is a page of HTML."
        text = body
    else:
        return "no message."
    return end_sentence(one_line(text, secret=secret))


def connection_fault(error: BaseException, base_url: str, *, secret: str) -> str:
    """Why there was no connection."""
    cause = error.__cause__ or error
    why = one_line(f"{type(cause).__name__}: {cause}", secret=secret)
    return f"no connection to {base_url} ({why}). Is the server running, and is base_url right?"


def one_line(text: str, *, secret: str) -> str:
    """The text on one line of bounded length, without the secret and whatever looks like a key or its owner."""
    if secret:
        text = text.replace(secret, "***")
    plain = " ".join(_KEY_LIKE.sub("***", text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 3] + "..."


def end_sentence(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
