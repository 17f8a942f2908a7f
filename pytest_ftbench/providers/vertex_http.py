"""The HTTP client below Google's SDK: whole calls have a limit, bodies too, and what is no answer is an error of ours.

The SDK's own has no time-out, follows redirects, and shares one pool of connections among all threads.
"""

from __future__ import annotations

import threading
from importlib import import_module
from types import ModuleType
from typing import Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.openai_sockets import OpenSockets
from pytest_ftbench.providers.openai_timeouts import Timeouts
from pytest_ftbench.providers.vertex_address import VertexAddress
from pytest_ftbench.providers.vertex_faults import one_line, status_error

CLIENTS = 32
"""One as it comes keeps 20 connections and opens all others anew; one that keeps 64 costs half as much time again."""
CLOSED = "the endpoint is closed: the session has ended."


class HttpClients:
    """Several HTTP clients behind the face of one; each thread always uses the same."""

    def __init__(self, address: VertexAddress, timeouts: Timeouts, http: ModuleType) -> None:
        self._address, self._timeouts, self._http = address, timeouts, http
        self._sockets = OpenSockets()
        self._lock = threading.Lock()
        self._own = threading.local()
        self._threads = 0
        self._is_closed = False
        self.tls = http.create_ssl_context()  # takes longer to make than all the rest
        options = {"verify": self.tls, "follow_redirects": False}
        self._clients = [http.Client(**options) for _ in range(CLIENTS)]
        self.face = _make_face(http, self.send, self.tls)
        """What the SDK is given."""

    def send(self, request: Any) -> Any:  # Any: httpx or httpx2, as the SDK has it
        """The answer with status 200, read to its end; EndpointError for anything else."""
        limits = self._timeouts
        self._sockets.begin_call(limits.whole_s)
        seconds = {"connect": limits.connect_s, "read": limits.read_s, "write": limits.whole_s, "pool": limits.whole_s}
        request.extensions = {**request.extensions, "timeout": seconds, "trace": self._sockets.trace}
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            response = self._client().send(request, stream=True)
            try:
                body = self._sockets.read(response)
            finally:
                response.close()
        except (TimeoutError, self._http.HTTPError, self._http.StreamError, OSError) as error:
            raise self._connection_error(error, request.url, secret) from None
        if response.status_code != 200:
            raise status_error(response.status_code, body, response.headers, secret=secret)
        # The body is unpacked, so what was said of its packing must not be said again.
        kept = {"content-type": response.headers.get("content-type", "application/json")}
        return self._http.Response(200, headers=kept, content=body, request=request)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError."""
        self._is_closed = True
        self._sockets.hang_up()
        for client in self._clients:
            client.close()
        self.face.close()

    def _client(self) -> Any:
        if self._is_closed:
            raise EndpointError(CLOSED)
        client = getattr(self._own, "client", None)
        if client is None:
            with self._lock:
                client = self._own.client = self._clients[self._threads % CLIENTS]
                self._threads += 1
        return client

    def _connection_error(self, error: BaseException, url: Any, secret: str) -> EndpointError:
        if self._is_closed:
            return EndpointError(CLOSED)
        base_url = self._address.base_url
        if not str(url).startswith(base_url):  # an endpoint with a host of its own
            base_url = f"{url.scheme}://{url.host}"
        if fault := self._timeouts.fault(error, base_url, is_over=self._sockets.is_late()):
            return EndpointError(fault, fault="transient")
        why = one_line(f"{type(error).__name__}: {error}", secret=secret)
        text = f"no answer from {base_url} ({why}). Is the network there, and is the location right?"
        return EndpointError(text, fault="transient")


def http_module() -> ModuleType:
    """The HTTP library that the installed SDK uses: httpx up to version 2, httpx2 since version 3."""
    version: str = import_module("google.genai").__version__
    return import_module("httpx2" if int(version.partition(".")[0]) >= 3 else "httpx")


def _make_face(http: Any, send_whole: Any, tls: Any) -> Any:  # Any: the class is made of whichever library it is
    class Face(http.Client):  # type: ignore[misc]
        """A client that sends through `send_whole`."""

        def send(self, request: Any, **_: Any) -> Any:
            return send_whole(request)

    return Face(verify=tls, trust_env=False)
