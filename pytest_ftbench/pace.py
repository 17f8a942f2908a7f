"""When the next call may be sent: numbers in flight and calls per second, learned from a server's 429s.

Nothing here knows threads or clocks: every method is told the time, so that a simulation can run it in no time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

FIRST_LIMIT = 16
HIGHEST_LIMIT = 100
_REST_S = 5.0
"""How long the limit does not grow after a failed call: a server in trouble gets no more load."""
_LONGEST_WORD_S = 60.0
"""What a good answer's headers can hold up at most: they often name the time until all of the allowance is back."""


class Ticket(NamedTuple):
    """A call that was sent."""

    sent_at: float
    serial: int
    """1 for the first call, 2 for the second, ..."""


class Pace:
    """The number of calls in flight, the pauses the server asked for, and the rate.

    most: the fixed number in flight; None adapts it. All times are seconds on one clock that never goes back.

    The limit starts at 16 and grows by one for each success of a call that was in flight while the limit held others
    back: it doubles with each round trip. The first 429 halves it; all 429s of calls sent before that one arrived are
    the same event and change nothing more. From then on it grows half as fast: the rate is what protects the server.
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
        self._grows_from = -math.inf

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
            if not self._is_fixed:
                self._limit = max(1.0, self._limit / 2)
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


_SLACK_S = 0.03
"""A thread that wakes up late may catch up this much. More would break a server's one-second window."""
_SAFE = 0.95
"""Share of a measured rate that is used: what a window of one second takes, the slack included."""
_BACK_OFF = 0.85
"""Where a measurement holds idle time, the share that is safe."""
_FEWEST = 8
"""Calls accepted between two rejections that make a measurement."""
_LOWEST = 1 / 60
"""Calls per second that are tried for in any case."""
_UNIT_S = 1.0
"""Limits are stated per second or longer, so no shorter time at the start tells a rate."""
_ALONE_S = 0.3
"""A second call that is sent so long after the first is where measuring begins."""
_IDLE_S = 2.0
"""A gap in sending, without need, after which the server's allowance is full again."""
_RAMP = 3.0
"""Growth per second while nothing is known but that a first flight was too large."""
_APPROACH_S = 3.0
"""Time constant of the approach to the last rate that failed."""
_HOLDS = 10.0
"""Probes begin after half this many times the pause that the last one cost (so they cost some 10 % of it at most)."""
_PROBE = 0.02
"""Growth per second of a probe, times how many of those spans have passed."""


class Rate:
    """Calls per second that the server accepts; no bound before the first 429.

    Whenever a call is rejected the allowance is empty. What was accepted between two such moments, divided by the
    time, is the rate of a token bucket exactly; a pause in between, in which the bucket may have overflowed, makes it
    a lower bound, and what was accepted per second of sending an upper one. Before the first 429 the unused allowance
    adds to what was accepted, so that its time counts as one second at least: exact for limits by windows of a second.

    After a 429 the rate approaches that which failed, stays below it for a time that grows with what the 429 cost,
    and then probes, faster and faster: the search of BIC and CUBIC TCP (Ha, Rhee, Xu, SIGOPS 42 (2008), 64-74), by
    rate instead of window, with the cost of a loss in place of a fixed constant.
    """

    def __init__(self) -> None:
        self.per_s = math.inf
        self.due_at = -math.inf
        """When the next call is due."""
        self._target = math.inf
        self._empty: Ticket | None = None
        """The last rejection; before the first one, the first call."""
        self._is_first = True
        self._is_ramping = False
        self._goes_on = False
        """Whether the last event came too soon after `_empty` to tell a rate, so that the measurement goes on."""
        self._lost = 0
        """Events since `_empty`, their further 429s included."""
        self._burst = 0
        """Calls accepted at once, where the first flight told."""
        self._resumed_at: float | None = None
        self._idle_s = 0.0
        """From the last rejection to the next call sent."""
        self._learned_at = -math.inf
        self._last_at = -math.inf
        self._own_pause_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether no rate is known yet."""
        return self._is_first or self._is_ramping

    def sent(self, ticket: Ticket, paused_until: float) -> None:
        """Note a call; the next one is due a spacing later."""
        now = ticket.sent_at
        if ticket.serial == 2 and self._empty and now - self._empty.sent_at > _ALONE_S:
            self._empty = None  # the first call went alone, and waited for much that the others will not wait for
        if self._empty is None or now - max(self._last_at, paused_until, self.due_at) > _IDLE_S:
            self._empty, self._resumed_at = Ticket(now, ticket.serial - 1), None
            self._lost = 0
        if self._resumed_at is None:
            self._resumed_at, self._idle_s = now, now - self._empty.sent_at
        if self.per_s < math.inf:
            if now - self.due_at < _SLACK_S:  # the rate is what held it back
                self._grow(now, min(now - self._last_at, 0.25))
            self.due_at = max(self.due_at, now - _SLACK_S) + 1 / self.per_s
        self._last_at = now

    def rejected_again(self, ticket: Ticket) -> None:
        """One more 429 of the same event: if sent later, it is the last moment at which nothing was left."""
        if self._goes_on:
            self._lost += 1
        elif self._empty and ticket.serial > self._empty.serial:
            self._empty = ticket

    def rejected(self, ticket: Ticket, now: float) -> float | None:
        """Learn from the first 429 of an event.

        Returns the seconds to pause where the server names none; None where the new rate is enough.
        """
        start = self._empty or ticket
        accepted = max(0, ticket.serial - 1 - start.serial - self._lost)
        span_s = ticket.sent_at - start.sent_at
        is_too_soon = not self._is_first and accepted < _FEWEST and span_s < _UNIT_S
        if self._is_first:
            self._guess(accepted, span_s)
        elif not is_too_soon:
            self._measure(accepted, span_s, ticket.sent_at - (self._resumed_at or start.sent_at))
        self._goes_on = is_too_soon and accepted > 0
        if self._goes_on:
            self._lost += 1
        else:
            self._empty, self._resumed_at, self._lost = ticket, None, 0
        self._learned_at = now
        self.due_at = max(self.due_at, now)
        self._own_pause_s = min(1.0, max(0.1, 2 * self._own_pause_s)) if is_too_soon else 0.0
        return self._own_pause_s or None

    def _guess(self, accepted: int, span_s: float) -> None:
        self._is_first = False
        # A small first flight was too large already, or the 429 came so early that it says next to nothing.
        self._is_ramping = accepted < _FEWEST or (span_s < 1e-3 and accepted < FIRST_LIMIT)
        self._target = max(1, accepted) / max(span_s, _UNIT_S)
        self.per_s = self._target * (4.0 if self._is_ramping else _SAFE)
        self._burst = accepted if self._is_ramping else 0

    def _measure(self, accepted: int, span_s: float, sending_s: float) -> None:
        low = accepted / max(span_s, 1e-3)
        failed = self.per_s
        is_after_pause = span_s - sending_s > 0.1
        high = min(failed, accepted / max(sending_s, _UNIT_S) if is_after_pause else low)
        was_ramping, self._is_ramping = self._is_ramping, False
        if was_ramping and accepted >= _FEWEST:
            steady = (accepted - self._burst) / max(sending_s, 0.1) * _SAFE
            self.per_s = self._target = max(low, steady, high * _BACK_OFF if sending_s < 0.5 else 0.0)
            return
        if is_after_pause:
            learned = max((low + high) / 2 if sending_s > 4.0 else low, high * _BACK_OFF)
        else:
            learned = low * _SAFE if span_s > 0.3 else max(low, failed * 0.7)
        if accepted < _FEWEST:  # a slow server, or one still busy with what came before
            learned, high = max(learned, failed * 0.8), self._target * 0.9
        self.per_s = max(learned, failed * 0.5, _LOWEST)
        self._target = max(high, self.per_s)

    def _grow(self, now: float, passed_s: float) -> None:
        if self._is_ramping:
            self.per_s *= _RAMP**passed_s
        elif self.per_s < self._target * (_SAFE + 0.01):
            self.per_s += (self._target - self.per_s) * passed_s / _APPROACH_S
        else:
            spans = (now - self._learned_at) / max(2.0, _HOLDS * self._idle_s)
            self.per_s *= 1 + _PROBE * passed_s * min(10.0, max(0.0, spans - 0.5))
