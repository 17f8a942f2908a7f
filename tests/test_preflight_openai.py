"""What preflight and sessions say of models at OpenAI and behind its protocol: the real SDK, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from command_kit import ftbench, here
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion

from pytest_ftbench.standings import today

__all__ = ["here"]

TUNED = "ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg"
BASE = "gpt-4o-mini-2024-07-18"
MISSING = Reply({"error": {"message": "The model does not exist", "code": "model_not_found"}}, status=404)
Entries = Mapping[str, Mapping[str, Any]]
Serve = Callable[[Entries], LoopbackServer]


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server with an entry for each of these models, which answers every question by 25."""

    def answer(entries: Entries, asked: Asked) -> Reply:
        if asked.body is not None:
            return Reply(chat_completion("25", model=asked.body["model"]))
        name = asked.path.removeprefix("/v1/models/")
        return Reply({"id": name, "object": "model", "created": 1, **entries[name]}) if name in entries else MISSING

    with ExitStack() as stack:
        yield lambda entries: stack.enter_context(LoopbackServer(lambda asked: answer(entries, asked)))


@pytest.fixture
def official(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> LoopbackServer:
    """OpenAI itself, as far as the SDK can tell: a tuned model whose base ends in 54 days, and one for 400 more."""
    server = serve(
        {TUNED: {"shutdown_date": None}, BASE: {"shutdown_date": in_days(54)}, "gpt-6": {"shutdown_date": in_days(400)}}
    )
    server.stand_for_others(monkeypatch)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    return server


def paths(server: LoopbackServer) -> list[str]:
    """What was asked for, but for questions."""
    return sorted(asked.path for asked in server.requests if asked.body is None)


def told(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("ftbench: ") and "shut down" in line]


@pytest.mark.usefixtures("here")
def test_tuned_model_ends_with_its_base(official: LoopbackServer) -> None:
    code, out, err = ftbench("preflight", f"e={TUNED}", "g=openai:gpt-6")
    assert (code, err) == (0, "")
    first, second, *_ = out.splitlines()
    assert first == f"soon    e  reachable as {TUNED}; base {BASE}; shut down on {in_days(54)}, in 54 days"
    assert second == f"ok      g  reachable as gpt-6; shut down on {in_days(400)}, in 400 days"
    assert paths(official) == [f"/v1/models/{name}" for name in sorted((TUNED, BASE, "gpt-6"))]
    assert ftbench("preflight", TUNED, "--fail-on-shutdown", 60)[0] == 1


@pytest.mark.usefixtures("here", "official")
def test_model_that_is_not_there_and_missing_key_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = ftbench("preflight", "e=ft:gpt-4o-mini-2024-07-18:acme::gone")
    assert (code, out.split()[:3]) == (1, ["FAIL", "e", "HTTP"])
    assert "does not exist" in out
    monkeypatch.delenv("OPENAI_API_KEY")
    assert ftbench("preflight", f"e={TUNED}")[:2] == (
        1,
        "FAIL    e  no key for https://api.openai.com/v1: the environment variable OPENAI_API_KEY is not set. Set it\n",
    )


@pytest.mark.usefixtures("here")
def test_adapter_on_another_base_than_the_spec_says_fails(serve: Serve) -> None:
    server = serve({"leave": {"parent": "meta-llama/Llama-3.1-8B"}})
    where = f"base_url={server.base_url}"
    good = ftbench("preflight", f"openai:leave?{where}&base=llama-3.1-8b")
    assert good[:2] == (0, "ok      leave  reachable as leave; base meta-llama/Llama-3.1-8B\n")
    code, out, _ = ftbench("preflight", f"openai:leave?{where}&base=Qwen3-8B")
    assert code == 1
    assert "its base model is meta-llama/Llama-3.1-8B, not Qwen3-8B" in out
    assert {asked.headers["authorization"] for asked in server.requests} == {"Bearer no-key-needed"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("listed", "line"),
    [
        (
            Reply({"data": [{"id": "m"}]}),
            "absent  n  the server was reached, and does not list this model: check its name",
        ),
        (Reply({"detail": "Not Found"}, 404), "silent  n  the server was reached, and does not list models"),
        (Reply("", 405), "silent  n  the server was reached, and does not list models"),
    ],
)
def test_model_that_the_server_does_not_confirm_is_told_as_such(listed: Reply, line: str) -> None:
    with LoopbackServer(lambda asked: listed if asked.path == "/v1/models" else Reply({}, 404)) as server:
        spec = f"openai:n?base_url={server.base_url}"
        assert ftbench("preflight", spec) == (0, f"{line}\n", "")
        assert '"model": null' in ftbench("preflight", spec, "--json")[1]


@pytest.mark.usefixtures("here")
def test_server_that_is_not_there_fails_in_one_line(serve: Serve) -> None:
    server = serve({})
    url = server.base_url
    server.__exit__(None, None, None)
    code, out, err = ftbench("preflight", f"openai:m?base_url={url}")
    assert (code, err) == (1, "")
    assert out.startswith(f"FAIL    m  no connection to {url} (")
    assert out.count("\n") == 1


def test_session_with_a_model_at_openai_tells_its_end_and_reads_it_once(
    project: Project, official: LoopbackServer
) -> None:
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\nHow many more?,25\n")
    result = project.run(f"--ftbench-model=e={TUNED}")
    result.assert_outcomes(passed=2)
    assert any(f"e is shut down on {in_days(54)}, in 54 days" in line for line in told(result))
    assert paths(official) == [f"/v1/models/{TUNED}", f"/v1/models/{BASE}"]
    assert len(official.requests) == 2 + 2
    # All is stored now: nothing is asked, but for how long the model will live; and not even that offline.
    again = project.run(f"--ftbench-model=e={TUNED}", "--ftbench-cache=replay")
    assert (again.ret, told(again), len(official.requests)) == (0, [], 4)


def test_session_is_refused_where_a_model_at_openai_ends_too_soon(project: Project, official: LoopbackServer) -> None:
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\n")
    result = project.run(f"--ftbench-model=e={TUNED}", "--ftbench-fail-on-shutdown=60")
    assert result.ret == 4
    assert result.errlines[0] == (
        f"ERROR: e is shut down on {in_days(54)}, in 54 days; --ftbench-fail-on-shutdown=60 refuses that"
    )
    assert all(asked.body is None for asked in official.requests)


def test_other_servers_are_asked_only_where_the_session_depends_on_it(project: Project, serve: Serve) -> None:
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\n")
    server = serve({"m": {"shutdown_date": in_days(9)}})
    model = f"--ftbench-model=e=openai:m?base_url={server.base_url}&revision=1"
    assert project.run(model).ret == 0
    assert paths(server) == []
    assert project.run(model, "--ftbench-fail-on-shutdown=5").ret == 0
    assert paths(server) == ["/v1/models/m"]
    assert project.run(model, "--ftbench-fail-on-shutdown=9").ret == 4


def test_server_without_dates_or_models_is_no_reason_to_fail(project: Project, serve: Serve) -> None:
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\n")
    server = serve({"m": {}})
    for name in ("m", "alias"):
        model = f"--ftbench-model=e=openai:{name}?base_url={server.base_url}&revision=1"
        result = project.run(model, "--ftbench-fail-on-shutdown=60")
        result.assert_outcomes(passed=1)
        assert result.ret == 0
