"""Tell the user how far the asking has come while pytest runs the tests whose answers are there.

On a terminal a line below pytest's own output says so, and is gone in the end; a log gets a line now and then.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Generator
from time import monotonic
from typing import TextIO

import pytest

from pytest_ftbench.plugin.screen import Screen
from pytest_ftbench.snapshot import Snapshot

TICK_S = 0.1
DELAY_S = 0.2
"""What is over sooner needs no live line."""
NAME = "ftbench-progress"


class ProgressDisplay:
    """Shows what `read` tells, from `start` to `stop`, in the process that owns the terminal.

    read: called about ten times a second in a thread of ours; None where nothing is asked of a remote endpoint, or not
    yet. It may raise OSError or ValueError, which is taken for None: a file that another process is writing.
    """

    def __init__(self, config: pytest.Config, read: Callable[[], Snapshot | None]) -> None:
        self._config = config
        self._read = read
        self._is_over = threading.Event()
        self._screen: Screen | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to show; nothing with `-qq`, in xdist's workers, or where pytest's terminal is not its own.

        For the main thread, and while pytest captures nothing: as in `pytest_runtestloop`, before the tests.
        """
        if self._screen is not None or self._is_over.is_set():
            return
        config = self._config
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        # Private, so it may go; there is no other way to know where pytest's text ends.
        writer = getattr(reporter, "_tw", None)
        stream = getattr(writer, "_file", None)
        if stream is None or config.option.verbose <= -2 or hasattr(config, "workerinput"):
            return
        self._screen = screen = Screen(stream, _standard_streams(), column=_column(writer))
        is_live = screen.is_terminal and _is_interactive(config)
        if screen.is_closed or (is_live and type(reporter) is not pytest.TerminalReporter):
            self.stop()  # another reporter draws on the terminal in its own way
            return
        config.pluginmanager.register(self, NAME)
        loop = self._live if is_live else self._log
        self._thread = threading.Thread(target=self._run, args=(loop, screen, reporter), name=NAME, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take the live line away and leave pytest's terminal as it was. May be called again, and without `start`."""
        self._is_over.set()
        if self._screen is not None:
            self._screen.close()
        if self._config.pluginmanager.get_plugin(NAME) is self:
            self._config.pluginmanager.unregister(self)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=2)

    # Whoever has started it should stop it; these are for when that fails, and for the debugger's prompt.

    @pytest.hookimpl(tryfirst=True)
    def pytest_enter_pdb(self) -> None:
        self.stop()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        self.stop()

    # No line of ours comes between the parts of what pytest writes about a test.

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logstart(self) -> Generator[None, object, object]:
        with self._undisturbed():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Generator[None, object, object]:
        with self._undisturbed():
            return (yield)

    def _undisturbed(self) -> threading.RLock:
        assert self._screen is not None  # registered once it is there
        return self._screen.lock

    def _run(self, loop: Callable[..., None], screen: Screen, reporter: pytest.TerminalReporter) -> None:
        try:
            loop(screen, reporter)
        except Exception:  # noqa: BLE001  # an ornament must not fail a session: the rest goes without it
            screen.close()

    def _snapshots(self) -> Generator[Snapshot | None]:
        while not self._is_over.wait(TICK_S):
            try:
                snapshot = self._read()
            except (OSError, ValueError):
                snapshot = None
            yield None if snapshot is None or snapshot.is_over else snapshot

    def _live(self, screen: Screen, reporter: pytest.TerminalReporter) -> None:
        unicode = (getattr(reporter._tw._file, "encoding", None) or "").lower().replace("-", "").startswith("utf")
        color = reporter.hasmarkup
        first_s: float | None = None
        for snapshot in self._snapshots():
            first_s = monotonic() if first_s is None and snapshot is not None else first_s
            if snapshot is None or first_s is None or monotonic() - first_s < DELAY_S:
                screen.show("")
                continue
            from pytest_ftbench.reports.progress import render_line

            screen.show(render_line(snapshot, width=screen.width(), color=color, unicode=unicode))

    def _log(self, screen: Screen, reporter: pytest.TerminalReporter) -> None:
        from pytest_ftbench.reports.progress import Pace, plain_line

        pace = Pace()
        for snapshot in self._snapshots():
            if snapshot is not None and pace.is_due(snapshot, now_s=monotonic()):
                with screen.lock:
                    if screen.insert(plain_line(snapshot)):
                        # The columns of what follows are counted from here. Dots go on as after any full row of them;
                        # the name of a test, broken off before its outcome, is to be written once more.
                        reporter._tw._current_line = ""
                        if isinstance(reporter.currentfspath, str):
                            reporter.currentfspath = None


def _standard_streams() -> tuple[TextIO, ...]:
    return tuple(stream for stream in (sys.stdout, sys.stderr) if stream is not None)


def _column(writer: object) -> int | None:
    """Where pytest's own text ends, if that can be told."""
    line = getattr(writer, "_current_line", None)
    if not isinstance(line, str) or not (line.isascii() and line.isprintable()):
        return None
    return len(line)


def _is_interactive(config: pytest.Config) -> bool:
    """Whether a terminal shows nothing but what pytest writes, to someone who watches."""
    if sys.platform == "win32" or os.environ.get("TERM", "dumb") in ("", "dumb"):
        return False
    if any(os.environ.get(name) for name in ("CI", "BUILD_NUMBER", "JPY_PARENT_PID")):  # Jupyter shows no cursor moves
        return False
    if config.getoption("usepdb", False) or config.getoption("trace", False):
        return False
    # With any other way of capturing, tests or their subprocesses write to the terminal themselves.
    return bool(config.getoption("capture", "no") == "fd")
