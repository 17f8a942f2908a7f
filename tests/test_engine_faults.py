"""The engine when something breaks: calls without an answer, rows that are none, and interrupts."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from engine_kit import LONG_S, Fake, Store, ask, fill, make, prefetch

from pytest_ftbench.answers import Counts
from pytest_ftbench.engine import Engine
from pytest_ftbench.errors import CacheRefused, EndpointError, Fault
from pytest_ftbench.records import Completion
from pytest_ftbench.retries import RetryPolicy
from pytest_ftbench.shelf import NoStore


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
        (lambda _: Completion(text=5), "the provider Fake returned no completion but Completion(te...eft_out=False)"),
    ],
)
@pytest.mark.parametrize("on_demand", [False, True])
def test_call_without_a_completion_is_an_error_asked_once_and_never_stored(
    answer: Callable[[str], Any], error: str, on_demand: bool
) -> None:
    provider, store = Fake(answer=answer), Store()
    engine = make(provider, store)
    if not on_demand:
        prefetch(engine, [ask("a")])
    assert engine.complete(ask("a")).error == error
    assert engine.complete(ask("a")).error == error
    assert (provider.asked, store.log, engine.totals()) == (["a#1"], ["get", "release 1"], Counts(1, 0, 1))


def test_one_broken_call_costs_no_other_answer() -> None:
    def answer(text: str) -> Completion:
        if text == "b":
            raise RuntimeError("no")
        return Completion(text=text)

    engine = make(Fake(answer=answer))
    prefetch(engine, [ask(text) for text in "abc"])
    assert [engine.complete(ask(text)).error for text in "abc"] == [None, "RuntimeError: no", None]


def test_lone_surrogates_are_replaced_before_anything_has_to_write_them() -> None:
    completion = Completion("a\ud83d", finish_reason="\ud800", served_model="m\udfff", fingerprint="\udc00")
    store = Store()
    engine = make(Fake(answer=lambda _: completion), store)
    prefetch(engine, [ask("a")])
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
        if completion.text == "quick" and store.log[-1:] == ["put quick"]:
            stored.set()

    engine = make(Fake(answer=answer), store, "refresh")
    prefetch(engine, [ask("first"), ask("slow"), ask("quick")], on_answer=report)
    assert store.log == ["put first", "put quick", "put slow"]


def test_stop_keeps_the_answers_in_flight_and_sends_nothing_more() -> None:
    two_sent, stopped = threading.Event(), threading.Event()

    def answer(text: str) -> Completion:
        if text == "c":
            two_sent.set()
        if text != "a":
            assert stopped.wait(LONG_S)
        return Completion(text)

    provider, store = Fake(answer=answer), Store()
    engine = make(provider, store, "refresh", concurrency=2)
    engine.start([ask(text) for text in "abcdefgh"])
    assert two_sent.wait(LONG_S)
    engine.stop()
    stopped.set()
    assert engine.join(LONG_S)
    assert sorted(provider.asked) == ["a#1", "b#1", "c#1"]
    assert sorted(store.log) == ["put a", "put b", "put c"]
    left_out = engine.complete(ask("h"))
    assert (left_out.error, left_out.is_left_out) == ("not asked: the session was stopped", True)
    assert engine.totals() == Counts(calls=3, cache_hits=0, errors=5)


def test_stopped_engine_asks_nothing_new() -> None:
    provider = Fake()
    engine = make(provider)
    engine.stop()
    assert engine.complete(ask("a")).is_left_out
    engine.start([ask("b")])
    assert engine.complete(ask("b")).is_left_out
    assert provider.asked == []


def test_join_waits_no_longer_than_told() -> None:
    release = threading.Event()
    engine = make(Fake(answer=lambda text: release.wait(LONG_S) and Completion(text)))
    engine.start([ask("a")])
    assert not engine.join(0.0)
    release.set()
    assert engine.join(LONG_S)


def test_broken_store_is_an_error_of_its_questions_and_nobody_waits_for_ever() -> None:
    class Broken(Store):
        def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool:  # noqa: ARG002  # the store's arguments
            raise RuntimeError("no room")

    engine = make(Fake(), Broken())
    engine.start([ask("a"), ask("b")])
    assert [engine.complete(ask(text)).error for text in "ab"] == ["RuntimeError: no room"] * 2
    assert engine.join(LONG_S)


def fail_with(fault: Fault, *, after: int = 0) -> Callable[[str], Completion]:
    count = iter(range(10_000))

    def answer(text: str) -> Completion:
        if next(count) < after:
            return Completion(text)
        raise EndpointError("HTTP 401: bad key", fault=fault)

    return answer


def test_wrong_key_costs_one_call_and_is_one_error() -> None:
    provider = Fake(answer=fail_with("endpoint"))
    engine = make(provider)
    prefetch(engine, [ask(str(number)) for number in range(1000)])
    first, *others = [engine.complete(ask(str(number))) for number in range(1000)]
    assert provider.asked == ["0#1"]
    assert (first.error, first.is_left_out) == ("HTTP 401: bad key", False)
    reason = "not asked: e was given up. HTTP 401: bad key"
    assert {(other.error, other.is_left_out) for other in others} == {(reason, True)}


def test_endpoint_that_breaks_later_is_given_up_at_once() -> None:
    provider = Fake(answer=fail_with("endpoint", after=10))
    engine = make(provider, concurrency=1)
    prefetch(engine, [ask(str(number)) for number in range(100)])
    assert len(provider.asked) == 11
    assert engine.complete(ask("3")).text == "3"
    assert engine.complete(ask("on demand")).is_left_out


def test_five_refused_first_questions_are_enough_to_give_up() -> None:
    provider = Fake(answer=fail_with("question"))
    engine = make(provider)
    prefetch(engine, [ask(str(number)) for number in range(100)])
    assert provider.asked == [f"{number}#1" for number in range(5)]


def test_dead_endpoint_costs_the_other_nothing() -> None:
    dead, alive = Fake(answer=fail_with("endpoint")), Fake(model="n")
    engine = Engine({"dead": dead, "alive": alive}, open_store=NoStore)
    prefetch(engine, [ask(str(number), alias) for number in range(50) for alias in ("dead", "alive")])
    assert len(alive.asked) == 50
    assert all(engine.complete(ask(str(number), "alive")).error is None for number in range(50))


def test_one_failure_among_answers_gives_nothing_up() -> None:
    def answer(text: str) -> Completion:
        if int(text) % 2:
            raise EndpointError("HTTP 400")
        return Completion(text)

    engine = make(Fake(answer=answer))
    prefetch(engine, [ask(str(number)) for number in range(200)])
    assert engine.totals() == Counts(calls=200, cache_hits=0, errors=100)


def test_dropped_questions_are_not_asked() -> None:
    sent, dropped = threading.Event(), threading.Event()

    def answer(text: str) -> Completion:
        sent.set()
        assert dropped.wait(LONG_S)
        return Completion(text)

    provider = Fake(answer=answer)
    engine = make(provider)
    questions = [ask(str(number)) for number in range(100)]
    engine.start(questions)
    assert sent.wait(LONG_S)
    engine.drop([engine.key(question) for question in questions[50:]], "not run: verdict certain")
    dropped.set()
    assert engine.join(LONG_S)
    assert len(provider.asked) == 50
    assert engine.complete(questions[99]) == Completion(error="not run: verdict certain", is_left_out=True)


@pytest.mark.parametrize("latency_s", [math.nan, math.inf])
def test_strange_number_of_a_provider_costs_its_own_question_only(latency_s: float) -> None:
    def strange(text: str) -> Completion:
        return Completion(text=text, latency_s=latency_s if text == "3" else 0.1)

    engine = make(Fake(answer=strange))
    prefetch(engine, [ask(str(number)) for number in range(20)])
    errors = [engine.complete(ask(str(number))).error for number in range(20)]
    assert [number for number, error in enumerate(errors) if error] == [3]
    assert "returned no completion" in str(errors[3])


def test_answer_that_cannot_be_stored_is_the_only_error() -> None:
    class Choosy(Store):
        def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool:
            if any(value["text"] == "THREE" for value in values.values()):
                raise ValueError("no threes")
            return super().put_all(values)

    engine, texts = make(Fake(), Choosy()), ["one", "two", "three", "four"]
    prefetch(engine, [ask(text) for text in texts])
    assert [engine.complete(ask(text)).error for text in texts] == [None, None, "ValueError: no threes", None]


def test_look_up_that_fails_leaves_nobody_waiting() -> None:
    def refuse() -> Store:
        raise CacheRefused("not safe")

    engine = Engine({"e": Fake()}, open_store=refuse)
    for _ in range(2):
        with pytest.raises(CacheRefused, match="not safe"):
            engine.complete(ask("a"))


def test_endpoint_that_goes_down_does_not_make_threads_without_end() -> None:
    is_down = threading.Event()

    def answer(text: str) -> Completion:
        if is_down.is_set():
            raise EndpointError("HTTP 500: boom.", fault="transient")
        if text == "50":
            is_down.set()
        return Completion(text=text)

    policy = RetryPolicy(first_wait_s=0.4, longest_wait_s=0.4)
    engine = Engine({"e": Fake(answer=answer)}, open_store=NoStore, concurrency=4, policy=policy)
    prefetch(engine, [ask(str(number)) for number in range(300)])
    assert engine.lanes["e"]._threads <= 9  # those that ask, as many that sleep, and the backlog
