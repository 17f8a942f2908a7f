"""The limiter under real threads: who is let in, who waits, and who is woken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from pytest_ftbench.limiter import Limiter

LONG_S = 30.0
"""For waits that end at once unless the code is broken."""


@dataclass
class Clock:
    """Stands still unless it is set."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as threads:
        yield threads


def in_a_thread(step: Callable[[], None], limiter: Limiter) -> None:
    """Let a thread of its own in, end its call by `step`, and wait for it."""

    def call() -> None:
        assert limiter.enter()
        step()

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(LONG_S)
    assert not thread.is_alive()


def look_again(limiter: Limiter, clock: Clock, at: float) -> None:
    """Set the clock and let the waiting threads read it: in real life their waits end by the same clock."""
    with limiter._changed:
        clock.at = at
        limiter._changed.notify_all()


def wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(LONG_S * 1000)):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("it never came")


@pytest.mark.parametrize("most", [1, 3, None])
def test_never_more_than_the_limit_are_inside_at_once(most: int | None, pool: ThreadPoolExecutor) -> None:
    limiter, lock, inside, peaks = Limiter(most), threading.Lock(), [0], [0]

    def ask(number: int) -> None:
        assert limiter.enter()
        with lock:
            inside[0] += 1
            peaks.append(inside[0])
            assert inside[0] <= limiter.limit
        with lock:
            inside[0] -= 1
        (limiter.failed if number % 7 == 0 else limiter.succeeded)()

    for future in [pool.submit(ask, number) for number in range(2000)]:
        future.result(LONG_S)
    assert max(peaks) <= (most or 100)
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_every_waiting_thread_gets_its_turn_under_a_rate(pool: ThreadPoolExecutor) -> None:
    limiter = Limiter(4)
    in_a_thread(lambda: limiter.throttled(0.0), limiter)
    limiter._pace.rate.per_s = 5000.0

    def ask() -> bool:
        entered = limiter.enter()
        limiter.succeeded()
        return entered

    futures = [pool.submit(ask) for _ in range(300)]
    assert all(future.result(LONG_S) for future in futures)


def test_waiting_thread_is_let_in_when_a_call_ends(pool: ThreadPoolExecutor) -> None:
    for end in (Limiter.succeeded, Limiter.failed, Limiter.ended):
        limiter = Limiter(1)
        assert limiter.enter()
        second = pool.submit(limiter.enter)
        wait_for(lambda limiter=limiter: limiter.waiting == 1)  # type: ignore[misc]
        assert not second.done()
        end(limiter)
        assert second.result(LONG_S) is True


def test_stop_wakes_all_and_lets_nobody_in(pool: ThreadPoolExecutor) -> None:
    clock = Clock()
    held, paused = Limiter(1), Limiter(8, now=clock)
    assert held.enter()
    in_a_thread(lambda: paused.throttled(100.0), paused)
    for limiter in (held, paused):
        futures = [pool.submit(limiter.enter) for _ in range(12)]
        wait_for(lambda limiter=limiter: limiter.waiting == 12)  # type: ignore[misc]
        limiter.stop()
        assert [future.result(LONG_S) for future in futures] == [False] * 12
        assert limiter.enter() is False
        assert limiter.waiting == 0


@pytest.mark.parametrize(
    "end",
    [
        lambda limiter: limiter.throttled(20.0),
        lambda limiter: limiter.failed(20.0),
        lambda limiter: limiter.succeeded(20.0),
    ],
    ids=["429", "503", "the headers of a 200"],
)
@pytest.mark.parametrize("most", [8, None])
def test_pause_asked_of_one_call_holds_back_all(
    end: Callable[[Limiter], None], most: int | None, pool: ThreadPoolExecutor
) -> None:
    clock = Clock()
    limiter = Limiter(most, now=clock)
    in_a_thread(lambda: end(limiter), limiter)
    assert limiter.paused_until == 1020.0
    futures: list[Future[bool]] = [pool.submit(limiter.enter) for _ in range(3)]
    wait_for(lambda: limiter.waiting == 3)
    assert limiter.in_flight == 0
    assert not any(future.done() for future in futures)
    look_again(limiter, clock, 1019.99)
    wait_for(lambda: limiter.waiting == 3)
    assert limiter.in_flight == 0
    for entered in (1, 2, 3):  # the rate spaces them
        look_again(limiter, clock, 1020.0 + 10 * entered)
        wait_for(lambda entered=entered: limiter.in_flight >= entered)  # type: ignore[misc]
    wait_for(lambda: all(future.done() for future in futures))


def test_first_429_halves_the_limit_and_those_sent_before_it_are_the_same_event(pool: ThreadPoolExecutor) -> None:
    limiter, all_in = Limiter(now=Clock()), threading.Barrier(10)

    def ask() -> None:
        assert limiter.enter()
        all_in.wait(LONG_S)
        limiter.throttled(None)

    for future in [pool.submit(ask) for _ in range(10)]:
        future.result(LONG_S)
    assert (limiter.limit, limiter.in_flight) == (8, 0)


def test_new_429s_halve_the_limit_down_to_one() -> None:
    clock = Clock()
    limiter = Limiter(now=clock)
    limits = []
    for _ in range(6):
        clock.at += 30
        assert limiter.enter()
        limiter.throttled(None)
        limits.append(limiter.limit)
    assert limits == [8, 4, 2, 1, 1, 1]


def test_failures_do_not_shrink_the_limit_but_rest_its_growth(pool: ThreadPoolExecutor) -> None:
    clock = Clock()
    limiter, ends = Limiter(now=clock), [threading.Event() for _ in range(16)]

    def ask(end: threading.Event) -> None:
        assert limiter.enter()
        assert end.wait(LONG_S)
        limiter.succeeded()

    futures = [pool.submit(ask, end) for end in ends]
    wait_for(lambda: limiter.in_flight == 16)
    held = pool.submit(limiter.enter)
    wait_for(lambda: limiter.waiting == 1)
    ends[0].set()
    held.result(LONG_S)
    assert limiter.limit == 17
    limiter._pace.failed(clock.at)
    clock.at += 4.9
    ends[1].set()
    futures[1].result(LONG_S)
    assert limiter.limit == 17
    clock.at += 0.2
    ends[2].set()
    futures[2].result(LONG_S)
    assert limiter.limit == 18
    for end in ends:
        end.set()


def test_limit_does_not_grow_while_it_holds_nobody_back() -> None:
    limiter = Limiter()
    for _ in range(100):
        assert limiter.enter()
        limiter.succeeded()
    assert limiter.limit == 16


def test_pause_beyond_patience_is_hopeless_and_wakes_all(pool: ThreadPoolExecutor) -> None:
    limiter = Limiter(2, now=Clock())
    in_a_thread(lambda: limiter.throttled(100.0), limiter)
    assert limiter.hopeless is None
    waiting = pool.submit(limiter.enter)
    wait_for(lambda: limiter.waiting == 1)
    limiter._tickets[threading.get_ident()] = limiter._pace.sent(1000.0)  # a call that was in flight all along
    limiter.throttled(3600.0)
    assert waiting.result(LONG_S) is False
    assert limiter.hopeless == "the server wants no call for 3,600 s; no more than 300 s are waited for"


def test_nothing_but_429s_for_longer_than_patience_is_hopeless() -> None:
    clock = Clock()
    limiter = Limiter(now=clock)
    for at, is_hopeless in ((1000.0, False), (1200.0, False), (1299.0, False), (1301.0, True)):
        clock.at = at
        assert limiter.enter()
        limiter.throttled(None)
        assert (limiter.hopeless is not None) is is_hopeless
    assert limiter.hopeless == "the server has answered nothing but 429 for 301 s; no more than 300 s are waited for"
    assert limiter.enter() is False


def test_success_renews_patience() -> None:
    clock = Clock()
    limiter = Limiter(now=clock)
    for _ in range(10):
        clock.at += 200
        assert limiter.enter()
        limiter.throttled(None)
        assert limiter.throttled_since == clock.at
        clock.at += 10
        assert limiter.enter()
        limiter.succeeded()
        assert limiter.throttled_since is None
    assert limiter.hopeless is None


def test_calls_end_in_the_thread_that_entered() -> None:
    with pytest.raises(RuntimeError, match="had not entered"):
        Limiter().succeeded()
    with pytest.raises(ValueError, match=r"^most must be >= 1, got 0$"):
        Limiter(0)
