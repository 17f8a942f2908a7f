"""The engine: each question asked once, and what is read, asked and stored in each cache mode."""

from __future__ import annotations

import json
import queue
import threading

import pytest
from engine_kit import LONG_S, Fake, Store, ask, fill, make, prefetch

from pytest_ftbench.answers import Counts
from pytest_ftbench.engine import Engine
from pytest_ftbench.prompts import key_of
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import CacheMode


def test_question_asked_often_is_sent_once() -> None:
    provider = Fake()
    engine = make(provider)
    prefetch(engine, [ask("a"), ask("b"), ask("a")])
    prefetch(engine, [ask("b")])
    assert [engine.complete(ask(text)).text for text in "ab"] == ["A", "B"]
    assert sorted(provider.asked) == ["a#1", "b#1"]
    assert engine.totals() == Counts(calls=2, cache_hits=0, errors=0)


def test_two_aliases_of_one_endpoint_share_the_answer_and_two_endpoints_do_not() -> None:
    same, alias, other = Fake(), Fake(), Fake(model="n")
    store = Store()
    engine = Engine({"e": same, "f": alias, "g": other}, open_store=lambda: store)
    prefetch(engine, [ask("a", "e"), ask("a", "f"), ask("a", "g")])
    assert (same.asked, alias.asked, other.asked) == (["a#1"], [], ["a#1"])
    assert engine.complete(ask("a", "f")).text == "A"


def test_local_endpoints_share_no_answer_even_where_they_go_by_one_identity() -> None:
    bold, careful = Fake(is_local=True), Fake(is_local=True, answer=lambda _: Completion("I don't know."))
    engine = Engine({"bold": bold, "careful": careful}, open_store=Store)
    prefetch(engine, [ask("a", "bold"), ask("a", "careful")])
    assert [engine.complete(ask("a", alias)).text for alias in ("bold", "careful")] == ["A", "I don't know."]


def test_each_sample_is_a_question_of_its_own() -> None:
    provider = Fake()
    prefetch(make(provider), [ask("a", sample=1), ask("a", sample=2)])
    assert sorted(provider.asked) == ["a#1", "a#2"]


def test_question_that_was_not_planned_is_asked_once_and_stored() -> None:
    provider, store = Fake(), Store()
    engine = make(provider, store)
    assert [engine.complete(ask("a")).text, engine.complete(ask("a")).text] == ["A", "A"]
    assert (provider.asked, store.log) == (["a#1"], ["get", "put A"])


def test_question_that_two_threads_want_at_once_is_sent_once() -> None:
    sent, both_want = threading.Event(), threading.Event()

    def answer(text: str) -> Completion:
        sent.set()
        both_want.wait(LONG_S)
        return Completion(text)

    provider = Fake(answer=answer)
    engine, got = make(provider), queue.SimpleQueue[str]()
    threads = [threading.Thread(target=lambda: got.put(engine.complete(ask("a")).text)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert sent.wait(LONG_S)
    both_want.set()
    assert [got.get(timeout=LONG_S) for _ in threads] == ["a", "a"]
    assert provider.asked == ["a#1"]


def test_answer_is_there_before_slower_ones_are() -> None:
    others_are_judged = threading.Event()

    def answer(text: str) -> Completion:
        if text == "slow":
            assert others_are_judged.wait(LONG_S)
        return Completion(text)

    engine = make(Fake(answer=answer))
    engine.start([ask(text) for text in ("first", "slow", "b", "c")])
    assert [engine.complete(ask(text)).text for text in "bc"] == ["b", "c"]
    assert not engine.knows(ask("slow"))
    others_are_judged.set()
    assert engine.complete(ask("slow")).text == "slow"


@pytest.mark.parametrize(
    ("mode", "texts", "asked", "log", "counts"),
    [
        ("auto", ["stored a", "B"], ["b#1"], ["get", "get", "put B"], Counts(1, 1, 0)),
        ("refresh", ["A", "B"], ["a#1", "b#1"], ["put A", "put B"], Counts(2, 0, 0)),
        ("off", ["A", "B"], ["a#1", "b#1"], [], Counts(2, 0, 0)),
    ],
)
@pytest.mark.parametrize("on_demand", [False, True])
def test_mode_says_what_is_read_asked_and_stored(
    mode: CacheMode, texts: list[str], asked: list[str], log: list[str], counts: Counts, on_demand: bool
) -> None:
    provider, store = Fake(), fill("a")
    engine = make(provider, store, mode, concurrency=1)
    if not on_demand:
        prefetch(engine, [ask("a"), ask("b")])
    assert [engine.complete(ask(text)).text for text in "ab"] == texts
    assert (provider.asked, store.log, engine.totals()) == (asked, log, counts)


def test_replay_reads_only_and_names_what_is_missing() -> None:
    provider, store = Fake(), fill("a")
    engine = make(provider, store, "replay")
    prefetch(engine, [ask("a"), ask("b\nc" + "d" * 100)])
    found, missing = engine.complete(ask("a")), engine.complete(ask("b\nc" + "d" * 100))
    assert (found.text, found.cached) == ("stored a", True)
    assert missing.error == "not in the cache, and --ftbench-cache=replay asks nothing: 'b\\nc" + "d" * 76 + "…'"
    assert (provider.asked, store.log, engine.totals()) == ([], ["get", "get"], Counts(0, 1, 1))


def test_refreshed_answer_is_what_the_next_session_reads() -> None:
    store = fill("a")
    prefetch(make(Fake(), store, "refresh"), [ask("a")])
    assert make(Fake(), store, "replay").complete(ask("a")).text == "A"


def test_stored_answer_comes_back_whole() -> None:
    whole = Completion("t", "stop", "m-1", "fp", "w-1", 3, 4, 0.5)
    store = Store()
    prefetch(make(Fake(answer=lambda _: whole), store), [ask("a")])
    again = make(Fake(), store, "replay").complete(ask("a"))
    assert again == Completion("t", "stop", "m-1", "fp", "w-1", 3, 4, 0.5, cached=True)


def test_answer_is_stored_with_the_request_whose_hash_is_its_key() -> None:
    store = Store()
    engine = make(Fake(sampling={"seed": 3}), store)
    prefetch(engine, [ask("naïve \ud800?", sample=2)])
    ((key, value),) = store.items()
    assert key == engine.key(ask("naïve \ud800?", sample=2)) == key_of(value["request"])
    assert json.loads(value["request"]) == {
        "schema": 1,
        "identity": {"provider": "fake", "base_url": None, "model": "m", "revision": None},
        "messages": [["user", "naïve \ud800?"]],
        "sampling": {"seed": 3},
        "sample": 2,
    }


def test_local_endpoint_opens_no_store_and_is_asked_in_every_mode() -> None:
    def refuse() -> Store:
        raise AssertionError("a local endpoint needs no store")

    for mode in ("auto", "replay", "refresh", "off"):
        engine = Engine({"e": Fake(is_local=True)}, open_store=refuse, mode=mode)
        prefetch(engine, [ask("a")])
        assert engine.complete(ask("a")) == Completion("A", latency_s=0.5)
        assert engine.totals() == Counts(1, 0, 0)


def test_latency_is_measured_where_the_provider_has_none() -> None:
    engine = make(Fake(answer=lambda _: Completion("t")))
    latency_s = engine.complete(ask("a")).latency_s
    assert latency_s is not None
    assert 0 <= latency_s < LONG_S


def test_key_depends_on_prompt_sample_endpoint_and_sampling() -> None:
    providers = {"e": Fake(), "f": Fake(model="n"), "g": Fake(sampling={"temperature": 1})}
    engine = Engine(providers, open_store=Store)
    questions = [ask("a"), ask("b"), ask("a", sample=2), ask("a", "f"), ask("a", "g")]
    assert len({engine.key(question) for question in questions}) == 5


def test_learnt_answer_is_not_asked_for() -> None:
    provider = Fake()
    engine = make(provider)
    engine.answers.learn(engine.key(ask("a")), Completion("learnt"))
    prefetch(engine, [ask("a")])
    assert (engine.complete(ask("a")).text, provider.asked) == ("learnt", [])


def test_counts_are_kept_for_each_endpoint() -> None:
    engine = Engine({"e": Fake(), "f": Fake(model="n", answer=lambda _: Completion(error="no"))}, open_store=Store)
    prefetch(engine, [ask("a", "e"), ask("b", "e"), ask("a", "f")])
    assert engine.answers.counts == {"e": Counts(2, 0, 0), "f": Counts(1, 0, 1)}


def test_close_releases_endpoints_and_store() -> None:
    class Closing(Store):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    provider, store = Fake(), Closing()
    engine = make(provider, store)
    prefetch(engine, [ask("a")])
    engine.close()
    assert (provider.is_closed, store.is_closed) == (True, True)


def test_concurrency_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^concurrency must be >= 1, got 0$"):
        make(Fake(), concurrency=0)


def test_no_more_than_concurrency_calls_are_in_flight_and_that_many_are() -> None:
    lock, barrier, counts = threading.Lock(), threading.Barrier(3), {"now": 0, "most": 0, "all": 0}

    def answer(text: str) -> Completion:
        with lock:
            counts["now"] += 1
            counts["all"] += 1
            counts["most"] = max(counts["most"], counts["now"])
            is_early = 2 <= counts["all"] <= 4  # the first goes alone
        if is_early:
            barrier.wait(LONG_S)
        with lock:
            counts["now"] -= 1
        return Completion(text)

    prefetch(make(Fake(answer=answer), concurrency=3), [ask(str(number)) for number in range(31)])
    assert (counts["most"], counts["all"]) == (3, 31)
