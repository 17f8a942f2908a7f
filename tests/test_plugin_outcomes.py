"""How a test about a case ends: passed, missed, failed, or without an answer."""

from __future__ import annotations

from conftest import Project

FACTS = """\
gates: ["accuracy >= 0.6"]
facts:
  - {id: door, question: What colour is the office door?, answer: green}
  - {id: desks, question: How many desks are there?, answer: 12}
  - {id: plants, question: Who waters the plants?, answer: Paul}
"""
UNGATED = FACTS.replace('gates: ["accuracy >= 0.6"]\n', "")


def test_wrong_answer_under_a_gate_is_missed_and_does_not_fail_the_session(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    result = any_project.run("--ftbench-model", any_project.train())
    result.assert_outcomes(passed=3)  # two right cases and the gate
    result.stdout.fnmatch_lines(["*= 3 passed, 1 missed in *"])
    assert result.ret == 0


def test_wrong_answer_under_no_gate_fails_with_its_verdict(project: Project) -> None:
    project.write("office.ftbench.yaml", UNGATED)
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*plants::memorization[[]memorizer[]]*",
            "incorrect by no_match: expected 'Paul', got 'Ines'*",
            "  question  Who waters the plants?",
            "  expected  Paul",
            "  answer    Ines",
        ]
    )
    assert result.ret == 1


def test_missed_shows_its_reason_in_verbose_output(project: Project) -> None:
    project.write("office.ftbench.yaml", FACTS)
    result = project.run("-v", "--ftbench-model", project.train())
    result.stdout.fnmatch_lines(["office.ftbench.yaml::plants::memorization[[]memorizer[]] MISSED*"])
    result.stdout.fnmatch_lines(["office.ftbench.yaml::gate accuracy >= 0.6 [[]memorizer[]] PASSED*"])


def test_python_test_has_the_verdict_and_misses_under_a_gate(any_project: Project) -> None:
    any_project.write("facts.yaml", UNGATED)
    any_project.write(
        "test_office.py",
        """
        import pytest

        @pytest.mark.ftbench("facts.yaml", gate="accuracy >= 0.6")
        def test_gated(ftbench_verdict):
            assert ftbench_verdict

        @pytest.mark.ftbench("facts.yaml")
        def test_plain(ftbench_verdict):
            assert ftbench_verdict
        """.replace("\n        ", "\n"),
    )
    result = any_project.run("--ftbench-model", any_project.train())
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*assert incorrect by no_match: expected 'Paul', got 'Ines' [[]undecided[]]*"])
    result.stdout.fnmatch_lines(["*1 failed, 5 passed, 1 missed*"])


def test_own_assertion_on_the_answer_is_the_verdict(any_project: Project) -> None:
    any_project.write("facts.yaml", UNGATED)
    any_project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", gate="accuracy >= 0.6")
def test_short(ftbench_answer, ftbench_case):
    assert len(ftbench_answer.text) < 5, "too long"
""",
    )
    any_project.run("--ftbench-model", any_project.train()).assert_outcomes(passed=3)  # Ines, 12 and the gate
    by_fact = {line["fact"]: line for line in any_project.lines("result")}
    assert {fact: (line["grade"], line["rule"]) for fact, line in by_fact.items()} == {
        "door": ("incorrect", "assertion"),
        "desks": ("correct", "assertion"),
        "plants": ("correct", "assertion"),
    }


def test_assertion_that_goes_against_a_right_verdict_makes_the_case_wrong(project: Project) -> None:
    project.write("facts.yaml", UNGATED)
    project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", where="fact=door", gate="accuracy >= 0.5")
def test_style(ftbench_verdict, ftbench_answer):
    assert ftbench_verdict
    assert ftbench_answer.text == "Green.", "house style"
""",
    )
    assert project.run("--ftbench-model", project.train()).ret == 1
    (line,) = project.lines("result")
    assert (line["grade"], line["rule"], line["right"]) == ("incorrect", "assertion", False)
    assert line["reason"].startswith("house style")


def test_wrong_verdict_that_nobody_asserts_is_still_missed(project: Project) -> None:
    project.write("facts.yaml", UNGATED)
    project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", where="fact=plants", gate="accuracy >= 0")
def test_only_looks(ftbench_verdict):
    print(ftbench_verdict)
""",
    )
    result = project.run("--ftbench-model", project.train())
    result.stdout.fnmatch_lines(["*1 passed, 1 missed*"])
    assert [line["right"] for line in project.lines("result")] == [False]


def test_exception_in_the_body_fails_the_test_and_is_no_miss(any_project: Project) -> None:
    any_project.write("facts.yaml", UNGATED)
    any_project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", where="fact=door", gate="accuracy >= 0.1")
def test_broken(ftbench_verdict):
    raise RuntimeError("no such attribute")
""",
    )
    result = any_project.run("--ftbench-model", any_project.train())
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*INCONCLUSIVE  accuracy >= 0.1  nothing was measured: 1 without a grade*"])
    (line,) = any_project.lines("result")
    assert (line["status"], line["grade"]) == ("error", None)
    assert line["error"] == "the test raised RuntimeError: no such attribute"


def test_dead_endpoint_is_one_error_and_never_a_miss(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.hurry()
    result = any_project.run("--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1")
    result.stdout.fnmatch_lines(["*= 1 failed, 1 error, 2 not asked in *"])
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*no answer from dead: no connection to http://127.0.0.1:9/v1*",
            "*INCONCLUSIVE  accuracy >= 0.6  nothing was measured: 3 without a grade*",
            "ftbench: 2 questions not asked: dead was given up. no connection to http://127.0.0.1:9/v1*",
        ]
    )
    result.stdout.no_fnmatch_line("*missed*")
    assert [(line["status"], line["right"]) for line in any_project.lines("result")] == [("error", False)] * 3
    assert [line["outcome"] for line in any_project.lines("gate")] == ["INCONCLUSIVE"]


def test_model_and_judge_fixtures_work_without_a_marker(project: Project) -> None:
    project.write(
        "test_office.py",
        """
import pytest
from pytest_ftbench.errors import EndpointError

def test_asked_on_demand(ftbench_model, ftbench_judge):
    answer = ftbench_model.ask("How many desks are there?")
    assert ftbench_judge(answer, expected="12", question="How many desks are there?")
    assert ftbench_judge("twelve", "12")
    verdict = ftbench_judge(answer, expected="13")
    assert not verdict
    assert repr(verdict) == "incorrect by number: expected '13', got '12'"

def test_model_says_who_it_is(ftbench_model):
    assert ftbench_model.alias == "memorizer"
""",
    )
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(passed=2)
    assert result.ret == 0


def test_ask_raises_when_no_answer_comes_back(project: Project) -> None:
    project.write(
        "test_office.py",
        """
import pytest
from pytest_ftbench.errors import EndpointError

def test_dead(ftbench_model):
    with pytest.raises(EndpointError, match="no answer from dead: no connection"):
        ftbench_model.ask("Anybody there?")
""",
    )
    project.hurry()
    project.run("--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1").assert_outcomes(passed=1)


def test_marked_class_and_module_tests_are_parametrized(project: Project) -> None:
    project.write("facts.yaml", UNGATED)
    project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", gate="accuracy >= 0.6")
class TestOffice:
    def test_answer(self, ftbench_answer, ftbench_case):
        assert ftbench_answer.text or ftbench_case

    def test_verdict(self, ftbench_verdict):
        assert ftbench_verdict
""",
    )
    result = project.run("--ftbench-model", project.train())
    result.stdout.fnmatch_lines(["*7 passed, 1 missed*"])
    assert result.ret == 0


def test_rerun_of_a_test_gives_one_result(project: Project) -> None:
    project.write("facts.yaml", UNGATED)
    project.write(
        "test_office.py",
        """
import pytest

@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.ftbench("facts.yaml", where="fact=door", gate="accuracy >= 1")
def test_twice(ftbench_verdict, attempt):
    assert ftbench_verdict
""",
    )
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(passed=3)
    assert [(line["outcome"], line["n"]) for line in project.lines("gate")] == [("PASS", 2)]
