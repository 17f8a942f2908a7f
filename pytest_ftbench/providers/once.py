"""A value that is read at first need, by one thread for all that want it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from pytest_ftbench.errors import EndpointError

T = TypeVar("T")


class Once(Generic[T]):
    """`Once(read)()` calls `read` once, however many threads call.

    All that wait for a call share its outcome, so that a dead server costs one time-out, not one for each of them.
    What it raises is raised again for good when no later call would do better (an EndpointError whose fault is
    `endpoint`); after any other error the next call reads again.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._outcome: Future[T] | None = None

    def __call__(self) -> T:
        """The value; whatever `read` raises."""
        with self._lock:
            outcome, is_ours = self._outcome, self._outcome is None
            if outcome is None:
                outcome = self._outcome = Future()
        if is_ours:
            self._settle(outcome)
        return outcome.result()

    def _settle(self, outcome: Future[T]) -> None:
        try:
            outcome.set_result(self._read())
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            if not (isinstance(error, EndpointError) and error.fault == "endpoint"):
                with self._lock:
                    self._outcome = None
            outcome.set_exception(error)
