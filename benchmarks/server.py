"""A lean server on 127.0.0.1 that speaks OpenAI's chat completions and Vertex AI's generateContent.

What is measured is the client.

    python benchmarks/server.py --latency 0.2 --rate 50

The first line it prints is its port. It answers each question with the last number in it ("... thing 7?": "7 units"),
and can be slow, limited, faulty or hang up (see behaviour.py). GET /stats tells what it has seen, POST /reset forgets
it. From Python: `with running(latency_s=0.2) as server: ... server.base_url ... server.stats() ... server.reset()`.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import math
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from behaviour import Behaviour, Stats, Tally, make_limit
from wire import Answer, error, reader_of

BACKLOG = 1024
"""Connections that may wait to be taken."""
START_S = 20.0
"""How long a new server may take to tell its port."""
CONTROL_S = 10.0
"""How long it may take to tell its statistics."""
PARENT_CHECK_S = 1.0
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


class Service:
    """What all connections of a server share."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.reset()

    def reset(self) -> None:
        """Forget everything; what is in flight ends in the old count, and the limit has rested."""
        self.tally = Tally()
        self.limit = make_limit(self.behaviour)


class Connection(asyncio.Protocol):
    """One keep-alive connection: reads a request, replies, reads the next."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._pending: tuple[asyncio.TimerHandle, Tally] | None = None
        """The reply that is due, and where the request was counted."""
        self._known_to: Tally | None = None
        """Who has counted the connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop hands over the socket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  # asyncio's argument
        """A client that is gone gets no reply."""
        if self._pending:
            timer, tally = self._pending
            timer.cancel()
            tally.end("abandoned")
            self._pending = None

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._buffer += data
        self._read()

    def _read(self) -> None:
        """Handle the requests that are whole, one after another."""
        while self._pending is None and not self._transport.is_closing():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).decode("latin-1")
            length = _content_length(head)
            if length is None:
                self._send(400, error("a request needs a Content-Length, not chunks"), is_last=True)
                return
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            method, _, rest = head.partition(" ")
            self._handle(method, rest.partition(" ")[0], body)

    def _handle(self, method: str, path: str, body: bytes) -> None:
        read = reader_of(path) if method == "POST" else None
        if read is not None:
            try:
                model, question, answer = read(path, json.loads(body))
            except (ValueError, LookupError, TypeError) as fault:
                self._send(400, error(f"no request of a completion: {fault!r}"))
            else:
                self._ask(model, question, answer)
        elif (method, path) == ("GET", "/stats"):
            self._send(200, self._service.tally.plain(self._loop.time()))
        elif (method, path) == ("POST", "/reset"):
            self._service.reset()
            self._send(200, {})
        else:
            self._send(404, error(f"no {method} {path} here"))

    def _ask(self, model: str, question: str, answer: Answer) -> None:
        tally, behaviour = self._service.tally, self._service.behaviour
        now_s = self._loop.time()
        if self._known_to is not tally:
            self._known_to = tally
            tally.connect()
        tally.receive(model, question, now_s)
        if wait_s := self._service.limit.wait_s(now_s):
            tally.end("refused")
            whole = str(max(1, math.ceil(wait_s)))
            header = f"{wait_s:.3f}" if behaviour.is_retry_after_exact else whole
            fault = error("too many requests a second", code="rate_limit_exceeded")
            self._send(429, fault, header=f"Retry-After: {header}\r\n")
            return
        fate = behaviour.fate(model, question, tally.grant(model, question))

        def reply() -> None:
            self._pending = None
            if fate == "fail":
                tally.end("failed")
                self._send(500, error("the model has failed"))
            elif fate == "answer":
                tally.answer(model, question, self._loop.time())
                self._send(200, answer(model, question))
            else:
                tally.end("dropped")
                self._hang_up(200, answer(model, question), is_half_said=fate == "drop half way")
            self._read()

        self._pending = self._loop.call_later(behaviour.latency_s, reply), tally

    def _send(self, status: int, body: object, *, header: str = "", is_last: bool = False) -> None:
        self._transport.write(_message(status, body, header))
        if is_last:
            self._transport.close()

    def _hang_up(self, status: int, body: object, *, is_half_said: bool) -> None:
        if is_half_said:
            message = _message(status, body, "")
            head = message.index(b"\r\n\r\n") + 4
            self._transport.write(message[: (head + len(message)) // 2])
        self._transport.close()


def _content_length(head: str) -> int | None:
    """Bytes in the body that follows a request's head; None where the head does not tell."""
    length = 0
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            if not value.strip().isdecimal():
                return None
            length = int(value)
        elif name.lower() == "transfer-encoding":
            return None
    return length


def _message(status: int, body: object, header: str) -> bytes:
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(raw)}\r\n{header}\r\n".encode("latin-1") + raw


async def serve(behaviour: Behaviour, *, parent: int | None = None) -> None:
    """Print the port and serve; for ever, or until the process `parent` has gone."""
    service = Service(behaviour)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(service), "127.0.0.1", 0, backlog=BACKLOG
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    while parent is None or os.getppid() == parent:
        await asyncio.sleep(PARENT_CHECK_S)


class Running:
    """A server in a process of its own, seen from here."""

    def __init__(self, port: int, behaviour: Behaviour) -> None:
        self.root = f"http://127.0.0.1:{port}"
        """What a client of Vertex AI is given."""
        self.base_url = f"{self.root}/v1"
        self.behaviour = behaviour
        self._port = port

    def stats(self) -> Stats:
        """What it has seen since it started or was reset."""
        return Stats(**self._call("GET", "/stats"))

    def reset(self) -> None:
        """Begin to count anew, with a limit that has rested."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CONTROL_S)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def running(**told: Any) -> Iterator[Running]:
    """A server that behaves as told, by the names of Behaviour's fields; it ends with the block, or with this process.

    Raises RuntimeError when it does not tell its port in time.
    """
    behaviour = Behaviour(**told)
    options = [f"--{option}={getattr(behaviour, name)}" for option, (name, *_) in _OPTIONS.items()]
    flags = ["--exact-retry-after"] if behaviour.is_retry_after_exact else []
    command = [sys.executable, __file__, f"--parent={os.getpid()}", *options, *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        yield Running(_read_port(process), behaviour)
    finally:
        process.kill()
        process.communicate()


def _read_port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_S) else b""
    if not line:
        raise RuntimeError(f"the server told no port within {START_S:g} s")
    return int(line)


_OPTIONS: dict[str, tuple[str, Any, str]] = {
    "latency": ("latency_s", float, "seconds to an answer"),
    "rate": ("rate", float, "requests granted a second (0: all)"),
    "limit": ("limit", str, "window or bucket"),
    "burst": ("burst", int, "tokens in a full bucket (0: those of a second)"),
    "failing": ("fail_share", float, "share answered with status 500"),
    "dropping": ("drop_share", float, "share hung up on"),
    "seed": ("seed", int, "draws the questions that fail"),
}
"""Of the command line: the field of Behaviour, its type, its help."""


def main() -> None:
    """Serve as the command line says, until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, (name, kind, text) in _OPTIONS.items():
        choices = ("window", "bucket") if option == "limit" else None
        default = getattr(Behaviour, name)
        parser.add_argument(f"--{option}", dest=name, type=kind, help=text, choices=choices, default=default)
    flag = "--exact-retry-after"
    parser.add_argument(flag, dest="is_retry_after_exact", action="store_true", help="fractions of a second there")
    parser.add_argument("--parent", type=int, help="end when this process has")
    told = vars(parser.parse_args())
    parent = told.pop("parent")
    try:
        asyncio.run(serve(Behaviour(**told), parent=parent))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
