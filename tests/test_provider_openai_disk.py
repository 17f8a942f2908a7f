"""Which secrets a whole session sends to which host, and that it writes none of them down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply

SECRETS = {
    "OPENAI_API_KEY": "sk-proj-Official0123456789",
    "OPENAI_ADMIN_KEY": "sk-admin-Admin0123456789",
    "OPENAI_ORG_ID": "org-Organisation0123456789",
    "OPENAI_PROJECT_ID": "proj_Project0123456789",
    "OPENAI_WEBHOOK_SECRET": "whsec_Webhook0123456789",
    "AZURE_OPENAI_API_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "AZURE_OPENAI_AD_TOKEN": "eyJhbGciOiJub25lIn0.eyJhZCI6MX0.Token0123456789",
    "AWS_BEARER_TOKEN_BEDROCK": "bedrock-Bearer0123456789",
    "MY_KEY": "Mine0123456789",
}
"""Fake ones, in every variable that the SDK reads, and one of the user's own."""
MAY_SEE = {
    "api.openai.com": {"OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"},
    "acme.openai.azure.com": {"AZURE_OPENAI_API_KEY"},
    "one": set(),
    "two": {"MY_KEY"},
}


def host_of(asked: Asked) -> str:
    """The host, or for a server at a path of ours the path."""
    host, first = asked.headers["host"], asked.path.split("/")[1]
    return host if not host.startswith("127.") else first


def answer(asked: Asked) -> str | Reply:
    """The right answer, or an error that repeats all that it has been told."""
    said = " ".join(asked.headers.values())
    return "12" if "desks" in asked.question else Reply({"error": {"message": said}}, status=400)


def test_no_secret_is_written_and_none_goes_to_another_host(
    any_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    any_project.write("office.ftbench.csv", "question,answer\nHow many desks are there?,12\nWho asks?,nobody\n")
    with LoopbackServer(answer) as server:
        server.stand_for_others(monkeypatch)
        place = server.base_url.removesuffix("/v1")
        result = any_project.run(
            "--ftbench-model=ft:gpt-4o-mini-2024-07-18:acme::9AB",
            "--ftbench-model=azure=openai:m?base_url=https://acme.openai.azure.com/openai/v1"
            "&api_key_env=AZURE_OPENAI_API_KEY",
            f"--ftbench-model=one=openai:m?base_url={place}/one",
            f"--ftbench-model=two=openai:m?base_url={place}/two&api=responses&api_key_env=MY_KEY",
            *("--junitxml=j.xml", "--log-file=debug.log", "--log-file-level=DEBUG", "-vv", "--showlocals", "-rA"),
        )
    results = any_project.lines("result")
    assert (
        sorted((line["status"], line["answer"]) for line in results) == [("error", None)] * 4 + [("graded", "12")] * 4
    )
    for asked in server.requests:
        seen = {name for name, value in SECRETS.items() if value in f"{asked.path} {asked.headers} {asked.body}"}
        assert seen == MAY_SEE[host_of(asked)]
    assert {host_of(asked) for asked in server.requests} == set(MAY_SEE)
    cache = Path(os.environ["XDG_CACHE_HOME"])
    written = [path for top in (any_project.path, cache) for path in top.rglob("*") if path.is_file()]
    assert {"run.jsonl", "j.xml", "debug.log"} <= {path.name for path in written}
    assert any(path.is_relative_to(cache) for path in written)
    shown = (result.stdout.str() + result.stderr.str()).encode()
    for name, value in SECRETS.items():
        assert value.encode() not in shown, name
        assert [path for path in written if value.encode() in path.read_bytes()] == [], name
