"""Whole pytest sessions that ask Vertex AI: what they keep secret, what they import, and how faults end there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply
from vertex_loopback import VertexServer, gemini_answer, google_error, question_of

if TYPE_CHECKING:
    from vertex_kit import Serve

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("vertex_environment")

CASES = "question,answer,expect\nHow many days?,25,\nHow many desks?,12,\nHow many days in 2041?,,abstain\n"
ANSWERS = {"How many days?": "25", "How many desks?": "12", "How many days in 2041?": "I don't know."}
LOADED = """
import sys
def pytest_unconfigure():
    print("LOADED", *sorted(name for name in {names!r} if name in sys.modules))
"""
OF_GOOGLE = ("google.auth", "google.genai", "google.api_core", "google.cloud.aiplatform", "vertexai", "grpc")


def model(server: VertexServer, **options: object) -> str:
    return f"--ftbench-model=m={server.spec(**options)}"


def test_session_gets_its_answers_and_says_which_model_served(any_project: Project, serve_vertex: Serve) -> None:
    server = serve_vertex(ANSWERS)
    any_project.write("q.ftbench.csv", CASES)
    any_project.run(model(server)).assert_outcomes(passed=3)
    assert sorted(server.questions) == sorted(ANSWERS)
    results = any_project.lines("result")
    assert {line["served_model"] for line in results} == {"gemini-2.5-flash"}
    assert {line["finish_reason"] for line in results} == {"STOP"}
    assert {line["deployment"] for line in results} == {"models/888@1 checkpoint 3"}
    any_project.run(model(server)).assert_outcomes(passed=3)
    assert len(server.questions) == 3, "the second session is served from the cache"
    any_project.run(model(server, thinking_budget=0)).assert_outcomes(passed=3)
    assert len(server.questions) == 6, "another way of asking is another question"


def test_faults_that_pass_end_in_the_right_answers(project: Project, serve_vertex: Serve) -> None:
    faults = {
        "How many days?": google_error(503, "UNAVAILABLE", "Overloaded", headers={"retry-after": "0"}),
        "How many desks?": Reply(gemini_answer("12"), is_dropped=True),
        "How many days in 2041?": google_error(429, "RESOURCE_EXHAUSTED", "Slow down", headers={"retry-after": "0"}),
    }

    def answer(asked: Asked) -> str | Reply:
        question = question_of(asked)
        return faults.pop(question, None) or ANSWERS[question]

    server = serve_vertex(answer)
    project.hurry()
    project.write("q.ftbench.csv", CASES)
    project.run(model(server)).assert_outcomes(passed=3)
    assert len(server.questions) == 6


def test_blocked_prompt_is_wrong_where_an_answer_and_where_a_refusal_is_due(
    project: Project, serve_vertex: Serve
) -> None:
    server = serve_vertex(Reply({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    project.write("q.ftbench.csv", CASES)
    project.run(model(server)).assert_outcomes(failed=3)
    for line in project.lines("result"):
        assert (line["status"], line["right"], line["rule"]) == ("graded", False, "degenerate")
        assert line["finish_reason"] == "PROMPT_BLOCKED:PROHIBITED_CONTENT"
        assert line["reason"].endswith("a filter of the service stopped it (PROMPT_BLOCKED:PROHIBITED_CONTENT)")


def test_denied_endpoint_is_asked_once_and_no_case_is_wrong(project: Project, serve_vertex: Serve) -> None:
    server = serve_vertex(google_error(403, "PERMISSION_DENIED", "Denied"))
    project.write("q.ftbench.csv", CASES)
    result = project.run(model(server))
    assert result.ret == 1
    assert len(server.questions) == 1
    assert {line["status"] for line in project.lines("result")} == {"error"}


def test_missing_credentials_stop_the_session_with_one_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    project.write("q.ftbench.csv", CASES)
    result = project.run("--ftbench-model=m=projects/p/locations/eu/endpoints/1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no Google credentials were found: GOOGLE_APPLICATION_CREDENTIALS is not set, *"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_session_of_one_vendor_imports_nothing_of_the_other(fresh_project: Project, serve_vertex: Serve) -> None:
    fresh_project.write("conftest.py", LOADED.format(names=("openai", *OF_GOOGLE)))
    fresh_project.write("q.ftbench.csv", CASES)
    with LoopbackServer(ANSWERS) as other:
        with_openai = fresh_project.run(f"--ftbench-model=m=openai:m?base_url={other.base_url}")
    with_vertex = fresh_project.run(model(serve_vertex(ANSWERS)))
    for result, loaded in ((with_openai, "LOADED openai"), (with_vertex, "LOADED google.auth google.genai")):
        result.assert_outcomes(passed=3)
        assert [line for line in result.outlines if line.startswith("LOADED")] == [loaded]


def test_no_secret_reaches_a_server_a_log_or_the_disk(
    fresh_project: Project, serve_vertex: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, trap = serve_vertex(ANSWERS), serve_vertex()
    home = tmp_path / "home"
    (home / "gcloud").mkdir(parents=True)
    login = {"type": "authorized_user", "client_id": "c", "client_secret": "hush-1", "refresh_token": "hush-2"}
    (home / "gcloud/application_default_credentials.json").write_text(json.dumps(login), encoding="utf-8")
    (home / ".netrc").write_text("machine 127.0.0.1 login me password hush-3\n", encoding="utf-8")
    (home / ".netrc").chmod(0o600)
    written = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for number, name in enumerate(SECRETS):
        monkeypatch.setenv(name, f"hush-var-{number}")
    settings = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "CLOUDSDK_CONFIG": home / "gcloud",
        "GOOGLE_APPLICATION_CREDENTIALS": home / "gcloud/application_default_credentials.json",
        "GOOGLE_VERTEX_BASE_URL": trap.root,
        "GOOGLE_GEMINI_BASE_URL": trap.root,
        "GCE_METADATA_IP": trap.root.removeprefix("http://"),
        "GCE_METADATA_HOST": trap.root.removeprefix("http://"),
        "GOOGLE_GENAI_USE_VERTEXAI": "false",
        "GOOGLE_GENAI_USE_ENTERPRISE": "false",
        "GOOGLE_GENAI_CLIENT_MODE": "record",
        "GOOGLE_GENAI_REPLAYS_DIRECTORY": home / "replays",
        "GOOGLE_GENAI_REPLAY_ID": "replay",
        "GOOGLE_SDK_PYTHON_LOGGING_SCOPE": "google",
        "GOOGLE_GENAI_DEBUG": "true",
        "MY_TOKEN": "hush-token",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    fresh_project.write("q.ftbench.csv", CASES)
    logging = ("--log-file=out/log.txt", "--log-file-level=DEBUG", "--log-level=DEBUG", "--junit-xml=out/junit.xml")
    plain = fresh_project.run(model(server), *logging, "-W", "error")
    plain.assert_outcomes(passed=3)
    assert "hush" not in str(server.requests)
    assert {asked.headers["authorization"] for asked in server.requests} == {"Bearer no-token-needed"}
    before = len(server.requests)
    named = fresh_project.run(model(server, access_token_env="MY_TOKEN", seed=1), *logging, "-vv", "--showlocals")
    named.assert_outcomes(passed=3)
    assert {asked.headers["authorization"] for asked in server.requests[before:]} == {"Bearer hush-token"}
    assert trap.requests == []
    assert "AFC" not in (fresh_project.path / "out/log.txt").read_text(encoding="utf-8"), "function calling is off"
    assert not (home / "replays").exists()
    for result in (plain, named):
        assert "hush" not in result.stdout.str() + result.stderr.str()
    files = [path for root in (fresh_project.path, home) for path in root.rglob("*") if path.is_file()]
    assert {"log.txt", "junit.xml", "run.jsonl"} <= {path.name for path in files}
    assert not [path for path in files if path not in written and b"hush" in path.read_bytes()]


SECRETS = (
    *("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_KEY", "GOOGLE_GENAI_ACCESS_TOKEN"),
    *("GOOGLE_GENAI_DEFAULT_HEADERS", "GOOGLE_CLOUD_QUOTA_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"),
    *("GOOGLE_CLOUD_LOCATION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    *("AWS_SESSION_TOKEN", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"),
)
