"""Shows how far the asking has come, in the process that owns the terminal."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from pytest_ftbench.plugin.progress import ProgressDisplay
from pytest_ftbench.plugin.state import State
from pytest_ftbench.snapshot import Snapshot


class Showing:
    """Around the test loop, within whoever reports the gates: nothing is shown any more when those are.

    read: how far it has come, or None while nothing is asked; under xdist it reads what the asking worker has written.
    """

    def __init__(self, state: State, read: Callable[[], Snapshot | None]) -> None:
        self._state = state
        self._read = read

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        is_remote = any(not provider.is_local for provider in self._state.providers.values())
        if session.config.option.collectonly or not is_remote:
            return (yield)
        display = ProgressDisplay(session.config, self._read)
        display.start()
        try:
            return (yield)
        finally:
            display.stop()
