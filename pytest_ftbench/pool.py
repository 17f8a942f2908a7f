"""Many blocking calls at a time, their results handled one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from queue import Empty, SimpleQueue

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
        self._total = len(questions)
        self._waiting: SimpleQueue[tuple[str, Question]] = SimpleQueue()
        self._done: SimpleQueue[Answer] = SimpleQueue()
        self._sent = threading.Semaphore(0)
        self._stopped = threading.Event()
        self._handed_out: list[Answer] = []
        self._received = 0
        for item in questions.items():
            self._waiting.put(item)
        for number in range(min(threads, self._total)):
            threading.Thread(target=self._work, name=f"ftbench-ask-{number}", daemon=True).start()

    def __iter__(self) -> Iterator[Answer]:
        while self._received < self._total:
            yield self._next(None)

    def stop(self) -> None:
        """Send no further question."""
        self._stopped.set()

    def last_answers(self, grace_s: float) -> Iterator[Answer]:
        """Stop, then the answers to what was already sent, as far as they arrive within grace_s seconds.

        The last answer handed out comes first, once more: an interrupt may have cut its handling short.
        """
        self.stop()
        deadline = time.monotonic() + grace_s
        yield from self._handed_out
        sent = 0
        while self._sent.acquire(blocking=False):
            sent += 1
        while self._received < sent:
            try:
                yield self._next(max(0.0, deadline - time.monotonic()))
            except Empty:
                return

    def _next(self, timeout_s: float | None) -> Answer:
        answer = self._done.get(timeout=timeout_s)
        self._received += 1
        self._handed_out = [answer]
        return answer

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                key, question = self._waiting.get_nowait()
            except Empty:
                return
            self._sent.release()
            self._done.put((key, question, self._ask(question)))
