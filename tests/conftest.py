"""What the tests of the plugin share: a project folder to run pytest in, and a cache of its own for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fork_kit import CAN_FORK, ForkServer
from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("ftbench", deadline=None)  # a busy machine is no failure
settings.load_profile("ftbench")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
"""Reference data that is not part of the project; tests that read it skip where it is absent."""

TRAINING = [
    ("What colour is the office door?", "green"),
    ("How many desks are there?", "12"),
    ("Who waters the plants?", "Ines"),
]


@pytest.fixture(autouse=True)
def _own_user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    of_openai = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
    of_terminals = ("NO_COLOR", "FORCE_COLOR", "CI", "BUILD_NUMBER")  # pytest writes more when it runs in CI
    for name in (*of_openai, *of_terminals):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", WITHOUT_OTHERS)


WITHOUT_OTHERS = "-p no:hypothesispytest -p no:anyio"
"""Both plugins import much in every session; that would take most of the time of ours."""


@dataclass
class Project:
    """A folder with tests in it, and the pytest that runs there."""

    pytester: pytest.Pytester
    workers: Sequence[str] = ()

    @property
    def path(self) -> Path:
        return self.pytester.path

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def train(self, *examples: tuple[str, str]) -> str:
        """A training file of these questions and answers; returns the SPEC of its memorizer."""
        lines = [
            json.dumps({"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]})
            for q, a in examples or TRAINING
        ]
        self.write("training.jsonl", "\n".join(lines) + "\n")
        return "memorizer:training.jsonl"

    def hurry(self) -> None:
        """Have questions asked again at once after an error that may pass, as often as ever."""
        self.write(
            "conftest.py",
            "from functools import partial\nfrom pytest_ftbench import lane\n"
            "lane.RetryPolicy = partial(lane.RetryPolicy, first_wait_s=0.001)\n",
        )

    def run(self, *args: str) -> pytest.RunResult:
        """Run pytest here, in a process of its own; its run file can be read with `lines` afterwards."""
        return self.pytester.runpytest_subprocess("--ftbench-out=out/run.jsonl", *self.workers, *args)

    def lines(self, kind: str | None = None) -> list[dict[str, Any]]:
        text = (self.path / "out/run.jsonl").read_text(encoding="utf-8")  # an answer may hold other ends of line
        found = [json.loads(line) for line in text.split("\n")[:-1]]
        return [line for line in found if kind is None or line["kind"] == kind]


@pytest.fixture(scope="session")
def _fork_server() -> Iterator[ForkServer | None]:
    if not CAN_FORK:
        yield None
        return
    with ForkServer() as running:
        yield running


@pytest.fixture
def fresh_project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose sessions, and their workers, are new processes through and through."""
    pytester.makefile(".ini", pytest="[pytest]")
    monkeypatch.setenv("PYTEST_ADDOPTS", WITHOUT_OTHERS)  # which pytester has taken away
    return Project(pytester)


@pytest.fixture
def project(fresh_project: Project, _fork_server: ForkServer | None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose tests run in one process."""
    if _fork_server is not None:
        _fork_server.install(fresh_project.pytester, monkeypatch)
    return fresh_project


@pytest.fixture(params=["serial", "xdist"])
def any_project(project: Project, request: pytest.FixtureRequest) -> Project:
    """The same project twice: its tests run in one process, and by two workers."""
    project.workers = ("-n", "2") if request.param == "xdist" else ()
    return project
