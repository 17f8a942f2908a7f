"""Questions to which answers give rise, such as those put to a judge: begun while other answers still arrive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from pytest_ftbench.engine import Engine
from pytest_ftbench.records import Completion, Question

_AT_ONCE = 16
_MOMENT_S = 0.1
"""So many questions, or those of so long a time, are begun together: looking them up one by one costs more."""

Follow = Callable[[str, Completion], Iterable[Question]]
"""The questions to which the answer under a key gives rise."""


def _announce_to_nobody(_keys: Iterable[str]) -> None:
    """No other process waits for them."""


OnFollowed = Callable[[str, Question, Completion], None]
"""Called with the key, the question and the answer."""


def _ignore(_key: str, _question: Question, _completion: Completion) -> None:
    """Nobody wants to hear of the answers."""


class FollowUps:
    """Takes answers and has the engine ask what follows from them, and what follows from the answers to that.

    announce: called with the keys of questions, before anybody can see the answer that they follow from.
    on_answer: called with each answer to them, in a thread of the engine's, once what follows from it is announced.
    orphans: the keys of questions that a process which is gone had promised to ask. They are asked here as soon as the
        answer is seen that they follow from.
    What is promised is begun a moment later, or with the next `flush`.
    """

    def __init__(
        self,
        engine: Engine,
        follow: Follow,
        *,
        announce: Callable[[Iterable[str]], None] = _announce_to_nobody,
        on_answer: OnFollowed = _ignore,
        orphans: Iterable[str] = (),
    ) -> None:
        self._engine = engine
        self._follow = follow
        self._announce = announce
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._beginning = threading.RLock()  # what is stored is taken while its question is begun
        self._waiting: dict[str, Question] = {}
        self._orphans = set(orphans)
        self._flushed_at = 0.0
        self._is_timed = False
        self._begun = 0
        """How often something was begun."""

    def take(self, key: str, completion: Completion) -> None:
        """Promise the questions that follow from an answer."""
        questions = list(self._follow(key, completion))
        if not questions:
            return
        new = self._engine.promise(questions)
        self._announce(new)
        self._add(new | self._take_over(questions))

    def adopt(self, key: str, completion: Completion) -> None:
        """Ask what follows from an answer as far as a process that is gone had promised it.

        No other question: what was not promised, a test of another process may be asking.
        """
        questions = list(self._follow(key, completion))
        self._add(self._take_over(questions))
        for key in map(self._engine.key, questions):
            if (known := self._engine.answers.get(key)) is not None:
                self.adopt(key, known)

    def _take_over(self, questions: Iterable[Question]) -> dict[str, Question]:
        with self._lock:
            if not self._orphans:
                return {}
            wanted = self._engine.by_key(questions)
            taken = {key: question for key, question in wanted.items() if key in self._orphans}
            self._orphans.difference_update(taken)
        return taken

    def _add(self, new: Mapping[str, Question]) -> None:
        with self._lock:
            self._waiting |= new
            is_due = len(self._waiting) >= _AT_ONCE or time.monotonic() - self._flushed_at > _MOMENT_S
            timer = None
            if self._waiting and not is_due and not self._is_timed:
                self._is_timed = True
                timer = threading.Timer(_MOMENT_S, self._flush_in_time)
        if is_due:
            self.flush()
        if timer is not None:
            timer.daemon = True
            timer.start()

    def _flush_in_time(self) -> None:
        """Somebody may have begun to wait just before the promise, and so have had nothing to flush."""
        with self._lock:
            self._is_timed = False
        self.flush()

    def flush(self) -> None:
        """Begin all that has been promised; when this returns, it has begun, whoever did so. From any thread."""
        with self._beginning:
            with self._lock:
                waiting, self._waiting, self._flushed_at = self._waiting, {}, time.monotonic()
            if not waiting:
                return
            self._begun += 1

            def take(key: str, completion: Completion) -> None:
                self.take(key, completion)
                self._on_answer(key, waiting[key], completion)

            self._engine.begin(waiting, take)

    def are_coming(self, *, within_s: float) -> bool:
        """Whether anything is still to be answered, once so many seconds were given to what is in flight.

        Answers that come meanwhile may give rise to more: nothing is to come only where nothing has begun since.
        """
        with self._beginning:  # a thread that is just being begun cannot be waited for yet
            before = self._begun
        has_ended = self._engine.join(within_s)
        self.flush()
        return not has_ended or self._begun != before
