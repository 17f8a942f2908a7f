"""The openai provider: the real SDK over real HTTP, against a server on the loopback address."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from loopback import Asked, Reply, chat_completion

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))


def test_completion_tells_what_the_server_said(serve: Serve, connect: Connect) -> None:
    server = serve({"Q?": "25 days."})
    completion = connect(f"base_url={server.base_url}").complete(ASK)
    assert completion.text == "25 days."
    assert (completion.finish_reason, completion.served_model, completion.fingerprint) == ("stop", "m", "fp_loopback")
    assert (completion.tokens_in, completion.tokens_out, completion.error) == (11, 3, None)
    assert completion.latency_s is not None
    assert 0 < completion.latency_s < 10


def test_request_holds_model_messages_and_sampling_only(serve: Serve, connect: Connect) -> None:
    server = serve()
    connect(f"base_url={server.base_url}", name="ft:base:acme::9AB").complete(ASK)
    connect(f"base_url={server.base_url}&temperature=0.5&max_tokens=9&seed=4&system=x&revision=r").complete(ASK)
    connect(f"base_url={server.base_url}&temperature=none").complete(ASK)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Q?"}]
    assert [asked.path for asked in server.requests] == ["/v1/chat/completions"] * 3
    assert [asked.body for asked in server.requests] == [
        {"model": "ft:base:acme::9AB", "messages": messages, "temperature": 0.0},
        {"model": "m", "messages": messages, "temperature": 0.5, "max_tokens": 9, "seed": 4},
        {"model": "m", "messages": messages},
    ]


@pytest.mark.parametrize(
    ("option", "variable", "effective"),
    [
        ("", "", "https://api.openai.com/v1"),
        ("", "http://gateway/v1/", "http://gateway/v1"),
        ("base_url=HTTPS://Host.Example:443/v1/&", "http://gateway/v1", "https://host.example/v1"),
        ("base_url=http://[::1]:8000&", "", "http://[::1]:8000"),
    ],
)
def test_identity_holds_the_effective_base_url(
    option: str, variable: str, effective: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", variable)
    assert connect(f"{option}revision=r1").identity == {
        "provider": "openai",
        "base_url": effective,
        "model": "m",
        "revision": "r1",
    }


def test_refusal_is_the_text_where_there_is_no_content(serve: Serve, connect: Connect) -> None:
    server = serve(Reply(chat_completion(None, refusal="I cannot help with that.")))
    assert connect(f"base_url={server.base_url}").complete(ASK).text == "I cannot help with that."


def test_answer_without_content_is_empty_and_keeps_its_finish_reason(serve: Serve, connect: Connect) -> None:
    server = serve(Reply(chat_completion(None, finish="length")))
    completion = connect(f"base_url={server.base_url}").complete(ASK)
    assert (completion.text, completion.finish_reason, completion.error) == ("", "length", None)


def test_answer_is_text_that_can_be_written(serve: Serve, connect: Connect) -> None:
    server = serve(
        Reply(rb'{"choices": [{"message": {"content": "\ud83d\ude00 \ud83d"}}], "usage": {"prompt_tokens": true}}')
    )
    completion = connect(f"base_url={server.base_url}").complete(ASK)
    assert completion.text == "\U0001f600 \ufffd"
    assert (completion.finish_reason, completion.served_model, completion.tokens_in) == (None, None, None)


def test_one_client_serves_many_threads(serve: Serve, connect: Connect) -> None:
    server = serve(lambda asked: f"echo {asked.question}", delay_s=0.05)
    provider = connect(f"base_url={server.base_url}")
    with ThreadPoolExecutor(16) as pool:
        prompts = [Prompt((("user", str(number)),)) for number in range(48)]
        texts = [completion.text for completion in pool.map(provider.complete, prompts)]
    assert texts == [f"echo {number}" for number in range(48)]
    assert len({asked.headers["user-agent"] for asked in server.requests}) == 1
    assert 4 <= server.most_in_flight <= 16


def test_closing_twice_does_no_harm_and_later_questions_are_errors(serve: Serve, connect: Connect) -> None:
    server = serve()
    provider = connect(f"base_url={server.base_url}")
    provider.complete(ASK)
    provider.close()
    provider.close()
    with pytest.raises(EndpointError, match=r"^the endpoint is closed: the session has ended\.$"):
        provider.complete(ASK)
    assert len(server.requests) == 1


def test_closing_ends_what_is_in_flight_at_once(serve: Serve, connect: Connect) -> None:
    all_asked = threading.Barrier(5)
    server = serve(lambda _: Reply(delay_s=30) if all_asked.wait(10) >= 0 else "")
    provider = connect(f"base_url={server.base_url}")
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(provider.complete, ASK) for _ in range(4)]
        all_asked.wait(10)
        started = time.perf_counter()
        provider.close()
        errors = [future.exception(timeout=20) for future in futures]
    assert time.perf_counter() - started < 5
    assert {str(error) for error in errors} == {"the endpoint is closed: the session has ended."}


def test_every_thread_has_the_key_and_the_headers_of_the_first_call(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("MY_KEY", "of-the-first-call")
    provider = connect(f"base_url={server.base_url}&api_key_env=MY_KEY")
    provider.complete(ASK)
    monkeypatch.delenv("MY_KEY")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    threads = [threading.Thread(target=provider.complete, args=(ASK,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [asked.headers["authorization"] for asked in server.requests] == ["Bearer of-the-first-call"] * 41


SCHEMA = {"type": "object", "properties": {"grade": {"type": "string"}}}
GRADE = build_prompt("Q?", reply_schema=SCHEMA)


def test_schema_of_the_reply_is_sent_as_structured_output(serve: Serve, connect: Connect) -> None:
    server = serve()
    provider = connect(f"base_url={server.base_url}")
    provider.complete(GRADE)
    provider.complete(ASK)
    assert [asked.body.get("response_format") for asked in server.requests] == [
        {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}},
        None,
    ]


@pytest.mark.parametrize("status", [400, 422, 501])
def test_server_without_structured_output_is_asked_without_from_then_on(
    status: int, serve: Serve, connect: Connect
) -> None:
    def answer(asked: Asked) -> str | Reply:
        has_schema = "response_format" in asked.body
        return Reply({"error": {"message": "unknown field"}}, status=status) if has_schema else "fine"

    server = serve(answer)
    provider = connect(f"base_url={server.base_url}")
    assert [provider.complete(GRADE).text for _ in range(2)] == ["fine", "fine"]
    assert ["response_format" in asked.body for asked in server.requests] == [True, False, False]


def test_refusal_of_the_question_itself_says_nothing_of_structured_output(serve: Serve, connect: Connect) -> None:
    def answer(asked: Asked) -> str | Reply:
        return Reply({"error": {"message": "too long"}}, status=400) if "long" in asked.question else "fine"

    server = serve(answer)
    provider = connect(f"base_url={server.base_url}")
    with pytest.raises(EndpointError, match="too long"):
        provider.complete(build_prompt("a long one", reply_schema=SCHEMA))
    provider.complete(GRADE)
    assert ["response_format" in asked.body for asked in server.requests] == [True, False, True]
