"""How many calls per second a server accepts, learned from its 429s.

Nothing here knows threads or clocks: every method is told the time, so that a simulation can run it in no time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

_SLACK_S = 0.02
"""A thread that wakes up late may catch up this much. More would break a server's one-second window."""
_SAFE = 0.98
"""Share of a measured rate that is used: what a window of one second takes, the slack included."""
_UNIT_S = 1.0
"""Limits are stated per second or longer, so no shorter time at the start tells a rate."""
_TELLING = 32
"""Calls accepted before the first 429 that tell a limit per second. Fewer were a first flight that was too large."""
_FIRST_STEP = 1.5
"""Where the ramp begins that follows a first flight, as a multiple of what was accepted of it."""
_RAMP = 2.0
"""Growth of that ramp per second."""
_FEWEST = 8
"""Calls accepted between two rejections, or a second, that make a measurement."""
_SHORTEST_S = 0.2
"""Calls are on their way for some hundredths of a second, more or less: spans shorter than this tell nothing."""
_LONG_S = 4.0
"""Spans over which one call more or less hardly matters."""
_ALONE_S = 0.1
"""A second call that is sent so long after the first is where measuring begins."""
_IDLE_S = 2.0
"""A gap in sending, without need, after which the server's allowance is full again."""
_HOLDS = 20.0
"""A rate is held for so many times the pause that its 429 cost: probes cost 5 % of the time at most."""
_SHORTEST_HOLD_S = 2.0
_DOUBT = 0.05
"""The relative error of a measurement from which on its rate is held for less time."""
_PROVEN_S = 5.0
"""A rate that was accepted for so long, and for as long as it is held, is one to come back to."""
_PROBE = 0.02
"""Growth per second of a probe, times how many spans of holding have passed since it began, up to ten."""
_LOWEST = 1 / 60
"""Calls per second that are tried for in any case."""
_REMEMBERED = 4096
"""Calls."""


class Ticket(NamedTuple):
    """A call that was sent."""

    sent_at: float
    serial: int
    """1 for the first call, 2 for the second, ..."""


@dataclass(slots=True)
class _Event:
    """429s that say the same thing: all their calls had been sent when the first of them arrived."""

    start: Ticket
    """The last call before for which nothing was left; where there is none, the first call."""
    resumed_at: float
    """When calls were sent again after it."""
    failed: float
    """The rate at which they were sent."""
    proven: float
    """A rate that is known to hold; 0 for none."""
    last: Ticket
    """Of the calls refused, the one sent last."""
    refused: int = 1

    @property
    def accepted(self) -> int:
        return max(0, self.last.serial - self.start.serial - self.refused)

    @property
    def span_s(self) -> float:
        return self.last.sent_at - self.start.sent_at

    @property
    def sending_s(self) -> float:
        return self.last.sent_at - self.resumed_at

    @property
    def is_too_soon(self) -> bool:
        """Whether it came too soon after the last one to tell a rate."""
        return self.accepted < _FEWEST and self.span_s < _UNIT_S

    @property
    def goes_on(self) -> bool:
        """Whether what comes next belongs to it."""
        return self.is_too_soon and self.accepted > 0

    def add(self, ticket: Ticket) -> None:
        """Count one more call that was refused."""
        self.refused += 1
        if ticket.serial > self.last.serial:
            self.last = ticket


class Rate:
    """Calls per second that the server accepts; no bound before the first 429.

    When a token bucket rejects a call it is empty. So its rate is n / t, for the n calls accepted in the time t since
    it was empty before; unless it has overflowed meanwhile, as in a pause: then it was full when some call i was sent,
    and its rate is (n_i - b) / t_i. The rate is the largest of all these. The size b of the bucket is what was accepted
    before the first 429 of all, less what came in meanwhile. Limits by windows of a second forget what was not used;
    for them it is what was accepted in the last second.

    A measured rate is held for a time that grows with what its 429 cost, and falls with the error of the measurement;
    then it is probed, faster and faster: the search of BIC and CUBIC TCP (Ha, Rhee, Xu, SIGOPS 42 (2008), 64-74), by
    rate instead of window, with the cost of a loss in place of a fixed constant.
    """

    def __init__(self) -> None:
        self.per_s = math.inf
        self.due_at = -math.inf
        """When the next call is due."""
        self._last_at = -math.inf
        self._empty: Ticket | None = None
        """The last call for which nothing was left; before the first 429, the first call."""
        self._since: deque[Ticket] = deque(maxlen=_REMEMBERED)
        """The calls sent since, and some before."""
        self._resumed_at: float | None = None
        self._idle_s = 0.0
        """From the last rejection to the next call sent."""
        self.first_ended_at = -math.inf
        """When the first call came back; what it waited for on its way out, such as imports, is not known."""
        self._alone = 0
        """Calls accepted before `_empty` that a limit per second has counted too."""
        self._first: _Event | None = None
        self._event: _Event | None = None
        """The last one."""
        self._is_ramping = False
        self._learned = (-math.inf, 0.0)
        """When the last event was, and the rate that it taught."""
        self._doubt = 0.0
        """The relative error of that rate."""
        self._own_pause_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether no rate is known yet."""
        return self._first is None or self._is_ramping

    def sent(self, ticket: Ticket, paused_until: float) -> None:
        """Note a call; the next one is due a spacing later."""
        now = ticket.sent_at
        if ticket.serial == 2 and self._empty and now - self._empty.sent_at > _ALONE_S:
            # The first call went alone, so a bucket has filled again; a limit per second may still remember it.
            self._alone = int(now - self.first_ended_at < _UNIT_S)
            self._empty = None
        if self._empty is None or now - max(self._last_at, paused_until, self.due_at) > _IDLE_S:
            self._empty, self._resumed_at, self._event = Ticket(now, ticket.serial - 1), None, None
        if self._resumed_at is None:
            self._resumed_at, self._idle_s = now, now - self._empty.sent_at
        self._since.append(ticket)
        if self.per_s < math.inf:
            if now - self.due_at < _SLACK_S:  # the rate is what held it back
                self._grow(now, min(now - self._last_at, _SLACK_S + 1 / self.per_s))
            self.due_at = max(self.due_at, now - _SLACK_S) + 1 / self.per_s
        self._last_at = now

    def rejected(self, ticket: Ticket, now: float) -> float | None:
        """Learn from the first 429 of an event.

        Returns the seconds to pause where the server names none; None where the new rate is enough.
        """
        event, proven = self._event, self._proven(now)
        if event is not None and event is not self._first and event.goes_on:
            event.add(ticket)
            event.failed, event.proven = self.per_s, proven
        else:
            start = self._empty or ticket
            resumed_at = start.sent_at if self._resumed_at is None else self._resumed_at
            event = self._event = _Event(start, resumed_at, self.per_s, proven, ticket)
            self._first = self._first or event
        self._learn(event)
        self._learned = now, self.per_s
        self.due_at = max(self.due_at, now)
        is_told_little = event is not self._first and event.is_too_soon
        self._own_pause_s = min(1.0, max(0.1, 2 * self._own_pause_s)) if is_told_little else 0.0
        return self._own_pause_s or None

    def rejected_again(self, ticket: Ticket) -> None:
        """One more 429 of the same event."""
        if self._event is not None and ticket.serial > self._event.start.serial:
            self._event.add(ticket)
            self._learn(self._event)

    def _learn(self, event: _Event) -> None:
        if event is self._first:
            self._guess(event)
        elif not event.is_too_soon:
            self._measure(event, self._first or event)
        if event is self._first or not event.goes_on:
            self._empty, self._resumed_at = event.last, None

    def _guess(self, event: _Event) -> None:
        seen = max(1, event.accepted + self._alone) / max(event.span_s, _UNIT_S)
        self._is_ramping = event.accepted < _TELLING
        self.per_s = seen * (_FIRST_STEP if self._is_ramping else _SAFE)

    def _measure(self, event: _Event, first: _Event) -> None:
        # A bucket is empty with a part of a token left, hence the half.
        rate, over_s = (event.accepted + 0.5) / max(event.span_s, 1e-3), event.span_s
        last_second = 0
        for each in self._since:
            if not event.start.serial < each.serial <= event.last.serial:
                continue
            ago_s = event.last.sent_at - each.sent_at
            last_second += ago_s < _UNIT_S
            if ago_s - first.span_s >= _SHORTEST_S:
                accepted = event.last.serial - each.serial + 1 - event.refused + (ago_s > _LONG_S)
                found = (accepted - first.accepted) / (ago_s - first.span_s)
                rate, over_s = max((rate, over_s), (found, ago_s))
        recent = (last_second - event.refused) / _UNIT_S
        rate = max(rate, recent if event.sending_s < _UNIT_S else (rate + recent) / 2)
        self._is_ramping = False
        self._doubt = 1 / (1 + event.accepted) + 0.02 / max(over_s, 1e-3)
        lowest = event.failed * (0.8 if event.accepted < _FEWEST else 0.5)  # few may mean a server that rests
        if rate < lowest:
            rate, self._doubt = lowest, 0.5
        self.per_s = max(_LOWEST, event.proven, _SAFE * min(rate, event.failed))

    @property
    def _hold_s(self) -> float:
        return max(_SHORTEST_HOLD_S, _HOLDS * self._idle_s) / max(1.0, self._doubt / _DOUBT)

    def _proven(self, now: float) -> float:
        """The rate that a probe can come back to, or 0."""
        at, per_s = self._learned
        is_proven = not self.is_open and now - at > max(self._hold_s, _PROVEN_S, 2 * _FEWEST / per_s)
        return per_s if is_proven else 0.0

    def _grow(self, now: float, passed_s: float) -> None:
        if self._is_ramping:
            self.per_s *= _RAMP**passed_s
        else:
            spans = (now - self._learned[0]) / self._hold_s
            self.per_s *= 1 + _PROBE * passed_s * min(10.0, max(0.0, spans - 1.0))
