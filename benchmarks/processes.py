"""Child processes that are timed, weighed and never outlive their time: each is the head of a process group."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of ru_maxrss."""
_TOLD_LINES = 5


class RunFailed(Exception):
    """A run that was to be measured did not end as it should have."""


@dataclass(frozen=True)
class Finished:
    """What a run took and gave."""

    command: str
    wall_s: float
    cpu_s: float
    """Of the processor, user and system, with that of its children."""
    peak_mb: float
    """Resident memory at its largest, in 10^6 bytes, of the largest of its processes."""
    exit_code: int
    """Negative: the signal that killed it."""
    output: str

    def expect(self, exit_code: int = 0) -> Finished:
        """This, if it ended with that code; else raises RunFailed with the last lines of its output."""
        if self.exit_code != exit_code:
            tail = "\n".join(f"    {line}" for line in self.output.splitlines()[-_TOLD_LINES:])
            raise RunFailed(f"exit code {self.exit_code}, expected {exit_code}: {self.command}\n{tail}")
        return self


class Child:
    """A process at work. Use it as a context manager: its group is killed with the block, if it still runs."""

    def __init__(self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], output: Path) -> None:
        self._command = " ".join(command)
        self._output = output
        with output.open("wb") as file:
            self._started_s = time.perf_counter()
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._is_late = False
        self._finished: Finished | None = None

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._finished is None:
            self.kill()
            self._reap()

    def kill(self) -> None:
        """Send SIGKILL to it and to all it has started; nothing, if it has ended."""
        if self._finished is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def pause(self) -> None:
        """Let it and all it has started do nothing more, until they are killed."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGSTOP)

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        if self._finished is None:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self._note(status, usage)
        return self._finished is None

    def wait(self, limit_s: float) -> Finished:
        """What it took, when it has ended. Raises RunFailed if that is not within limit_s seconds from now."""
        timer = threading.Timer(limit_s, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            finished = self._reap()
        finally:
            timer.cancel()
        if self._is_late:
            raise RunFailed(f"killed, not done within {limit_s:g} s: {self._command}")
        return finished

    def _kill_late(self) -> None:
        self._is_late = True
        self.kill()

    def _reap(self) -> Finished:
        if self._finished is None:
            _, status, usage = os.wait4(self._process.pid, 0)
            self._note(status, usage)
        assert self._finished is not None
        return self._finished

    def _note(self, status: int, usage: resource.struct_rusage) -> None:
        wall_s = time.perf_counter() - self._started_s
        self._process.returncode = os.waitstatus_to_exitcode(status)  # else subprocess would wait for it again
        self._finished = Finished(
            command=self._command,
            wall_s=wall_s,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mb=usage.ru_maxrss * _RSS_UNIT / 1e6,
            exit_code=self._process.returncode,
            output=self._output.read_text(encoding="utf-8", errors="replace"),
        )


def clean_environment() -> dict[str, str]:
    """This process's environment, without what would change a run: keys, proxies and options of pytest or Python."""
    unwanted = ("OPENAI_", "PYTEST_", "FTBENCH_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "PYTHONDEVMODE", "COLUMNS", "CI", "BUILD_NUMBER"):
        kept.pop(name, None)
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
