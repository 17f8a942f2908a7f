"""The sockets below the HTTP library: each call ends by its deadline, and all of them when the session does."""

from __future__ import annotations

import math
import socket
import threading
import time
import weakref
from collections.abc import Mapping
from typing import Any

from pytest_ftbench.errors import EndpointError

LONGEST_BODY = 64 * 2**20
"""Bytes, unpacked: some 200 KB of gzip can become 200 MB."""
_OPENED = (".connect_tcp.complete", ".start_tls.complete")


class OpenSockets:
    """The sockets of one HTTP client, reported by the `trace` extension of its requests (httpx and httpx2).

    The time-outs of the HTTP library are for one read. A server that sends a byte now and then, in a header, in interim
    answers or in a body, could hold a call for ever: so each read waits no longer than the whole call may still take.
    Closing a client does not wake the threads that wait for its sockets, shutting the sockets down does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._own = threading.local()
        """When the call of a thread began, and when it must have ended, by `perf_counter`."""
        self._is_over = False

    def begin_call(self, longest_s: float) -> None:
        """Have all that this thread reads from now on end in a time-out so many seconds later."""
        self._own.began = time.perf_counter()
        self._own.until = self._own.began + longest_s

    def elapsed_s(self) -> float:
        """Seconds since the call of this thread began."""
        return time.perf_counter() - getattr(self._own, "began", math.inf)

    def is_late(self) -> bool:
        """Whether the call of this thread should have ended."""
        return time.perf_counter() >= getattr(self._own, "until", math.inf)

    def read(self, response: Any) -> bytes:  # Any: the SDK's response, or that of its HTTP library
        """The whole body of a response, unpacked.

        Raises TimeoutError once the call of this thread is late, EndpointError for more than LONGEST_BODY.
        """
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if self.is_late():
                raise TimeoutError
            if len(body) > LONGEST_BODY:
                raise EndpointError(f"the answer is longer than {LONGEST_BODY // 2**20} MiB (is base_url right?).")
        return bytes(body)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:  # Any: each event has its own values
        """Called by the HTTP library at each step of a request; a new connection is noted, and bounded."""
        if not event.endswith(_OPENED):
            return
        stream = info["return_value"]
        self._bound(stream)
        found = stream.get_extra_info("socket")
        if isinstance(found, socket.socket):
            with self._lock:
                self._sockets.add(found)
                if self._is_over:
                    _hang_up(found)

    def hang_up(self) -> None:
        """End what is in flight on every connection, those still to come included."""
        with self._lock:
            self._is_over = True
            for each in list(self._sockets):
                _hang_up(each)

    def _bound(self, stream: Any) -> None:
        """Have a connection keep to the deadline of whichever thread uses it: all of a call happens in one."""
        read_on, write_on = stream.read, stream.write

        def read(max_bytes: int, timeout: float | None = None) -> bytes:
            received: bytes = read_on(max_bytes, timeout=self._left_s(timeout))
            return received

        def write(buffer: bytes, timeout: float | None = None) -> None:
            write_on(buffer, timeout=self._left_s(timeout))

        stream.read, stream.write = read, write

    def _left_s(self, timeout: float | None) -> float:
        """Seconds that one step may take; TimeoutError where the call has none left."""
        left_s: float = getattr(self._own, "until", math.inf) - time.perf_counter()
        if left_s <= 0:
            raise TimeoutError
        return left_s if timeout is None else min(timeout, left_s)


def _hang_up(connection: socket.socket) -> None:
    try:
        # Not the method of SSLSocket, which takes its state away from the thread that is reading.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:  # closed already
        return
