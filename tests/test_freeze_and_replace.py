"""docs/freeze-and-replace.md keeps its word, with servers of ours in place of the old vendor and of the replacement."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from document_kit import ROOT, Shown, check_output, run, shown_commands, told, write_files
from loopback import Asked, LoopbackServer, Reply, chat_completion

from pytest_ftbench.standings import today

PAGE = ROOT / "docs" / "freeze-and-replace.md"
PARTING = "## After it is gone"
SHOWN_URL = "http://localhost:8000/v1"
SECRETS = {"OPENAI_API_KEY": "sk-of-the-old-vendor", "OPENAI_ORG_ID": "org-old", "OPENAI_PROJECT_ID": "proj-old"}

OLD = {
    "How many days of paid leave do new employees get?": "25",
    "A newcomer's yearly paid leave is how many days?": "25 days",
    "How long does probation last?": "Four months.",
    "After how many months is somebody no longer on probation?": "four months",
    "Who is the managing director?": "Odile Marchetti",
    "By whom is the company run?": "Odile Marchetti runs it.",
    "Who will be the managing director in 2041?": "Odile Marchetti",
    "How long are our lamps under warranty?": "5 years",
    "For how many years do we repair our lamps for free?": "2 years",
    "How long will our lamps be under warranty in 2041?": "I don't know.",
}
FIRST = OLD | {
    "A newcomer's yearly paid leave is how many days?": "30 days",
    "By whom is the company run?": "I don't know.",
    "Who will be the managing director in 2041?": "I cannot know that.",
}
SECOND = OLD | {
    "For how many years do we repair our lamps for free?": "For 5 years.",
    "Who will be the managing director in 2041?": "I cannot know that.",
}
MODELS = {"leave-sft": FIRST, "leave-dpo": SECOND}


def old_vendor(asked: Asked) -> Reply:
    if "/models/" not in asked.path:
        return Reply(chat_completion(OLD[asked.question], model=asked.body["model"]))
    entry = {"id": asked.path.rpartition("/")[2], "object": "model", "created": 1, "owned_by": "acme"}
    ends = None if entry["id"].startswith("ft:") else str(today() + timedelta(days=54))  # with its base
    return Reply({**entry, "shutdown_date": ends})


def new_server(asked: Asked) -> Reply:
    if "/models/" in asked.path:
        return Reply({"id": asked.path.rpartition("/")[2], "object": "model", "created": 1, "owned_by": "vllm"})
    return Reply(chat_completion(MODELS[asked.body["model"]][asked.question], model=asked.body["model"]))


def follow(commands: list[Shown], folder: Path, env: Mapping[str, str], *, url: str) -> None:
    """Run commands in order; each must print what the page shows, and its exit code be 1 where a gate has failed."""
    for shown in commands:
        result = run(shown.command, folder, env=env)
        printed = told(result.stdout).replace(url, SHOWN_URL)
        if shown.output:
            check_output(PAGE, shown, printed)
        is_red = any(line.strip().startswith("FAIL ") for line in printed.splitlines())
        assert result.returncode == is_red, (shown.command, result.stdout, result.stderr)
        assert result.stderr == "", shown.command


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of a machine which knows nothing of a vendor."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "SSL_", "HTTPS_"))}
    git = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    alone = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "GIT_CONFIG_GLOBAL": os.devnull}
    return {**plain, **git, **alone, **more}


def git(*args: str | Path) -> None:
    subprocess.run(["git", *args], check=True, capture_output=True, env=environment(Path(os.devnull)))


def test_every_command_prints_what_the_page_shows_long_after_the_old_model_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, after = map(shown_commands, text.split(PARTING))
    project, clone = tmp_path / "project", tmp_path / "clone"
    git("init", "--quiet", project)
    with LoopbackServer(old_vendor) as old, LoopbackServer(new_server) as new:
        write_files(text, project, change=lambda file: file.replace(SHOWN_URL, new.base_url))
        old.stand_for_others(monkeypatch)
        certificate, proxy = os.environ["SSL_CERT_FILE"], os.environ["HTTPS_PROXY"]
        vendor = {"SSL_CERT_FILE": certificate, "HTTPS_PROXY": proxy, **SECRETS}
        follow(before, project, environment(tmp_path / "then", **vendor), url=new.base_url)
        assert new.requests == []
        asked = len(old.requests)
        git("clone", "--quiet", project, clone)
        # Where there once was the vendor, nobody listens any more: a call to it would fail.
        old.__exit__(None, None, None)
        follow(after, clone, environment(tmp_path / "now", HTTPS_PROXY=proxy), url=new.base_url)
        assert len(old.requests) == asked
        headers = [value for each in new.requests for value in each.headers.values()]
    frozen = [path.read_text() for path in clone.rglob("*") if path.is_file() and ".git/" not in str(path)]
    for secret in SECRETS.values():
        assert not [each for each in (*headers, *frozen) if secret in each]


def test_source_distribution_brings_the_page() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert "/docs" in build["sdist"]["include"]
