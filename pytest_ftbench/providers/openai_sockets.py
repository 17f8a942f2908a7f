"""Hanging up: closing a client does not wake the threads that wait for its sockets, shutting the sockets down does."""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Mapping
from typing import Any


class OpenSockets:
    """The sockets of one HTTP client, reported by the `trace` extension of its requests (httpx and httpx2)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._is_over = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:  # Any: each event has its own values
        """Called by the HTTP library at each step of a request; a new connection is noted."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
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


def _hang_up(connection: socket.socket) -> None:
    try:
        # Not the method of SSLSocket, which takes its state away from the thread that is reading.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:  # closed already
        return
