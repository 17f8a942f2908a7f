"""When a question is asked again: the one place that decides it."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.limiter import Limiter
from pytest_ftbench.records import Completion

if TYPE_CHECKING:
    from tenacity import RetryCallState


class Stopped(Exception):
    """The session is being stopped: the question was not asked, or not asked again."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and for how long, a question is asked again after an error that may pass."""

    attempts: int = 5
    """Calls for one question at most, those not counted that ended in a 429; at least 1."""
    total_s: float = 300.0
    """Seconds from a question's first call after which it is not asked again; time in the limiter does not count."""
    first_wait_s: float = 0.5
    """The longest wait before the second call; doubled with each further one."""
    longest_wait_s: float = 8.0
    refusals: int = 20
    """How often a question may meet a 429 while others are answered, before it is taken for the reason."""

    def wait_s(self, tried: int, *, draw: float) -> float:
        """Seconds to wait after `tried` calls: half of the longest allowed and, by `draw` in [0, 1), up to all of it.

        The spread keeps questions that failed together from coming back together.
        """
        longest = min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(tried - 1, 60))
        return longest * (0.5 + 0.5 * draw)


def ask_patiently(
    attempt: Callable[[], Completion],
    limiter: Limiter,
    *,
    sleep: Callable[[float], bool],
    now: Callable[[], float] = time.monotonic,
    policy: RetryPolicy = RetryPolicy(),
    draw: Callable[[], float] = random.random,
) -> Completion:
    """The completion that `attempt` brings, asked for again as long as its errors may pass.

    attempt: calls the provider once. sleep: waits so many seconds, and returns False when the session is being
    stopped. draw: a number in [0, 1), for the jitter.
    Raises EndpointError, whose text says how often the question was tried if more than once; Stopped when the session
    is being stopped; whatever else `attempt` raises, at once.
    """
    from tenacity import Retrying, retry_if_exception

    def nap(seconds: float) -> None:
        if not sleep(seconds):
            raise Stopped

    def wait_alone(refusals: int, error: EndpointError) -> None:
        if refusals >= policy.refusals:
            text = f"{str(error).removesuffix('.')} (refused {refusals} times while other questions were answered)."
            raise EndpointError(text) from error
        nap(max(_seconds(error.retry_after_s) or 0.0, policy.wait_s(refusals, draw=draw())))

    asking = _Asking(attempt, limiter, now, wait_alone)

    def wait_s(state: RetryCallState) -> float:
        error = state.outcome and state.outcome.exception()
        asked_for = _seconds(getattr(error, "retry_after_s", None)) or 0.0
        return max(asked_for, policy.wait_s(state.attempt_number, draw=draw()))

    def is_over(state: RetryCallState) -> bool:
        return state.attempt_number >= policy.attempts or asking.spent_s() + state.upcoming_sleep > policy.total_s

    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, EndpointError) and error.fault == "transient"),
        wait=wait_s,
        stop=is_over,
        sleep=nap,
        reraise=True,
    )
    try:
        return retrying(asking.call)
    except EndpointError as error:
        if asking.tried < 2:
            raise
        text = f"{str(error).removesuffix('.')} (tried {asking.tried} times)."
        raise EndpointError(text, fault=error.fault, retry_after_s=error.retry_after_s) from error


class _Asking:
    """One question on its way."""

    def __init__(
        self,
        attempt: Callable[[], Completion],
        limiter: Limiter,
        now: Callable[[], float],
        wait_alone: Callable[[int, EndpointError], None],
    ) -> None:
        self.tried = 0
        """Calls that ended in something else than a 429."""
        self._attempt = attempt
        self._limiter = limiter
        self._now = now
        self._wait_alone = wait_alone
        self._first_at: float | None = None
        self._limited_s = 0.0
        """Time in the limiter since the first call."""

    def spent_s(self) -> float:
        """Seconds since the first call, without those in the limiter."""
        return 0.0 if self._first_at is None else self._now() - self._first_at - self._limited_s

    def call(self) -> Completion:
        """One counted call: a 429 only means that it was too early for it.

        If others have been answered since it was refused, and it is refused again, that says nothing of their pace.
        """
        refusal: EndpointError | None = None
        refusals, served = 0, 0
        while True:
            self._enter(refusal)
            try:
                completion = self._attempt()
            except EndpointError as error:
                if error.fault == "throttled":
                    is_alone = refusal is not None and self._limiter.served > served
                    refusal, served = error, self._limiter.served
                    if not is_alone:
                        self._limiter.throttled(_seconds(error.retry_after_s))
                        continue
                    self._limiter.ended()
                    refusals += 1
                    self._wait_alone(refusals, error)
                    continue
                self.tried += 1
                if error.fault == "transient":
                    self._limiter.failed(_seconds(error.retry_after_s))
                else:
                    self._limiter.ended()
                raise
            except BaseException:
                self._limiter.ended()
                raise
            self.tried += 1
            self._limiter.succeeded(_seconds(getattr(completion, "pause_s", None)))
            return completion

    def _enter(self, refusal: EndpointError | None) -> None:
        began = self._now()
        if not self._limiter.enter():
            why = self._limiter.hopeless
            if why is None:
                raise Stopped
            raise EndpointError(f"{why} ({refusal})." if refusal else f"{why}.", fault="endpoint") from refusal
        if self._first_at is None:
            self._first_at = self._now()
        else:
            self._limited_s += self._now() - began


def _seconds(value: object) -> float | None:
    """The value where it is a time that can be waited for: providers are other people's, and so are headers."""
    if isinstance(value, (int, float)) and math.isfinite(value) and value >= 0:
        return float(value)
    return None
