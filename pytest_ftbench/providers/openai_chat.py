"""Fine-tuned models at OpenAI, and at every server that speaks its Chat Completions protocol."""

from __future__ import annotations

import json
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.openai_address import read_address
from pytest_ftbench.providers.openai_body import LONGEST_BODY, read_completion
from pytest_ftbench.providers.openai_faults import connection_fault, one_line, status_error
from pytest_ftbench.providers.openai_limits import read_pause
from pytest_ftbench.providers.openai_names import is_snapshot, served_fault
from pytest_ftbench.providers.openai_sockets import OpenSockets
from pytest_ftbench.providers.openai_timeouts import read_timeouts
from pytest_ftbench.providers.options import read_sampling
from pytest_ftbench.records import Completion, Prompt

if TYPE_CHECKING:
    import openai

_CLIENTS = 32
"""One whose connections 100 threads share takes a quarter more processor time, most of it in the lock of its pool."""
_SCHEMA = "response_format"
_REFUSALS = (400, 422, 501)
"""The statuses by which servers refuse a parameter that they do not know."""
_CLOSED = "the endpoint is closed: the session has ended."
_IDS = ("openai-organization", "openai-project")
_HEADERS_FOR_ANYONE = frozenset(
    ("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "authorization")
)


class OpenAIChat:
    """A model behind the openai SDK's blocking client.

    The SDK is imported, and the key looked up, when the first question is sent: a session that is served from the
    cache needs neither. Options: base_url, api_key_env, timeout (seconds for one whole answer, default 60),
    connect_timeout (default 10), read_timeout (the longest silence of the server, default as timeout).
    """

    is_local = False

    def __init__(self, spec: EndpointSpec) -> None:
        self._address = read_address(spec)
        self._timeouts = read_timeouts(spec)
        self._model = spec.name
        self.sampling = read_sampling(spec)
        self.identity = {
            "provider": "openai",
            "base_url": self._address.base_url,
            "model": spec.name,
            "revision": spec.revision,
        }
        self._lock = threading.Lock()
        self._clients: list[openai.OpenAI] = []
        self._own = threading.local()
        """A thread's client."""
        self._threads = 0
        self._takes_schemas = True
        """Whether the server has not refused a request for structured output yet."""
        self._sockets = OpenSockets()
        self._is_closed = False

    @property
    def is_fixed(self) -> bool:
        """Whether the name can only ever stand for the same weights: a fine-tune or a dated snapshot at OpenAI."""
        return self._address.is_official and is_snapshot(self._model)

    def served_fault(self, served: str) -> str | None:
        """Why an answer by `served` is another model's. Other servers than OpenAI echo names in ways of their own."""
        return served_fault(self._model, served) if self._address.is_official else None

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002 - the server has no such notion
        """The model's answer; EndpointError for anything that is not a chat completion."""
        client = self._open_client()
        import openai

        http = import_module(_http_module())
        started = time.perf_counter()
        try:
            body, pause_s = self._send(client, prompt, started)
        except openai.APIStatusError as error:
            headers = error.response.headers
            raise status_error(error.status_code, error.body, headers, secret=client.api_key) from None
        except (TimeoutError, openai.APIConnectionError, http.HTTPError, http.StreamError) as error:
            if self._is_closed:
                raise EndpointError(_CLOSED) from None
            fault = self._timeouts.fault(error, self._address.base_url)
            fault = fault or connection_fault(error, self._address.base_url, secret=client.api_key)
            raise EndpointError(fault, fault="transient") from None
        except (openai.OpenAIError, ValueError) as error:
            raise EndpointError(one_line(f"{type(error).__name__}: {error}", secret=client.api_key)) from None
        latency_s = time.perf_counter() - started
        return read_completion(body, latency_s=latency_s, secret=client.api_key, pause_s=pause_s)

    def close(self) -> None:
        """Close the connections; what is in flight ends in an EndpointError, and so do later questions."""
        with self._lock:
            clients, self._clients, self._is_closed = self._clients, [], True
        self._sockets.hang_up()
        for client in clients:
            client.close()

    def _send(self, client: openai.OpenAI, prompt: Prompt, started: float) -> tuple[bytes, float | None]:
        """The body of the answer, and the pause that its headers ask for.

        The SDK's time-outs are per read, so the whole is timed, and measured, here.
        """
        import openai

        request = self._request(prompt)
        try:
            return self._read(client, request, started)
        except openai.APIStatusError as error:
            if _SCHEMA not in request or error.status_code not in _REFUSALS:
                raise
        # Servers say in many ways that they have no structured output. Without it the reply is read as strictly.
        del request[_SCHEMA]
        answer = self._read(client, request, started)
        self._takes_schemas = False
        return answer

    def _read(self, client: openai.OpenAI, request: dict[str, Any], started: float) -> tuple[bytes, float | None]:
        body = bytearray()
        # Not `create(...)` itself: what that makes of a body that is no chat completion differs from body to body.
        with client.chat.completions.with_streaming_response.create(**request) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if time.perf_counter() - started > self._timeouts.whole_s:
                    raise TimeoutError
                if len(body) > LONGEST_BODY:
                    raise EndpointError(f"the answer is longer than {LONGEST_BODY // 2**20} MiB (is base_url right?).")
            return bytes(body), read_pause(response.headers)

    def _request(self, prompt: Prompt) -> dict[str, Any]:  # Any: the SDK's signature has dozens of value types
        limit = "max_completion_tokens" if self._address.is_official else "max_tokens"
        wanted = {
            "temperature": self.sampling["temperature"],
            limit: self.sampling["max_tokens"],
            "seed": self.sampling["seed"],
        }
        messages = [{"role": role, "content": text} for role, text in prompt.messages]
        given: dict[str, Any] = {key: value for key, value in wanted.items() if value is not None}
        if prompt.reply_schema and self._takes_schemas:
            schema = {"name": "reply", "strict": True, "schema": json.loads(prompt.reply_schema)}
            given[_SCHEMA] = {"type": "json_schema", "json_schema": schema}
        return {"model": self._model, "messages": messages, **given}

    def _open_client(self) -> openai.OpenAI:
        """One of the clients, always the same in a thread."""
        if self._is_closed:
            raise EndpointError(_CLOSED)
        client: openai.OpenAI | None = getattr(self._own, "client", None)
        if client is None:
            with self._lock:
                if self._is_closed:
                    raise EndpointError(_CLOSED)
                # All at once, so that key, proxies and headers are of one moment: tests may change the environment.
                self._clients = self._clients or self._make_clients()
                client = self._own.client = self._clients[self._threads % len(self._clients)]
                self._threads += 1
        return client

    def _make_clients(self) -> list[openai.OpenAI]:
        key = self._address.find_key()
        import openai

        address, timeouts = self._address, self._timeouts

        # Any: httpx.Request or httpx2.Request, as the SDK's version has it.
        def watch(request: Any) -> None:
            request.extensions["trace"] = self._sockets.trace

        def keep_secrets_home(request: Any) -> None:
            """Drop what the SDK adds from OPENAI_ORG_ID, OPENAI_PROJECT_ID and, unless the user pairs them, others."""
            for name in list(request.headers):
                if name.lower() in _IDS or (address.is_from_spec and not _is_for_anyone(name.lower())):
                    del request.headers[name]
            if address.is_from_spec:  # OPENAI_CUSTOM_HEADERS may have put another one there
                request.headers["Authorization"] = f"Bearer {key}"

        tls = import_module(_http_module()).create_ssl_context()  # takes longer to make than all the rest
        return [
            openai.OpenAI(
                base_url=address.base_url,
                api_key=key,
                max_retries=0,
                timeout=openai.Timeout(timeouts.whole_s, connect=timeouts.connect_s, read=timeouts.read_s),
                http_client=openai.DefaultHttpxClient(
                    verify=tls,
                    follow_redirects=False,  # a redirect would carry the whole prompt to another host
                    event_hooks={"request": [watch] if address.is_official else [watch, keep_secrets_home]},
                ),
            )
            for _ in range(_CLIENTS)
        ]


def _is_for_anyone(header: str) -> bool:
    # The SDK reads its own x-stainless headers back from the request to know how to treat the response.
    return header in _HEADERS_FOR_ANYONE or header.startswith("x-stainless-")


def _http_module() -> str:
    """The HTTP library that the installed SDK uses: httpx up to version 2, httpx2 since version 3."""
    import openai

    return type(openai.DEFAULT_CONNECTION_LIMITS).__module__.partition(".")[0]
