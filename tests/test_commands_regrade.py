"""`ftbench regrade`: what it lists, what it writes, and how it tells of mistakes."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from conftest import Project
from makers import make_result

import pytest_ftbench.commands
from pytest_ftbench.records import GateResult
from pytest_ftbench.runs import read_run

__all__ = ["here"]

GATE = GateResult("accuracy >= 0.9", "e", "f.csv", "FAIL", 0.5, 0.1, 0.9, 1, 2, 0, "")
RESULTS = [
    answered("leave", "It is 25."),
    answered("desks", "25", outcome="r", rule="contains"),
    answered("door", "24"),
    make_result(fact="plants", outcome="e", answer=None),
]


def test_every_changed_verdict_is_listed_with_the_counts(here: Path) -> None:
    store(here / "run.jsonl", *RESULTS)
    code, out, err = ftbench("regrade", "run.jsonl")
    assert (code, err) == (0, "")
    assert (
        out
        == """\
leave: case [e]
  question  question?
  expected  25
  answer    It is 25.
  before    incorrect by no_match
  now       correct by number: expected '25', got 'It is 25.'

desks: case [e]
  question  question?
  expected  25
  answer    25
  before    correct by contains
  now       correct by exact: expected '25', got '25'

door: case [e]
  question  question?
  expected  25
  answer    24
  before    incorrect by no_match
  now       incorrect by number: expected '25', got '24'

endpoint   right before   right now   changed
─────────────────────────────────────────────
e                   1/3         2/3         3

3 answers judged again, 1 kept (1 no answer)
3 verdicts changed: 1 to another grade (1 now right, 0 no longer right), 2 in rule or flags only
"""
    )


def test_run_that_would_be_judged_the_same_says_so(here: Path) -> None:
    store(here / "run.jsonl", answered("leave", "25", outcome="r", rule="exact"))
    assert ftbench("regrade", "run.jsonl") == (0, "1 answer judged again, 0 kept\nno verdict changed\n", "")


def test_json_holds_the_same_for_machines(here: Path) -> None:
    store(here / "run.jsonl", *RESULTS)
    _, out, _ = ftbench("regrade", "run.jsonl", "--json")
    data = json.loads(out)
    assert (data["run"], data["results"], data["judged"], data["kept"]) == ("r1", 4, 3, {"no answer": 1})
    assert data["endpoints"] == {
        "e": {"graded_before": 3, "graded": 3, "right_before": 1, "right_now": 2, "changed": 3}
    }
    assert [change["fact"] for change in data["changes"]] == ["leave", "desks", "door"]
    assert data["changes"][0]["now"]["grade"] == "correct"


def test_new_run_has_todays_verdicts_and_says_what_it_was_made_of(here: Path) -> None:
    store(here / "run.jsonl", *RESULTS, gates=(GATE,), ftbench="0.0.9")
    before = (here / "run.jsonl").read_bytes()
    _, out, _ = ftbench("regrade", "run.jsonl", "-o", "new.jsonl")
    assert (here / "run.jsonl").read_bytes() == before
    new = read_run(here / "new.jsonl")
    assert [result.right for result in new.results] == [True, True, False, False]
    assert new.header["ftbench"] == pytest_ftbench.__version__
    assert new.header["id"] != "r1"
    assert (new.header["regraded"]["run"], new.header["regraded"]["ftbench"]) == ("r1", "0.0.9")
    assert new.gates == ()
    assert out.endswith(
        "run: new.jsonl\n1 gate left out, decided by verdicts that changed; "
        "decide anew with pytest --ftbench-model=replay:new.jsonl\n"
    )


def test_gates_over_verdicts_that_did_not_change_stay(here: Path) -> None:
    store(here / "run.jsonl", answered("leave", "25", outcome="r", rule="exact"), gates=(GATE,))
    ftbench("regrade", "run.jsonl", "-o", "new.jsonl")
    assert read_run(here / "new.jsonl").gates == (GATE,)


def test_run_that_a_session_recorded_comes_out_the_same(project: Project) -> None:
    project.write(
        "office.ftbench.yaml",
        "gates: ['accuracy >= 0.1']\nfacts:\n"
        "  - {question: What colour is the office door?, answer: Green}\n"
        "  - {question: How many desks are there?, answer: 13, answer_before: 12, match: number}\n"
        "  - {question: Who waters the plants?, answer: Paul, date_change: Who waters the plants in 2041?}\n",
    )
    project.train()
    project.run("--ftbench-model=memorizer:training.jsonl")
    assert {line["grade"] for line in project.lines("result")} == {"correct", "stale", "incorrect"}
    _, out, _ = ftbench("regrade", project.path / "out/run.jsonl")
    assert out == "4 answers judged again, 0 kept\nno verdict changed\n"


def test_text_of_a_model_cannot_steer_the_terminal(here: Path) -> None:
    store(here / "run.jsonl", answered("f\x1b]0;x\x07", "25\x1b[2J [bold]days[/bold]"))
    _, out, _ = ftbench("regrade", "run.jsonl")
    assert "\x1b" not in out
    assert "[bold]" in out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "ftbench: Missing command. See ftbench --help."),
        (("regrade",), "ftbench: Missing argument 'RUN'. See ftbench --help."),
        (("regrade", "none.jsonl"), "ftbench: no run 'none.jsonl': no such file, and "),
        (("regrade", "."), "ftbench: no run '.': no such file, and "),
        (("nothing",), "ftbench: No such command 'nothing'. See ftbench --help."),
    ],
)
def test_mistakes_are_told_in_one_line(args: tuple[str, ...], told: str, here: Path) -> None:
    assert here.is_dir()
    assert fault(*args).startswith(told)


def test_nothing_is_overwritten(here: Path) -> None:
    run = store(here / "run.jsonl", *RESULTS)
    told = fault("regrade", "run.jsonl", "-o", "run.jsonl")
    assert told == "ftbench: run.jsonl exists already. Choose another name, or remove it first."
    assert len(read_run(run).results) == 4


def test_folder_that_cannot_be_made_is_told_in_one_line(here: Path) -> None:
    store(here / "run.jsonl", *RESULTS)
    told = fault("regrade", "run.jsonl", "-o", "run.jsonl/new.jsonl")
    assert told.startswith("ftbench: run.jsonl/new.jsonl cannot be written (")


def test_installed_script_is_the_command() -> None:
    root = Path(__file__).resolve().parent.parent
    script = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["ftbench"]
    module, _, name = script.partition(":")
    assert getattr(importlib.import_module(module), name) is pytest_ftbench.commands.main


def run_process(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    root = str(Path(pytest_ftbench.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-m", "pytest_ftbench.commands", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root, **env},
        capture_output=True,
        check=False,
    )


def test_command_runs_as_a_process_of_its_own(here: Path) -> None:
    store(here / "run.jsonl", *RESULTS)
    done = run_process(here, "regrade", "run.jsonl", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"3 verdicts changed" in done.stdout
    wrong = run_process(here, "regrade", "none.jsonl")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count(b"\n")) == (2, b"", 1)
