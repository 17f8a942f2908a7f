"""Gates as tests among tests: one report for each endpoint, in the counts and in JUnit, and the hooks about them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from conftest import Project
from makers import facts


def test_gate_is_one_report_for_each_endpoint(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", facts("accuracy >= 0.9"))
    model = any_project.train()
    any_project.write("other.jsonl", (any_project.path / "training.jsonl").read_text().replace("Ines", "Paul"))
    args = ("--ftbench-model", f"old={model}", "--ftbench-model", "new=memorizer:other.jsonl", "--junitxml=j.xml", "-v")
    result = any_project.run(*args)
    result.stdout.fnmatch_lines(
        [
            "office.ftbench.yaml::gate accuracy >= 0.9 [[]old[]] FAILED*",
            "office.ftbench.yaml::gate accuracy >= 0.9 [[]new[]] PASSED*100%]",
            "_* gate accuracy >= 0.9 of old _*",
            "FAIL: 2/3 = 0.667 [[]0.208, 0.939[]]; the bound lies inside the 95 % interval: *",
            "",
            "1 counts against it:",
            "",
            "plants: memorization",
            "  question  Who waters the plants?",
            "  expected  Paul",
            "  answer    Ines",
            "  verdict   incorrect by no_match: expected 'Paul', got 'Ines' [[]undecided[]]",
            "*= 1 failed, 6 passed, 1 missed in *",
        ]
    )
    (suite,) = ElementTree.parse(any_project.path / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "8",
        "1",
        "0",
        "1",
    )
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    gate = cases["gate accuracy >= 0.9 [old]"]
    assert gate.get("classname") == "office.ftbench.yaml"
    assert "  expected  Paul\n  answer    Ines" in (gate.find("failure").text or "")  # type: ignore[union-attr]
    assert list(cases["gate accuracy >= 0.9 [new]"]) == []
    skips = [case for case in suite.iter("testcase") if case.find("skipped") is not None]
    assert [(case.get("classname"), case.find("skipped").get("message")) for case in skips] == [  # type: ignore[union-attr]
        ("office.ftbench.yaml.plants", "expected 'Paul', got 'Ines' (incorrect by no_match)")
    ]


def test_cases_without_an_answer_are_errors_in_junit_and_not_failures(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.6"))
    project.hurry()
    project.run("--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1", "--junitxml=j.xml")
    (suite,) = ElementTree.parse(project.path / "j.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "2"]
    (failed,) = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == "gate accuracy >= 0.6 [dead]"


def test_hook_has_the_last_word_over_a_gate(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.9"))
    project.write(
        "conftest.py",
        """
import dataclasses

def pytest_ftbench_gate(gate, results):
    known = sum(result.right for result in results)
    return dataclasses.replace(gate, outcome="PASS", reason=f"waived with {known} of {len(results)}")
""",
    )
    assert project.run("--ftbench-model", project.train()).ret == 0
    (gate,) = project.lines("gate")
    assert (gate["outcome"], gate["reason"]) == ("PASS", "waived with 2 of 3")


def test_report_hook_gets_results_and_gates_once(project: Project) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.6"))
    project.write(
        "conftest.py",
        """
def pytest_ftbench_report(config, results, gates):
    with open(config.rootpath / "own.txt", "a") as file:
        print(len(results), [gate.outcome for gate in gates], file=file)
""",
    )
    project.run("--ftbench-model", project.train())
    assert (project.path / "own.txt").read_text() == "3 ['PASS']\n"


def test_short_summary_has_one_line_a_gate_and_a_case_in_ci_too(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    project.write("gated.ftbench.yaml", facts("accuracy >= 0.9"))
    project.write("plain.ftbench.yaml", facts())
    output = project.run("--ftbench-model", project.train(), "--junitxml=j.xml").stdout.str()
    summary = output.partition("short test summary info")[2].splitlines()[1:-1]
    assert [line.partition(" - ")[0] for line in summary] == [
        "FAILED plain.ftbench.yaml::plants::memorization[memorizer]",
        "FAILED gated.ftbench.yaml::gate accuracy >= 0.9 [memorizer]",
    ]
    assert "question  Who waters the plants?" in (project.path / "j.xml").read_text()
