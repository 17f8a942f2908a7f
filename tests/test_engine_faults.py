"""The engine when something breaks: calls without an answer, rows that are none, and interrupts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from engine_kit import LONG_S, Fake, Store, ask, fill, make

from pytest_ftbench.engine import Counts
from pytest_ftbench.errors import EndpointError
from pytest_ftbench.pool import Pool
from pytest_ftbench.records import Completion


@pytest.mark.parametrize(
    "value",
    [{}, {"text": None}, {"text": 5}, {"text": "t", "finish_reason": 1}, {"text": "t", "tokens_in": "3"},
     {"text": "t", "latency_s": []}],
    ids=str,
)  # fmt: skip
def test_row_that_is_no_completion_counts_as_none(value: dict[str, Any]) -> None:
    store = fill("a")
    store[next(iter(store))] = value
    engine = make(Fake(), store)
    assert (engine.complete(ask("a")).text, engine.totals()) == ("A", Counts(1, 0, 0))


def raising(error: BaseException) -> Callable[[str], Any]:
    def answer(_: str) -> Any:
        raise error

    return answer


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (raising(EndpointError("HTTP 500 from e")), "HTTP 500 from e"),
        (raising(KeyError("choices")), "KeyError: 'choices'"),
        (raising(EndpointError("half \ud83d")), "half ?"),
        (lambda _: Completion(error="quota"), "quota"),
        (lambda _: None, "the provider Fake returned no completion but None"),
        (lambda _: "text", "the provider Fake returned no completion but 'text'"),
        (lambda _: Completion(text=5), "the provider Fake returned no completion but Completion(te... pause_s=None)"),
    ],
)
@pytest.mark.parametrize("on_demand", [False, True])
def test_call_without_a_completion_is_an_error_asked_once_and_never_stored(
    answer: Callable[[str], Any], error: str, on_demand: bool
) -> None:
    provider, store = Fake(answer=answer), Store()
    engine = make(provider, store)
    if not on_demand:
        engine.prefetch([ask("a")])
    assert engine.complete(ask("a")).error == error
    assert engine.complete(ask("a")).error == error
    assert (provider.asked, store.log, engine.totals()) == (["a#1"], ["get"], Counts(1, 0, 1))


def test_one_broken_call_costs_no_other_answer() -> None:
    def answer(text: str) -> Completion:
        if text == "b":
            raise RuntimeError("no")
        return Completion(text=text)

    engine = make(Fake(answer=answer))
    engine.prefetch(ask(text) for text in "abc")
    assert [engine.complete(ask(text)).error for text in "abc"] == [None, "RuntimeError: no", None]


def test_lone_surrogates_are_replaced_before_anything_has_to_write_them() -> None:
    completion = Completion("a\ud83d", finish_reason="\ud800", served_model="m\udfff", fingerprint="\udc00")
    store = Store()
    engine = make(Fake(answer=lambda _: completion), store)
    engine.prefetch([ask("a")])
    found = engine.complete(ask("a"))
    assert (found.text, found.finish_reason, found.served_model, found.fingerprint) == ("a?", "?", "m?", "?")
    assert next(iter(store.values()))["text"] == "a?"


def test_answer_is_stored_and_reported_while_others_still_wait() -> None:
    store, stored = Store(), threading.Event()

    def answer(text: str) -> Completion:
        if text == "slow" and not stored.wait(LONG_S):
            return Completion("the quick answer was not stored")
        return Completion(text)

    def report(_: str, completion: Completion) -> None:
        if store.log[-1:] == [f"put {completion.text}"]:
            stored.set()

    engine = make(Fake(answer=answer), store, "refresh")
    engine.prefetch([ask("slow"), ask("quick")], on_answer=report)
    assert store.log == ["put quick", "put slow"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_interrupt_keeps_the_answers_in_flight_and_stops_asking(
    interrupt: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    third_sent, stopped, stop = threading.Event(), threading.Event(), Pool.stop

    def stop_and_tell(pool: Pool) -> None:
        stop(pool)
        stopped.set()

    def answer(text: str) -> Completion:
        if text == "c":
            third_sent.set()
        if text != "a":
            stopped.wait(LONG_S)
        return Completion(text)

    reported: list[str] = []

    def report(_: str, completion: Completion) -> None:
        reported.append(completion.text)
        if completion.text == "a":
            assert third_sent.wait(LONG_S)
            raise interrupt

    monkeypatch.setattr(Pool, "stop", stop_and_tell)
    provider, store = Fake(answer=answer), Store()
    engine = make(provider, store, "refresh", concurrency=2)
    with pytest.raises(interrupt):
        engine.prefetch([ask(text) for text in "abcdefgh"], on_answer=report)
    assert sorted(provider.asked) == ["a#1", "b#1", "c#1"]
    assert sorted(store.log) == ["put a", "put b", "put c"]
    assert sorted(reported) == ["a", "b", "c"]


def test_answer_whose_storing_was_interrupted_is_stored_after_all() -> None:
    class Interrupted(Store):
        def put(self, key: str, value: Mapping[str, Any]) -> bool:
            if not self.log.count("interrupted"):
                self.log.append("interrupted")
                raise KeyboardInterrupt
            return super().put(key, value)

    store = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        make(Fake(), store).prefetch([ask("a")])
    assert store.log == ["get", "interrupted", "put A"]
