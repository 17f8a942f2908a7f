"""Servers with a rate limit, and the questions of a run, simulated in virtual time: seconds are numbers here."""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pytest_ftbench.pace import Pace
from pytest_ftbench.rate import Ticket

RetryAfter = Literal["whole", "exact", "absent"]


class Server(Protocol):
    def refuse_s(self, now: float) -> float | None:
        """None accepts the call that arrives now; else the seconds until one could be accepted."""


@dataclass
class Bucket:
    """A token bucket: `size` calls at once, `per_s` a second in the long run."""

    size: float
    per_s: float = 50.0
    counts_refused: bool = False
    _tokens: float = math.nan
    _at: float = 0.0

    def refuse_s(self, now: float) -> float | None:
        had = self.size if math.isnan(self._tokens) else self._tokens
        self._tokens, self._at = min(self.size, had + (now - self._at) * self.per_s), now
        if self._tokens >= 1 - 1e-9:
            self._tokens -= 1
            return None
        if self.counts_refused:
            self._tokens = max(-self.size, self._tokens - 1)
        return (1 - self._tokens) / self.per_s


@dataclass
class Window:
    """At most `most` calls in each second of the server's clock, which is `phase` ahead of ours."""

    most: int = 50
    phase: float = 0.0
    _second: int = -1
    _taken: int = 0

    def refuse_s(self, now: float) -> float | None:
        second = math.floor(now + self.phase + 1e-9)
        if second != self._second:
            self._second, self._taken = second, 0
        if self._taken < self.most:
            self._taken += 1
            return None
        return max(0.001, second + 1 - now - self.phase)


@dataclass
class Log:
    """At most `most` calls in any second."""

    most: int = 50
    counts_refused: bool = False
    _times: list[float] = field(default_factory=list)

    def refuse_s(self, now: float) -> float | None:
        self._times = [each for each in self._times if each > now - 1 + 1e-9]
        if len(self._times) < self.most:
            self._times.append(now)
            return None
        if self.counts_refused:
            self._times = [*self._times[1:], now]
        return max(0.001, self._times[0] + 1 - now)


@dataclass(frozen=True)
class Run:
    """How a simulated run went."""

    seconds: float
    answered: int
    refused: int
    most_in_flight: int
    full_at: float
    """When 100 were in flight for the first time."""


def simulate(
    server: Server,
    *,
    questions: int = 500,
    latency_s: float = 0.2,
    refusal_s: float | None = None,
    retry_after: RetryAfter = "whole",
    most: int | None = None,
    rough: int | None = None,
) -> Run:
    """Ask all questions, each again until it is answered, as if there were a thread for each of them.

    refusal_s: how long a 429 takes; None: as long as an answer. rough: a seed for what a real machine does: the first
    call goes alone, threads wake late, calls overtake each other on their way, and answers take a little longer.
    """
    chance = random.Random(rough)

    def some_s(most_s: float) -> float:
        return 0.0 if rough is None else chance.random() * most_s

    pace, now, waiting, order = Pace(most), 0.0, questions, 0
    # When something arrives, at the server (with no word yet) or from it, in which order, of which call.
    arrivals: list[tuple[float, int, Ticket, bool, float | None]] = []
    answered = refused = most_in_flight = 0
    full_at = math.inf
    while answered < questions:
        may_send = waiting and (rough is None or answered or not order)
        wait_s = pace.wait_s(now) if may_send else math.inf
        if wait_s <= 1e-12:
            ticket, waiting, order = pace.sent(now), waiting - 1, order + 1
            most_in_flight = max(most_in_flight, pace.in_flight)
            full_at = min(full_at, now if pace.in_flight == 100 else math.inf)
            heapq.heappush(arrivals, (now + some_s(0.003), order, ticket, True, None))
            continue
        if not arrivals or now + wait_s < arrivals[0][0]:
            now += wait_s + some_s(0.003)
            assert now < 1e6, "nothing is in flight, and nothing may be sent"
            continue
        now, order_sent, arrived, is_at_server, later = heapq.heappop(arrivals)
        if is_at_server:
            later = server.refuse_s(now)
            takes_s = latency_s if later is None or refusal_s is None else refusal_s
            heapq.heappush(arrivals, (now + takes_s + some_s(0.01), order_sent, arrived, False, later))
        elif later is None:
            pace.succeeded(now, arrived)
            answered += 1
        else:
            word = {"whole": float(math.ceil(later)), "exact": later, "absent": None}[retry_after]
            pace.throttled(now, arrived, word)
            waiting, refused = waiting + 1, refused + 1
    return Run(now, answered, refused, most_in_flight, full_at)
