"""What is no chat completion is an error of the openai provider, never an answer."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from loopback import Reply, chat_completion

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.openai_clients import check_response
from pytest_ftbench.providers.openai_faults import StatusError
from pytest_ftbench.providers.openai_timeouts import Timeouts, read_timeouts
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from provider_kit import Connect, ErrorOf, FaultOf, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))

NOT_A_COMPLETION = "HTTP 200, but not a chat completion (is base_url right?): "


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<!doctype html>\n<html>Welcome</html>", "the body is a page of HTML."),
        ('{"id": "x", "choices": [{"mess', """the body is not JSON: '{"id": "x", "choices": [{"mess'."""),
        ("[" * 100_000, f"the body is not JSON: {'[' * 60!r}."),
        ("", "the body is empty."),
        ([], "the body is a JSON list."),
        ({"object": "list", "data": []}, "it has no choices."),
        (chat_completion("x") | {"choices": []}, "it has no choices."),
        ({"choices": [{"text": "old"}]}, "its first choice has no message."),
        (chat_completion("x", content=["a"]), "the content of its message is list, not text."),
    ],
)
def test_200_that_is_no_chat_completion_is_an_error(body: object, why: str, fault_of: FaultOf) -> None:
    assert fault_of(Reply(body)) == NOT_A_COMPLETION + why


def test_200_with_an_error_body_is_an_error(fault_of: FaultOf) -> None:
    body = {"error": {"message": "model is loading", "code": "busy"}}
    assert fault_of(Reply(body)) == "HTTP 200, but with an error: busy: model is loading."


@pytest.mark.parametrize(
    ("finish", "choice", "why"),
    [
        ("error", {"error": {"code": 502, "message": "the provider hung up"}}, "the provider hung up."),
        ("stop", {"error": {"code": "server_error", "message": "oh"}}, "server_error: oh."),
        ("error", {}, "no message."),
        ("abort", {}, "no message."),
        ("insufficient_system_resource", {}, "no message."),
    ],
)
def test_answer_that_broke_off_is_an_error(finish: str, choice: object, why: str, error_of: ErrorOf) -> None:
    body = chat_completion("The answer is half a", finish=finish)
    body["choices"][0] |= choice
    error = error_of(Reply(body))
    assert (str(error), error.fault) == (f"HTTP 200, but the answer broke off ({finish}): {why}", "transient")


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            429,
            {"error": {"message": "You exceeded your quota.", "type": "x", "code": "insufficient_quota"}},
            "HTTP 429: insufficient_quota: You exceeded your quota.",
        ),
        (
            404,
            {"error": {"message": "No model `m`", "type": "invalid_request_error", "code": None}},
            "HTTP 404: invalid_request_error: No model `m`. Is base_url right, and does the model exist?",
        ),
        (404, {"detail": "Not Found"}, "HTTP 404: Not Found. Is base_url right, and does the model exist?"),
        (400, {"error": "model 'm' not found"}, "HTTP 400: model 'm' not found."),
        (400, {"object": "error", "message": "too long\nby far", "code": 400}, "HTTP 400: too long by far."),
        (502, "<html>\n<h1>Bad Gateway</h1>", "HTTP 502: the body is a page of HTML."),
        (503, "", "HTTP 503: no message."),
        (500, "boom " * 200, f"HTTP 500: {('boom ' * 200)[:297]}..."),
    ],
)
def test_http_error_is_one_line_with_code_and_message(
    status: int, body: object, message: str, fault_of: FaultOf
) -> None:
    assert fault_of(Reply(body, status=status)) == message


def test_error_never_repeats_the_key(fault_of: FaultOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "mine-123456")
    body = {"error": {"message": "Incorrect key mine-123456 or sk-proj-ab**yz", "code": "invalid_api_key"}}
    assert fault_of(Reply(body, status=401), "api_key_env=MY_KEY") == (
        "HTTP 401: invalid_api_key: Incorrect key *** or ***. Check the key."
    )


def test_error_names_no_organisation(fault_of: FaultOf) -> None:
    said = "Rate limit reached in organization org-AbCdEf0123456789 and project proj_AbCdEf0123456789 (org-wide)."
    assert fault_of(Reply({"error": {"message": said}}, status=429)) == (
        "HTTP 429: Rate limit reached in organization *** and project *** (org-wide)."
    )


def test_redirect_is_not_followed(serve: Serve, fault_of: FaultOf) -> None:
    elsewhere = serve()
    reply = Reply(status=307, headers={"location": f"{elsewhere.base_url}/chat/completions"})
    assert fault_of(reply) == ("HTTP 307: the server redirects, which is not followed. Set base_url to where it leads.")
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(chat_completion("late"), delay_s=30),
        Reply(chat_completion("drip"), drip_s=0.05),
        Reply({"error": "late"}, status=500, delay_s=30),
        Reply({"error": f"an error that drips{'.' * 200}"}, status=500, drip_s=0.05),
        Reply("never", interim_s=0.05),
    ],
)
def test_answer_that_takes_too_long_is_a_time_out(reply: Reply, fault_of: FaultOf) -> None:
    started = time.perf_counter()
    assert fault_of(reply, "timeout=0.5") == "time-out: no whole answer from URL within 0.5 s (timeout=)."
    assert time.perf_counter() - started < 5


def test_time_out_holds_through_a_proxy_and_tls(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Reply("never", interim_s=0.05))
    server.stand_for_others(monkeypatch)
    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    with pytest.raises(
        EndpointError, match=r"^time-out: no whole answer from https://api\.openai\.com/v1 within 0\.5 s"
    ):
        connect("timeout=0.5").complete(ASK)
    assert len(server.requests) == 1


def test_silence_beyond_the_read_timeout_is_a_time_out_that_names_it(error_of: ErrorOf) -> None:
    error = error_of(Reply("late", delay_s=30), "read_timeout=0.3")
    assert (str(error), error.fault) == ("time-out: nothing came from URL for 0.3 s (read_timeout=).", "transient")


def test_connection_that_takes_too_long_is_a_time_out_that_names_it() -> None:
    import openai

    kind = type("ConnectTimeout", (Exception,), {})
    error = openai.APITimeoutError(request=cast(Any, None))
    error.__cause__ = kind("timed out")
    said = Timeouts(60.0, 10.0, 60.0).fault(error, "URL")
    assert said == "time-out: no connection to URL within 10 s (connect_timeout=)."
    assert Timeouts(60.0, 10.0, 60.0).fault(ConnectionError("x"), "URL") is None


def test_time_outs_are_those_of_the_spec_and_none_is_longer_than_the_whole() -> None:
    def read(**options: str) -> Timeouts:
        return read_timeouts(EndpointSpec(alias="m", provider="openai", name="m", options=options))

    assert read() == Timeouts(60.0, 10.0, 60.0)
    assert read(timeout="5") == Timeouts(5.0, 5.0, 5.0)
    assert read(timeout="90", connect_timeout="2.5", read_timeout="30") == Timeouts(90.0, 2.5, 30.0)


def test_dead_server_is_an_error_that_names_it(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(EndpointError) as caught:
            connect(f"base_url={url}").complete(ASK)
    why = "(ConnectError: [Errno 111] Connection refused)"
    assert str(caught.value) == f"no connection to {url} {why}. Is the server running, and is base_url right?"
    assert caught.value.fault == "transient"


@pytest.mark.parametrize("body", [b"", chat_completion("half")])
def test_dropped_connection_is_an_error(body: object, error_of: ErrorOf) -> None:
    error = error_of(Reply(body, is_dropped=True))
    assert str(error).startswith("no connection to URL (RemoteProtocolError: ")
    assert error.fault == "transient"


def test_bomb_is_not_unpacked(fault_of: FaultOf) -> None:
    bomb = gzip.compress(b" " * (80 * 2**20))
    assert fault_of(Reply(bomb, headers={"content-encoding": "gzip"})) == (
        "the answer is longer than 64 MiB (is base_url right?)."
    )


def test_error_is_read_no_further_than_its_first_mebibyte() -> None:
    unpacked: list[bytes] = []

    class Response:
        status_code, headers, is_success = 500, cast("dict[str, str]", {}), False

        def iter_bytes(self) -> Iterator[bytes]:
            for _ in range(100):
                unpacked.append(b"x" * 2**19)
                yield unpacked[-1]

    with pytest.raises(StatusError, match=r"^HTTP 500: xxx"):
        check_response(Response(), secret="")
    assert len(unpacked) == 3


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip"])
def test_body_that_is_packed_as_nobody_asked_is_left_alone(
    packing: str, serve: Serve, connect: Connect, fault_of: FaultOf
) -> None:
    server = serve(Reply(gzip.compress(b"{}"), headers={"content-encoding": packing}))
    with pytest.raises(EndpointError) as caught:
        connect(f"base_url={server.base_url}").complete(ASK)
    assert str(caught.value) == f"HTTP 200, packed as {packing!r}, which was not asked for."
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"
    error = Reply(gzip.compress(b"{}"), status=500, headers={"content-encoding": packing})
    assert fault_of(error) == "HTTP 500: no message."
