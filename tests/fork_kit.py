"""Asking a fork server for processes; `fork_server.py` says what it is there for, and how they differ from new ones."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import pytest

CAN_FORK = sys.platform == "linux"
"""Elsewhere every process is a new one: Windows cannot fork, and what macOS links in does not survive it."""
ORDER_BYTES = 200_000
"""More than a command with its environment; a packet must arrive whole."""


class Forked:
    """A process that a fork server has started: the part of `subprocess.Popen` that pytester and execnet use."""

    stdin: IO[bytes] | None = None
    stdout: IO[bytes] | None = None

    def __init__(self, address: str, args: Sequence[str], env: Mapping[str, str], fds: Sequence[int]) -> None:
        """args: as for Python, without its name; fds: its standard input, output and error."""
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection.connect(address)
        order = {"args": list(args), "env": dict(env), "cwd": str(Path.cwd())}
        socket.send_fds(self._connection, [json.dumps(order).encode()], fds)
        self.returncode: int | None = None
        self.pid = self._receive()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, or the negative number of the signal that has ended it."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = self._receive()
            except TimeoutError as error:
                raise subprocess.TimeoutExpired("forked", timeout or 0) from error
            self._connection.close()
        return self.returncode

    def _receive(self) -> int:
        message = self._connection.recv(100)
        if not message:
            raise ChildProcessError("the fork server has ended. What it wrote to its standard error says why.")
        return int(message)

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


def fork_with_pipes(address: str, args: Sequence[str]) -> Forked:
    """A process whose `stdin` and `stdout` are pipes, and whose standard error is ours."""
    (their_input, ours), (theirs, their_output) = os.pipe(), os.pipe()
    forked = Forked(address, args, os.environ, (their_input, their_output, 2))
    os.close(their_input)
    os.close(their_output)
    forked.stdin, forked.stdout = os.fdopen(ours, "wb", 0), os.fdopen(theirs, "rb", 0)
    return forked


class ForkServer:
    """A context manager around the server's process, which ends with it."""

    def __enter__(self) -> ForkServer:
        self._folder = tempfile.mkdtemp(prefix="fork-")  # short: the address of a socket has at most 108 bytes
        self._address = f"{self._folder}/socket"
        self._start_variables = _variables_of_the_start(os.environ)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self._address)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("fork_server.py"), self._address, str(listener.fileno())],
                stdin=subprocess.PIPE,  # the server ends when this does
                pass_fds=[listener.fileno()],
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        shutil.rmtree(self._folder)

    def install(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have `runpytest_subprocess` fork, where that makes no difference."""
        new_process = pytester.popen

        def popen(command: Sequence[str], *, stdin: object, stdout: IO[str], stderr: IO[str]) -> object:
            is_pytest = list(command[:2]) == [sys.executable, "-mpytest"]
            if not is_pytest or _variables_of_the_start(os.environ) != self._start_variables:
                return new_process(command, stdin=stdin, stdout=stdout, stderr=stderr)
            path = filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH")))
            env = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}  # as pytester does
            with Path(os.devnull).open() as nothing:
                return Forked(self._address, command[1:], env, (nothing.fileno(), stdout.fileno(), stderr.fileno()))

        monkeypatch.setattr(pytester, "popen", popen)


def _variables_of_the_start(env: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter reads once, before there is anything to fork."""
    return {name: value for name, value in env.items() if name.startswith(("PYTHON", "LC_", "LANG"))}
