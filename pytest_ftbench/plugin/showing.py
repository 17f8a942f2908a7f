"""Shows how far the asking has come, in the process that owns the terminal."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from pytest_ftbench.plugin.cases import wants_answer
from pytest_ftbench.plugin.progress import ProgressDisplay
from pytest_ftbench.plugin.state import State
from pytest_ftbench.snapshot import Snapshot


class Showing:
    """Around the test loop, within whoever reports the gates: nothing is shown any more when those are.

    read: how far it has come, or None while nothing is asked; under xdist it reads what the asking worker has written.
    asks_here: whether it is this process that asks.
    """

    def __init__(self, state: State, read: Callable[[], Snapshot | None], *, asks_here: bool) -> None:
        self._state = state
        self._read = read
        self._asks_here = asks_here

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        if session.config.option.collectonly or not self._may_ask(session):
            return (yield)
        display = ProgressDisplay(session.config, self._read)
        display.start()
        try:
            return (yield)
        finally:
            display.stop()

    def _may_ask(self, session: pytest.Session) -> bool:
        """Whether anything is asked of a remote endpoint, or may yet be: watching the terminal is not for nothing."""
        if all(provider.is_local for provider in self._state.providers.values()):
            return False
        if not self._asks_here or (self._state.has_engine and self._state.engine.answers.are_coming):
            return True
        return any(
            "ftbench_model" in getattr(item, "fixturenames", ()) and not wants_answer(item) for item in session.items
        )
