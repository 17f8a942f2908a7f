"""What went wrong with a call, in one line that holds neither keys nor pages of HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST = 300
_KEY_LIKE = re.compile(r"\bsk-[\w*-]{4,}")
_HINTS = {
    401: "Check the key.",
    404: "Is base_url right, and does the model exist?",
}


def status_fault(status: int, body: object, *, secret: str) -> str:
    """What an HTTP status other than 2xx means; `body` as the SDK has read it (parsed JSON, text or None)."""
    if 300 <= status < 400:
        return f"HTTP {status}: the server redirects, which is not followed. Set base_url to where it leads."
    hint = _HINTS.get(status, "")
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


def connection_fault(error: BaseException, base_url: str, *, secret: str) -> str | None:
    """Why there was no connection, or None when it is a time-out in disguise."""
    cause = error.__cause__ or error
    if "Timeout" in type(cause).__name__:
        return None
    return end_sentence(f"no connection to {base_url} ({one_line(f'{type(cause).__name__}: {cause}', secret=secret)})")


def one_line(text: str, *, secret: str) -> str:
    """The text on one line of bounded length, with the secret and whatever looks like a key blotted out."""
    if secret:
        text = text.replace(secret, "***")
    plain = " ".join(_KEY_LIKE.sub("***", text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 3] + "..."


def end_sentence(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
