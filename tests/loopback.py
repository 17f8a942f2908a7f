"""A small OpenAI-compatible server on 127.0.0.1, for tests and benchmarks: the real SDK talks to it over real HTTP."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

TLS = Path(__file__).parent / "tls"


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Any
    """The parsed JSON, or the text where it is none, such as a form; None where there is no body."""
    method: str = "POST"

    @property
    def question(self) -> str:
        """The last user message."""
        messages = self.body.get("messages") or self.body["input"]
        return next((each["content"] for each in reversed(messages) if each["role"] == "user"), "")


@dataclass(frozen=True)
class Reply:
    """What the server sends, where a chat completion with status 200 is not enough."""

    body: object = b""
    """Bytes or text as such, anything else as JSON."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    """How long the answer takes."""
    drip_s: float | None = None
    """Send the body byte by byte, with this pause between."""
    interim_s: float | None = None
    """Send interim answers (`102 Processing`), with this pause between, and never the final one."""
    is_dropped: bool = False
    """Hang up instead: before the first byte, or half way through a body."""


Answer = Callable[[Asked], "str | Reply"] | Mapping[str, "str | Reply"] | str | Reply


def chat_completion(
    text: str | None, *, model: str = "loopback", finish: str = "stop", **message: object
) -> dict[str, Any]:
    """The body of a chat completion; keywords are added to its message."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "system_fingerprint": "fp_loopback",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }


def response(text: str, *, model: str = "loopback", status: str = "completed", **more: object) -> dict[str, Any]:
    """The body of an answer of the Responses API; keywords are added to it."""
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Let me think."}]}
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [reasoning, {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}],
        "usage": {"input_tokens": 11, "output_tokens": 3, "total_tokens": 14},
        **more,
    }


class LoopbackServer:
    """A context manager: `with LoopbackServer({"Question?": "Answer."}) as server: ... server.base_url ...`.

    answer: a text or Reply for every request, a mapping from the last user message (404 for others), or a function of
    the request. Requests are kept in `requests`, the largest number of them at work at once in `most_in_flight`.
    """

    def __init__(self, answer: Answer = "ok", *, delay_s: float = 0.0) -> None:
        self.requests: list[Asked] = []
        self.most_in_flight = 0
        self._answer = answer
        self._delay_s = delay_s
        self._in_flight = 0
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._connections: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self.tls: ssl.SSLContext | None = None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def stand_for_others(self, environment: pytest.MonkeyPatch) -> None:
        """Be the proxy of all connections by TLS, and whatever host they are for, see `tls/`."""
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(TLS / "server.pem")
        environment.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
        environment.setenv("HTTPS_PROXY", self.base_url.removesuffix("/v1"))

    @property
    def base_url(self) -> str:
        """What to give a client, `http://127.0.0.1:PORT/v1`."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._server.shutdown()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the test."""
        self._is_over.wait(seconds)

    def connected(self, connection: socket.socket, *, is_open: bool) -> None:
        """Note a connection, so that none outlives the server."""
        with self._lock:
            (self._connections.add if is_open else self._connections.discard)(connection)

    def handle(self, asked: Asked) -> Reply:
        """Record a request and find the reply, after its delay."""
        with self._lock:
            self.requests.append(asked)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            reply = self._reply(asked)
            self.wait(self._delay_s + reply.delay_s)
        finally:
            with self._lock:
                self._in_flight -= 1
        return reply

    def _reply(self, asked: Asked) -> Reply:
        answer = self._answer
        if isinstance(answer, Mapping):
            answer = answer.get(asked.question, Reply({"error": {"message": "no such question"}}, status=404))
        elif callable(answer):
            answer = answer(asked)
        if isinstance(answer, str):
            model = asked.body.get("model", "") if isinstance(asked.body, dict) else ""
            body = response if asked.path.endswith("/responses") else chat_completion
            return Reply(body(answer, model=model))
        return answer


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = False
    loopback: LoopbackServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.loopback.connected(self.connection, is_open=True)

    def finish(self) -> None:
        self.server.loopback.connected(self.connection, is_open=False)
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def do_POST(self) -> None:
        with suppress(OSError):  # the client may hang up at any time
            self._send(self.server.loopback.handle(self._read()))

    do_GET = do_POST

    def do_CONNECT(self) -> None:
        """Go on by TLS, as the host that was asked for."""
        assert self.server.loopback.tls is not None, "nobody has asked for a proxy"
        with suppress(OSError):
            self.send_response(200)
            self.end_headers()
            self.server.loopback.connected(self.request, is_open=False)
            self.request = self.server.loopback.tls.wrap_socket(self.request, server_side=True)
            self.setup()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _read(self) -> Asked:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Asked(self.path, headers, _parse(raw) if raw else None, self.command)

    def _send(self, reply: Reply) -> None:
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.close_connection = self.close_connection or reply.is_dropped
        if reply.is_dropped and not raw:
            return
        while reply.interim_s is not None:
            self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            self.server.loopback.wait(reply.interim_s)
        headers = {"content-type": "application/json", "content-length": str(len(raw)), **reply.headers}
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drip_s is not None:
            self._drip(raw, reply.drip_s)
        else:
            self.wfile.write(raw[: len(raw) // 2] if reply.is_dropped else raw)

    def _drip(self, raw: bytes, pause_s: float) -> None:
        for byte in raw:
            self.wfile.write(bytes([byte]))
            self.server.loopback.wait(pause_s)
