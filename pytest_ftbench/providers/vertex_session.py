"""Credentials and clients of one location of Vertex AI, opened with the first question."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.environment import read_undisturbed
from pytest_ftbench.providers.openai_timeouts import read_timeouts
from pytest_ftbench.providers.vertex_address import read_vertex_address
from pytest_ftbench.providers.vertex_faults import one_line

if TYPE_CHECKING:
    from google import genai
    from google.auth.credentials import Credentials

    from pytest_ftbench.providers.vertex_http import HttpClients

_LONGEST_S = 86_400.0
"""What the server is told at most of how long it may take."""


@dataclass(frozen=True, slots=True)
class _Opened:
    client: genai.Client
    credentials: Credentials
    http: HttpClients


class VertexSession:
    """What all calls of one endpoint share. Safe to use from many threads."""

    def __init__(self, spec: EndpointSpec, *, project: str, location: str) -> None:
        self._address = read_vertex_address(spec, location)
        self.timeouts = read_timeouts(spec)
        self._project, self._location = project, location
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._is_closed = False

    @property
    def base_url(self) -> str:
        """The server, without a slash at the end."""
        return self._address.base_url

    @property
    def is_google(self) -> bool:
        """True where the server is Google's own, and so the user's credentials go to it."""
        return self._address.is_google

    def client(self) -> genai.Client:
        """The SDK's client. Its calls raise EndpointError for whatever HTTP and the credentials bring.

        It costs nothing to ask for it again. Raises EndpointError where the extra or the credentials are missing.
        """
        return self._open().client

    def call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, base_url: str | None = None
    ) -> bytes:
        """The body of the answer of the REST interface to a call that the SDK does not have.

        path: below the server, with the version: `v1/projects/P/locations/L/endpoints/E`. base_url: another server,
        which gets the same credentials: the caller knows that they are meant for it.
        Raises EndpointError for any other status than 200.
        """
        opened = self._open()
        headers = {"Content-Type": "application/json"}
        with self._lock:
            if opened.credentials.expired or not opened.credentials.token:
                from google.auth.transport.requests import Request

                opened.credentials.refresh(Request())  # type: ignore[no-untyped-call]
            headers["Authorization"] = f"Bearer {opened.credentials.token}"
        if opened.credentials.quota_project_id:
            headers["x-goog-user-project"] = opened.credentials.quota_project_id
        request = opened.http.face.build_request(
            method, f"{base_url or self.base_url}/{path}", json=body, headers=headers
        )
        content: bytes = opened.http.send(request).content
        return content

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later calls."""
        with self._lock:
            opened, self._opened, self._is_closed = self._opened, None, True
        if opened is not None:
            opened.http.close()
            opened.client.close()

    def _open(self) -> _Opened:
        opened = self._opened
        if opened is not None:
            return opened
        with self._lock:
            if self._is_closed:
                raise EndpointError("the endpoint is closed: the session has ended.")
            self._opened = self._opened or self._make()
            return self._opened

    def _make(self) -> _Opened:
        try:
            from pytest_ftbench.providers.vertex_credentials import find_credentials, without_warnings

            # Credentials first: where there are none, that is said before the larger part is imported.
            credentials = find_credentials(self._address, limit_s=self.timeouts.whole_s)
            without_warnings(lambda: import_module("google.genai"))
        except ImportError as error:
            what = f"the provider vertex needs more packages ({one_line(str(error))})"
            raise EndpointError(f'{what}. Run: pip install "pytest-ftbench[vertex]".', fault="endpoint") from None
        from pytest_ftbench.providers.vertex_http import HttpClients, http_module

        http = read_undisturbed(lambda: HttpClients(self._address, self.timeouts, http_module()))
        client = read_undisturbed(lambda: self._make_client(credentials, http))
        return _Opened(client, credentials, http)

    def _make_client(self, credentials: Credentials, http: HttpClients) -> genai.Client:
        from google import genai
        from google.genai import types
        from google.genai.client import DebugConfig

        tls = {"verify": http.tls}
        return genai.Client(
            vertexai=True,
            project=self._project,
            location=self._location,
            credentials=credentials,
            # Else GOOGLE_GENAI_CLIENT_MODE would have the SDK write answers to disk, or read them there.
            debug_config=DebugConfig(client_mode=None),
            http_options=types.HttpOptions(
                base_url=self.base_url,
                timeout=math.ceil(min(self.timeouts.whole_s, _LONGEST_S) * 1000),
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_client=http.face,
                client_args=tls,
                async_client_args={**tls, "ssl": http.tls},  # never used, but made with its own certificates else
            ),
        )
