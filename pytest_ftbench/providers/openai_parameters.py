"""What a server does not take of a request: found out once, left out from then on, and said."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers.openai_faults import StatusError

Request = dict[str, Any]  # Any: the SDK's signatures have dozens of value types
_Answer = TypeVar("_Answer")

_STATUSES = (400, 422, 501)
"""By which servers refuse a parameter."""
_UNTAKEN = pattern(
    r"unsupported|not support|n't support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|not accept"
    r"|deprecated|cannot find field|extra[ _](?:inputs?|fields?|forbidden)",
    re.IGNORECASE,
)
"""What servers say of a parameter, or of a value, that they do not take; not of one that is out of range."""
_LONGEST = 4000
"""Characters of a message that are read."""
_NEAR = 80
"""Characters between such words and the name of the parameter that they are about."""


@dataclass(frozen=True, slots=True)
class OptionalParameters:
    """What the requests of one protocol can do without."""

    names: tuple[str, ...]
    """Left out when the server names one of them as what it does not take."""
    schema: str
    """The parameter for structured output. Servers say in many ways that they have none, so that it is left out on
    trial whatever the refusal says: without it the reply is read as strictly."""
    limits: tuple[str, ...] = ()
    """The two names of the bound on the length of an answer, which is never left out: the other one is tried."""


@dataclass(frozen=True, slots=True)
class _Change:
    name: str
    instead: str = ""
    """The other name; empty: it is left out."""

    @property
    def note(self) -> str:
        if self.instead:
            return f"its server wants {self.instead!r} instead of {self.name!r} (max_tokens_as={self.instead})"
        but = " and answers may vary" if self.name == "temperature" else ""
        return f"its server does not take {self.name!r} from this model: it was left out{but}"


class Parameters:
    """What one endpoint takes; safe for many threads.

    The cache key holds the sampling as it was asked for: it names what the user wants of an endpoint, and must not
    depend on what a session has found out by then.
    """

    def __init__(self, optional: OptionalParameters) -> None:
        self._optional = optional
        self._lock = threading.Lock()
        self._known: tuple[_Change, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed, a line each."""
        return tuple(change.note for change in self._known)

    def send(self, request: Request, send: Callable[[Request], _Answer]) -> _Answer:
        """What `send` returns for the request, less what the server does not take.

        A change is remembered once the server has answered a request with it. Each refusal takes one parameter away
        from the request, so that there is an end to them. Raises the StatusError that is about something else.
        """
        tried: tuple[_Change, ...] = ()
        while True:
            fitted = _changed(request, (*self._known, *tried))
            try:
                answer = send(fitted)
            except StatusError as refusal:
                change = self._find_change(request, fitted, refusal)
                if change is None:
                    raise
                tried = (*tried, change)
                continue
            if tried:
                with self._lock:
                    self._known += tuple(change for change in tried if change not in self._known)
            return answer

    def _find_change(self, request: Request, fitted: Request, refusal: StatusError) -> _Change | None:
        optional = self._optional
        if refusal.status not in _STATUSES:
            return None
        for name in optional.limits:
            if name in fitted and is_refused(name, refusal.body):
                other = next(other for other in optional.limits if other != name)
                return _Change(name, other) if name in request else None  # else it is the other one already
        for name in optional.names:
            if name in fitted and is_refused(name, refusal.body):
                return _Change(name)
        return _Change(optional.schema) if optional.schema in fitted else None


def _changed(request: Request, changes: tuple[_Change, ...]) -> Request:
    fitted = dict(request)
    for change in changes:
        if change.name in fitted:
            value = fitted.pop(change.name)
            if change.instead:
                fitted[change.instead] = value
    return fitted


def is_refused(name: str, body: object) -> bool:
    """Whether an error body says of this parameter that the server does not take it, or its value.

    By its `param` (OpenAI) or `loc` (FastAPI) where it has one, else by its text.
    """
    return any(
        named.partition(".")[0] == name and _UNTAKEN.search(text) is not None if named else _is_said_of(name, text)
        for named, text in _complaints(body)
    )


def _complaints(body: object) -> Iterator[tuple[str, str]]:
    """Each part of an error body, as the parameter that it names in a field of its own, or nothing, and its text."""
    parts = [body]
    if isinstance(body, Mapping):
        for value in (body.get("error"), body.get("detail"), body.get("errors")):
            parts += value if isinstance(value, list) else [value]
    for part in parts:
        if isinstance(part, str):
            yield "", part
        elif isinstance(part, Mapping):
            place = part.get("loc")
            named = part.get("param") or (place[-1] if isinstance(place, list) and place else None)
            text = " ".join(str(part.get(key) or "") for key in ("code", "type", "message", "msg"))
            yield named if isinstance(named, str) else "", text


def _is_said_of(name: str, text: str) -> bool:
    """Whether the name, as a whole word, stands near words of refusal."""
    read = text[:_LONGEST]
    around = (
        read[max(0, at.start() - _NEAR) : at.end() + _NEAR] for at in re.finditer(rf"(?<![\w-]){name}(?![\w-])", read)
    )
    return any(_UNTAKEN.search(each) for each in around)
