"""A process that has imported everything, and forks for each pytest session that a test wants to run.

A new process takes a second or more to import pytest, the plugin and the SDK; an xdist run three times that. A forked
one has them, and is otherwise what `python -m pytest` starts: a process of its own, with its own folder, environment
and standard streams. Workers of xdist are forked from here too, not from their controller.

It differs from a new process in three ways; tests that care about one of them take the fixture `fresh_project`:
modules are in `sys.modules` before anybody imports them; all processes of one server share the seed of their hashes, so
that sets have one order in all of them; flags and encodings of the interpreter are those of the server.

Called with the address that it is to be found at and the listening socket itself; ends when its standard input does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from fork_kit import ORDER_BYTES, fork_with_pipes

NAMES = (
    "_pytest.helpconfig", "_pytest.setuponly", "_pytest.setupplan", "_pytest.stepwise", "_pytest.subtests",
    "code", "concurrent.futures.thread", "diskcache", "encodings.utf_8_sig", "execnet.gateway_io",
    "execnet.multi", "faulthandler", "filelock", "genai_prices", "openai.resources.chat", "pdb",
    "platformdirs.pytest_plugin", "pytest", "rapidfuzz.fuzz", "rapidfuzz.process", "readline", "rich.console",
    "rich.table", "sqlite3", "tenacity", "unittest", "xml.etree.ElementTree", "yaml",
)  # fmt: skip
PACKAGES = ("pytest_ftbench", "xdist")
"""Of which everything is imported."""


def import_all() -> None:
    """Import what sessions will need; pytest does not complain that it is too late to rewrite their assertions."""
    import _pytest.config

    builtin = [f"_pytest.{name}" for name in _pytest.config.builtin_plugins]
    for name in (*NAMES, *builtin, *PACKAGES):
        _import(name)
    for package in PACKAGES:
        for module in pkgutil.walk_packages(sys.modules[package].__path__, f"{package}."):
            _import(module.name)
    for name, loaded in sys.modules.items():
        if "." not in name and name not in sys.stdlib_module_names:
            loaded.__doc__ = f"{loaded.__doc__} PYTEST_DONT_REWRITE"
    gc.freeze()


def _import(name: str) -> None:
    with suppress(Exception):  # the session that needs it says so better
        importlib.import_module(name)


def serve(listener: socket.socket) -> dict[str, Any] | None:
    """Fork for whoever connects. Returns in each child, with its order, and in the server at its end, with None."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the sessions
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if 0 in ready:
            return None
        connection, _ = listener.accept()
        with connection:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                return keep(connection)


def keep(connection: socket.socket) -> dict[str, Any]:
    """Fork once more, and tell whoever asked how the child has ended; returns in the child, with its order."""
    message, fds, _, _ = socket.recv_fds(connection, ORDER_BYTES, 3)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for target, fd in enumerate(fds):
            os.dup2(fd, target)
            os.close(fd)
        order: dict[str, Any] = json.loads(message)
        return order
    os.closerange(0, 3)
    for fd in fds:
        os.close(fd)
    with suppress(OSError):  # it may have stopped listening
        connection.send(str(child).encode())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.send(str(code).encode())
    os._exit(0)


def fork_workers(address: str) -> None:
    """Have execnet, and so xdist, get its Pythons from the server."""
    from execnet import gateway_base, gateway_io

    class ForkedIO(gateway_io.Popen2IOMaster):
        def __init__(self, args: list[str], execmodel: Any) -> None:
            self.popen = fork_with_pipes(address, args[1:])
            gateway_base.Popen2IO.__init__(self, self.popen.stdin, self.popen.stdout, execmodel=execmodel)

    gateway_io.Popen2IOMaster = ForkedIO


def run(order: dict[str, Any]) -> None:
    """Become what Python would be with these arguments: `-mpytest ...`, or `-u -c CODE` as execnet calls it."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.dont_write_bytecode = True  # tests that write a file twice in a second would get the first one's
    sys.path[:0] = [order["cwd"], *filter(None, order["env"].get("PYTHONPATH", "").split(os.pathsep))]
    importlib.invalidate_caches()
    first, *rest = order["args"]
    if first == "-mpytest":
        sys.argv[1:] = rest
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = ["-c"]
        exec(rest[-1], {"__name__": "__main__"})


if __name__ == "__main__":
    _, address, fd = sys.argv
    del sys.path[0]  # the folder of this file
    import_all()
    mine = serve(socket.socket(fileno=int(fd)))
    if mine is not None:
        fork_workers(address)
        run(mine)
