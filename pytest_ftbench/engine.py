"""Every question asked once: concurrent prefetch over a cache, from one thread pool."""

from __future__ import annotations

import reprlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from types import NoneType
from typing import Any, Literal, Protocol

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.pool import Answer, Pool
from pytest_ftbench.prompts import answer_key
from pytest_ftbench.providers import Provider
from pytest_ftbench.records import Completion, Question

CacheMode = Literal["auto", "replay", "refresh", "off"]
CACHE_MODES: tuple[CacheMode, ...] = ("auto", "replay", "refresh", "off")
DEFAULT_CONCURRENCY = 16
GRACE_S = 10.0
"""How long an interrupt waits for the calls in flight, whose answers are paid for."""

_STORED = ("text", "finish_reason", "served_model", "fingerprint", "tokens_in", "tokens_out", "latency_s")


class Entry(Protocol):
    """A stored answer."""

    @property
    def value(self) -> Mapping[str, Any]: ...


class Store(Protocol):
    """Where answers are kept between sessions."""

    def get(self, key: str) -> Entry | None: ...
    def put(self, key: str, value: Mapping[str, Any]) -> bool: ...


class NoStore:
    """Keeps nothing."""

    def get(self, key: str) -> None:
        """Nothing is known."""

    def put(self, key: str, value: Mapping[str, Any]) -> bool:  # noqa: ARG002  # the protocol's arguments
        """Nothing is kept."""
        return False


@dataclass(slots=True)
class Counts:
    """What a session's answers came from."""

    calls: int = 0
    cache_hits: int = 0
    errors: int = 0


OnAnswer = Callable[[str, Completion], None]
"""Called with key and completion, in the thread that asked for the prefetch, the moment an answer is known."""


class Engine:
    """Asks endpoints, each question once; remembers every answer of this session, and stores it as it arrives.

    providers: by alias. open_store: called once, when the first answer of an endpoint that is not local is needed.
    mode: `auto` reads and writes the store; `replay` only reads it and asks nothing; `refresh` only writes; `off`
    neither. concurrency: how many questions are in flight at most, at least 1.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        open_store: Callable[[], Store],
        mode: CacheMode = "auto",
        concurrency: int = DEFAULT_CONCURRENCY,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency must be >= 1, got {concurrency}")
        self.counts: dict[str, Counts] = {alias: Counts() for alias in providers}
        self._providers = providers
        self._open_store = open_store
        self._store: Store | None = None
        self._mode = mode
        self._concurrency = concurrency
        self._known: dict[str, Completion] = {}
        self._keys: dict[Question, str] = {}

    def key(self, question: Question) -> str:
        """The name of a question's answer: alike for aliases of the same endpoint.

        Local endpoints share nothing: their answers cost nothing, are never stored, and may depend on options that
        their identity does not name (the threshold of a memorizer).
        """
        if question not in self._keys:
            self._keys[question] = self._new_key(question)
        return self._keys[question]

    def _new_key(self, question: Question) -> str:
        provider = self._providers[question.endpoint]
        own = {"alias": question.endpoint} if provider.is_local else {}
        identity = {**provider.identity, **own}
        return answer_key(question.prompt, identity=identity, sampling=provider.sampling, sample=question.sample)

    def knows(self, question: Question) -> bool:
        """Whether the question has an answer already, in this process."""
        return self.key(question) in self._known

    def learn(self, key: str, completion: Completion) -> None:
        """Take an answer that another process of this run has got."""
        self._known[key] = completion

    def complete(self, question: Question) -> Completion:
        """The answer to one question: known, stored, or asked for now."""
        key = self.key(question)
        if key not in self._known:
            self._known[key] = self._stored(key, question) or self._keep(key, question, self._ask(question))
        return self._known[key]

    def prefetch(self, questions: Iterable[Question], *, on_answer: OnAnswer | None = None) -> None:
        """Ask for every question that has no answer yet, many at a time.

        KeyboardInterrupt, or whatever else ends the wait, stops asking, keeps the answers of the calls in flight that
        arrive soon, and goes on upwards.
        """
        report = on_answer or (lambda _key, _completion: None)
        outstanding: dict[str, Question] = {}
        for question in questions:
            key = self.key(question)
            if key in self._known or key in outstanding:
                continue
            if stored := self._stored(key, question):
                self._known[key] = stored
                report(key, stored)
            else:
                outstanding[key] = question
        pool = Pool(self._ask, outstanding, threads=self._concurrency)
        try:
            for answer in pool:
                self._take(answer, report)
        except BaseException:  # Ctrl-C above all, but SystemExit from a signal handler costs no answer either
            for answer in pool.last_answers(GRACE_S):
                self._take(answer, report)
            raise
        finally:
            pool.stop()

    def _take(self, answer: Answer, report: OnAnswer) -> None:
        key, question, completion = answer
        if key not in self._known:
            self._known[key] = self._keep(key, question, completion)
            report(key, completion)

    def totals(self) -> Counts:
        """The counts of all endpoints together."""
        total: Counter[str] = Counter()
        for counts in self.counts.values():
            total.update(asdict(counts))
        return Counts(**total)

    def close(self) -> None:
        """Release connections and the store."""
        for provider in self._providers.values():
            provider.close()
        close = getattr(self._store, "close", None)
        if close is not None:
            close()

    def _stored(self, key: str, question: Question) -> Completion | None:
        if self._providers[question.endpoint].is_local or self._mode in ("refresh", "off"):
            return None
        entry = self._opened_store().get(key)
        if entry is None:
            return None
        stored: dict[str, Any] = {name: entry.value.get(name) for name in _STORED}
        completion = Completion(**stored, cached=True)
        if not _is_whole(completion):
            return None  # some other program's row: the question is asked again
        self.counts[question.endpoint].cache_hits += 1
        return _cleaned(completion)

    def _ask(self, question: Question) -> Completion:
        provider = self._providers[question.endpoint]
        if self._mode == "replay" and not provider.is_local:
            asked = question.prompt.user_text
            text = f"not in the cache, and --ftbench-cache=replay asks nothing: {_shortened(asked)!r}"
            return Completion(error=text)
        started = time.perf_counter()
        try:
            completion = provider.complete(question.prompt, sample=question.sample)
        except EndpointError as error:
            return Completion(error=_encodable(str(error)))
        except Exception as error:  # noqa: BLE001  # a provider's fault is a status of its question, not of the session
            return Completion(error=_encodable(f"{type(error).__name__}: {error}"))
        if not _is_whole(completion):
            kind = type(provider).__name__
            return Completion(error=f"the provider {kind} returned no completion but {reprlib.repr(completion)}")
        latency_s = completion.latency_s if completion.latency_s is not None else time.perf_counter() - started
        return replace(_cleaned(completion), latency_s=latency_s)

    def _keep(self, key: str, question: Question, completion: Completion) -> Completion:
        provider, counts = self._providers[question.endpoint], self.counts[question.endpoint]
        if completion.error is None and not provider.is_local and self._mode in ("auto", "refresh"):
            self._opened_store().put(key, {name: getattr(completion, name) for name in _STORED})
        # Counted last: an interrupt while storing brings the answer here once more.
        counts.calls += self._mode != "replay" or provider.is_local
        counts.errors += completion.error is not None
        return completion

    def _opened_store(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    **dict.fromkeys(("finish_reason", "served_model", "fingerprint", "error"), (str, NoneType)),
    **dict.fromkeys(("tokens_in", "tokens_out"), (int, NoneType)),
    "latency_s": (float, int, NoneType),
}


def _is_whole(completion: object) -> bool:
    """Whether it is a completion whose fields are of their kinds: providers and cache rows are other people's."""
    if not isinstance(completion, Completion):
        return False
    return all(isinstance(getattr(completion, name), kind) for name, kind in _KINDS.items())


def _cleaned(completion: Completion) -> Completion:
    """The completion without lone surrogates, which no file, socket or terminal could take."""
    return replace(
        completion,
        text=_encodable(completion.text),
        finish_reason=_encodable_or_none(completion.finish_reason),
        served_model=_encodable_or_none(completion.served_model),
        fingerprint=_encodable_or_none(completion.fingerprint),
        error=_encodable_or_none(completion.error),
    )


def _encodable_or_none(text: str | None) -> str | None:
    return None if text is None else _encodable(text)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _shortened(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
