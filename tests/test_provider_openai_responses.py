"""The openai provider by the Responses API: what is sent, and how answers, refusals and failures read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from loopback import Reply, chat_completion, response

from pytest_ftbench.errors import EndpointError, Fault, SpecError
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))
SCHEMA = {"type": "object", "properties": {"grade": {"type": "string"}}}
NO_RESPONSE = "HTTP 200, but not a response (is base_url right?): "


def message(*parts: object, **more: object) -> dict[str, object]:
    return {"type": "message", "role": "assistant", "content": list(parts), **more}


def text(value: object) -> dict[str, object]:
    return {"type": "output_text", "text": value, "annotations": []}


def test_completion_tells_what_the_server_said(serve: Serve, connect: Connect) -> None:
    server = serve({"Q?": "25 days."})
    completion = connect(f"base_url={server.base_url}&api=responses").complete(ASK)
    assert (completion.text, completion.finish_reason, completion.served_model) == ("25 days.", "stop", "m")
    assert (completion.tokens_in, completion.tokens_out, completion.fingerprint) == (11, 3, None)
    assert completion.latency_s is not None
    assert 0 < completion.latency_s < 10


def test_request_holds_instructions_input_and_sampling_and_is_not_stored(serve: Serve, connect: Connect) -> None:
    server = serve()
    connect(f"base_url={server.base_url}&api=responses&max_tokens=20").complete(ASK)
    grade = build_prompt("Q?", reply_schema=SCHEMA)
    connect(f"base_url={server.base_url}&api=responses&temperature=none").complete(grade)
    asked = [{"role": "user", "content": "Q?"}]
    reply = {"format": {"type": "json_schema", "name": "reply", "strict": True, "schema": SCHEMA}}
    assert [each.path for each in server.requests] == ["/v1/responses"] * 2
    assert [each.body for each in server.requests] == [
        {
            "model": "m",
            "instructions": "Be brief.",
            "input": asked,
            "store": False,
            "temperature": 0.0,
            "max_output_tokens": 20,
        },
        {"model": "m", "input": asked, "store": False, "text": reply},
    ]


def test_protocol_is_a_part_of_the_identity_only_where_it_is_not_chat(connect: Connect) -> None:
    assert connect("api=chat").identity == connect().identity
    assert connect("api=responses").identity == {**connect().identity, "api": "responses"}


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("api=completions", "api must be chat or responses, got 'completions'."),
        ("api=responses&seed=1", "seed is not known to the Responses API. Leave it out."),
        ("api=responses&max_tokens_as=max_tokens", "max_tokens_as is not known to the Responses API. Leave it out."),
    ],
)
def test_option_that_does_not_fit_the_protocol_is_refused(query: str, fault: str, connect: Connect) -> None:
    with pytest.raises(SpecError) as caught:
        connect(query)
    assert str(caught.value) == f"model 'openai:m': {fault}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (response("x", output=[message(text("25 "), text("days")), message(text("."))]), ("25 days.", "stop")),
        (response("x", output=[message({"type": "refusal", "refusal": "I cannot."})]), ("I cannot.", "stop")),
        (
            response("x", output=[message(text("Let me see."), phase="commentary"), message(text("25"))]),
            ("25", "stop"),
        ),
        (response("x", output=[{"type": "reasoning", "content": [text("hm")]}]), ("", "stop")),
        (
            response("25 da", status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
            ("25 da", "length"),
        ),
        (
            response("", status="incomplete", output=[], incomplete_details={"reason": "max_output_tokens"}),
            ("", "length"),
        ),
        (
            response("25", status="incomplete", incomplete_details={"reason": "content_filter"}),
            ("25", "content_filter"),
        ),
        (response("25", status="incomplete"), ("25", "incomplete")),
        ({"output": [message(text("25"))]}, ("25", None)),
        (
            Reply(rb'{"output": [{"type": "message", "content": [{"type": "output_text", "text": "\ud83d"}]}]}'),
            ("�", None),
        ),
    ],
)
def test_text_is_what_the_model_says_and_the_finish_reason_why_it_ends(
    body: object, expected: tuple[str, str | None], serve: Serve, connect: Connect
) -> None:
    server = serve(body if isinstance(body, Reply) else Reply(body))
    completion = connect(f"base_url={server.base_url}&api=responses").complete(ASK)
    assert (completion.text, completion.finish_reason) == expected


@pytest.mark.parametrize(
    ("body", "message", "fault"),
    [
        (
            response("x", status="failed", error={"code": "server_error", "message": "oh"}),
            "HTTP 200, but with an error: server_error: oh.",
            "transient",
        ),
        (
            response("x", status="failed", error={"code": "rate_limit_exceeded", "message": "slow"}),
            "HTTP 200, but with an error: rate_limit_exceeded: slow.",
            "throttled",
        ),
        (
            response("x", status="failed", error={"code": "invalid_prompt", "message": "no"}),
            "HTTP 200, but with an error: invalid_prompt: no.",
            "question",
        ),
        (response("x", status="failed"), "HTTP 200, but the response is 'failed' instead of 'completed'.", "transient"),
        (response("x", status="queued"), "HTTP 200, but the response is 'queued' instead of 'completed'.", "question"),
        (
            response("half", status="in_progress"),
            "HTTP 200, but the response is 'in_progress' instead of 'completed'.",
            "question",
        ),
        (
            response("x", status=["odd"]),
            """HTTP 200, but the response is "['odd']" instead of 'completed'.""",
            "question",
        ),
        (chat_completion("x"), f"{NO_RESPONSE}it has no output.", "question"),
        (response("x", output=[]), f"{NO_RESPONSE}its output is empty.", "question"),
        (response("x", output=[message() | {"content": "x"}]), f"{NO_RESPONSE}its message has no content.", "question"),
        (
            response("x", output=[message(text(7))]),
            f"{NO_RESPONSE}a part of type output_text holds no text.",
            "question",
        ),
        ("<html>hello", f"{NO_RESPONSE}the body is a page of HTML.", "question"),
        ('{"output": [{"ty', f"""{NO_RESPONSE}the body is not JSON: '{{"output": [{{"ty'.""", "transient"),
    ],
)
def test_what_is_no_whole_response_is_an_error(
    body: object, message: str, fault: Fault, serve: Serve, connect: Connect
) -> None:
    server = serve(Reply(body))
    with pytest.raises(EndpointError) as caught:
        connect(f"base_url={server.base_url}&api=responses").complete(ASK)
    assert (str(caught.value), caught.value.fault) == (message, fault)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(response("drip"), drip_s=0.05), "time-out: no whole answer from URL within 0.5 s (timeout=)."),
        (Reply("never", interim_s=0.05), "time-out: no whole answer from URL within 0.5 s (timeout=)."),
        (Reply(" " * (65 * 2**20)), "the answer is longer than 64 MiB (is base_url right?)."),
        (
            Reply("", 307, {"location": "http://127.0.0.1:9/"}),
            "HTTP 307: the server redirects, which is not followed. Set base_url to where it leads.",
        ),
    ],
)
def test_bounds_are_those_of_the_other_protocol(reply: Reply, message: str, serve: Serve, connect: Connect) -> None:
    server = serve(reply)
    timeout = "timeout=0.5&" if "time-out" in message else ""
    with pytest.raises(EndpointError) as caught:
        connect(f"{timeout}base_url={server.base_url}&api=responses").complete(ASK)
    assert str(caught.value).replace(server.base_url, "URL") == message


def test_foreign_server_sees_no_secret(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "hush")
    server = serve()
    connect(f"base_url={server.base_url}&api=responses").complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer no-key-needed"
    assert "hush" not in str(server.requests[0].headers)


@pytest.mark.parametrize("name", ["temperature", "store", "text"])
def test_parameter_that_is_refused_is_left_out_from_then_on(name: str, serve: Serve, connect: Connect) -> None:
    refusal = {"error": {"message": f"Unsupported parameter: '{name}'", "param": name, "code": "unsupported_parameter"}}
    server = serve(lambda asked: Reply(refusal, 400) if name in asked.body else "fine")
    provider = connect(f"base_url={server.base_url}&api=responses")
    prompt = build_prompt("Q?", reply_schema=SCHEMA)
    assert [provider.complete(prompt).text for _ in range(2)] == ["fine", "fine"]
    assert [name in asked.body for asked in server.requests] == [True, False, False]
