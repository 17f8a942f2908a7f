"""How near to a server's rate limit calls are sent: simulated in virtual time, so nothing here depends on a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from rate_servers import Bucket, Log, RetryAfter, Server, Window, simulate

SERVERS: dict[str, Callable[[], Server]] = {
    "bucket of 50": lambda: Bucket(50),
    "bucket of 10": lambda: Bucket(10),
    "bucket of 5": lambda: Bucket(5),
    "window": Window,
    "window half past": lambda: Window(phase=0.5),
    "log": Log,
    "bucket of 50 that counts refused": lambda: Bucket(50, counts_refused=True),
    "log that counts refused": lambda: Log(counts_refused=True),
}
ONE_SECOND = ("bucket of 50", "window", "window half past", "log")
TINY = ("bucket of 10", "bucket of 5")
COUNTING = ("bucket of 50 that counts refused", "log that counts refused")
WORDS: tuple[RetryAfter, ...] = ("whole", "exact", "absent")
AT_ONCE_S = 0.005


def every(*values: Iterable[Any]) -> list[tuple[Any, ...]]:
    return list(product(*values))


def ratio(name: str, *, questions: int = 500, **how: object) -> tuple[float, int]:
    """Time over questions / 50, the last answer's latency left out, and how many 429s it took."""
    run = simulate(SERVERS[name](), questions=questions, **how)  # type: ignore[arg-type]
    assert run.answered == questions, "a question was lost"
    latency_s = how.get("latency_s", 0.2)
    assert isinstance(latency_s, float)
    return (run.seconds - latency_s) / (questions / 50), run.refused


@pytest.mark.parametrize(
    ("name", "word", "latency_s", "refusal_s"), every(ONE_SECOND, WORDS, (0.05, 0.2), (None, AT_ONCE_S))
)
def test_limit_per_second_is_used_to_within_15_percent(
    name: str, word: RetryAfter, latency_s: float, refusal_s: float | None
) -> None:
    share, refused = ratio(name, retry_after=word, latency_s=latency_s, refusal_s=refusal_s)
    assert share <= 1.15
    assert refused <= 100


@pytest.mark.parametrize(("name", "word", "seed"), every(ONE_SECOND, WORDS, range(3)))
def test_late_threads_and_calls_that_overtake_each_other_change_little(name: str, word: RetryAfter, seed: int) -> None:
    share, refused = ratio(name, retry_after=word, rough=seed, refusal_s=AT_ONCE_S, questions=1000)
    assert share <= 1.15
    assert refused <= 60


@pytest.mark.parametrize(("name", "word", "refusal_s"), every(ONE_SECOND, WORDS, (None, AT_ONCE_S)))
def test_answers_that_take_a_second_cost_a_slow_start_only(
    name: str, word: RetryAfter, refusal_s: float | None
) -> None:
    assert ratio(name, retry_after=word, latency_s=1.0, refusal_s=refusal_s)[0] <= 1.25
    assert ratio(name, retry_after=word, latency_s=1.0, refusal_s=refusal_s, questions=1000)[0] <= 1.16


@pytest.mark.parametrize(("name", "word", "refusal_s"), every(ONE_SECOND, WORDS, (None, AT_ONCE_S)))
def test_probing_in_a_long_run_costs_little(name: str, word: RetryAfter, refusal_s: float | None) -> None:
    share, refused = ratio(name, retry_after=word, refusal_s=refusal_s, questions=5000)
    assert share <= 1.15
    assert refused <= 250


@pytest.mark.parametrize(("name", "word", "latency_s", "refusal_s"), every(TINY, WORDS, (0.05, 0.2), (None, AT_ONCE_S)))
def test_server_without_a_burst_costs_two_pauses_at_most(
    name: str, word: RetryAfter, latency_s: float, refusal_s: float | None
) -> None:
    """A whole second's pause wastes 40 or more calls that such a bucket cannot keep; that is the server's choice."""
    share, refused = ratio(name, retry_after=word, latency_s=latency_s, refusal_s=refusal_s)
    assert share <= (1.75 if word == "whole" else 1.25)
    assert refused <= 30


@pytest.mark.parametrize("seed", range(3))
def test_small_bucket_is_measured_by_its_second_429(seed: int) -> None:
    share, refused = ratio("bucket of 10", rough=seed, refusal_s=AT_ONCE_S, questions=1000)
    assert share <= 1.25
    assert refused <= 15


@pytest.mark.parametrize(
    ("name", "word", "latency_s", "refusal_s"), every(COUNTING, WORDS, (0.05, 0.2), (None, AT_ONCE_S))
)
def test_server_that_counts_refused_calls_is_not_hammered(
    name: str, word: RetryAfter, latency_s: float, refusal_s: float | None
) -> None:
    share, refused = ratio(name, retry_after=word, latency_s=latency_s, refusal_s=refusal_s)
    assert share <= 1.5
    assert refused <= 220


@pytest.mark.parametrize(("per_s", "word"), every((1, 5, 10, 20, 100, 200), WORDS))
def test_other_limits_are_learned_just_as_well(per_s: int, word: RetryAfter) -> None:
    run = simulate(Bucket(per_s, per_s=per_s), retry_after=word, refusal_s=AT_ONCE_S)
    assert run.answered == 500
    assert run.seconds - 0.2 <= 1.15 * 500 / per_s
    assert run.refused <= 120


def test_limit_per_minute_is_learned_just_as_well() -> None:
    run = simulate(Bucket(500, per_s=500 / 60), questions=1000, refusal_s=AT_ONCE_S)
    assert run.seconds <= 1.05 * 60
    assert run.refused <= 40


@pytest.mark.parametrize("per_s", [5000.0, 1e9])
def test_server_that_accepts_all_is_used_in_full_within_a_second(per_s: float) -> None:
    run = simulate(Bucket(per_s, per_s=per_s), questions=1000)
    assert (run.refused, run.most_in_flight) == (0, 100)
    assert run.full_at <= 0.7
    assert run.seconds <= 2.0 + 0.7


@pytest.mark.parametrize("server", [Bucket(1e9), Bucket(50), Log()])
def test_fixed_number_in_flight_is_never_exceeded(server: Server) -> None:
    run = simulate(server, questions=300, most=7)
    assert (run.answered, run.most_in_flight) == (300, 7)


def test_fixed_number_in_flight_keeps_to_the_rate_too() -> None:
    run = simulate(Window(), most=100)
    assert run.seconds - 0.2 <= 1.15 * 10
    assert run.refused <= 100
