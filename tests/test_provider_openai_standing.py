"""What OpenAI and servers like it say of a model before it is asked, by the real SDK over real HTTP."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import HasStanding, Standing

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

BASE = "gpt-4o-mini-2024-07-18"
TUNED = f"ft:{BASE}:acme::9AB"
ENDS = date(2027, 1, 14)
NO_PATH = Reply({"detail": "Not Found"}, 404)


def model(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 1, "owned_by": "acme", **more}


def models(replies: Mapping[str, object], *, otherwise: Reply = NO_PATH) -> Any:
    """A server with a reply for each path below `/v1/models`."""

    def answer(asked: Asked) -> Reply:
        reply = replies.get(asked.path.removeprefix("/v1/models"), otherwise)
        return reply if isinstance(reply, Reply) else Reply(reply)

    return answer


def read(connect: Connect, base_url: str, name: str) -> Standing:
    provider = connect(f"base_url={base_url}", name=name)
    assert isinstance(provider, HasStanding)
    return provider.read_standing()


@pytest.mark.parametrize(
    ("own", "base", "ends"),
    [
        ({"shutdown_date": "2027-01-14"}, {"shutdown_date": "2030-01-01"}, ENDS),
        ({"shutdown_date": None}, {"shutdown_date": "2027-01-14"}, ENDS),
        ({}, {"shutdown_date": "2027-01-14T00:00:00Z"}, ENDS),
        ({}, {"shutdown_date": None}, None),
        ({"shutdown_date": ""}, {"shutdown_date": ""}, None),
        ({}, {}, None),
    ],
)
def test_fine_tune_ends_on_its_own_date_or_else_on_that_of_its_base(
    own: dict[str, object], base: dict[str, object], ends: date | None, serve: Serve, connect: Connect
) -> None:
    server = serve(models({f"/{TUNED}": model(TUNED, **own), f"/{BASE}": model(BASE, **base)}))
    assert read(connect, server.base_url, TUNED) == Standing(TUNED, base=BASE, shutdown_date=ends)
    assert {asked.method for asked in server.requests} == {"GET"}


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ("10.12.2026", "'10.12.2026'"),
        (1796083200, "1796083200"),
        ({"a": 1}, "{'a': 1}"),
        ("\x1b[2J", r"'\x1b[2J'"),
        ("x" * 99, f"'{'x' * 12}...{'x' * 13}'"),
    ],
)
def test_date_that_is_not_understood_is_kept_in_short(told: object, odd: str, serve: Serve, connect: Connect) -> None:
    server = serve(models({f"/{TUNED}": model(TUNED), f"/{BASE}": model(BASE, shutdown_date=told)}))
    assert read(connect, server.base_url, TUNED) == Standing(TUNED, base=BASE, odd_date=odd)
    assert read(connect, server.base_url, BASE) == Standing(BASE, odd_date=odd)


def test_fine_tune_whose_own_date_is_not_understood_ends_with_its_base(serve: Serve, connect: Connect) -> None:
    own, base = model(TUNED, shutdown_date="soon"), model(BASE, shutdown_date="2027-01-14")
    server = serve(models({f"/{TUNED}": own, f"/{BASE}": base}))
    assert read(connect, server.base_url, TUNED) == Standing(TUNED, base=BASE, shutdown_date=ENDS)


def test_model_that_is_no_fine_tune_has_no_base(serve: Serve, connect: Connect) -> None:
    server = serve(models({f"/{BASE}": model(BASE, shutdown_date="2027-01-14")}))
    assert read(connect, server.base_url, BASE) == Standing(BASE, shutdown_date=ENDS)
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [NO_PATH, Reply({"error": {"message": "no"}}, 403), Reply("<html>"), Reply([])])
def test_base_that_cannot_be_read_tells_no_date(reply: Reply, serve: Serve, connect: Connect) -> None:
    server = serve(models({f"/{TUNED}": model(TUNED)}, otherwise=reply))
    assert read(connect, server.base_url, TUNED) == Standing(TUNED, base=BASE)


def test_base_that_fails_to_answer_is_an_error(serve: Serve, connect: Connect) -> None:
    server = serve(models({f"/{TUNED}": model(TUNED)}, otherwise=Reply("", 503)))
    with pytest.raises(EndpointError, match="HTTP 503"):
        read(connect, server.base_url, TUNED)


LISTED = {"object": "list", "data": [model("other"), model("acme/llama", parent="llama-3")]}


@pytest.mark.parametrize(
    ("replies", "name", "expected"),
    [
        ({"": LISTED}, "other", Standing("other")),
        ({"": LISTED}, "acme/llama", Standing("acme/llama", base="llama-3")),
        ({"": LISTED}, "alias", Standing("alias", is_listed=False)),
        ({"": {"data": []}}, "other", Standing("other", is_listed=None)),
        ({"": {"data": "x"}}, "other", Standing("other", is_listed=None)),
        ({}, "other", Standing("other", is_listed=None)),
        ({"/other": Reply("", 405), "": Reply("", 501)}, "other", Standing("other", is_listed=None)),
        (
            {"/llama": Reply({"error": "Unexpected endpoint. (GET /v1/models/llama)"}, 404)},
            "llama",
            Standing("llama", is_listed=None),
        ),
        ({"/llama": model("llama:latest")}, "llama", Standing("llama:latest")),
    ],
)
def test_server_that_tells_less_is_reachable_all_the_same(
    replies: dict[str, object], name: str, expected: Standing, serve: Serve, connect: Connect
) -> None:
    server = serve(models(replies))
    assert read(connect, server.base_url, name) == expected


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply({"error": {"message": "The model 'm' does not exist", "code": "model_not_found"}}, 404),
            "HTTP 404: model_not_found: The model 'm' does not exist. Is base_url right, and does the model exist?",
        ),
        (
            Reply({"error": {"message": "model 'm' not found"}}, 404),
            "HTTP 404: model 'm' not found. Is base_url right, and does the model exist?",
        ),
        (
            Reply({"error": {"message": "no"}}, 401),
            "HTTP 401: no. No key was sent there: api_key_env=NAME in the SPEC says which variable holds it.",
        ),
        (Reply({"error": {"message": "no"}}, 403), "HTTP 403: no. May this key use this model, and from here?"),
        (Reply("", 500), "HTTP 500: no message."),
        (Reply("", 307), "HTTP 307: the server redirects, which is not followed. Set base_url to where it leads."),
        (Reply("<html>"), "HTTP 200, but not a model (is base_url right?): the body is a page of HTML."),
        (Reply({"ok": True}), "HTTP 200, but not a model (is base_url right?): it has no id."),
        (Reply(model("m"), drip_s=0.05), "time-out: no whole answer from URL within 0.5 s (timeout=)."),
    ],
)
def test_server_that_refuses_or_cannot_be_read_is_an_error(
    reply: Reply, message: str, serve: Serve, connect: Connect
) -> None:
    server = serve(reply)
    with pytest.raises(EndpointError) as caught:
        read(connect, f"{server.base_url}{'&timeout=0.5' if 'time-out' in message else ''}", "m")
    assert str(caught.value).replace(server.base_url, "URL") == message
    assert len(server.requests) == 1


def test_server_that_is_not_there_is_an_error(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(EndpointError, match="no connection to http://127"):
            read(connect, f"http://127.0.0.1:{unused.getsockname()[1]}/v1", "m")


def test_list_that_is_refused_is_an_error(serve: Serve, connect: Connect) -> None:
    server = serve(models({"": Reply("", 401)}))
    with pytest.raises(EndpointError, match="HTTP 401"):
        read(connect, server.base_url, "other")
