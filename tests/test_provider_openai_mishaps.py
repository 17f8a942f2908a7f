"""Whatever a server does ends as the right completion, an error or a stop, and never as a wrong answer."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.prompts import build_prompt

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

RIGHT = "25 days"
SOUND = json.dumps(chat_completion(RIGHT)).encode()
Ending = Literal["right", "question", "transient", "throttled", "endpoint"]
"""The completion, or the fault of the error: `endpoint` stops the asking."""


@dataclass(frozen=True)
class Mishap:
    """What a server does with a question, and how that must end."""

    name: str
    ending: Ending
    reply: Reply
    but_without: str = ""
    """The parameter but for which the server answers."""
    query: str = field(default="timeout=20")

    def answer(self, asked: Asked) -> Reply:
        return Reply(SOUND) if self.but_without and self.but_without not in asked.body else self.reply


def sound(**changes: object) -> Reply:
    """A right completion with something else about it."""
    return Reply(chat_completion(RIGHT) | changes)


def with_choice(finish: str = "stop", **changes: object) -> Reply:
    body = chat_completion(RIGHT, finish=finish)
    return Reply(body | {"choices": [body["choices"][0] | changes]})


def failed(status: int, message: str = "no", **inner: object) -> Reply:
    return Reply({"error": {"message": message, **inner}}, status=status)


def packed(body: bytes, packing: str = "gzip", status: int = 200) -> Reply:
    return Reply(body, status, {"content-encoding": packing})


SLOW = "timeout=0.4"
BOMB = gzip.compress(b" " * (80 * 2**20))
MISHAPS = [
    Mishap("nothing", "right", sound()),
    Mishap("no usage and no name", "right", sound(usage=None, model=None, id=None, object=None)),
    Mishap("fields nobody knows", "right", sound(usage={"prompt_tokens": "many"}, model=["x"], extra={"a": [1]})),
    Mishap("bytes that mark the order of bytes", "right", Reply(b"\xef\xbb\xbf" + SOUND)),
    Mishap("blanks to keep the line open", "right", Reply(b" \n" * 5000 + SOUND)),
    Mishap("packed as was asked", "right", packed(gzip.compress(SOUND))),
    Mishap("a body that drips in time", "right", Reply(SOUND, drip_s=0.001)),
    Mishap(
        "no temperature taken",
        "right",
        failed(400, "bad", param="temperature", code="unknown_parameter"),
        "temperature",
    ),
    Mishap(
        "the other token limit",
        "right",
        failed(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."),
        "max_tokens",
        "max_tokens=9",
    ),
    Mishap("cut off", "right", with_choice("length")),
    Mishap("a page", "question", Reply(f"<!doctype html><p>{RIGHT}</p>")),
    Mishap("an error under 200", "question", failed(200, "loading", code="busy")),
    Mishap("an error of the server under 200", "transient", failed(200, "oh", code=502)),
    Mishap("too many calls under 200", "throttled", failed(200, "slow down", code="rate_limit_exceeded")),
    Mishap("no choices", "question", sound(choices=[])),
    Mishap("choices that are null", "question", sound(choices=None)),
    Mishap("a choice that is text", "question", sound(choices=[RIGHT])),
    Mishap("no message", "question", sound(choices=[{"text": RIGHT, "finish_reason": "stop"}])),
    Mishap("content that is a number", "question", with_choice(message={"content": 25})),
    Mishap("content that is a list", "question", with_choice(message={"content": [RIGHT]})),
    Mishap("an answer that broke off", "transient", with_choice("error")),
    Mishap("a choice with an error", "transient", with_choice(error={"code": 502, "message": "oh"})),
    Mishap("another path's answer", "question", Reply({"object": "list", "data": [{"id": "m"}]})),
    Mishap("a JSON text", "question", Reply(json.dumps(RIGHT))),
    Mishap("plain text", "transient", Reply(RIGHT)),
    Mishap("a stream nobody asked for", "transient", Reply(b"data: " + SOUND + b"\n\ndata: [DONE]\n\n")),
    Mishap("half JSON", "transient", Reply(SOUND[: len(SOUND) // 2])),
    Mishap("no body", "transient", Reply("")),
    Mishap("no content", "transient", Reply("", 204)),
    Mishap("no UTF-8", "transient", Reply(SOUND.replace(b"days", b"\xff\xfe"))),
    Mishap("depth without end", "transient", Reply('{"choices":' * 100_000)),
    Mishap("a number without end", "transient", Reply(b'{"a":' + b"9" * 10_000 + b"}")),
    Mishap("a body that drips past the deadline", "transient", Reply(SOUND, drip_s=0.05), query=SLOW),
    Mishap("an error that drips past it", "transient", Reply(b"x" * 500, 500, drip_s=0.05), query=SLOW),
    Mishap("interim answers without end", "transient", Reply("", interim_s=0.05), query=SLOW),
    Mishap("silence", "transient", Reply(SOUND, delay_s=30), query=SLOW),
    Mishap("a line that is dropped", "transient", Reply(is_dropped=True)),
    Mishap("a line that is dropped half way", "transient", Reply(SOUND, is_dropped=True)),
    Mishap(
        "a body shorter than announced", "transient", Reply(SOUND, headers={"content-length": "9999"}, is_dropped=True)
    ),
    Mishap("a bomb", "question", packed(BOMB)),
    Mishap("a bomb in an error", "transient", packed(BOMB, status=500)),
    Mishap("a packing nobody asked for", "question", packed(SOUND, "br")),
    Mishap("a bomb in a bomb", "question", packed(gzip.compress(BOMB), "gzip, gzip")),
    Mishap("a prompt too long", "question", failed(400, "too long", code="context_length_exceeded")),
    Mishap("a body too long", "question", Reply("", 413)),
    Mishap("a value refused", "question", failed(422, "temperature is out of range", param="temperature")),
    Mishap("too many calls", "throttled", failed(429, code="rate_limit_exceeded")),
    Mishap("more than a minute's tokens", "question", failed(429, "Request too large for m")),
    Mishap("an error of the server", "transient", Reply("boom", 500)),
    Mishap("an error of the gateway", "transient", Reply("<html>Bad Gateway", 502)),
    Mishap("an error not to be retried", "question", Reply("", 503, {"x-should-retry": "false"})),
    Mishap("a redirect", "endpoint", Reply(SOUND, 307, {"location": "http://127.0.0.1:9/v1/chat/completions"})),
    Mishap("a redirect without a place", "endpoint", Reply("", 302)),
    Mishap("a wrong key", "endpoint", failed(401, code="invalid_api_key")),
    Mishap("no money", "endpoint", failed(402)),
    Mishap("no access", "endpoint", failed(403)),
    Mishap("no such model", "endpoint", failed(404, code="model_not_found")),
    Mishap("no quota left", "endpoint", failed(429, code="insufficient_quota")),
    Mishap("no quota left under 200", "endpoint", failed(200, code="insufficient_quota")),
]


@pytest.mark.parametrize("mishap", MISHAPS, ids=lambda mishap: mishap.name)
def test_mishap_ends_as_it_must(mishap: Mishap, serve: Serve, connect: Connect) -> None:
    server = serve(mishap.answer)
    provider = connect(f"base_url={server.base_url}&{mishap.query}")
    if mishap.ending == "right":
        assert provider.complete(build_prompt("Q?")).text == RIGHT
        return
    with pytest.raises(EndpointError) as caught:
        provider.complete(build_prompt("Q?"))
    assert caught.value.fault == mishap.ending
    assert "\n" not in str(caught.value)
    assert len(server.requests) == 1


def ask_all(project: Project, mishaps: list[Mishap]) -> tuple[pytest.RunResult, int]:
    """A session with a question for each mishap, and a sound one after it; and how often it asked."""
    rows = "".join(f"{mishap.name},{RIGHT}\nsound {number},{RIGHT}\n" for number, mishap in enumerate(mishaps))
    project.write("mishaps.ftbench.csv", f"question,answer\n{rows}")
    project.hurry()
    by_name = {mishap.name: mishap for mishap in mishaps}
    with LoopbackServer(lambda asked: by_name.get(asked.question, MISHAPS[0]).answer(asked)) as server:
        result = project.run(f"--ftbench-model=m=openai:m?base_url={server.base_url}&max_tokens=9")
        return result, len(server.requests)


def test_session_counts_no_mishap_as_a_wrong_answer(any_project: Project) -> None:
    mishaps = [each for each in MISHAPS if each.ending in ("right", "question", "transient") and each.query != SLOW]
    ask_all(any_project, mishaps)
    results = any_project.lines("result")
    found = {line["question"]: (line["status"], line["right"]) for line in results}
    expected = {each.name: ("graded", True) if each.ending == "right" else ("error", False) for each in mishaps}
    assert found == expected | {f"sound {number}": ("graded", True) for number in range(len(mishaps))}
    assert len(mishaps) > 40


@pytest.mark.parametrize("name", ["a redirect", "a wrong key", "no quota left under 200"])
def test_session_stops_at_what_no_call_will_mend(name: str, project: Project) -> None:
    result, requests = ask_all(project, [each for each in MISHAPS if each.name == name])
    assert (result.ret, requests) == (1, 1)
    assert {line["status"] for line in project.lines("result")} == {"error"}
