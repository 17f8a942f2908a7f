"""What went wrong with a call to Vertex AI, in one line that holds neither tokens nor pages of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers import openai_faults
from pytest_ftbench.providers.openai_faults import end_sentence
from pytest_ftbench.providers.openai_limits import Headers, read_retry_after

_TOKEN_LIKE = pattern(r"\b(?:ya29\.[\w.-]+|AIza[\w-]{10,}|eyJ[\w-]+\.[\w.-]+)|(?<=Bearer )\S+")
_HINTS = {
    401: "Renew the credentials: gcloud auth application-default login.",
    403: "May these credentials use this endpoint (role Vertex AI User), and is the API enabled in the project?",
    404: "Do project and location fit, and is the endpoint still there?",
}


class StatusError(EndpointError):
    """The server answered with another HTTP status than 200."""

    def __init__(self, status: int, text: str, *, fault: Fault, retry_after_s: float | None) -> None:
        super().__init__(text, fault=fault, retry_after_s=retry_after_s)
        self.status = status


def status_error(status: int, raw: bytes, headers: Headers, *, secret: str = "") -> StatusError:
    """The error that an HTTP status other than 200 is. headers: by name, in any case."""
    body = _parse(raw)
    error = body.get("error") if isinstance(body, Mapping) else None
    fault = status_fault(status, error)
    pause_s = None
    if fault in ("transient", "throttled"):
        pause_s = read_retry_after(headers)
        pause_s = _read_retry_delay(error) if pause_s is None else pause_s
    return StatusError(status, _status_text(status, raw, error, secret), fault=fault, retry_after_s=pause_s)


def status_fault(status: int, error: object) -> Fault:
    """What an HTTP status, and the error in its body, say of the calls to come."""
    code = error.get("status") if isinstance(error, Mapping) else None
    if 300 <= status < 400 or status in (401, 402, 403, 404) or code == "FAILED_PRECONDITION":
        return "endpoint"
    if status == 429:
        return "throttled"
    return "transient" if status in (408, 409, 499) or status >= 500 else "question"


def one_line(text: str, *, secret: str = "") -> str:
    """The text on one line of bounded length, with the secret and whatever looks like a token blotted out."""
    return openai_faults.one_line(_TOKEN_LIKE.sub("***", text), secret=secret)


def _parse(raw: bytes) -> object:
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body[0] if isinstance(body, list) and body else body  # streams answer with a list of one


def _status_text(status: int, raw: bytes, error: object, secret: str) -> str:
    if 300 <= status < 400:
        return f"HTTP {status}: the server redirects, which is not followed. Set base_url to where it leads."
    if isinstance(error, Mapping):
        code, message = error.get("status"), error.get("message") or "no message"
        text = f"{code}: {message}" if isinstance(code, str) else str(message)
    elif isinstance(error, str) and error:
        text = error
    else:
        text = raw[:4000].decode("utf-8", "replace").strip()
        text = "the body is a page of HTML" if text[:1] == "<" else text or "no message"
    hint = _HINTS.get(status, "")
    return " ".join(filter(None, (f"HTTP {status}:", end_sentence(one_line(text, secret=secret)), hint)))


def _read_retry_delay(error: object) -> float | None:
    """Seconds of a RetryInfo among the details of an error (google.rpc), such as `"retryDelay": "34.07s"`."""
    details = error.get("details") if isinstance(error, Mapping) else None
    for each in details if isinstance(details, list) else ():
        delay = each.get("retryDelay") if isinstance(each, Mapping) else None
        if isinstance(delay, str) and delay.endswith("s"):
            return read_retry_after({"retry-after": delay.removesuffix("s")})
    return None
