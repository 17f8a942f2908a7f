"""Asking beside another session: what it asks is waited for, and taken over where it fails."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from engine_kit import LONG_S, Fake, Store, Stored, ask, make, prefetch

from pytest_ftbench.records import Completion

HERS = {"text": "HERS"}


class Shared(Store):
    """A store in which another session has claimed some questions."""

    def __init__(self, hers: Sequence[str] = ()) -> None:
        super().__init__()
        self.hers = set(hers)
        self.claims: list[str] = []
        self.has_been_looked_at = threading.Event()

    def claim(self, keys: Sequence[str]) -> list[Any]:
        self.claims += keys
        if self.hers & set(keys) and len(self.claims) > len(set(self.claims)):
            self.has_been_looked_at.set()
        return [Stored(self[key]) if key in self else key not in self.hers for key in keys]


def test_question_that_another_session_asks_is_not_sent_and_its_answer_is_taken() -> None:
    provider, store = Fake(), Shared()
    engine = make(provider, store)
    store.hers = {engine.key(ask("b"))}
    engine.start([ask(text) for text in "abc"])
    assert [engine.complete(ask(text)).text for text in "ac"] == ["A", "C"]
    assert not engine.knows(ask("b"))
    store[engine.key(ask("b"))] = HERS
    assert engine.complete(ask("b")).text == "HERS"
    assert engine.join(LONG_S)
    assert sorted(provider.asked) == ["a#1", "c#1"]
    assert engine.totals().cache_hits == 1


def test_question_that_another_session_gives_back_is_asked_here() -> None:
    provider, store = Fake(), Shared()
    engine = make(provider, store)
    store.hers = {engine.key(ask("b"))}
    engine.start([ask(text) for text in "ab"])
    assert store.has_been_looked_at.wait(LONG_S)
    assert provider.asked == ["a#1"]
    store.hers = set()
    assert engine.complete(ask("b")).text == "B"


def test_answer_stored_between_look_up_and_claim_is_not_paid_for_again() -> None:
    class Late(Shared):
        def get(self, key: str) -> Any:  # noqa: ARG002  # the look-up comes too early
            self.log.append("get")

    provider, store = Fake(), Late()
    engine = make(provider, store)
    store[engine.key(ask("a"))] = HERS
    assert engine.complete(ask("a")).text == "HERS"
    assert provider.asked == []


def test_stop_does_not_wait_for_another_session() -> None:
    store = Shared()
    engine = make(Fake(), store)
    store.hers = {engine.key(ask("a"))}
    engine.start([ask("a")])
    assert store.has_been_looked_at.wait(LONG_S)
    engine.stop()
    assert engine.join(LONG_S)
    assert engine.complete(ask("a")).is_left_out


def test_claims_of_long_calls_are_renewed(monkeypatch: Any) -> None:
    monkeypatch.setattr("pytest_ftbench.prefetch.RENEWAL_S", 0.0)
    store, release = Shared(), threading.Event()

    def answer(text: str) -> Completion:
        assert release.wait(LONG_S)
        return Completion(text)

    engine = make(Fake(answer=answer), store)
    engine.start([ask("a")])
    key = engine.key(ask("a"))
    for _ in range(300):
        if store.claims.count(key) >= 3:
            break
        threading.Event().wait(0.1)
    assert store.claims.count(key) >= 3
    release.set()
    assert engine.join(LONG_S)


def test_error_gives_the_claim_back() -> None:
    store = Shared()
    prefetch(make(Fake(answer=lambda _: Completion(error="no")), store), [ask("a")])
    assert store.log == ["get", "release 1"]


def test_claim_needs_no_second_look_up_in_modes_that_do_not_read() -> None:
    store = Shared()
    store.hers = {"everything"}
    prefetch(make(Fake(), store, "refresh"), [ask("a")])
    prefetch(make(Fake(), store, "off"), [ask("a")])
    assert store.claims == []
