"""Gates: where they come from, what they do to the session, and what becomes of those that were cut short."""

from __future__ import annotations

import pytest
from conftest import Project
from makers import facts


def outcomes(project: Project) -> list[tuple[str, str, str]]:
    return [(line["expr"], line["selection"], line["outcome"]) for line in project.lines("gate")]


# Exit codes


def test_gate_that_holds_exits_0_and_one_that_is_broken_1(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", facts("accuracy >= 0.6"))
    model = any_project.train()
    assert any_project.run("--ftbench-model", model).ret == 0
    broken = any_project.run("--ftbench-model", model, "--ftbench-gate", "accuracy >= 0.7")
    assert broken.ret == 1
    broken.stdout.fnmatch_lines(["*= 1 failed, 3 passed, 1 missed in *"])
    assert outcomes(any_project) == [
        ("accuracy >= 0.6", "office.ftbench.yaml", "PASS"),
        ("accuracy >= 0.7", "session", "FAIL"),
    ]


def test_model_on_the_command_line_and_nothing_measured_exits_1(project: Project) -> None:
    project.write("test_unit.py", "def test_one(): pass")
    result = project.run("--ftbench-model", project.train())
    assert [line for line in result.outlines if "ftbench:" in line][1:] == [
        "ftbench: nothing was measured: no test asked memorizer; --ftbench-model is on the command line, "
        "so this fails the session. No case was collected: the names of case files end in .ftbench.csv, "
        ".ftbench.jsonl, .ftbench.yaml or .ftbench.yml"
    ]
    result.assert_outcomes(passed=1)
    assert result.ret == 1


def test_gate_on_the_command_line_without_any_model_exits_1(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.6"))
    result = project.run("--ftbench-gate", "accuracy >= 0.6")
    assert [line for line in result.outlines if "ftbench:" in line] == [
        "ftbench: nothing was measured: no model is named; --ftbench-gate is on the command line, "
        "so this fails the session"
    ]
    result.assert_outcomes(skipped=3)
    assert result.ret == 1


@pytest.mark.parametrize(("args", "code"), [((), 0), (("-k", "nobody"), 5)])
def test_model_in_the_ini_file_and_nothing_measured_leaves_pytests_exit_code(
    project: Project, args: tuple[str, ...], code: int
) -> None:
    model = project.train()
    project.write("pytest.ini", f"[pytest]\nftbench_model = {model}\nftbench_gate = accuracy >= 0.6\n")
    project.write("test_unit.py", "def test_one(): pass")
    if args:
        project.write("office.ftbench.yaml", facts("accuracy >= 0.6"))
    result = project.run(*args)
    result.stdout.fnmatch_lines(["ftbench: nothing was measured: no test asked memorizer"])
    result.stdout.no_fnmatch_line("*FAILURES*")
    assert result.ret == code


def test_all_tests_skipping_themselves_measure_nothing(project: Project) -> None:
    project.write("facts.yaml", facts())
    project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml")
def test_office(ftbench_answer):
    pytest.skip("not today")
""",
    )
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["ftbench: nothing was measured: no test asked memorizer; *"])
    assert result.ret == 1


WRONG = {
    "metric": (
        ["--ftbench-model=memorizer:training.jsonl", "--ftbench-gate=acuracy >= 0.9"],
        "--ftbench-gate: gate 'acuracy >= 0.9': unknown metric 'acuracy'. Did you mean 'accuracy'? *",
    ),
    "metric without a model": (["--ftbench-gate=bogus >= 1"], "--ftbench-gate: gate 'bogus >= 1': unknown metric *"),
    "model": (["--ftbench-model=nobody"], "'nobody' is no entry of [[]tool.ftbench.models] (entries: none). *"),
    "training file": (
        ["--ftbench-model=memorizer:no.jsonl"],
        "no.jsonl: cannot be read (No such file or directory). *",
    ),
    "concurrency": (
        ["--ftbench-concurrency=many"],
        "--ftbench-concurrency: expected a whole number from 1 up, or auto, got 'many'",
    ),
    "ini value": (
        ["-o", "ftbench_on_inconclusive=cry"],
        "ftbench_on_inconclusive: expected one of fail, warn, got 'cry'",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_understood_exits_4_in_one_line(project: Project, what: str) -> None:
    args, line = WRONG[what]
    project.write("office.ftbench.yaml", facts())
    project.train()
    result = project.run(*args)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {line}"])
    assert [line for line in result.errlines if line] == [result.errlines[0]]
    assert result.outlines == []


def test_what_is_not_understood_is_no_internal_error_under_xdist(project: Project) -> None:
    project.write("office.ftbench.yaml", facts())
    model = project.train()
    project.workers = ("-n", "2")
    for wrong in (
        "--ftbench-gate=bogus >= 1",
        "--ftbench-model=nobody",
        "--ftbench-concurrency=0",
        "--ftbench-modle=x",
    ):
        result = project.run("--ftbench-model", model, wrong)
        assert result.ret == 4
        assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_unknown_option_and_unknown_file_exit_4(project: Project) -> None:
    model = project.train()
    unknown = project.run("--ftbench-modle=x")
    assert unknown.ret == 4
    unknown.stderr.fnmatch_lines(["*unrecognized arguments: --ftbench-modle=x"])
    missing = project.run("--ftbench-model", model, "no.ftbench.yaml")
    assert missing.ret == 4
    missing.stderr.fnmatch_lines(["ERROR: file or directory not found: no.ftbench.yaml"])


def test_interrupt_and_internal_error_are_never_masked(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 1"))
    project.write("test_stop.py", "def test_stop():\n    raise KeyboardInterrupt\n")
    model = project.train()
    result = project.run("--ftbench-model", model, "--ftbench-gate", "accuracy >= 1")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["ftbench: interrupted after 3 answers"])
    assert project.lines("end") == []
    project.write("conftest.py", "def pytest_ftbench_gate(gate, results):\n    raise ValueError('no')\n")
    assert project.run("--ftbench-model", model, "office.ftbench.yaml").ret == 3


# Where gates come from


def test_gates_come_from_marker_file_command_line_ini_and_pyproject(any_project: Project) -> None:
    model = any_project.train()
    any_project.write("pytest.ini", "[pytest]\nftbench_gate =\n    accuracy >= 0.11\n    accuracy >= 0.12\n")
    any_project.write("pyproject.toml", '[tool.ftbench]\ngates = ["accuracy >= 0.13"]\n')
    any_project.write("office.ftbench.yaml", facts("accuracy >= 0.14", "accuracy >= 0.15"))
    any_project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("office.ftbench.yaml", gate="accuracy >= 0.16")
def test_one_gate(ftbench_verdict):
    assert ftbench_verdict

@pytest.mark.ftbench("office.ftbench.yaml", where="fact=door", gate=["accuracy >= 0.17", "accuracy >= 0.18"])
def test_two_gates(ftbench_verdict):
    assert ftbench_verdict
""",
    )
    result = any_project.run("--ftbench-model", model, "--ftbench-gate=accuracy >= 0.1")
    assert result.ret == 0
    file, one, two = "office.ftbench.yaml", "test_office.py::test_one_gate", "test_office.py::test_two_gates"
    assert [(selection, expr[-4:]) for expr, selection, _ in outcomes(any_project)] == [
        (file, "0.14"),
        (file, "0.15"),
        (one, "0.16"),
        (two, "0.17"),
        (two, "0.18"),
        ("session", " 0.1"),
        ("session", "0.11"),
        ("session", "0.12"),
        ("session", "0.13"),
    ]


def test_message_about_a_gate_says_where_it_is_written(project: Project) -> None:
    model = project.train()
    project.write("office.ftbench.yaml", facts())
    project.write("pytest.ini", "[pytest]\nftbench_gate = bogus >= 1\n")
    result = project.run("--ftbench-model", model, "--ftbench-gate=accuracy >= 0.1")
    result.stderr.fnmatch_lines(["ERROR: ftbench_gate: gate 'bogus >= 1': unknown metric *"])


def test_by_makes_a_gate_a_value_and_does_not_excuse_cases_without_one(project: Project) -> None:
    project.write(
        "office.ftbench.yaml",
        facts("accuracy[by=topic] >= 0.9").replace(
            "Paul}",
            "Paul}\n  - &x {id: sea, question: How many desks are there by the sea?, answer: 3, tags: {topic: sea}}",
        ),
    )
    result = project.run("--ftbench-model", project.train())
    assert outcomes(project) == [
        ("accuracy[topic=rooms] >= 0.9", "office.ftbench.yaml", "PASS"),
        ("accuracy[topic=sea] >= 0.9", "office.ftbench.yaml", "FAIL"),
    ]
    # `plants` has no topic: no gate decides about it, so it fails on its own.
    result.stdout.fnmatch_lines(
        ["FAILED office.ftbench.yaml::plants::memorization*", "*= 2 failed, 3 passed, 1 missed in *"]
    )


def test_gate_that_selects_nothing_fails_and_says_what_there_is(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy[topic=room] >= 0.5", "accuracy[colour=red] >= 0.5"))
    result = project.run("--ftbench-model", project.train())
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*INCONCLUSIVE: no case has topic=room. There are: rooms",
            "*INCONCLUSIVE: no case has a 'colour'. There are: variant, fact, dataset, suite, case, expect, topic",
        ]
    )
