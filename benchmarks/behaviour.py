"""How the benchmarks' server treats a question: how long it takes, what it refuses, where it fails, what it counts."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

ALWAYS_FAILS = "broken"
"""The model whose every call is answered with status 500."""

JUST_S = 0.02
"""For so long an answer counts as just sent: its client need not have read and kept it yet."""

Fate = Literal["answer", "fail", "drop at once", "drop half way"]


@dataclass(frozen=True)
class Behaviour:
    """What a server is told to do. Shares are fractions in [0, 1] of the first, third, ... asking of a question."""

    latency_s: float = 0.0
    """From the last byte of a question to the first of its answer; a refusal comes at once."""
    rate: float = 0.0
    """Requests granted a second; 0 for no limit."""
    limit: Literal["window", "bucket"] = "window"
    """One-second windows that begin with the first request, or a token bucket."""
    burst: int = 0
    """Tokens in a full bucket, 0 for those of one second. A window has no use for it: it grants `rate` at once."""
    is_retry_after_exact: bool = False
    """Fractions of a second in Retry-After, where most servers send whole ones."""
    fail_share: float = 0.0
    """Answered with status 500."""
    drop_share: float = 0.0
    """Hung up on: one half without a byte of an answer, the other half in the middle of it."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.latency_s < 0 or self.rate < 0 or self.burst < 0:
            raise ValueError(f"latency_s, rate and burst must be >= 0, got {self}")
        if min(self.fail_share, self.drop_share) < 0 or self.fail_share + self.drop_share > 1:
            raise ValueError(f"fail_share and drop_share must be >= 0 and at most 1 together, got {self}")

    @property
    def granted_at_once(self) -> int:
        """How many requests a server that has rested grants at the same moment; 0 without a limit."""
        if self.limit == "window":
            return math.floor(self.rate)
        return (self.burst or max(1, math.floor(self.rate))) if self.rate else 0

    def fate(self, model: str, question: str, asking: int) -> Fate:
        """What becomes of a question that is granted for the asking-th time, from 1.

        It depends on nothing else, so that runs repeat whatever their order. Only odd askings can fail: one retry is
        always enough, and a client that loses a question has not asked again.
        """
        if model == ALWAYS_FAILS:
            return "fail"
        if asking % 2 == 0 or not (self.fail_share or self.drop_share):
            return "answer"
        text = f"{self.seed}\0{model}\0{question}\0{asking}".encode()
        drawn = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64
        if drawn < self.fail_share:
            return "fail"
        if drawn < self.fail_share + self.drop_share / 2:
            return "drop at once"
        return "drop half way" if drawn < self.fail_share + self.drop_share else "answer"


class Limit(Protocol):
    """Decides about requests in the order of their arrival."""

    def wait_s(self, now_s: float) -> float:
        """0 grants the request; else the seconds after which another one may be granted."""


class NoLimit:
    """Grants everything."""

    def wait_s(self, now_s: float) -> float:  # noqa: ARG002  # the protocol's argument
        """Nobody waits."""
        return 0.0


class Window:
    """Grants `rate` requests in each second, counted from the first request."""

    def __init__(self, rate: float) -> None:
        self._most = math.floor(rate)
        self._begin_s: float | None = None
        self._number = 0
        self._granted = 0

    def wait_s(self, now_s: float) -> float:
        """Until the next window begins, where this one is used up."""
        if self._begin_s is None:
            self._begin_s = now_s
        age_s = now_s - self._begin_s
        if math.floor(age_s) != self._number:
            self._number, self._granted = math.floor(age_s), 0
        if self._granted < self._most:
            self._granted += 1
            return 0.0
        return self._number + 1 - age_s


class Bucket:
    """Holds up to `size` tokens, gains `rate` a second, and takes one for each request it grants; begins full."""

    def __init__(self, rate: float, size: int) -> None:
        self._rate, self._size = rate, size
        self._tokens = float(size)
        self._counted_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        """Until there is a whole token."""
        if self._counted_s is not None:
            self._tokens = min(self._size, self._tokens + (now_s - self._counted_s) * self._rate)
        self._counted_s = now_s
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate


def make_limit(behaviour: Behaviour) -> Limit:
    """The limit of a server that has rested."""
    if not behaviour.rate:
        return NoLimit()
    if behaviour.limit == "window":
        return Window(behaviour.rate)
    return Bucket(behaviour.rate, behaviour.granted_at_once)


@dataclass
class Stats:
    """What a server has seen since it started or was reset."""

    requests: int = 0
    """Questions received, whatever became of them."""
    connections: int = 0
    """On which they came."""
    answered: int = 0
    refused: int = 0
    """With status 429."""
    failed: int = 0
    """With status 500."""
    dropped: int = 0
    abandoned: int = 0
    """Questions whose client hung up before the answer."""
    in_flight: int = 0
    """Received, and neither answered nor given up."""
    just_answered: int = 0
    """Answered within the last JUST_S seconds."""
    most_in_flight: int = 0
    distinct: int = 0
    """Questions that differ in model or text."""
    most_answers: int = 0
    """The largest number of times that one of them was answered."""
    span_s: float = 0.0
    """From the first request to the last answer."""


class Tally:
    """Counts requests as they come and go; times are in seconds on any one clock."""

    def __init__(self) -> None:
        self._stats = Stats()
        self._granted: Counter[tuple[str, str]] = Counter()
        self._answered: Counter[tuple[str, str]] = Counter()
        self._seen: set[tuple[str, str]] = set()
        self._first_s: float | None = None
        self._lately: deque[float] = deque(maxlen=4096)
        """When the last answers were sent."""

    def connect(self) -> None:
        """A connection brings its first question."""
        self._stats.connections += 1

    def receive(self, model: str, question: str, now_s: float) -> None:
        """A question has come."""
        if self._first_s is None:
            self._first_s = now_s
        stats = self._stats
        self._seen.add((model, question))
        stats.requests += 1
        stats.in_flight += 1
        stats.most_in_flight = max(stats.most_in_flight, stats.in_flight)

    def grant(self, model: str, question: str) -> int:
        """It is within the limit; returns how many times that question has been, this one included."""
        self._granted[model, question] += 1
        return self._granted[model, question]

    def answer(self, model: str, question: str, now_s: float) -> None:
        """It has been answered."""
        stats = self._stats
        self._answered[model, question] += 1
        self._lately.append(now_s)
        stats.most_answers = max(stats.most_answers, self._answered[model, question])
        stats.span_s = now_s - (now_s if self._first_s is None else self._first_s)
        self.end("answered")

    def end(self, how: Literal["answered", "refused", "failed", "dropped", "abandoned"]) -> None:
        """It is in flight no longer."""
        self._stats.in_flight -= 1
        setattr(self._stats, how, getattr(self._stats, how) + 1)

    def plain(self, now_s: float) -> dict[str, int | float]:
        """The statistics so far, by name."""
        just_answered = sum(1 for sent_s in self._lately if now_s - sent_s < JUST_S)
        return {**asdict(self._stats), "distinct": len(self._seen), "just_answered": just_answered}


def reply_text(question: str) -> str:
    """The last whole number in a question, in units."""
    numbers = re.findall(r"\d+", question)
    return f"{numbers[-1] if numbers else 'no'} units"
