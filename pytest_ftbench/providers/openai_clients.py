"""The SDK's clients, made so that they retry nothing, follow no redirect and carry no secret to a foreign host."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.environment import read_undisturbed
from pytest_ftbench.providers.openai_address import Address
from pytest_ftbench.providers.openai_faults import status_error
from pytest_ftbench.providers.openai_sockets import OpenSockets
from pytest_ftbench.providers.openai_timeouts import Timeouts

if TYPE_CHECKING:
    import openai

_CLIENTS = 32
"""One whose connections 100 threads share takes a quarter more processor time, most of it in the lock of its pool."""
_IDS = ("openai-organization", "openai-project")
_LONGEST_ERROR = 2**20
_PACKINGS = ("gzip", "deflate")
"""Of these a little can become a thousand times as much, of others (zstd, brotli) a million times."""
_AUTH = ("authorization", "api-key")
_HEADERS_FOR_ANYONE = frozenset(
    ("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "authorization")
)


def make_clients(address: Address, key: str, timeouts: Timeouts, sockets: OpenSockets) -> list[openai.OpenAI]:
    """Clients for as many threads.

    All at once, so that key, proxies and headers are of one moment: tests may change the environment.
    sockets: is told of each call and connection.
    """
    import openai

    # Any: httpx.Request or httpx2.Request, as the SDK's version has it.
    def watch(request: Any) -> None:
        sockets.begin_call(timeouts.whole_s)  # only now: the SDK imports half of itself at the first call
        request.extensions["trace"] = sockets.trace
        request.headers["Accept-Encoding"] = ", ".join(_PACKINGS)

    def keep_secrets_home(request: Any) -> None:
        """Drop what the SDK adds from OPENAI_ORG_ID, OPENAI_PROJECT_ID and, unless the user pairs them, others."""
        for name in list(request.headers):
            if name.lower() in _IDS or (address.is_from_spec and not _is_for_anyone(name.lower())):
                del request.headers[name]
        if address.is_from_spec or address.is_azure:  # OPENAI_CUSTOM_HEADERS may have put other ones there
            for name in _AUTH:
                request.headers.pop(name, None)
            request.headers.update(address.auth_headers(key))

    tls = import_module(http_module()).create_ssl_context()  # takes longer to make than all the rest

    def make_client() -> openai.OpenAI:
        return openai.OpenAI(
            base_url=address.base_url,
            api_key=key,
            max_retries=0,
            timeout=openai.Timeout(timeouts.whole_s, connect=timeouts.connect_s, read=timeouts.read_s),
            http_client=openai.DefaultHttpxClient(
                verify=tls,
                follow_redirects=False,  # a redirect would carry the whole prompt to another host
                event_hooks={
                    "request": [watch] if address.is_official else [watch, keep_secrets_home],
                    "response": [lambda response: check_response(response, secret=key)],
                },
            ),
        )

    return [read_undisturbed(make_client) for _ in range(_CLIENTS)]


def check_response(response: Any, *, secret: str) -> None:
    """Raise the EndpointError of a response whose headers show that it is no answer, before its body is read.

    The SDK would read the body of an error whole, however long it is and takes; the first MiB is enough.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    is_readable = packing in ("", "identity", *_PACKINGS)
    if not response.is_success:
        start = _read_start(response) if is_readable else b""
        raise status_error(response.status_code, start, response.headers, secret=secret)
    if not is_readable:
        raise EndpointError(f"HTTP {response.status_code}, packed as {packing[:40]!r}, which was not asked for.")


def _read_start(response: Any) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > _LONGEST_ERROR:
            break
    return bytes(body[:_LONGEST_ERROR])


def _is_for_anyone(header: str) -> bool:
    # The SDK reads its own x-stainless headers back from the request to know how to treat the response.
    return header in _HEADERS_FOR_ANYONE or header.startswith("x-stainless-")


def http_module() -> str:
    """The HTTP library that the installed SDK uses: httpx up to version 2, httpx2 since version 3."""
    import openai

    return type(openai.DEFAULT_CONNECTION_LIMITS).__module__.partition(".")[0]
