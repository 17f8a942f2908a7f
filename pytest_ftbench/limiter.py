"""Which of many threads may send the next call to one endpoint, and when."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from pytest_ftbench.pace import Pace
from pytest_ftbench.rate import Ticket

PATIENCE_S = 300.0
"""How long an endpoint may go on refusing every call, or ask for silence, before it is given up."""


class Limiter:
    """Decides when a call to one endpoint may be sent; for many threads, each with one call at a time.

    A thread that was let in by `enter` ends its call, from the same thread, with exactly one of `succeeded`,
    `throttled`, `failed` and `ended`.

    most: the fixed number of calls in flight, at least 1; None adapts it: it starts at 16 and grows to 100.
    patience_s: an endpoint that has answered nothing but 429 for so many seconds, or wants no call for longer, is
    `hopeless`. now: seconds on a clock that never goes back.

    Of the waiting threads only one watches the time; the others are woken one by one, each by the one before it.
    """

    def __init__(
        self, most: int | None = None, *, now: Callable[[], float] = time.monotonic, patience_s: float = PATIENCE_S
    ) -> None:
        if most is not None and most < 1:
            raise ValueError(f"most must be >= 1, got {most}")
        self._pace = Pace(most)
        self._now = now
        self._patience_s = patience_s
        self._changed = threading.Condition(threading.Lock())
        # Guarded by the condition, like the pace.
        self._tickets: dict[int, Ticket] = {}
        """By thread."""
        self._waiting = 0
        self._has_watch = False
        """Whether one of those that wait will look again by itself when the time has come."""
        self._served = 0
        self._is_stopped = False
        self._hopeless: str | None = None

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return self._pace.limit

    @property
    def in_flight(self) -> int:
        """How many calls are."""
        return self._pace.in_flight

    @property
    def waiting(self) -> int:
        """How many threads wait in `enter`."""
        return self._waiting

    @property
    def served(self) -> int:
        """How many calls have brought a completion."""
        return self._served

    @property
    def paused_until(self) -> float:
        """When the last pause that the server asked for ends, on the clock `now`; minus infinity before any."""
        return self._pace.paused_until

    @property
    def throttled_since(self) -> float | None:
        """When the first 429 since the last success arrived; None when the last word was not a 429."""
        return self._pace.throttled_since

    @property
    def hopeless(self) -> str | None:
        """Why it is no use to wait for this endpoint any longer, in one line; None as long as it is."""
        return self._hopeless

    def enter(self) -> bool:
        """Wait until a call may be sent. False once stopped, or hopeless: then nothing is to be sent, nor ended."""
        with self._changed:
            while not (self._is_stopped or self._hopeless):
                now = self._now()
                wait_s = self._pace.wait_s(now)
                if wait_s <= 0:
                    self._tickets[threading.get_ident()] = self._pace.sent(now)
                    if self._waiting:
                        self._wake_next(now)
                    return True
                self._wait(wait_s)
            return False

    def succeeded(self, pause_s: float | None = None) -> None:
        """End a call that brought a completion. pause_s: for how long its headers want no further call."""
        with self._changed:
            now = self._now()
            self._pace.succeeded(now, self._take_ticket(), pause_s)
            self._served += 1
            self._wake_next(now)

    def throttled(self, retry_after_s: float | None) -> None:
        """End a call with a 429; all waiting calls keep the pause that it asks for."""
        with self._changed:
            now = self._now()
            if retry_after_s is not None and retry_after_s > self._patience_s:
                self._give_up(f"the server wants no call for {retry_after_s:,.0f} s")
            self._pace.throttled(now, self._take_ticket(), retry_after_s)
            since = self._pace.throttled_since
            if since is not None and now - since > self._patience_s:
                self._give_up(f"the server has answered nothing but 429 for {now - since:,.0f} s")
            self._wake_next(now)

    def failed(self, retry_after_s: float | None = None) -> None:
        """End a call with a 5xx, a time-out or a drop: it pauses growth; with a Retry-After, everyone."""
        with self._changed:
            now = self._now()
            if retry_after_s is not None and retry_after_s > self._patience_s:
                self._give_up(f"the server wants no call for {retry_after_s:,.0f} s")
            self._take_ticket()
            self._pace.failed(now, retry_after_s)
            self._wake_next(now)

    def ended(self) -> None:
        """End a call in a way that says nothing of load."""
        with self._changed:
            now = self._now()
            self._take_ticket()
            self._pace.ended()
            self._wake_next(now)

    def stop(self) -> None:
        """Wake everyone: from now on `enter` gives False."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _give_up(self, why: str) -> None:
        self._hopeless = self._hopeless or f"{why}; no more than {self._patience_s:,.0f} s are waited for"
        self._changed.notify_all()

    def _take_ticket(self) -> Ticket:
        ticket = self._tickets.pop(threading.get_ident(), None)
        if ticket is None:
            raise RuntimeError("a call was ended that this thread had not entered")
        return ticket

    def _wait(self, wait_s: float) -> None:
        watches = wait_s < math.inf and not self._has_watch
        self._has_watch = self._has_watch or watches
        self._waiting += 1
        try:
            self._changed.wait(min(wait_s, threading.TIMEOUT_MAX) if watches else None)
        finally:
            self._waiting -= 1
            if watches:
                self._has_watch = False

    def _wake_next(self, now: float) -> None:
        """Wake one waiting thread if there is something for it to do: a call to send, or the time to watch."""
        if self._waiting:
            wait_s = self._pace.wait_s(now)
            if wait_s <= 0 or (wait_s < math.inf and not self._has_watch):
                self._changed.notify()
