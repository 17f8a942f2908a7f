"""A terminal to run pytest in, and what a person would see on it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

DEADLINE_S = 30
"""Far more than any session here takes: a busy machine is no failure."""


_WITHOUT = [f"-pno:{name}" for name in ("cacheprovider", "hypothesispytest", "anyio", "platformdirs")]
"""What would only cost time."""


class Terminal:
    """An emulator on one end of a pseudo-terminal; `device` is the other end, to be written to."""

    def __init__(self, columns: int, lines: int) -> None:
        self.screen = pyte.HistoryScreen(columns, lines, history=10_000, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)
        self._master, self.device = os.openpty()
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def receive(self, timeout_s: float = 0.0) -> bool:
        """Show what has arrived, a piece at a time; whether there was any."""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self._master, 4096)
        except OSError:  # nobody holds the device any more
            return False
        self._stream.feed(data)
        return bool(data)

    def rows(self) -> list[str]:
        """Everything from the first row that has scrolled away to the last, as text."""
        return "\n".join([*map(self._text, self.screen.history.top), *self._window()]).rstrip("\n").split("\n")

    def shows(self, pattern: str) -> bool:
        return any(re.search(pattern, row) for row in self._window())

    def _window(self) -> list[str]:
        return [self._text(self.screen.buffer[row]) for row in range(self.screen.lines)]

    def _text(self, row: Mapping[int, pyte.screens.Char]) -> str:
        return "".join(row[column].data for column in range(self.screen.columns)).rstrip()

    def type(self, text: str) -> None:
        """What a person types."""
        os.write(self._master, text.encode())

    def close(self) -> None:
        os.close(self._master)
        os.close(self.device)


def run_pytest(
    folder: Path,
    *args: str,
    columns: int = 80,
    lines: int = 24,
    env: dict[str, str] | None = None,
    watch: Callable[[Terminal, int], None] = lambda _terminal, _pid: None,
) -> Terminal:
    """Run pytest on a terminal of that size until it ends; `watch` gets it and the process, again and again."""
    terminal = Terminal(columns, lines)
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *_WITHOUT, *args],
        cwd=folder,
        env={**variables, "TERM": "xterm", **(env or {})},
        stdin=terminal.device,
        stdout=terminal.device,
        stderr=terminal.device,
    )
    end_s = time.monotonic() + DEADLINE_S
    while process.poll() is None and time.monotonic() < end_s:
        terminal.receive(0.05)
        watch(terminal, process.pid)
    process.kill()
    process.wait()
    while terminal.receive():
        pass
    terminal.close()
    return terminal


def without_time(rows: list[str]) -> list[str]:
    """The rows up to the session's last line, without the time it took and what that length makes different."""
    last = max(
        (number for number, row in enumerate(rows) if re.search(r"(\d passed|no tests ran).* in [0-9.]+", row)),
        default=None,
    )
    return rows if last is None else [*rows[:last], re.sub(r"^=* ?(.*) in .*", r"\1", rows[last])]
