"""A plan of questions, asked in the background: every answer passes through one thread, which stores and reports it."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pytest_ftbench.lane import STOPPED, Answer, Lane
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.shelf import Shelf

TICK_S = 0.1
"""How long the thread sleeps at most: how soon it notices a stop, or what another session has stored."""
RENEWAL_S = 5.0
"""How often claims are renewed; those of a session that is gone expire some time later."""
CROWD = 16
"""With so many calls in flight an answer waits a moment for others: storing some at once costs little more than one."""
MOMENT_S = 0.01
LOOKS_AT_ONCE = 200
"""How many questions that another session is asking are looked up in one tick."""


@dataclass(slots=True)
class _Plan:
    """What is still to be done for one endpoint."""

    lane: Lane
    waiting: deque[str] = field(default_factory=deque)
    """Not yet claimed or sent, in order."""
    elsewhere: deque[str] = field(default_factory=deque)
    """Another session is asking these."""


class Prefetch:
    """Asks questions that have no answer yet; `run` returns when each has one or the asking was stopped.

    request_of: what is stored with the answer to a question. take: called with every answer, in the thread of `run`,
    the moment it is stored. on_tick: called in that thread some ten times a second.
    """

    def __init__(
        self,
        questions: Mapping[str, Question],
        *,
        lanes: Mapping[str, Lane],
        shelf: Shelf,
        request_of: Callable[[Question], str],
        take: Callable[[str, Question, Completion], None],
        on_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.questions = questions
        self._shelf = shelf
        self._request_of = request_of
        self._take = take
        self._on_tick = on_tick
        self._plans = {alias: _Plan(lane) for alias, lane in lanes.items()}
        for key, question in questions.items():
            self._plans[question.endpoint].waiting.append(key)
        self._out: set[str] = set()
        """Given to a lane, and not back yet."""
        self._inbox: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._is_stopped = threading.Event()
        self._dropped: queue.SimpleQueue[Mapping[str, str]] = queue.SimpleQueue()
        self._renewed_at = self._ticked_at = 0.0

    def stop(self) -> None:
        """Ask nothing more; `run` goes on until the calls in flight have come back. From any thread."""
        self._is_stopped.set()
        for plan in self._plans.values():
            plan.lane.stop()
        self._inbox.put(None)

    def drop(self, why: Mapping[str, str]) -> None:
        """Do not ask these, by key, unless they have been handed out; `why` has their errors. From any thread."""
        self._dropped.put(why)
        self._inbox.put(None)

    def run(self) -> None:
        """Ask everything, once."""
        self._renewed_at = time.monotonic()
        while True:
            if self._is_stopped.is_set():
                self._abandon()
            else:
                self._leave_out_dropped()
                self._hand_out()
            if not self._out and not any(plan.waiting or plan.elsewhere for plan in self._plans.values()):
                return
            self._receive()
            self._tick()

    def _receive(self) -> None:
        """Handle what has come back, waiting for it a tick long at most."""
        answers: list[Answer | None] = []
        with suppress(queue.Empty):
            answers.append(self._inbox.get(timeout=TICK_S))
            if len(self._out) >= CROWD:
                time.sleep(MOMENT_S)
            while True:
                answers.append(self._inbox.get_nowait())
        self._handle([answer for answer in answers if answer is not None])

    def _handle(self, answers: Sequence[Answer]) -> None:
        lanes = {key: self._plans[question.endpoint].lane for key, question, _ in answers}
        self._out.difference_update(lanes)
        remote = {key: completion for key, _, completion in answers if not lanes[key].is_local}
        broken = self._keep(remote)
        for key, question, completion in answers:
            self._take(key, question, broken.get(key, completion))

    def _keep(self, completions: Mapping[str, Completion]) -> dict[str, Completion]:
        """Store what has come back. What cannot be stored by any fault but the disk's is an error, and the only one."""
        try:
            self._shelf.keep(completions, request_of=lambda key: self._request_of(self.questions[key]))
        except Exception as error:  # noqa: BLE001  # a value that no provider should give, or a store that is broken
            if len(completions) == 1:
                return dict.fromkeys(completions, Completion(error=f"{type(error).__name__}: {error}"))
            return {key: fault for each in completions.items() for key, fault in self._keep(dict([each])).items()}
        return {}

    def abort(self) -> None:
        """After `run` has broken: send nothing more, and let other sessions ask."""
        self.stop()
        with suppress(Exception):
            self._shelf.release([key for key in self._out if not self._is_local(key)])

    def _hand_out(self) -> None:
        for plan in self._plans.values():
            if plan.lane.given_up is not None:
                self._settle(plan, lambda question, lane=plan.lane: lane.ask(question))  # type: ignore[misc]  # a default
                continue
            while plan.waiting and (room := plan.lane.room) > 0:
                self._send(plan, [plan.waiting.popleft() for _ in range(min(room, len(plan.waiting)))])

    def _send(self, plan: _Plan, keys: list[str]) -> None:
        """Have the lane ask those of the questions that nobody else is asking."""
        claims = [True] * len(keys) if plan.lane.is_local else self._shelf.claim(keys)
        for key, claim in zip(keys, claims, strict=True):
            question = self.questions[key]
            if isinstance(claim, Completion):
                self._take(key, question, claim)
            elif claim:
                self._out.add(key)
                plan.lane.push(key, question, self._inbox.put)
            else:
                plan.elsewhere.append(key)

    def _leave_out_dropped(self) -> None:
        while not self._dropped.empty():
            dropped = self._dropped.get()
            for plan in self._plans.values():
                for queued in (plan.waiting, plan.elsewhere):
                    found = [key for key in queued if key in dropped]
                    kept = [key for key in queued if key not in dropped]
                    queued.clear()
                    queued.extend(kept)
                    for key in found:
                        self._take(key, self.questions[key], Completion(error=dropped[key], is_left_out=True))

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._ticked_at < TICK_S:
            return
        self._ticked_at = now
        self._on_tick()
        for plan in self._plans.values():
            self._look_elsewhere(plan)
        if now - self._renewed_at >= RENEWAL_S:
            self._renewed_at = now
            self._shelf.claim([key for key in self._out if not self._is_local(key)])

    def _look_elsewhere(self, plan: _Plan) -> None:
        """Take what other sessions have been answered; what they gave up, or died over, is ours to ask."""
        looked = [plan.elsewhere.popleft() for _ in range(min(LOOKS_AT_ONCE, len(plan.elsewhere)))]
        # As many as could be sent at once are claimed; for the others an answer will do.
        room = max(plan.lane.room, 0)
        self._send(plan, looked[:room])
        found = self._shelf.look_up(looked[room:])
        for key in looked[room:]:
            if key in found:
                self._take(key, self.questions[key], found[key])
            else:
                plan.elsewhere.append(key)

    def _abandon(self) -> None:
        for plan in self._plans.values():
            self._settle(plan, lambda _: Completion(error=STOPPED, is_left_out=True))

    def _settle(self, plan: _Plan, outcome: Callable[[Question], Completion]) -> None:
        """End all that has not been handed out."""
        for key in (*plan.waiting, *plan.elsewhere):
            self._take(key, self.questions[key], outcome(self.questions[key]))
        plan.waiting.clear()
        plan.elsewhere.clear()

    def _is_local(self, key: str) -> bool:
        return self._plans[self.questions[key].endpoint].lane.is_local
