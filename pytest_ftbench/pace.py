"""When the next call may be sent: numbers in flight and calls per second, learned from a server's 429s.

Nothing here knows threads or clocks: every method is told the time, so that a simulation can run it in no time.
"""

from __future__ import annotations

import math

from pytest_ftbench.rate import Rate, Ticket

FIRST_LIMIT = 16
HIGHEST_LIMIT = 100
_REST_S = 5.0
"""How long the limit does not grow after a failed call: a server in trouble gets no more load."""
_COOLDOWN_S = 1.0
"""How long the limit shrinks no further."""
_LONGEST_WORD_S = 60.0
"""What a good answer's headers can hold up at most: they often name the time until all of the allowance is back."""


class Pace:
    """The number of calls in flight, the pauses the server asked for, and the rate.

    most: the fixed number in flight; None adapts it. All times are seconds on one clock that never goes back.

    The limit starts at 16 and grows by one for each success of a call that was in flight while the limit held others
    back: it doubles with each round trip. A 429 halves it, once a second at most; all 429s of calls sent before it
    arrived are the same event and change nothing more. From then on it grows half as fast: the rate is what protects
    the server.
    """

    def __init__(self, most: int | None = None) -> None:
        self.in_flight = 0
        self.paused_until = -math.inf
        self.throttled_since: float | None = None
        """When the first 429 after the last success arrived."""
        self.rate = Rate()
        self._is_fixed = most is not None
        self._limit = float(FIRST_LIMIT if most is None else most)
        self._sent = 0
        self._held_back_at = 0
        """How many had been sent when the limit last held a call back."""
        self._event_ends_at = 0
        """429s of calls with serials up to this one belong to an event that was dealt with."""
        self._grows_from = self._halved_at = -math.inf

    @property
    def limit(self) -> int:
        """How many calls may be in flight."""
        return int(self._limit)

    def wait_s(self, now: float) -> float:
        """Seconds until a waiting call may be sent: 0 for at once, infinite for not before another has ended."""
        if self.in_flight >= self.limit:
            self._held_back_at = self._sent
            return math.inf
        return max(0.0, self.paused_until - now, self.rate.due_at - now)

    def sent(self, now: float) -> Ticket:
        """Note that a call is sent; its ticket comes back with its end."""
        self.in_flight += 1
        self._sent += 1
        ticket = Ticket(now, self._sent)
        self.rate.sent(ticket, self.paused_until)
        return ticket

    def succeeded(self, now: float, ticket: Ticket, pause_s: float | None = None) -> None:
        """A completion came back. pause_s: for how long its headers want no further call."""
        self.in_flight -= 1
        self.throttled_since = None
        if ticket.serial == 1:
            self.rate.first_ended_at = now
        self._pause(now, None if pause_s is None else min(pause_s, _LONGEST_WORD_S))
        if not self._is_fixed and ticket.serial <= self._held_back_at and now >= self._grows_from:
            step = 1.0 if self.rate.is_open else 0.5
            self._limit = max(self._limit, min(HIGHEST_LIMIT, self._limit + step))

    def throttled(self, now: float, ticket: Ticket, retry_after_s: float | None) -> None:
        """A 429 came back."""
        self.in_flight -= 1
        if self.throttled_since is None:
            self.throttled_since = now
        if ticket.serial <= self._event_ends_at:
            self.rate.rejected_again(ticket)
        else:
            self._event_ends_at = self._sent
            if not self._is_fixed and now - self._halved_at >= _COOLDOWN_S:
                self._limit, self._halved_at = max(1.0, self._limit / 2), now
            own_pause_s = self.rate.rejected(ticket, now)
            if retry_after_s is None:
                retry_after_s = own_pause_s
        self._pause(now, retry_after_s)

    def failed(self, now: float, retry_after_s: float | None = None) -> None:
        """A 5xx, a time-out or a dropped connection: no growth for a while, and the pause that a 503 may ask for."""
        self.in_flight -= 1
        self._grows_from = now + _REST_S
        self._pause(now, retry_after_s)

    def ended(self) -> None:
        """The call ended in a way that says nothing of load."""
        self.in_flight -= 1

    def _pause(self, now: float, seconds: float | None) -> None:
        if seconds is not None and seconds > 0:
            self.paused_until = max(self.paused_until, now + seconds)
