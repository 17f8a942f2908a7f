"""Calls of an OpenAI-compatible server: bounded in time and size, and without what must not leave this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.openai_address import Address
from pytest_ftbench.providers.openai_body import read_object
from pytest_ftbench.providers.openai_clients import http_module, make_clients
from pytest_ftbench.providers.openai_faults import connection_fault, one_line
from pytest_ftbench.providers.openai_limits import read_pause
from pytest_ftbench.providers.openai_sockets import OpenSockets
from pytest_ftbench.providers.openai_timeouts import Timeouts

if TYPE_CHECKING:
    import openai

_CLOSED = "the endpoint is closed: the session has ended."

Call = Callable[["openai.OpenAI"], AbstractContextManager["openai.APIResponse[Any]"]]
"""Opens a request by one of the SDK's `with_streaming_response` methods: what the others make of a body that is not
what they expect differs from body to body."""


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to one call."""

    body: bytes
    latency_s: float
    pause_s: float | None
    """What its headers say, see `Completion`."""


class Transport:
    """The SDK's blocking client behind its bounds; safe for many threads.

    The SDK is imported, and the key looked up, at the first call: a session served from the cache needs neither.
    """

    def __init__(self, address: Address, timeouts: Timeouts) -> None:
        self._address = address
        self._timeouts = timeouts
        self._lock = threading.Lock()
        self._clients: list[openai.OpenAI] = []
        self._own = threading.local()
        """A thread's client."""
        self._threads = 0
        self._sockets = OpenSockets()
        self._is_closed = False
        self.secret = ""
        """The key, once there was a call: not to be shown."""

    @property
    def base_url(self) -> str:
        return self._address.base_url

    def send(self, call: Call) -> Received:
        """The body of a 2xx answer; EndpointError for everything else, a StatusError for every other status."""
        client = self._open_client()
        import openai

        http = import_module(http_module())
        try:
            with call(client) as response:
                body = self._sockets.read(response)
                return Received(body, self._sockets.elapsed_s(), read_pause(response.headers))
        except (TimeoutError, openai.APIConnectionError, http.HTTPError, http.StreamError) as error:
            raise self._explain(error) from None
        except (openai.OpenAIError, ValueError) as error:
            raise EndpointError(one_line(f"{type(error).__name__}: {error}", secret=self.secret)) from None

    def fetch(self, call: Call, *, what: str) -> Mapping[str, object]:
        """The JSON object in such a body; EndpointError for another one. what: see `read_object`."""
        return read_object(self.send(call).body, what=what, secret=self.secret)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later calls."""
        with self._lock:
            clients, self._clients, self._is_closed = self._clients, [], True
        self._sockets.hang_up()
        for client in clients:
            client.close()

    def _explain(self, error: BaseException) -> EndpointError:
        """The error of a call that brought no response."""
        if self._is_closed:
            return EndpointError(_CLOSED)
        if isinstance(error.__cause__, EndpointError):  # our own, which older SDKs take for a lost connection
            return error.__cause__
        url = self.base_url
        fault = self._timeouts.fault(error, url, is_over=self._sockets.is_late())
        return EndpointError(fault or connection_fault(error, url, secret=self.secret), fault="transient")

    def _open_client(self) -> openai.OpenAI:
        """One of the clients, always the same in a thread."""
        if self._is_closed:
            raise EndpointError(_CLOSED)
        client: openai.OpenAI | None = getattr(self._own, "client", None)
        if client is None:
            with self._lock:
                if self._is_closed:
                    raise EndpointError(_CLOSED)
                if not self._clients:
                    self.secret = self._address.find_key()
                    self._clients = make_clients(self._address, self.secret, self._timeouts, self._sockets)
                client = self._own.client = self._clients[self._threads % len(self._clients)]
                self._threads += 1
        return client
