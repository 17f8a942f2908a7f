"""What an error of the openai provider says of the calls to come, and what a server's headers say of when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from loopback import Reply, chat_completion

from pytest_ftbench.errors import Fault
from pytest_ftbench.providers.openai_limits import read_pause, read_retry_after
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from provider_kit import Connect, ErrorOf, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = Prompt((("user", "Q?"),))
AT = 1_795_000_000.0  # Wed, 18 Nov 2026 11:06:40 GMT


def error(**inner: object) -> dict[str, object]:
    return {"error": {"message": "no", **inner}}


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (307, "", "endpoint"),
        (400, error(code="context_length_exceeded"), "question"),
        (401, error(), "endpoint"),
        (402, error(), "endpoint"),
        (403, error(), "endpoint"),
        (404, error(), "endpoint"),
        (408, "", "transient"),
        (409, "", "transient"),
        (413, "", "question"),
        (418, "", "question"),
        (422, {"detail": "no"}, "question"),
        (429, error(code="rate_limit_exceeded", type="requests"), "throttled"),
        (429, "", "throttled"),
        (429, error(code="insufficient_quota"), "endpoint"),
        (429, error(type="insufficient_quota"), "endpoint"),
        (400, error(code="billing_hard_limit_reached"), "endpoint"),
        (500, "boom", "transient"),
        (502, "<html>Bad Gateway", "transient"),
        (503, error(), "transient"),
        (599, "", "transient"),
        (200, "<html>Welcome", "question"),
        (200, {"data": []}, "question"),
        (200, chat_completion("x") | {"choices": []}, "question"),
        (200, '{"choices": [{"mess', "transient"),
        (200, "", "transient"),
        (200, error(code="insufficient_quota"), "endpoint"),
        (200, error(code=429), "throttled"),
        (200, error(code=502), "transient"),
        (200, error(code="busy"), "question"),
    ],
)
def test_error_says_whether_asking_again_would_help(status: int, body: object, fault: Fault, error_of: ErrorOf) -> None:
    assert error_of(Reply(body, status=status)).fault == fault


@pytest.mark.parametrize("status", [409, 500, 503])
def test_server_that_wants_no_retry_gets_none(status: int, error_of: ErrorOf) -> None:
    assert error_of(Reply("", status=status, headers={"x-should-retry": "false"})).fault == "question"
    assert error_of(Reply("", status=status, headers={"X-Should-Retry": "true"})).fault == "transient"


def test_429_stays_one_whatever_the_server_says_of_retries(error_of: ErrorOf) -> None:
    assert error_of(Reply("", status=429, headers={"x-should-retry": "false"})).fault == "throttled"


USED_UP = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}


@pytest.mark.parametrize(
    ("status", "headers", "pause_s"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (503, {"Retry-After": "7"}, 7.0),
        (400, {"Retry-After": "7"}, None),
        (429, {"Retry-After": "7", **USED_UP}, 7.0),
        (429, {"Retry-After": "soon", **USED_UP}, 360.0),
        (429, USED_UP, 360.0),
        (500, USED_UP, None),
        (429, {}, None),
    ],
)
def test_error_holds_the_pause_that_the_server_asks_for(
    status: int, headers: dict[str, str], pause_s: float | None, error_of: ErrorOf
) -> None:
    assert error_of(Reply("", status=status, headers=headers)).retry_after_s == pause_s


@pytest.mark.parametrize(
    ("headers", "pause_s"), [({}, None), ({"X-RateLimit-Remaining-Requests": "5"}, None), (USED_UP, 360.0)]
)
def test_answer_holds_the_pause_that_its_headers_ask_for(
    headers: dict[str, str], pause_s: float | None, serve: Serve, connect: Connect
) -> None:
    server = serve(Reply(chat_completion("x"), headers=headers))
    completion = connect(f"base_url={server.base_url}").complete(ASK)
    assert (completion.text, completion.pause_s) == ("x", pause_s)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 0.25 "}, 0.25),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "20", "retry-after": "1"}, 0.02),
        ({"retry-after-ms": "x", "retry-after": "1"}, 1.0),
        ({"retry-after": "Wed, 18 Nov 2026 11:07:10 GMT"}, 30.0),
        ({"retry-after": "Wed, 18 Nov 2026 11:07:10 -0000"}, 30.0),
        ({"retry-after": "Wed, 18 Nov 2026 12:07:10 +0100"}, 30.0),
        ({"retry-after": "Wed, 18 Nov 2026 11:00:00 GMT"}, 0.0),
        *[
            ({"retry-after": garbage}, None)
            for garbage in ("", "-1", "nan", "inf", "1e3", "1,5", "soon", "٣", "9" * 400, "Wed, 99 Nov 2026 99:07 GMT")
        ],
        ({"retry-after-ms": "-5"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, now=lambda: AT) == seconds


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("1s", 1.0),
        ("20ms", 0.02),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("1d", 86400.0),
        ("12", 12.0),
        ("0.5", 0.5),
        *[(garbage, None) for garbage in ("", "s", "1x", "-1s", "1s!", "nan", "inf", "1 s", "٣s", f"{'9' * 400}s")],
    ],
)
def test_reset_is_a_time_with_units_or_nothing(reset: str, seconds: float | None) -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}
    assert read_pause(headers) == seconds


@pytest.mark.parametrize(
    ("remaining", "seconds"),
    [
        (("0", "0"), 9.0),
        (("0", "1"), 2.0),
        (("3", "0"), 9.0),
        (("3", "1"), None),
        (("", "x"), None),
        (("-1", "-1"), None),
    ],
)
def test_only_what_is_used_up_asks_for_a_pause_and_the_longer_counts(
    remaining: tuple[str, str], seconds: float | None
) -> None:
    headers = {
        "x-ratelimit-remaining-requests": remaining[0],
        "x-ratelimit-remaining-tokens": remaining[1],
        "x-ratelimit-reset-requests": "2s",
        "x-ratelimit-reset-tokens": "9s",
    }
    assert read_pause(headers) == seconds
