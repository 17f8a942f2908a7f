"""Many blocking calls at a time, their results handled one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

from pytest_ftbench.records import Completion, Question

Answer = tuple[str, Question, Completion]
"""Key, question and what came back."""


class Pool:
    """Asks questions in daemon threads and hands the answers to the thread that iterates over it, as they arrive.

    Daemon threads, so that a call which never returns cannot keep the interpreter from ending. All that comes after
    an answer happens in one thread: stores and files need no lock, and leave no connection to a thread that is gone.
    """

    def __init__(
        self, ask: Callable[[Question], Completion], questions: Mapping[str, Question], *, threads: int
    ) -> None:
        self._ask = ask
        self._questions = list(questions.items())
        self._threads = threads
        self._changed = threading.Condition()
        # Guarded by the condition: how many were sent, what has come back in order of arrival, whether to send more.
        self._sent = 0
        self._answers: list[Answer] = []
        self._is_stopped = False
        self._handled = 0
        """Only the iterating thread counts these, after its handling: an answer is never lost between the two."""

    def __iter__(self) -> Iterator[Answer]:
        for number in range(min(self._threads, len(self._questions))):
            threading.Thread(target=self._work, name=f"ftbench-ask-{number}", daemon=True).start()
        while self._handled < len(self._questions):
            yield self._await_next(None)
            self._handled += 1

    def stop(self) -> None:
        """Send no further question."""
        with self._changed:
            self._is_stopped = True

    def last_answers(self, grace_s: float) -> Iterator[Answer]:
        """Stop, then the answers to what was already sent, as far as they arrive within grace_s seconds.

        The last answer handed out comes first, once more: an interrupt may have cut its handling short.
        """
        self.stop()  # from here on `_sent` stays as it is
        deadline = time.monotonic() + grace_s
        while self._handled < self._sent:
            try:
                yield self._await_next(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return
            self._handled += 1

    def _await_next(self, timeout_s: float | None) -> Answer:
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._answers) > self._handled, timeout_s):
                raise TimeoutError
            return self._answers[self._handled]

    def _work(self) -> None:
        while True:
            with self._changed:
                if self._is_stopped or self._sent == len(self._questions):
                    return
                key, question = self._questions[self._sent]
                self._sent += 1
            try:
                completion = self._ask(question)
            except BaseException as error:  # noqa: BLE001  # a thread that dies in silence would be waited for without end
                completion = Completion(error=f"{type(error).__name__}: {error}")
            with self._changed:
                self._answers.append((key, question, completion))
                self._changed.notify_all()
