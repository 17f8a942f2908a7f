"""What tests of the console command share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from makers import make_result
from typer.testing import CliRunner

from pytest_ftbench.commands import app
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.runs import Run, write_run


def ftbench(*args: object) -> tuple[int, str, str]:
    """The exit code, and what stands on stdout and stderr."""
    done = CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False, env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


def fault(*args: object) -> str:
    """The one line that tells of a user's mistake."""
    code, out, err = ftbench(*args)
    assert (code, out, err.count("\n")) == (2, "", 1), (code, out, err)
    return err.strip()


def answered(fact: str, answer: str, expected: str = "25", **fields: Any) -> Result:
    """A result of a case that the matchers can judge again."""
    fields = {"outcome": "w", "rule": "no_match", "match": "auto", "served_model": "m-1", **fields}
    return make_result(fact=fact, answer=answer, expected=expected, **fields)


def store(path: Path, *results: Result, gates: tuple[GateResult, ...] = (), **header: Any) -> Path:
    """A run file of these results."""
    known = {
        "schema": 1,
        "id": "r1",
        "ftbench": "0.1.0",
        "judge": None,
        "endpoints": [{"alias": "e", "spec": "openai:m"}],
    }
    write_run(path, Run(str(path), {**known, **header}, results, gates, {"exit_status": 0}))
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
