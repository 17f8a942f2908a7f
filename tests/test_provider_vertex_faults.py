"""Whatever Vertex AI, or something in its place, sends: a completion, or an error that says what went wrong.

Each fault goes through Google's SDK over real HTTP, and then to the judges: none is a wrong answer that the model never
gave, and none is right for nothing.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Reply
from vertex_loopback import ASK, gemini_answer, google_error

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion

if TYPE_CHECKING:
    from vertex_kit import Connect, OutcomeOf, Serve

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("vertex_environment")

NOT_AN_ANSWER = "HTTP 200, but no answer of a model (is base_url right?): "
HINT_403 = "May these credentials use this endpoint (role Vertex AI User), and is the API enabled in the project?"
HINT_404 = "Do project and location fit, and is the endpoint still there?"


def candidate(**fields: object) -> Reply:
    """An answer whose first candidate is just this."""
    return Reply({**gemini_answer(None), "candidates": [fields]})


def parts(*found: object, finish: str = "STOP") -> Reply:
    return candidate(content={"role": "model", "parts": list(found)}, finishReason=finish)


@dataclass(frozen=True)
class Ends:
    """How a reply ends: a completion with that text and finish reason, or an error with that text and fault."""

    text: str = ""
    finish: str | None = None
    fault: str = ""
    """Empty: a completion."""
    retry_after_s: float | None = None
    options: dict[str, Any] = field(default_factory=dict)


RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}

FAULTS: dict[str, tuple[Reply, Ends]] = {
    # Completions: the model, or a filter, has spoken.
    "plain": (Reply(gemini_answer("25 days")), Ends("25 days", "STOP")),
    "several parts": (parts({"text": "25 "}, {"text": "days"}), Ends("25 days", "STOP")),
    "thoughts": (parts({"text": "Is it 12?", "thought": True}, {"text": "25"}), Ends("25", "STOP")),
    "thoughts only": (parts({"text": "It is 25.", "thought": True}, finish="MAX_TOKENS"), Ends("", "MAX_TOKENS")),
    "a function call": (parts({"functionCall": {"name": "f", "args": {}}}), Ends("", "STOP")),
    "prompt blocked": (
        Reply({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}),
        Ends("", "PROMPT_BLOCKED:SAFETY"),
    ),
    "prompt blocked for a new reason": (
        Reply({"promptFeedback": {"blockReason": "BRAND_NEW"}}),
        Ends("", "PROMPT_BLOCKED:BRAND_NEW"),
    ),
    "no candidates": (Reply({**gemini_answer(None), "candidates": []}), Ends("", "EMPTY")),
    "only usage": (Reply({"usageMetadata": {"promptTokenCount": 4}}), Ends("", "EMPTY")),
    "safety": (candidate(finishReason="SAFETY", safetyRatings=[]), Ends("", "SAFETY")),
    "safety half way": (Reply(gemini_answer("25", finish="SAFETY")), Ends("25", "SAFETY")),
    "recitation": (candidate(finishReason="RECITATION", citationMetadata={}), Ends("", "RECITATION")),
    "recitation half way": (
        Reply(gemini_answer("I don't know", finish="RECITATION")),
        Ends("I don't know", "RECITATION"),
    ),
    "prohibited content": (candidate(finishReason="PROHIBITED_CONTENT"), Ends("", "PROHIBITED_CONTENT")),
    "max tokens, nothing said": (Reply(gemini_answer(None, finish="MAX_TOKENS")), Ends("", "MAX_TOKENS")),
    "max tokens, null content": (candidate(content=None, finishReason="MAX_TOKENS"), Ends("", "MAX_TOKENS")),
    "an unknown finish reason": (Reply(gemini_answer("25", finish="BRAND_NEW")), Ends("25", "BRAND_NEW")),
    "no finish reason": (Reply(gemini_answer("25", finish=None)), Ends("25", None)),
    "half a surrogate pair": (
        Reply(b'{"candidates": [{"content": {"parts": [{"text": "2\\ud800"}]}}]}'),
        Ends("2\ufffd", None),
    ),
    "a body in gzip": (
        Reply(gzip.compress(json.dumps(gemini_answer("25")).encode()), headers={"content-encoding": "gzip"}),
        Ends("25", "STOP"),
    ),
    # Bodies under 200 that are no answer.
    "html": (Reply("<!doctype html><p>Sign in"), Ends(f"{NOT_AN_ANSWER}the body is a page of HTML.", fault="question")),
    "empty body": (Reply(""), Ends(f"{NOT_AN_ANSWER}the body is empty.", fault="transient")),
    "half json": (
        Reply('{"candidates": [{"con'),
        Ends(f"""{NOT_AN_ANSWER}the body is not JSON: '{{"candidates": [{{"con'.""", fault="transient"),
    ),
    "deep json": (Reply("[" * 100_000), Ends(f"{NOT_AN_ANSWER}the body is not JSON: {'[' * 60!r}.", fault="transient")),
    "a list": (Reply([]), Ends(f"{NOT_AN_ANSWER}the body is a JSON list.", fault="question")),
    "a chat completion": (Reply({"choices": []}), Ends(f"{NOT_AN_ANSWER}it has no candidates.", fault="question")),
    "candidates as text": (
        Reply({"candidates": "25"}),
        Ends(f"{NOT_AN_ANSWER}its candidates are str, not a list.", fault="question"),
    ),
    "a candidate as text": (
        Reply({"candidates": ["25"]}),
        Ends(f"{NOT_AN_ANSWER}its first candidate is no object.", fault="question"),
    ),
    "parts as text": (
        candidate(content={"parts": "25"}),
        Ends(f"{NOT_AN_ANSWER}the parts of its content are no list.", fault="question"),
    ),
    "an error under 200": (
        Reply({"error": {"code": 503, "status": "UNAVAILABLE", "message": "Overloaded"}}),
        Ends("HTTP 200, but with an error: UNAVAILABLE: Overloaded.", fault="transient"),
    ),
    "not utf-8": (Reply(b'{"candidates": \xff\xfe'), Ends("HTTP 200, but no answer of a model", fault="transient")),
    "broken gzip": (
        Reply(b"not gzip", headers={"content-encoding": "gzip"}),
        Ends("no answer from URL (DecodingError: ", fault="transient"),
    ),
    "a bomb of gzip": (
        Reply(gzip.compress(b" " * (65 * 2**20)), headers={"content-encoding": "gzip"}),
        Ends("the answer is longer than 64 MiB (is base_url right?).", fault="question"),
    ),
    # Other statuses.
    "400": (
        google_error(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum."),
        Ends("HTTP 400: INVALID_ARGUMENT: The input token count exceeds the maximum.", fault="question"),
    ),
    "400, nothing deployed": (
        google_error(400, "FAILED_PRECONDITION", "Endpoint has no deployed model."),
        Ends("HTTP 400: FAILED_PRECONDITION: Endpoint has no deployed model.", fault="endpoint"),
    ),
    "401": (
        google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
        Ends(
            "HTTP 401: UNAUTHENTICATED: Request had invalid authentication credentials. "
            "Renew the credentials: gcloud auth application-default login.",
            fault="endpoint",
        ),
    ),
    "403": (
        google_error(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied."),
        Ends(
            f"HTTP 403: PERMISSION_DENIED: Permission 'aiplatform.endpoints.predict' denied. {HINT_403}",
            fault="endpoint",
        ),
    ),
    "404": (
        google_error(404, "NOT_FOUND", "Endpoint `123` not found."),
        Ends(f"HTTP 404: NOT_FOUND: Endpoint `123` not found. {HINT_404}", fault="endpoint"),
    ),
    "404, html": (
        Reply("<html><title>Error 404 (Not Found)!!1", status=404),
        Ends(f"HTTP 404: the body is a page of HTML. {HINT_404}", fault="endpoint"),
    ),
    "409": (google_error(409, "ABORTED", "Try again"), Ends("HTTP 409: ABORTED: Try again.", fault="transient")),
    "429": (
        google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", headers={"retry-after": "7"}),
        Ends("HTTP 429: RESOURCE_EXHAUSTED: Quota exceeded.", fault="throttled", retry_after_s=7.0),
    ),
    "429, with RetryInfo": (
        google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", {"@type": "x"}, RETRY_INFO),
        Ends("HTTP 429: RESOURCE_EXHAUSTED: Quota exceeded.", fault="throttled", retry_after_s=34.5),
    ),
    "429, a list of one": (
        Reply([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Slow."}}], status=429),
        Ends("HTTP 429: RESOURCE_EXHAUSTED: Slow.", fault="throttled"),
    ),
    "499": (google_error(499, "CANCELLED", "Cancelled"), Ends("HTTP 499: CANCELLED: Cancelled.", fault="transient")),
    "500": (google_error(500, "INTERNAL", "Oops"), Ends("HTTP 500: INTERNAL: Oops.", fault="transient")),
    "502, html": (
        Reply("<html>Bad Gateway", status=502),
        Ends("HTTP 502: the body is a page of HTML.", fault="transient"),
    ),
    "503": (
        google_error(503, "UNAVAILABLE", "The service is unavailable.", headers={"retry-after": "2"}),
        Ends("HTTP 503: UNAVAILABLE: The service is unavailable.", fault="transient", retry_after_s=2.0),
    ),
    "504, no body": (Reply("", status=504), Ends("HTTP 504: no message.", fault="transient")),
    "500, other json": (Reply({"error": "boom"}, status=500), Ends("HTTP 500: boom.", fault="transient")),
    "500, error null": (Reply({"error": None}, status=500), Ends('HTTP 500: {"error": null}.', fault="transient")),
    "204": (Reply("", status=204), Ends("HTTP 204: no message.", fault="question")),
    "307": (
        Reply("", status=307, headers={"location": "http://127.0.0.1:9/"}),
        Ends(
            "HTTP 307: the server redirects, which is not followed. Set base_url to where it leads.", fault="endpoint"
        ),
    ),
    # No answer at all, or none in time.
    "dropped at once": (Reply(is_dropped=True), Ends("no answer from URL (RemoteProtocolError: ", fault="transient")),
    "dropped half way": (
        Reply(gemini_answer("25"), is_dropped=True),
        Ends("no answer from URL (RemoteProtocolError: ", fault="transient"),
    ),
    "silence": (
        Reply(gemini_answer("25"), delay_s=60),
        Ends(
            "time-out: no whole answer from URL within 0.2 s (timeout=).", fault="transient", options={"timeout": 0.2}
        ),
    ),
    "a drip": (
        Reply(gemini_answer("25"), drip_s=0.02),
        Ends(
            "time-out: no whole answer from URL within 0.2 s (timeout=).", fault="transient", options={"timeout": 0.2}
        ),
    ),
    "interim answers without end": (
        Reply("never", interim_s=0.02),
        Ends(
            "time-out: no whole answer from URL within 0.2 s (timeout=).", fault="transient", options={"timeout": 0.2}
        ),
    ),
    "a drip of an error": (
        google_error(500, "INTERNAL", "x" * 200, drip_s=0.02),
        Ends(
            "time-out: no whole answer from URL within 0.2 s (timeout=).", fault="transient", options={"timeout": 0.2}
        ),
    ),
    "a long silence": (
        Reply(gemini_answer("25"), delay_s=60),
        Ends(
            "time-out: nothing came from URL for 0.2 s (read_timeout=).",
            fault="transient",
            options={"read_timeout": 0.2},
        ),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_ends_as_a_completion_or_an_error(name: str, outcome_of: OutcomeOf) -> None:
    reply, ends = FAULTS[name]
    outcome = outcome_of(reply, **ends.options)
    if isinstance(outcome, Completion):
        assert (outcome.text, outcome.finish_reason, "") == (ends.text, ends.finish, ends.fault)
        assert outcome.error is None
    else:
        is_whole = ends.text.endswith(".")
        assert (str(outcome) if is_whole else str(outcome)[: len(ends.text)]) == ends.text
        assert (outcome.fault, outcome.retry_after_s) == (ends.fault, ends.retry_after_s)
        assert "\n" not in str(outcome)


ANSWERED = Case("How many days?", answer="25 days")
NOT_ANSWERABLE = Case("How many days in 2041?", expect="abstain", trained_answer="25 days")
SILENT = sorted(name for name, (_, ends) in FAULTS.items() if not ends.fault and not ends.text)
STOPPED = ("safety half way", "recitation half way")


@pytest.mark.parametrize("name", [*SILENT, *STOPPED])
@pytest.mark.parametrize("case", [ANSWERED, NOT_ANSWERABLE], ids=["answer due", "abstention due"])
def test_what_says_nothing_or_was_stopped_is_never_right(name: str, case: Case, outcome_of: OutcomeOf) -> None:
    outcome = outcome_of(FAULTS[name][0])
    assert isinstance(outcome, Completion)
    verdict = judge_completion(case, outcome)
    assert (verdict.right, verdict.rule, verdict.grade) == (False, "degenerate", "incorrect")


def test_nobody_listening_is_an_error_that_passes(connect_vertex: Connect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        provider = connect_vertex(f"vertex:1?project=p&location=global&base_url={url}")
        with pytest.raises(EndpointError) as caught:
            provider.complete(ASK)
    assert str(caught.value).startswith(f"no answer from {url} (ConnectError: ")
    assert caught.value.fault == "transient"


def test_redirect_carries_the_prompt_nowhere(serve_vertex: Serve, connect_vertex: Connect) -> None:
    other = serve_vertex()
    first = serve_vertex(Reply("", status=308, headers={"location": f"{other.root}/elsewhere:generateContent"}))
    with pytest.raises(EndpointError, match=r"^HTTP 308: the server redirects"):
        connect_vertex(first.spec()).complete(ASK)
    assert other.requests == []


def test_error_never_repeats_a_token(
    serve_vertex: Serve, connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "mine-123456")
    echo = "mine-123456, Bearer other-mine-1, ya29.a0AfB_secret-part and AIzaSyD-not-a-real-key are no good"
    server = serve_vertex(google_error(401, "UNAUTHENTICATED", echo))
    with pytest.raises(EndpointError) as caught:
        connect_vertex(server.spec(access_token_env="MY_TOKEN")).complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer mine-123456"
    assert not [each for each in ("mine", "ya29", "AIza", "secret") if each in str(caught.value)]


def test_closing_ends_what_is_in_flight_and_all_that_comes_later(serve_vertex: Serve, connect_vertex: Connect) -> None:
    arrived = threading.Event()
    server = serve_vertex(lambda _: (arrived.set(), Reply(delay_s=60))[1])
    provider = connect_vertex(server.spec())
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(provider.complete, ASK)
        assert arrived.wait(30)
        provider.close()
        error = asking.exception(timeout=30)
    assert str(error) == "the endpoint is closed: the session has ended."
    with pytest.raises(EndpointError, match=r"^the endpoint is closed: the session has ended\.$"):
        provider.complete(ASK)
    provider.close()
