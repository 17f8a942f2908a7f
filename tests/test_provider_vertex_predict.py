"""Open models that were deployed by hand on Vertex AI: what is sent to `predict`, and what its answers are read as."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from loopback import Asked, Reply, chat_completion
from vertex_loopback import google_error
from vertex_place import NUMBER, PARENT, REFUSED, Place, make_endpoint, make_job

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Completion, Prompt

if TYPE_CHECKING:
    from vertex_place_kit import OpenVertex

pytest_plugins = ("vertex_place_kit",)

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))
SERVED = {"deployedModelId": "1", "model": f"{NUMBER}/models/888", "modelVersionId": "1"}


def predicted(predictions: object, **more: object) -> Reply:
    """What `predict` answers."""
    return Reply({"predictions": predictions, **more})


def chat(**choice: object) -> dict[str, object]:
    """A chat completion with this as its only choice."""
    return {**chat_completion("x"), "choices": [choice]}


@pytest.fixture
def predict(place: Place, vertex: OpenVertex) -> Vertex:
    """An endpoint of an open model that answers `Paris`."""
    place.answers = lambda _: predicted(chat_completion("Paris", model="google/gemma-3"), **SERVED)
    return vertex("endpoints/50", "api=predict")


class TestRequest:
    def test_prompt_is_sent_as_a_chat_completion(self, place: Place, vertex: OpenVertex) -> None:
        asked: list[Asked] = []
        place.answers = lambda each: asked.append(each) or predicted(chat_completion("ok"))  # type: ignore[func-returns-value]
        vertex("endpoints/50", "api=predict&max_tokens=64&seed=3&temperature=0.5").complete(ASK)
        assert [each.path for each in asked] == [f"/v1/{PARENT}/endpoints/50:predict"]
        assert asked[0].body == {
            "instances": [
                {
                    "@requestFormat": "chatCompletions",
                    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Q?"}],
                    "temperature": 0.5,
                    "max_tokens": 64,
                    "seed": 3,
                }
            ]
        }
        # A whole number stays one: some servers refuse 64.0.
        assert '"max_tokens": 64,' in json.dumps(asked[0].body)

    def test_what_is_not_set_is_not_sent(self, place: Place, vertex: OpenVertex) -> None:
        asked: list[Asked] = []
        place.answers = lambda each: asked.append(each) or predicted(chat_completion("ok"))  # type: ignore[func-returns-value]
        vertex("endpoints/50", "api=predict&temperature=none").complete(ASK)
        assert sorted(asked[0].body["instances"][0]) == ["@requestFormat", "messages"]

    def test_schema_is_sent_until_it_is_refused(self, place: Place, vertex: OpenVertex) -> None:
        sent: list[bool] = []

        def answer(asked: Asked) -> Reply:
            has_schema = "response_format" in asked.body["instances"][0]
            sent.append(has_schema)
            return google_error(400, "INVALID_ARGUMENT", "why") if has_schema else predicted(chat_completion("ok"))

        place.answers = answer
        provider = vertex("endpoints/50", "api=predict")
        prompt = Prompt(ASK.messages, reply_schema='{"type": "object"}')
        assert [provider.complete(prompt).text for _ in range(2)] == ["ok", "ok"]
        assert sent == [True, False, False]

    def test_tuning_job_is_resolved(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job()
        place.answers = lambda _: predicted(chat_completion("ok"))
        assert vertex("tuningJobs/7", "api=predict").complete(ASK).text == "ok"
        endpoint = f"{NUMBER}/endpoints/50"
        assert place.asked == [f"{PARENT}/tuningJobs/7", endpoint, f"{endpoint}:predict"]

    def test_it_has_cache_keys_of_its_own(self, vertex: OpenVertex, predict: Vertex) -> None:
        assert predict.identity == {**vertex("endpoints/50").identity, "api": "predict"}
        assert predict.sampling == {"temperature": 0.0, "max_tokens": None, "seed": None}

    @pytest.mark.parametrize(
        ("name", "query", "says"),
        [
            ("endpoints/50", "api=chat", "api must be generate or predict, got 'chat'."),
            ("endpoints/50", "api=predict&safety=off", "api=predict has no safety. Leave one out."),
            ("endpoints/50", "api=predict&thinking_budget=0", "api=predict has no thinking_budget. Leave one out."),
            (
                "publishers/google/models/gemini-2.5-flash",
                "api=predict",
                "a base model of Google's has no api=predict. Leave it out.",
            ),
        ],
    )
    def test_keys_that_do_not_fit_are_refused(self, vertex: OpenVertex, name: str, query: str, says: str) -> None:
        with pytest.raises(SpecError) as caught:
            vertex(name, query)
        assert str(caught.value) == f"model 'vertex:{PARENT}/{name}': {says}"


class TestAnswer:
    def test_all_that_it_tells_is_read(self, predict: Vertex) -> None:
        answer = predict.complete(ASK)
        assert answer.latency_s is not None
        assert answer == Completion(
            text="Paris",
            finish_reason="stop",
            served_model="google/gemma-3",
            fingerprint="fp_loopback",
            deployment="models/888@1",
            tokens_in=11,
            tokens_out=3,
            latency_s=answer.latency_s,
        )

    @pytest.mark.parametrize(
        "predictions",
        [chat_completion("Paris"), [chat_completion("Paris")], [[chat_completion("Paris")]]],
        ids=["object", "list", "nested"],
    )
    def test_completion_may_stand_in_a_list(self, place: Place, predict: Vertex, predictions: object) -> None:
        place.answers = lambda _: predicted(predictions)
        assert predict.complete(ASK).text == "Paris"

    @pytest.mark.parametrize(
        ("choice", "text", "reason"),
        [
            ({"message": {"content": "Par"}, "finish_reason": "length"}, "Par", "length"),
            ({"message": {"content": None}, "finish_reason": "content_filter"}, "", "content_filter"),
            ({"message": {"content": None, "refusal": "I cannot."}, "finish_reason": "stop"}, "I cannot.", "stop"),
            ({"message": {"content": ""}}, "", None),
            ({"message": {"content": "half \ud83d"}, "finish_reason": 3}, "half \ufffd", None),
        ],
        ids=["length", "filter", "refusal", "empty", "surrogate"],
    )
    def test_finish_reason_and_refusal_are_read(
        self, place: Place, predict: Vertex, choice: dict[str, object], text: str, reason: str | None
    ) -> None:
        place.answers = lambda _: predicted([chat(**choice)])
        answer = predict.complete(ASK)
        assert (answer.text, answer.finish_reason) == (text, reason)

    def test_what_is_not_told_is_not_guessed(self, place: Place, predict: Vertex) -> None:
        place.answers = lambda _: predicted(
            {"choices": [{"message": {"content": "ok"}}], "usage": {"prompt_tokens": -1}}
        )
        answer = predict.complete(ASK)
        assert answer == Completion(text="ok", latency_s=answer.latency_s)

    @pytest.mark.parametrize(
        ("known", "told", "recorded"),
        [
            ("models/888@1 checkpoint 3", SERVED, "models/888@1 checkpoint 3"),
            ("models/888@1 checkpoint 3", {}, "models/888@1 checkpoint 3"),
            ("models/7@1 (20%), models/888@1 (80%)", SERVED, "models/888@1"),
            ("models/888@2", SERVED, "models/888@1"),
            ("models/888@1", {**SERVED, "model": 3}, "models/888@1"),
        ],
        ids=["same", "silent", "one of two", "another", "shape"],
    )
    def test_weights_that_answered_are_recorded(
        self, place: Place, predict: Vertex, known: str, told: dict[str, object], recorded: str
    ) -> None:
        place.answers = lambda _: predicted([chat_completion("ok")], **told)
        predict.use_deployment(known)
        assert predict.complete(ASK).deployment == recorded

    def test_deployment_is_that_of_the_endpoint(self, place: Place, predict: Vertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1")
        assert predict.read_deployment() == predict.complete(ASK).deployment


_NO_CHAT = "HTTP 200, but not a chat completion (is base_url right?): "
FAULTS: dict[str, tuple[Reply, str, str]] = {
    "redirect": (Reply("", 307, {"Location": "http://elsewhere.test/"}), "endpoint", "HTTP 307: the server redirects"),
    "400": (google_error(400, "INVALID_ARGUMENT", "too long"), "question", "HTTP 400: INVALID_ARGUMENT: too long."),
    "undeployed": (
        google_error(400, "FAILED_PRECONDITION", "no model is deployed"),
        "endpoint",
        "HTTP 400: FAILED_PRECONDITION: no model is deployed.",
    ),
    "401": (google_error(401, "UNAUTHENTICATED", "why"), "endpoint", "HTTP 401: UNAUTHENTICATED: why."),
    "403": (REFUSED, "endpoint", "HTTP 403: PERMISSION_DENIED: Permission denied."),
    "404": (google_error(404, "NOT_FOUND", "why"), "endpoint", "HTTP 404: NOT_FOUND: why."),
    "408": (Reply("slow", 408), "transient", "HTTP 408: slow."),
    "413": (Reply("too much", 413), "question", "HTTP 413: too much."),
    "422": (Reply({"detail": "bad field"}, 422), "question", "HTTP 422: "),
    "429": (google_error(429, "RESOURCE_EXHAUSTED", "why"), "throttled", "HTTP 429: RESOURCE_EXHAUSTED: why."),
    "499": (google_error(499, "CANCELLED", "why"), "transient", "HTTP 499: CANCELLED: why."),
    "500": (google_error(500, "INTERNAL", "why"), "transient", "HTTP 500: INTERNAL: why."),
    "502": (Reply("<html>Bad gateway</html>", 502), "transient", "HTTP 502: the body is a page of HTML."),
    "503": (google_error(503, "UNAVAILABLE", "why"), "transient", "HTTP 503: UNAVAILABLE: why."),
    "504": (Reply("", 504), "transient", "HTTP 504: no message."),
    "html": (Reply("<!doctype html>Sign in"), "question", "HTTP 200, but no answer of a model"),
    "empty": (Reply(""), "transient", "HTTP 200, but no answer of a model"),
    "half": (Reply('{"predictions": [{"choi'), "transient", "HTTP 200, but no answer of a model"),
    "list": (Reply([]), "question", "HTTP 200, but no answer of a model"),
    "error": (Reply({"error": {"code": 503, "message": "busy"}}), "transient", "HTTP 200, but with an error: busy."),
    "no predictions": (Reply(SERVED), "question", "HTTP 200, but no answer of a model (is base_url right?): its pred"),
    "none": (predicted([]), "question", "HTTP 200, but no answer of a model"),
    "two": (predicted([chat_completion("a"), chat_completion("b")]), "question", "HTTP 200, but no answer of a model"),
    "number": (predicted(3), "question", "HTTP 200, but no answer of a model"),
    "text": (predicted("Prompt:\nQ?\nOutput:\nParis"), "question", "HTTP 200, but no answer of a model"),
    "text in a list": (predicted(["Paris"]), "question", "HTTP 200, but no answer of a model"),
    "no choices": (predicted({"id": "1"}), "question", _NO_CHAT + "it has no choices"),
    "empty choices": (predicted({"choices": []}), "question", _NO_CHAT + "it has no choices"),
    "null choice": (predicted({"choices": [None]}), "question", _NO_CHAT + "it has no choices"),
    "no message": (predicted(chat(text="Paris")), "question", _NO_CHAT + "its first choice has no message"),
    "parts": (
        predicted(chat(message={"content": ["Paris"]})),
        "question",
        _NO_CHAT + "the content of its message is list",
    ),
    "aborted": (
        predicted(chat(message={"content": "Par"}, finish_reason="abort")),
        "transient",
        "HTTP 200, but the answer broke off (abort)",
    ),
    "bad request": (
        predicted({"object": "error", "message": "too long", "type": "BadRequestError", "code": 400}),
        "question",
        "HTTP 200, but with an error: too long.",
    ),
    "engine dead": (
        predicted([{"error": {"message": "EngineDeadError", "code": 500}}]),
        "transient",
        "HTTP 200, but with an error: EngineDeadError.",
    ),
    "unknown model": (
        predicted({"error": {"message": "no such model", "code": 404}}),
        "endpoint",
        "HTTP 200, but with an error: no such model.",
    ),
    "hung up": (Reply(is_dropped=True), "transient", "no answer from http://127.0.0.1"),
    "hung up half way": (
        Reply({"predictions": chat_completion("Paris")}, is_dropped=True),
        "transient",
        "no answer from http://127.0.0.1",
    ),
    "silent": (Reply("", delay_s=5), "transient", "time-out: "),
    "dripping": (Reply({"predictions": chat_completion("Paris")}, drip_s=0.02), "transient", "time-out: "),
}


class TestFaults:
    @pytest.mark.parametrize(("reply", "fault", "says"), FAULTS.values(), ids=FAULTS)
    def test_whatever_is_no_completion_is_an_error(
        self, place: Place, vertex: OpenVertex, reply: Reply, fault: str, says: str
    ) -> None:
        place.answers = lambda _: reply
        provider = vertex("endpoints/50", f"api=predict&timeout={0.3 if says.startswith('time-out') else 30}")
        with pytest.raises(EndpointError) as caught:
            provider.complete(ASK)
        assert (caught.value.fault, str(caught.value)[: len(says)]) == (fault, says)
        assert "\n" not in str(caught.value)
        assert len(place.asked) == 1, "retries are the engine's"

    def test_server_says_how_long_to_wait(self, place: Place, predict: Vertex) -> None:
        place.answers = lambda _: Reply("", 429, {"Retry-After": "7"})
        with pytest.raises(EndpointError) as caught:
            predict.complete(ASK)
        assert caught.value.retry_after_s == 7

    def test_no_server_is_an_error_that_passes(self, vertex: OpenVertex) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            port = taken.getsockname()[1]
            provider = vertex("endpoints/50", "api=predict", base_url=f"http://127.0.0.1:{port}")
            with pytest.raises(EndpointError, match=r"^no answer from http://127\.0\.0\.1") as caught:
                provider.complete(ASK)
        assert caught.value.fault == "transient"

    def test_closed_endpoint_asks_nothing(self, place: Place, predict: Vertex) -> None:
        predict.close()
        with pytest.raises(EndpointError, match="closed"):
            predict.complete(ASK)
        assert place.asked == []
