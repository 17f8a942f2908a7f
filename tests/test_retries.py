"""The retry policy: what is asked again, how often, after how long, and what an error says in the end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from pytest_ftbench.errors import EndpointError, Fault
from pytest_ftbench.limiter import Limiter
from pytest_ftbench.records import Completion
from pytest_ftbench.retries import RetryPolicy, Stopped, ask_patiently


@dataclass
class Scene:
    """A clock that only sleeping, waiting and calling move, a limiter on it, and a note of what was waited for."""

    at: float = 1000.0
    naps: list[float] = field(default_factory=list)
    calls: int = 0
    takes_s: float = 0.0
    draw: float = 0.0
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(1000, now=self.now)
        self.limiter._wait = self.wait  # type: ignore[method-assign]

    def now(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        """What the limiter does while a call may not be sent."""
        self.at += seconds

    def sleep(self, seconds: float) -> bool:
        self.naps.append(seconds)
        self.at += seconds
        return True

    def ask(self, *outcomes: BaseException | Completion, sleep: Callable[[float], bool] | None = None) -> Completion:
        """Ask one question, whose calls go as told; the last outcome is repeated."""
        going: Iterator[BaseException | Completion] = iter(outcomes)
        last = outcomes[-1]

        def attempt() -> Completion:
            self.calls += 1
            self.at += self.takes_s
            outcome = next(going, last)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        return ask_patiently(
            attempt,
            self.limiter,
            sleep=sleep or self.sleep,
            now=self.now,
            policy=self.policy,
            draw=lambda: self.draw,
        )


ANSWER = Completion(text="25")


def fault(kind: Fault, retry_after_s: float | None = None, text: str = "HTTP 500: boom.") -> EndpointError:
    return EndpointError(text, fault=kind, retry_after_s=retry_after_s)


def test_answer_is_asked_for_once() -> None:
    scene = Scene()
    assert scene.ask(ANSWER) is ANSWER
    assert (scene.calls, scene.naps, scene.limiter.in_flight) == (1, [], 0)


@pytest.mark.parametrize("kind", ["question", "endpoint"])
def test_error_that_will_not_pass_is_raised_at_once_as_it_is(kind: Fault) -> None:
    scene, error = Scene(), fault(kind)
    with pytest.raises(EndpointError) as caught:
        scene.ask(error)
    assert caught.value is error
    assert (scene.calls, scene.naps, scene.limiter.in_flight) == (1, [], 0)


def test_error_that_may_pass_is_asked_again_after_waits_that_double() -> None:
    scene = Scene(policy=RetryPolicy(attempts=8), draw=1.0)
    assert scene.ask(*[fault("transient")] * 7, ANSWER) is ANSWER
    assert scene.naps == [0.5, 1, 2, 4, 8, 8, 8]
    assert scene.limiter.in_flight == 0


def test_waits_are_spread_over_the_upper_half() -> None:
    scene = Scene(draw=0.0)
    scene.ask(*[fault("transient")] * 3, ANSWER)
    assert scene.naps == [0.25, 0.5, 1.0]


def test_fifth_error_is_the_last_and_says_so() -> None:
    scene = Scene()
    with pytest.raises(EndpointError) as caught:
        scene.ask(fault("transient"))
    assert str(caught.value) == "HTTP 500: boom (tried 5 times)."
    assert caught.value.fault == "transient"
    assert (scene.calls, len(scene.naps), scene.limiter.in_flight) == (5, 4, 0)


def test_error_of_another_kind_ends_the_retries_and_says_how_often() -> None:
    scene = Scene()
    with pytest.raises(EndpointError) as caught:
        scene.ask(fault("transient"), fault("endpoint", text="HTTP 401: no such key."))
    assert (str(caught.value), caught.value.fault) == ("HTTP 401: no such key (tried 2 times).", "endpoint")


def test_retry_after_of_an_error_is_the_shortest_wait() -> None:
    scene = Scene(draw=1.0)
    scene.ask(fault("transient", 3.0), fault("transient", 0.1), ANSWER)
    assert scene.naps == [3.0, 1.0]


@pytest.mark.parametrize("seconds", [-5.0, float("nan"), float("inf"), "7"])
def test_retry_after_that_is_no_time_is_ignored(seconds: float) -> None:
    scene = Scene(draw=1.0)
    scene.ask(fault("transient", seconds), ANSWER)
    assert scene.naps == [0.5]


def test_question_is_not_asked_again_beyond_its_total_time() -> None:
    scene = Scene(takes_s=60.0, policy=RetryPolicy(attempts=100, total_s=130.0), draw=1.0)
    with pytest.raises(EndpointError) as caught:
        scene.ask(fault("transient"))
    assert str(caught.value) == "HTTP 500: boom (tried 3 times)."
    assert scene.naps == [0.5, 1.0]


def test_wait_that_would_end_beyond_the_total_time_is_not_begun() -> None:
    scene = Scene(policy=RetryPolicy(total_s=100.0))
    with pytest.raises(EndpointError, match=r"^HTTP 500: boom\.$"):
        scene.ask(fault("transient", 101.0))
    assert scene.naps == []


def test_time_in_the_limiter_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(policy=RetryPolicy(total_s=30.0))
    enter = scene.limiter.enter

    def slow_enter() -> bool:
        scene.at += 250.0
        return enter()

    monkeypatch.setattr(scene.limiter, "enter", slow_enter)
    assert scene.ask(*[fault("transient")] * 4, ANSWER) is ANSWER


def test_429_is_asked_again_without_counting_as_an_attempt() -> None:
    scene = Scene(takes_s=1.0)
    busy = fault("throttled", 0.0)
    with pytest.raises(EndpointError) as caught:
        scene.ask(*[busy] * 20, fault("transient"))
    assert str(caught.value) == "HTTP 500: boom (tried 5 times)."
    assert scene.calls == 25


def test_429_holds_back_the_calls_of_others_too() -> None:
    scene = Scene()
    scene.limiter.enter()
    scene.limiter.throttled(30.0)
    assert scene.limiter.paused_until == 1030.0


def test_pause_in_a_good_answer_reaches_the_limiter() -> None:
    scene = Scene()
    scene.ask(Completion(text="x", pause_s=12.0))
    assert scene.limiter.paused_until == 1012.0


def test_endless_429s_are_a_fault_of_the_endpoint() -> None:
    scene = Scene(takes_s=20.0)
    with pytest.raises(EndpointError) as caught:
        scene.ask(fault("throttled", 0.0, "HTTP 429: busy"))
    assert caught.value.fault == "endpoint"
    assert str(caught.value) == (
        "the server has answered nothing but 429 for 320 s; no more than 300 s are waited for (HTTP 429: busy)."
    )


def test_pause_beyond_patience_is_a_fault_of_the_endpoint_for_all_its_questions() -> None:
    scene = Scene()
    line = "the server wants no call for 3,600 s; no more than 300 s are waited for"
    with pytest.raises(EndpointError, match=rf"^{line} \(HTTP 429: come back later\)\.$"):
        scene.ask(fault("throttled", 3600.0, "HTTP 429: come back later"))
    with pytest.raises(EndpointError) as caught:
        scene.ask(ANSWER)
    assert (str(caught.value), caught.value.fault, scene.calls) == (f"{line}.", "endpoint", 1)


def test_stopping_ends_a_wait_and_asks_no_more() -> None:
    scene = Scene()
    with pytest.raises(Stopped):
        scene.ask(fault("transient"), sleep=lambda _seconds: False)
    assert (scene.calls, scene.limiter.in_flight) == (1, 0)
    scene.limiter.stop()
    with pytest.raises(Stopped):
        scene.ask(ANSWER)
    assert scene.calls == 1


@pytest.mark.parametrize("bug", [ZeroDivisionError("x"), KeyboardInterrupt()])
def test_fault_of_a_providers_own_is_not_retried_but_leaves_the_limiter(bug: BaseException) -> None:
    scene = Scene()
    with pytest.raises(type(bug)):
        scene.ask(bug)
    assert (scene.calls, scene.limiter.in_flight) == (1, 0)


def test_no_error_is_left_of_five_percent_500s_and_two_percent_drops() -> None:
    for seed in range(5):
        chance, errors, calls = random.Random(seed), 0, 0

        def attempt() -> Completion:
            nonlocal errors, calls
            calls += 1
            if chance.random() < 0.07:  # noqa: B023  # called in this round only
                errors += 1
                raise fault("transient")
            return ANSWER

        scene = Scene()
        for _ in range(1000):
            assert ask_patiently(attempt, scene.limiter, sleep=scene.sleep, now=scene.now) is ANSWER
        assert calls == 1000 + errors
        assert errors > 40


def test_importing_the_policy_does_not_import_tenacity() -> None:
    import subprocess
    import sys

    code = "import sys, pytest_ftbench.retries; print('tenacity' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_question_refused_again_and_again_while_others_are_answered_is_the_reason_itself() -> None:
    scene = Scene()
    calls = 0

    def refuse() -> Completion:
        nonlocal calls
        calls += 1
        with ThreadPoolExecutor(1) as other:  # another thread is let in, and answered
            other.submit(lambda: scene.limiter.enter() and scene.limiter.succeeded()).result()
        raise fault("throttled", 1.0, "HTTP 429: strange")

    with pytest.raises(EndpointError) as caught:
        ask_patiently(refuse, scene.limiter, sleep=lambda _: True, now=scene.now, draw=lambda: 0.0)
    assert str(caught.value) == "HTTP 429: strange (refused 20 times while other questions were answered)."
    assert caught.value.fault == "question"
    assert calls == 21
    assert scene.limiter.in_flight == 0
