"""The body of a 200 answer: JSON of the kind that was asked for, or whatever else a wrong address sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.providers.openai_faults import body_fault, error_text, one_line


def read_object(body: bytes, *, what: str, secret: str) -> Mapping[str, object]:
    """The JSON object in a body.

    what: how messages name the kind that was asked for, "a chat completion".
    Raises EndpointError when the body is something else, or an error.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        start = one_line(body[:200].decode("utf-8", "replace"), secret=secret)
        if start.startswith("<"):
            refuse_body("the body is a page of HTML", what=what)
        # Most likely the rest was lost on the way.
        why = f"the body is not JSON: {start[:60]!r}" if start else "the body is empty"
        refuse_body(why, what=what, fault="transient")
    if not isinstance(answer, Mapping):
        refuse_body(f"the body is a JSON {type(answer).__name__}", what=what)
    if answer.get("error"):
        text = f"HTTP 200, but with an error: {error_text(answer, secret=secret)}"
        raise EndpointError(text, fault=body_fault(answer))
    return answer


def refuse_body(why: str, *, what: str, fault: Fault = "question") -> NoReturn:
    """Raise the EndpointError of a body that is not what was asked for."""
    raise EndpointError(f"HTTP 200, but not {what} (is base_url right?): {why}.", fault=fault)


def whole_characters(text: str) -> str:
    """The text with halves of surrogate pairs joined or replaced: alone they cannot be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def text_or_none(value: object) -> str | None:
    """The value where it is text, in whole characters."""
    return whole_characters(value) if isinstance(value, str) else None


def count_or_none(value: object) -> int | None:
    """The value where it can be a number of tokens."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
