"""What earlier and other sessions have been answered, as far as the cache mode lets us know and tell."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import NoneType
from typing import Any, Literal, Protocol

from pytest_ftbench.records import Completion

CacheMode = Literal["auto", "replay", "refresh", "off"]
CACHE_MODES: tuple[CacheMode, ...] = ("auto", "replay", "refresh", "off")

STORED = (
    "text",
    "finish_reason",
    "served_model",
    "fingerprint",
    "deployment",
    "tokens_in",
    "tokens_out",
    "latency_s",
)
"""The fields of a completion that are stored."""
REQUEST = "request"
"""Beside them, the text whose hash is the key; rows of early versions have none."""


class Entry(Protocol):
    """A stored answer."""

    @property
    def value(self) -> Mapping[str, Any]: ...


class Store(Protocol):
    """Where answers are kept between sessions; used from several threads."""

    def get_all(self, keys: Sequence[str]) -> Mapping[str, Entry]: ...
    def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool: ...
    def claim(self, keys: Sequence[str]) -> Sequence[Entry | bool]:
        """For each key its entry, or whether this session may ask; False while another one asks."""

    def release(self, keys: Sequence[str]) -> None:
        """Give claims back without an answer."""


class NoStore:
    """Keeps nothing."""

    def get_all(self, keys: Sequence[str]) -> dict[str, Entry]:  # noqa: ARG002  # the protocol's arguments
        """Nothing is known."""
        return {}

    def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool:  # noqa: ARG002  # the protocol's arguments
        """Nothing is kept."""
        return False

    def claim(self, keys: Sequence[str]) -> list[bool]:
        """Nobody else is heard of."""
        return [True] * len(keys)

    def release(self, keys: Sequence[str]) -> None:
        """Nothing was claimed."""


class Shelf:
    """A store, opened when it is first needed, behind a cache mode.

    `auto` reads and writes it; `replay` only reads; `refresh` only writes; `off` neither. Any thread may use it.
    """

    def __init__(self, open_store: Callable[[], Store], mode: CacheMode) -> None:
        self.mode = mode
        self._open_store = open_store
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._distrusted: set[str] = set()

    def distrust(self, keys: Iterable[str]) -> None:
        """Take the stored answers of these for none from now on, and let new ones take their place."""
        self._distrusted.update(keys)

    def look_up(self, keys: Sequence[str]) -> dict[str, Completion]:
        """The stored answers, by key, of those that have one; a row that is none of ours counts as none."""
        if self.mode in ("refresh", "off") or not keys:
            return {}
        if self._distrusted:
            keys = [key for key in keys if key not in self._distrusted]
        found = self._opened().get_all(keys)
        return {key: stored for key, entry in found.items() if (stored := _completion_of(entry))}

    def claim(self, keys: Sequence[str]) -> list[Completion | bool]:
        """For each key the answer that another session has stored meanwhile, or whether the question is ours to ask.

        False: another session is asking it now. In the modes that do not read, all is ours: they ask anew on purpose.
        """
        if self.mode != "auto":
            return [True] * len(keys)
        believed = [key for key in keys if key not in self._distrusted]
        claims = dict(zip(believed, self._opened().claim(believed), strict=True))
        found = (claims.get(key, True) for key in keys)
        return [each if isinstance(each, bool) else _completion_of(each) or True for each in found]

    def keep(self, completions: Mapping[str, Completion], *, request_of: Callable[[str], str]) -> None:
        """Store answers by key, which ends the claims on them. An error is never stored; its claim is given back.

        request_of: what each key is the hash of, so that answers can be told apart, and handed on, by what they answer.
        """
        self.release([key for key, completion in completions.items() if completion.error is not None])
        answers = {
            key: {**{name: getattr(completion, name) for name in STORED}, REQUEST: request_of(key)}
            for key, completion in completions.items()
            if completion.error is None
        }
        if answers and self.mode in ("auto", "refresh"):
            self._opened().put_all(answers)

    def release(self, keys: Sequence[str]) -> None:
        """Give back claims on questions that get no answer here."""
        claimed = [key for key in keys if key not in self._distrusted]
        if self.mode == "auto" and claimed:
            self._opened().release(claimed)

    def close(self) -> None:
        """Close the store, if it was opened."""
        close = getattr(self._store, "close", None)
        if close is not None:
            close()

    def _opened(self) -> Store:
        with self._lock:
            if self._store is None:
                self._store = self._open_store()
            return self._store


def _completion_of(entry: Entry) -> Completion | None:
    stored: dict[str, Any] = {name: entry.value.get(name) for name in STORED}
    completion = Completion(**stored, cached=True)
    return cleaned(completion) if is_whole(completion) else None


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    **dict.fromkeys(("finish_reason", "served_model", "fingerprint", "deployment", "error"), (str, NoneType)),
    **dict.fromkeys(("tokens_in", "tokens_out"), (int, NoneType)),
    **dict.fromkeys(("latency_s", "pause_s"), (float, int, NoneType)),
}


def is_whole(completion: object) -> bool:
    """Whether it is a completion whose fields are of their kinds: providers and cache rows are other people's."""
    if not isinstance(completion, Completion):
        return False
    if not all(isinstance(getattr(completion, name), kind) for name, kind in _KINDS.items()):
        return False
    return all(seconds is None or math.isfinite(seconds) for seconds in (completion.latency_s, completion.pause_s))


def cleaned(completion: Completion) -> Completion:
    """The completion without lone surrogates, which no file, socket or terminal could take."""
    texts = (
        completion.text,
        completion.finish_reason,
        completion.served_model,
        completion.fingerprint,
        completion.deployment,
        completion.error,
    )
    if all(text is None or text.isascii() for text in texts):
        return completion
    return replace(
        completion,
        text=encodable(completion.text),
        finish_reason=_encodable_or_none(completion.finish_reason),
        served_model=_encodable_or_none(completion.served_model),
        fingerprint=_encodable_or_none(completion.fingerprint),
        deployment=_encodable_or_none(completion.deployment),
        error=_encodable_or_none(completion.error),
    )


def _encodable_or_none(text: str | None) -> str | None:
    return None if text is None else encodable(text)


def encodable(text: str) -> str:
    """The text with a question mark for every lone surrogate."""
    return text.encode("utf-8", "replace").decode("utf-8")
