"""A session tells how long its models will live, and fails in time where it is to."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Project

CONFTEST = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
from pytest_ftbench.plugin import lifespans
from standing_kit import Dumb, Oracle

lifespans.PATIENCE_S = {{patience_s}}
lifespans.LIMIT_S = {{limit_s}}

def pytest_ftbench_providers():
    return {{{{"oracle": Oracle, "dumb": Dumb}}}}
"""
UNIT = "def test_unit(): pass\n"


def prepare(project: Project, *, patience_s: float = 1.0, limit_s: float = 20.0) -> None:
    project.write("conftest.py", CONFTEST.format(patience_s=patience_s, limit_s=limit_s))
    project.write("facts.ftbench.csv", "question,answer\nHow many?,25\nHow many more?,25\n")


def log(project: Project) -> list[str]:
    """What the endpoints were asked, in order: `read` for the standing, `asked` for a question."""
    path = project.path / "log"
    return path.read_text().splitlines() if path.exists() else []


def model(query: str, alias: str = "e", provider: str = "oracle") -> str:
    return f"--ftbench-model={alias}={provider}:m?log=log&{query}"


def told(result: pytest.RunResult, word: str = "shut down") -> list[str]:
    """Our own lines that hold a word, but for the list of models."""
    return [line for line in result.outlines if line.startswith("ftbench: ") and word in line and "; cache" not in line]


def test_end_of_a_model_is_told_at_the_start_and_as_a_warning_at_the_end(any_project: Project) -> None:
    prepare(any_project)
    result = any_project.run(model("tells=1&days=54"))
    result.assert_outcomes(passed=2)
    head, foot = told(result)
    assert head.startswith("ftbench: e is shut down on ")
    assert head.endswith(", in 54 days")
    assert foot == f"{head}. Keep its answers while it gives any: --ftbench-save=NAME"
    assert sorted(log(any_project)) == ["asked", "asked", "read"]


def test_run_that_is_saved_needs_no_advice(project: Project) -> None:
    prepare(project)
    head, foot = told(project.run(model("tells=1&days=9"), "--ftbench-save=old"))
    assert head == foot


def test_end_that_is_far_off_is_told_at_the_start_alone(project: Project) -> None:
    prepare(project)
    result = project.run(model("tells=1&days=400"), model("tells=1", "f"))
    assert [line.partition(" on ")[0] for line in told(result)] == ["ftbench: e is shut down"]


def test_quiet_session_still_warns(project: Project) -> None:
    prepare(project)
    (line,) = told(project.run(model("tells=1&days=9"), "-q"))
    assert "in 9 days. Keep" in line


def test_server_that_is_not_known_to_tell_dates_is_not_asked_for_one(project: Project) -> None:
    prepare(project)
    result = project.run(model("days=9"), model("days=9", "d", "dumb"))
    result.assert_outcomes(passed=4)
    assert told(result) == []
    assert log(project) == ["asked"] * 4


@pytest.mark.parametrize("args", [["--ftbench-cache=replay"], ["--collect-only"], ["--ftbench-plan"]], ids=str)
def test_nothing_is_read_where_nothing_is_asked(project: Project, args: list[str]) -> None:
    prepare(project)
    result = project.run(model("tells=1&days=9"), "--ftbench-fail-on-shutdown=60", *args)
    assert told(result) == []
    assert log(project) == []


def test_session_fails_before_anything_is_asked_where_a_model_ends_too_soon(project: Project) -> None:
    prepare(project)
    result = project.run(model("days=9"), model("days=100", "f"), "--ftbench-fail-on-shutdown=9")
    assert result.ret == 4
    (line,) = [line for line in result.errlines if line]
    assert line.startswith("ERROR: e is shut down on ")
    assert line.endswith(", in 9 days; --ftbench-fail-on-shutdown=9 refuses that")
    assert sorted(log(project)) == ["read", "read"]
    assert not (project.path / ".ftbench").exists()


def test_refused_session_hangs_up_on_servers_that_have_not_answered(project: Project) -> None:
    prepare(project, limit_s=0.5)
    assert project.run(model("days=9"), model("mute=1", "f"), "--ftbench-fail-on-shutdown=9").ret == 4
    assert sorted(log(project)) == ["closed", "read", "read"]


def test_model_that_lives_long_enough_is_no_reason_to_fail(project: Project) -> None:
    prepare(project)
    result = project.run(model("days=10"), model("", "f"), "--ftbench-fail-on-shutdown=9")
    result.assert_outcomes(passed=4)
    assert result.ret == 0


def test_model_of_the_ini_file_fails_the_session_that_asks_it_and_no_other(any_project: Project) -> None:
    prepare(any_project)
    any_project.write("test_unit.py", UNIT)
    any_project.write(
        "pytest.ini", "[pytest]\nftbench_model = e=oracle:m?log=log&days=9\nftbench_fail_on_shutdown = 30\n"
    )
    unit = any_project.run("test_unit.py")
    assert (unit.ret, log(any_project)) == (0, [])
    result = any_project.run()
    result.assert_outcomes(passed=3)
    assert result.ret == 1
    warning, refusal = told(result)
    assert warning.endswith(", in 9 days. Keep its answers while it gives any: --ftbench-save=NAME")
    assert refusal.endswith(", in 9 days; --ftbench-fail-on-shutdown=30 refuses that")
    assert any_project.lines("end")[0]["exit_status"] == 1
    assert sorted(log(any_project)) == ["asked", "asked", "read"]


def test_late_answer_is_told_alone_where_the_session_depends_on_it(project: Project) -> None:
    prepare(project, patience_s=0)
    project.write("pytest.ini", "[pytest]\nftbench_model = e=oracle:m?late_s=2&days=9\nftbench_fail_on_shutdown = 30\n")
    result = project.run()
    assert result.ret == 1
    warning, refusal = told(result)
    assert "Keep its answers" in warning
    assert refusal.endswith("--ftbench-fail-on-shutdown=30 refuses that")
    assert told(result, "could not tell") == []


def test_server_that_does_not_answer_holds_nothing_up(project: Project) -> None:
    prepare(project)
    result = project.run(model("tells=1&mute=1&days=9"))
    result.assert_outcomes(passed=2)
    assert (result.ret, told(result)) == (0, [])


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("mute=1", "its server did not answer"),
        ("fault=HTTP 404: no such model.", "HTTP 404: no such model."),
        ("odd_date='10.12.'", "its shutdown_date is not understood: '10.12.'"),
    ],
)
def test_date_that_cannot_be_read_is_told_where_it_matters_and_fails_nothing(
    project: Project, query: str, why: str
) -> None:
    prepare(project, limit_s=0.2)
    result = project.run(model(query), "--ftbench-fail-on-shutdown=30")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    assert told(result, "fail-on") == [f"ftbench: --ftbench-fail-on-shutdown could not tell when e ends: {why}"]
    again = project.run(model(f"{query}&tells=1"))
    assert (again.ret, told(again, "could not")) == (0, [])


def test_date_that_is_not_understood_is_told_in_any_session_that_asks(project: Project) -> None:
    prepare(project)
    result = project.run(model("tells=1&odd_date='10.12.'"))
    assert told(result, "understood") == ["ftbench: e: its shutdown_date is not understood: '10.12.'"]
    assert result.ret == 0


def test_model_of_another_base_is_told(project: Project) -> None:
    prepare(project)
    result = project.run(model("tells=1&base=gpt-4o-mini&told_base=gpt-4.1"))
    assert told(result, "base model") == ["ftbench: e: its base model is gpt-4.1, not gpt-4o-mini"] * 2
    assert result.ret == 0


def test_judge_that_ends_is_told_as_such(project: Project) -> None:
    prepare(project)
    judge = "--ftbench-judge=j=oracle:grader?tells=1&days=9"
    head, foot = told(project.run(model(""), judge))
    assert head == foot
    assert head.startswith("ftbench: the judge j is shut down on ")
    assert project.run(model(""), judge, "--ftbench-fail-on-shutdown=10").ret == 4


def test_last_checkpoint_of_a_sweep_speaks_for_all(project: Project) -> None:
    prepare(project)
    result = project.run(model("tells=1&days=9"), "--ftbench-checkpoints")
    assert [line.partition(" on ")[0] for line in told(result)] == ["ftbench: e is shut down"] * 2
    assert sorted(log(project)) == ["asked"] * 6 + ["read"]
    assert project.run(model("days=9"), "--ftbench-checkpoints", "--ftbench-fail-on-shutdown=9").ret == 4


def test_local_models_have_no_end(project: Project) -> None:
    prepare(project)
    result = project.run(f"--ftbench-model={project.train()}", "--ftbench-fail-on-shutdown=30")
    assert told(result, "shutdown") == []


def test_help_says_where_the_option_cannot_fail(project: Project) -> None:
    words = " ".join(project.run("--help").stdout.str().split())
    assert "Only warns where a server cannot be read, and does nothing with --ftbench-cache=replay." in words
