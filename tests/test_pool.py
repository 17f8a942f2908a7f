"""The thread pool: how many at a time, what it does when a call breaks, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pytest_ftbench.pool import Pool
from pytest_ftbench.records import Completion, Prompt, Question

LONG_S = 30.0
"""For waits that end at once unless the code is broken."""


def questions(count: int) -> dict[str, Question]:
    return {str(number): Question("e", Prompt((("user", str(number)),))) for number in range(count)}


def echo(question: Question) -> Completion:
    return Completion(text=question.prompt.user_text)


class Gauge:
    """Counts the calls in flight; the first `parties` of them wait for each other."""

    def __init__(self, parties: int) -> None:
        self._lock, self._barrier = threading.Lock(), threading.Barrier(parties)
        self.now = self.most = self.calls = 0

    def ask(self, question: Question) -> Completion:
        with self._lock:
            self.now, self.calls = self.now + 1, self.calls + 1
            self.most = max(self.most, self.now)
            is_early = self.calls <= self._barrier.parties
        if is_early:
            self._barrier.wait(LONG_S)
        with self._lock:
            self.now -= 1
        return echo(question)


@pytest.mark.parametrize(("threads", "count", "most"), [(1, 5, 1), (4, 20, 4), (16, 3, 3)])
def test_as_many_calls_as_allowed_are_in_flight_and_never_more(threads: int, count: int, most: int) -> None:
    gauge = Gauge(most)
    assert len(list(Pool(gauge.ask, questions(count), threads=threads))) == count
    assert (gauge.most, gauge.calls) == (most, count)


def test_each_question_comes_back_once_with_its_own_answer() -> None:
    answers = list(Pool(echo, questions(200), threads=8))
    assert sorted((key, question.prompt.user_text, completion.text) for key, question, completion in answers) == sorted(
        (str(number), str(number), str(number)) for number in range(200)
    )


def test_nothing_to_ask_ends_at_once() -> None:
    pool = Pool(echo, {}, threads=4)
    assert list(pool) == []
    assert list(pool.last_answers(LONG_S)) == []


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit("broken"), KeyboardInterrupt("broken")])
def test_call_that_raises_whatever_comes_back_as_an_error(error: BaseException) -> None:
    def ask(_: Question) -> Completion:
        raise error

    answers = list(Pool(ask, questions(3), threads=2))
    assert [completion.error for _, _, completion in answers] == [f"{type(error).__name__}: broken"] * 3


class Held:
    """Answers the first question at once and the others when released; counts what was begun."""

    def __init__(self) -> None:
        self.begun, self.release, self.lock = 0, threading.Event(), threading.Lock()
        self.two_more = threading.Event()

    def ask(self, question: Question) -> Completion:
        with self.lock:
            self.begun += 1
            if self.begun == 3:
                self.two_more.set()
        if question.prompt.user_text != "0":
            self.release.wait(LONG_S)
        return echo(question)


def test_stopped_pool_hands_out_what_was_sent_and_sends_no_more() -> None:
    held = Held()
    pool = Pool(held.ask, questions(50), threads=2)
    first = next(iter(pool))
    assert held.two_more.wait(LONG_S)  # both threads are busy again
    pool.stop()
    held.release.set()
    last = [key for key, _, _ in pool.last_answers(LONG_S)]
    assert (first[0], last[0], sorted(last), held.begun) == ("0", "0", ["0", "1", "2"], 3)


def test_grace_that_is_over_leaves_the_calls_in_flight() -> None:
    held = Held()
    pool = Pool(held.ask, questions(50), threads=2)
    next(iter(pool))
    assert held.two_more.wait(LONG_S)
    assert [key for key, _, _ in pool.last_answers(0.0)] == ["0"]
    held.release.set()


def test_answers_that_came_before_the_stop_are_not_lost() -> None:
    pool = Pool(echo, questions(5), threads=5)
    iterator = iter(pool)
    next(iterator)
    for thread in threading.enumerate():
        if thread.name.startswith("ftbench-ask-"):
            thread.join(LONG_S)
    assert len(list(pool.last_answers(0.0))) == 5


@pytest.mark.parametrize("stop", [lambda pool: pool.stop(), lambda pool: list(pool.last_answers(0.0))])
def test_pool_that_was_stopped_before_it_began_asks_nothing(stop: Callable[[Pool], object]) -> None:
    held = Held()
    stop(Pool(held.ask, questions(3), threads=2))
    assert held.begun == 0


def test_threads_do_not_keep_the_interpreter() -> None:
    held = Held()
    pool = Pool(held.ask, questions(3), threads=2)
    next(iter(pool))
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("ftbench-ask-"))
    held.release.set()
