"""Suites to run, caches to run them on, and the run files that come of it, in one temporary folder."""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from processes import Child, Finished, clean_environment

LIMIT_S = 300.0
"""How long a single run may take before it is killed."""
PLUGIN = ("-p", "pytest_ftbench.plugin")
_CHANGING = ("latency_s", "cached", "cost_usd")
"""What differs between two runs of the same answers: their time, whether they were kept, and so what they cost."""

Kind = Literal["csv", "yaml", "parametrized", "trivial"]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    cases: int = 1000
    large: int = 10_000
    """Cases of a large suite."""
    repeats: int = 3
    kills: int = 10


QUICK = Plan(cases=200, large=2000, repeats=1, kills=4)


class Workspace:
    """The folder of one benchmark, and how much is measured there."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self.plan = plan
        self._root = root
        self._numbers = itertools.count()

    def suite(self, kind: Kind, cases: int) -> Path:
        """The folder of a project with that many cases or tests, made when first asked for."""
        folder = self._root / f"{kind}-{cases}"
        if not folder.exists():
            folder.mkdir()
            (folder / "pytest.ini").write_text("[pytest]\n")
            name, text = _suite_file(kind, cases)
            (folder / name).write_text(text)
        return folder

    def new_path(self, what: str) -> Path:
        """A path where nothing is yet."""
        return self._root / f"{what}-{next(self._numbers)}"

    def start(self, command: list[str], *, folder: Path | None = None, cache: Path | None = None) -> Child:
        """Start Python with these arguments; `cache` is the user's cache folder for it, a new one if not given."""
        environment = {**clean_environment(), "XDG_CACHE_HOME": str(cache or self.new_path("cache"))}
        output = self.new_path("output")
        return Child([sys.executable, *command], folder=folder or self._root, environment=environment, output=output)

    def start_pytest(self, suite: Path, *args: str, cache: Path | None = None) -> Child:
        """Start pytest on a suite, with no plugin but those that `args` name."""
        return self.start(["-m", "pytest", "-q", "-p", "no:cacheprovider", *args], folder=suite, cache=cache)

    def pytest(self, suite: Path, *args: str, cache: Path | None = None, limit_s: float = LIMIT_S) -> Finished:
        """Run pytest on a suite to its end."""
        with self.start_pytest(suite, *args, cache=cache) as child:
            return child.wait(limit_s)


@contextmanager
def workspace(plan: Plan) -> Iterator[Workspace]:
    """A workspace that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="ftbench-", ignore_cleanup_errors=True) as folder:
        yield Workspace(Path(folder), plan)


def model(base_url: str, *, name: str = "m", alias: str = "") -> str:
    """The option that names a model of a server."""
    return f"--ftbench-model={alias and f'{alias}='}openai:{name}?base_url={base_url}&revision=1"


def question(number: int) -> str:
    """What case number `number` asks."""
    return f"What is the number of thing {number}?"


def read_lines(run: Path, kind: str, *, endpoint: str | None = None) -> list[dict[str, Any]]:
    """The lines of that kind in a run file, of one endpoint or of all, without what two equal runs differ in."""
    lines = [json.loads(line) for line in run.read_text(encoding="utf-8").split("\n")[:-1]]
    wanted = (line for line in lines if line["kind"] == kind and endpoint in (None, line["endpoint"]))
    return [{name: value for name, value in line.items() if name not in _CHANGING} for line in wanted]


def _suite_file(kind: Kind, cases: int) -> tuple[str, str]:
    """The name and the text of a suite's only test file."""
    numbers = range(cases)
    if kind == "csv":
        rows = "".join(f"{question(number)},{number} units\n" for number in numbers)
        return "things.ftbench.csv", f"question,answer\n{rows}"
    if kind == "yaml":
        facts = "".join(f"  - question: {question(number)}\n    answer: {number} units\n" for number in numbers)
        return "things.ftbench.yaml", f"facts:\n{facts}"
    if kind == "trivial":
        return "test_trivial.py", "".join(f"def test_{number}(): assert {number} >= 0\n" for number in numbers)
    mark = f'@pytest.mark.parametrize("number", range({cases}))'
    return "test_parametrized.py", f"import pytest\n\n{mark}\ndef test_number(number):\n    assert number >= 0\n"
