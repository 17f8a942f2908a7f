"""What the openai provider does where a server does not take a parameter: leaves it out, remembers, and says so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.providers.lifecycle import HasNotes
from pytest_ftbench.providers.openai_parameters import is_refused

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

    from pytest_ftbench.providers import Provider

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = build_prompt("Q?")
GRADE = build_prompt("Q?", reply_schema={"type": "object"})
NO_TEMPERATURE = "its server does not take 'temperature' from this model: it was left out and answers may vary"


def refusal(message: str, *, status: int = 400, **inner: object) -> Reply:
    return Reply({"error": {"message": message, "type": "invalid_request_error", **inner}}, status=status)


def unsupported(name: str, *, instead: str = "") -> Reply:
    """As OpenAI refuses a parameter."""
    use = f" Use '{instead}' instead." if instead else ""
    message = f"Unsupported parameter: '{name}' is not supported with this model.{use}"
    return refusal(message, param=name, code="unsupported_parameter")


def refuse(**replies: Reply) -> Any:
    """A server that has a reply for requests that hold a parameter, the first that fits, and else answers."""

    def answer(asked: Asked) -> str | Reply:
        return next((reply for name, reply in replies.items() if name in asked.body), "fine")

    return answer


def sent(server: LoopbackServer) -> list[list[str]]:
    """The parameters of each request besides model and messages."""
    return [sorted(asked.body.keys() - {"model", "messages"}) for asked in server.requests]


def notes_of(provider: Provider) -> tuple[str, ...]:
    assert isinstance(provider, HasNotes)
    return provider.notes


@pytest.mark.parametrize(
    "reply",
    [
        unsupported("temperature"),
        refusal(
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) is supported.",
            param="temperature",
            code="unsupported_value",
        ),
        refusal("`temperature` is deprecated for this model."),
        refusal("openai does not support parameters: ['temperature'], for model=o9.", param=None, code="400"),
        Reply({"detail": [{"type": "extra_forbidden", "loc": ["body", "temperature"], "msg": "Extra inputs"}]}, 422),
        Reply('Unknown name "temperature": Cannot find field.', 400),
        Reply({"detail": "temperature is not allowed"}, 501),
    ],
)
def test_temperature_that_is_refused_is_left_out_from_then_on(reply: Reply, serve: Serve, connect: Connect) -> None:
    server = serve(refuse(temperature=reply))
    provider = connect(f"base_url={server.base_url}&max_tokens=9&seed=1")
    assert notes_of(provider) == ()
    assert [provider.complete(ASK).text for _ in range(2)] == ["fine", "fine"]
    rest = ["max_tokens", "seed"]
    assert sent(server) == [[*rest, "temperature"], rest, rest]
    assert notes_of(provider) == (NO_TEMPERATURE,)
    assert provider.sampling == {"temperature": 0.0, "max_tokens": 9, "seed": 1}


@pytest.mark.parametrize(
    "reply",
    [
        refusal("Invalid 'temperature': above maximum value. Expected <= 2.", param="temperature", code="above_max"),
        refusal("Unsupported parameter: 'top_p'. Only temperature is known.", param="top_p"),
        refusal("no such thing", param="temperature"),
        refusal(f"temperature {'.' * 100} unsupported"),
        refusal("body_temperature is not supported"),
        refusal("Unsupported parameter: 'temperature'", status=403),
        Reply("", 400),
        Reply([1], 400),
        Reply({"error": None, "detail": [None, 3, {"loc": []}]}, 400),
    ],
)
def test_refusal_for_another_reason_stays_an_error(reply: Reply, serve: Serve, connect: Connect) -> None:
    server = serve(reply)
    provider = connect(f"base_url={server.base_url}")
    for _ in range(2):
        with pytest.raises(EndpointError, match=r"^HTTP 40[03]: "):
            provider.complete(ASK)
    assert sent(server) == [["temperature"]] * 2
    assert notes_of(provider) == ()


def test_nothing_is_remembered_until_the_server_has_answered_without(serve: Serve, connect: Connect) -> None:
    def answer(asked: Asked) -> str | Reply:
        if "temperature" in asked.body:
            return unsupported("temperature")
        return "fine" if len(server.requests) > 2 else Reply("", 500)

    server = serve(answer)
    provider = connect(f"base_url={server.base_url}")
    with pytest.raises(EndpointError, match="HTTP 500"):
        provider.complete(ASK)
    assert notes_of(provider) == ()
    provider.complete(ASK)
    assert sent(server) == [["temperature"], [], ["temperature"], []]
    assert notes_of(provider) == (NO_TEMPERATURE,)


def test_several_parameters_are_left_out_one_after_the_other(serve: Serve, connect: Connect) -> None:
    server = serve(
        refuse(
            seed=unsupported("seed"),
            max_tokens=unsupported("max_tokens", instead="max_completion_tokens"),
            response_format=Reply("no structured output here", 400),
            temperature=unsupported("temperature"),
        )
    )
    provider = connect(f"base_url={server.base_url}&max_tokens=9&seed=1")
    provider.complete(GRADE)
    assert len(server.requests) == 5
    provider.complete(GRADE)
    assert sent(server)[5:] == [["max_completion_tokens"]]
    assert notes_of(provider) == (
        "its server does not take 'seed' from this model: it was left out",
        "its server wants 'max_completion_tokens' instead of 'max_tokens' (max_tokens_as=max_completion_tokens)",
        "its server does not take 'response_format' from this model: it was left out",
        NO_TEMPERATURE,
    )


@pytest.mark.parametrize(
    ("first", "then"), [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")]
)
def test_other_name_of_the_token_limit_is_tried_once(first: str, then: str, serve: Serve, connect: Connect) -> None:
    server = serve(refuse(**{first: unsupported(first, instead=then)}))
    provider = connect(f"base_url={server.base_url}&max_tokens=9&max_tokens_as={first}&temperature=none")
    for _ in range(2):
        provider.complete(ASK)
    assert sent(server) == [[first], [then], [then]]
    assert server.requests[-1].body[then] == 9
    assert notes_of(provider) == (f"its server wants {then!r} instead of {first!r} (max_tokens_as={then})",)


def test_token_limit_is_never_left_out(serve: Serve, connect: Connect) -> None:
    server = serve(
        refuse(max_tokens=unsupported("max_tokens"), max_completion_tokens=unsupported("max_completion_tokens"))
    )
    provider = connect(f"base_url={server.base_url}&max_tokens=9&temperature=none")
    with pytest.raises(EndpointError, match="'max_completion_tokens' is not supported"):
        provider.complete(ASK)
    assert sent(server) == [["max_tokens"], ["max_completion_tokens"]]


def test_name_of_the_token_limit_must_be_one_of_two(connect: Connect) -> None:
    with pytest.raises(SpecError) as caught:
        connect("max_tokens_as=max_output_tokens")
    assert str(caught.value) == (
        "model 'openai:m': max_tokens_as must be max_tokens or max_completion_tokens, got 'max_output_tokens'."
    )


def test_name_of_the_token_limit_is_no_part_of_the_identity(connect: Connect) -> None:
    assert connect("max_tokens_as=max_tokens").identity == connect().identity


def test_threads_that_are_refused_at_once_each_ask_once_more(serve: Serve, connect: Connect) -> None:
    all_asked = threading.Barrier(8)

    def answer(asked: Asked) -> str | Reply:
        if "temperature" not in asked.body:
            return "fine"
        all_asked.wait(20)
        return unsupported("temperature")

    server = serve(answer)
    provider = connect(f"base_url={server.base_url}")
    with ThreadPoolExecutor(8) as pool:
        texts = [each.text for each in pool.map(provider.complete, [ASK] * 8)]
    assert texts == ["fine"] * 8
    assert sorted(sent(server)) == [[]] * 8 + [["temperature"]] * 8
    assert notes_of(provider) == (NO_TEMPERATURE,)


def test_message_that_is_long_is_read_at_its_beginning_only() -> None:
    assert is_refused("seed", {"error": "seed is not supported"})
    assert not is_refused("seed", "x" * 5000 + " seed is not supported")


def test_summary_says_once_what_was_left_out(any_project: Project) -> None:
    any_project.write("office.ftbench.csv", "question,answer\nHow many desks are there?,12\n")
    with LoopbackServer(refuse(temperature=unsupported("temperature"))) as server:
        result = any_project.run(f"--ftbench-model=m=openai:o9?base_url={server.base_url}")
    assert result.outlines.count(f"ftbench: m: {NO_TEMPERATURE}") == 1
    assert [line["answer"] for line in any_project.lines("result")] == ["fine"]
