"""What the vertex provider sends to a model, and what it makes of its answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply
from vertex_loopback import ASK, ENDPOINT, gemini_answer, google_error

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.prompts import build_prompt, key_of, request_text
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from vertex_kit import Connect, Serve

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("vertex_environment")

OFF = [
    {"category": f"HARM_CATEGORY_{name}", "threshold": "OFF"}
    for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
]
SCHEMA = {"type": "object", "properties": {"grade": {"enum": ["A", "B"]}}, "required": ["grade"]}


def test_completion_is_read_with_all_that_came(serve_vertex: Serve, connect_vertex: Connect) -> None:
    counts = {"promptTokenCount": 11, "candidatesTokenCount": 3, "thoughtsTokenCount": 40, "totalTokenCount": 54}
    server = serve_vertex(Reply(gemini_answer("Hello.", usageMetadata=counts, model="gemini-2.5-flash-001")))
    completion = connect_vertex(server.spec()).complete(ASK)
    assert (completion.text, completion.finish_reason, completion.served_model) == (
        "Hello.",
        "STOP",
        "gemini-2.5-flash-001",
    )
    assert (completion.tokens_in, completion.tokens_out) == (11, 43)
    assert completion.latency_s is not None
    assert (completion.error, completion.deployment, completion.cached) == (None, None, False)


@pytest.mark.parametrize(
    ("counts", "tokens"),
    [
        ({}, (None, None)),
        ({"promptTokenCount": 4, "thoughtsTokenCount": 7}, (4, 7)),
        ({"promptTokenCount": -1, "candidatesTokenCount": "3"}, (None, None)),
        ({"promptTokenCount": True, "candidatesTokenCount": 2.5}, (None, None)),
        ("many", (None, None)),
    ],
)
def test_tokens_are_counted_where_the_service_counts_them(
    counts: Any, tokens: tuple[Any, Any], serve_vertex: Serve, connect_vertex: Connect
) -> None:
    completion = connect_vertex(serve_vertex(Reply(gemini_answer("x", usageMetadata=counts))).spec()).complete(ASK)
    assert (completion.tokens_in, completion.tokens_out) == tokens


def test_question_goes_to_the_endpoint_with_the_defaults_of_a_measurement(
    serve_vertex: Serve, connect_vertex: Connect
) -> None:
    server = serve_vertex()
    connect_vertex(server.spec()).complete(ASK)
    (asked,) = server.requests
    assert asked.path == f"/v1beta1/{ENDPOINT}:generateContent"
    assert asked.body == {
        "contents": [{"role": "user", "parts": [{"text": "Q?"}]}],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "safetySettings": OFF,
        "generationConfig": {"temperature": 0.0, "candidateCount": 1},
    }


def test_sampling_is_sent_as_the_spec_says(serve_vertex: Serve, connect_vertex: Connect) -> None:
    server = serve_vertex()
    provider = connect_vertex(
        server.spec(temperature="none", max_tokens=7, seed=3, thinking_budget=0, safety="service")
    )
    provider.complete(build_prompt("Q?"))
    body = server.requests[0].body
    thinking = body["generationConfig"].pop("thinkingConfig")
    assert body == {
        "contents": [{"role": "user", "parts": [{"text": "Q?"}]}],
        "generationConfig": {"maxOutputTokens": 7, "seed": 3, "candidateCount": 1},
    }
    assert list(thinking.values()) == [0]  # named in either way of writing that JSON of protobuf has


def test_messages_keep_their_order_and_roles(serve_vertex: Serve, connect_vertex: Connect) -> None:
    server = serve_vertex()
    messages = (("system", "One."), ("user", "a"), ("assistant", "b"), ("system", "Two."), ("user", "c"))
    connect_vertex(server.spec()).complete(Prompt(messages))
    body = server.requests[0].body
    assert [(each["role"], each["parts"][0]["text"]) for each in body["contents"]] == [
        ("user", "a"),
        ("model", "b"),
        ("user", "c"),
    ]
    assert body["systemInstruction"]["parts"] == [{"text": "One.\n\nTwo."}]


@pytest.mark.parametrize("options", [{}, {"thinking_budget": 0}, {"thinking_budget": -1}, {"safety": "service"}])
def test_what_decides_an_answer_is_part_of_its_key(options: dict[str, object], connect_vertex: Connect) -> None:
    def key(**also: object) -> str:
        query = "&".join(f"{name}={value}" for name, value in also.items())
        provider = connect_vertex(f"vertex:{ENDPOINT}?{query}")
        return key_of(request_text(ASK, identity=provider.identity, sampling=provider.sampling, sample=1))

    other = [{}, {"thinking_budget": 1024}, {"seed": 1}, {"base_url": "http://localhost:1"}, {"revision": "v2"}]
    assert len({key(**options), *(key(**{**options, **each}) for each in other)}) == len(other)
    assert key(**options, timeout=5) == key(**options)
    assert key() == key(safety="off")


def test_identity_names_provider_server_and_the_full_name(connect_vertex: Connect) -> None:
    assert connect_vertex("vertex:123?project=p&location=europe-west4&revision=v1").identity == {
        "provider": "vertex",
        "base_url": "https://europe-west4-aiplatform.googleapis.com",
        "model": "projects/p/locations/europe-west4/endpoints/123",
        "revision": "v1",
    }


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("safety=on", "safety must be off or service, got 'on'."),
        ("thinking_budget=-2", "thinking_budget must be a whole number >= -1, got '-2'."),
        ("thinking_budget=some", "thinking_budget must be a whole number >= -1, got 'some'."),
        ("timeout=0", "timeout must be seconds > 0, got '0'."),
    ],
)
def test_bad_option_is_refused_before_anything_is_sent(query: str, message: str, connect_vertex: Connect) -> None:
    with pytest.raises(SpecError) as caught:
        connect_vertex(f"vertex:{ENDPOINT}?{query}")
    assert str(caught.value) == f"model 'vertex:{ENDPOINT}': {message}"


def test_schema_of_the_reply_is_sent(serve_vertex: Serve, connect_vertex: Connect) -> None:
    server = serve_vertex()
    connect_vertex(server.spec()).complete(build_prompt("Q?", reply_schema=SCHEMA))
    config = server.requests[0].body["generationConfig"]
    assert (config["responseMimeType"], config["responseJsonSchema"]) == ("application/json", SCHEMA)


@pytest.mark.parametrize("status", [400, 422, 501])
def test_refused_schema_is_left_out_from_then_on(status: int, serve_vertex: Serve, connect_vertex: Connect) -> None:
    def answer(asked: Asked) -> str | Reply:
        if "responseJsonSchema" in asked.body["generationConfig"]:
            return google_error(status, "INVALID_ARGUMENT", "no schemas here")
        return "ok"

    server = serve_vertex(answer)
    provider = connect_vertex(server.spec())
    prompt = build_prompt("Q?", reply_schema=SCHEMA)
    assert [provider.complete(prompt).text for _ in range(3)] == ["ok"] * 3
    assert ["responseJsonSchema" in each.body["generationConfig"] for each in server.requests] == [
        True,
        False,
        False,
        False,
    ]


def test_schema_is_kept_where_the_prompt_is_what_is_refused(serve_vertex: Serve, connect_vertex: Connect) -> None:
    server = serve_vertex(google_error(400, "INVALID_ARGUMENT", "too long"))
    provider = connect_vertex(server.spec())
    for _ in range(2):
        with pytest.raises(EndpointError, match="too long"):
            provider.complete(build_prompt("Q?", reply_schema=SCHEMA))
    assert ["responseJsonSchema" in each.body["generationConfig"] for each in server.requests] == [True, False] * 2


def test_each_location_has_a_server_and_clients_of_its_own(serve_vertex: Serve, connect_vertex: Connect) -> None:
    servers = {location: serve_vertex(location) for location in ("us-central1", "europe-west4")}
    providers = {
        location: connect_vertex(f"vertex:1?project=p&location={location}&base_url={server.root}")
        for location, server in servers.items()
    }
    for location, provider in providers.items():
        assert provider.complete(ASK).text == location
        (asked,) = servers[location].requests
        assert asked.path.startswith(f"/v1beta1/projects/p/locations/{location}/endpoints/1:")


def test_many_threads_are_served_at_once_on_connections_that_are_kept(
    serve_vertex: Serve, connect_vertex: Connect
) -> None:
    everyone = threading.Barrier(16, timeout=30)
    server = serve_vertex(lambda _: (everyone.wait(), "ok")[1])
    provider = connect_vertex(server.spec())
    with ThreadPoolExecutor(16) as pool:
        for _ in range(3):
            assert {each.text for each in pool.map(provider.complete, [ASK] * 16)} == {"ok"}
    assert server.most_in_flight == 16


def test_tuning_job_waits_for_its_endpoint_to_be_known(connect_vertex: Connect) -> None:
    provider = connect_vertex("vertex:projects/p/locations/us-central1/tuningJobs/9?base_url=http://localhost:1")
    assert provider.identity["model"] == "projects/p/locations/us-central1/tuningJobs/9"
