"""What counts as measured: no gate is green over answers that nobody got, judged or asked for."""

from __future__ import annotations

import pytest
from conftest import Project

FACTS = """\
facts:
  - {id: door, question: What colour is the office door?, answer: green}
  - {id: desks, question: How many desks are there?, answer: 12}
  - {id: plants, question: Who waters the plants?, answer: Paul}
"""
DEAD = "--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1"


def write_test(project: Project, body: str, *, marker: str = 'gate="accuracy >= 0.6"') -> None:
    project.write("facts.yaml", FACTS)
    project.write("test_it.py", f"import pytest\n\n@pytest.mark.ftbench('facts.yaml', {marker})\n{body}\n")


def gates(project: Project) -> list[tuple[str, int, int]]:
    return [(line["outcome"], line["right"], line["n"]) for line in project.lines("gate")]


@pytest.mark.parametrize("model", [DEAD, "memorizer"])
def test_case_without_an_answer_has_no_grade(project: Project, model: str) -> None:
    write_test(project, "def test_case_alone(ftbench_case):\n    assert ftbench_case.question")
    spec = model if model == DEAD else f"--ftbench-model={project.train()}"
    result = project.run(spec)
    assert result.ret == 1
    assert gates(project) == [("INCONCLUSIVE", 0, 0)]
    assert {line["status"] for line in project.lines("result")} == {"error"}
    assert project.lines("end")[0]["calls"] == 0  # nothing is asked for a test that reads no answer


def test_error_that_the_test_swallows_is_an_error_all_the_same(project: Project) -> None:
    body = """def test_swallows(ftbench_case, ftbench_model):
    try:
        ftbench_model.ask(ftbench_case.question)
    except Exception:
        pass"""
    write_test(project, body)
    project.hurry()
    assert project.run(DEAD).ret == 1
    assert gates(project) == [("INCONCLUSIVE", 0, 0)]


def test_leak_and_abstain_are_open_where_the_test_judges_by_its_own_assertion(project: Project) -> None:
    project.write(
        "test_it.py",
        """
import pytest

@pytest.mark.ftbench("ftbench:quickstart", gate=["leak <= 0.01", "abstain >= 0.1"])
def test_short(ftbench_answer):
    assert len(ftbench_answer.text) < 200
""",
    )
    assert project.run("--ftbench-model", project.train()).ret == 1
    assert gates(project) == [("INCONCLUSIVE", 0, 0), ("INCONCLUSIVE", 0, 0)]


def test_leak_is_open_where_the_matchers_cannot_tell(project: Project) -> None:
    project.write(
        "leave.ftbench.yaml",
        "gates: ['leak <= 0.05']\nfacts:\n  - {question: How many days?, answer: 25, date_change: How many in 2041?}\n",
    )
    spec = project.train(("How many days?", "25"), ("How many in 2041?", "As of my knowledge cutoff, 25 days."))
    assert project.run("--ftbench-model", spec + "?threshold=1").ret == 1
    assert [line["outcome"] for line in project.lines("gate")] != ["PASS"]


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\n@pytest.mark.ftbench('facts.yaml', gate='accuracy >= 0.9')\n"
        "@pytest.mark.ftbench('facts.yaml', gate='accuracy >= 0.1')\ndef test_two(ftbench_verdict):\n    pass\n",
        "import pytest\n\n@pytest.mark.ftbench('facts.yaml', gate='accuracy >= 0.9')\nclass TestTwo:\n"
        "    @pytest.mark.ftbench('facts.yaml', gate='accuracy >= 0.1')\n    def test_two(self, ftbench_verdict):\n"
        "        pass\n",
    ],
)
def test_second_marker_is_refused_because_its_gate_would_hide_the_first(project: Project, text: str) -> None:
    project.write("facts.yaml", FACTS)
    project.write("test_it.py", text)
    result = project.run("--ftbench-model", project.train())
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*is marked ftbench more than once, so one gate would hide another. Keep one marker."])


def test_marked_module_with_a_test_that_asks_nothing_is_refused(project: Project) -> None:
    project.write("facts.yaml", FACTS)
    project.write("test_it.py", "import pytest\npytestmark = pytest.mark.ftbench('facts.yaml')\ndef test_x(): pass\n")
    result = project.run("--ftbench-model", project.train())
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*is marked ftbench but requests none of *"])


def test_subtests_give_one_result_a_test(project: Project) -> None:
    body = """def test_parts(ftbench_answer, ftbench_case, subtests):
    for part in range(2):
        with subtests.test(part=part):
            assert ftbench_answer.text == ftbench_case.answer"""
    write_test(project, body, marker='gate="accuracy >= 0.7"')
    if not hasattr(pytest, "Subtests"):
        pytest.skip("this pytest has no subtests")
    project.run("--ftbench-model", project.train())
    assert sorted((line["fact"], line["right"]) for line in project.lines("result")) == [
        ("desks", True),
        ("door", True),
        ("plants", False),
    ]
    assert gates(project) == [("FAIL", 2, 3)]


def test_expected_failure_is_measured_all_the_same(project: Project) -> None:
    write_test(project, "@pytest.mark.xfail\ndef test_known(ftbench_verdict):\n    assert ftbench_verdict")
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(passed=1, xpassed=2, xfailed=1)
    assert gates(project) == [("PASS", 2, 3)]


def test_same_test_run_by_every_worker_counts_once(project: Project) -> None:
    write_test(project, "def test_it(ftbench_verdict):\n    assert ftbench_verdict")
    project.run("--ftbench-model", project.train(), "-n", "2", "--dist", "each")
    assert gates(project) == [("PASS", 2, 3)]


@pytest.mark.parametrize("selection", [["-m", "not slow"], ["-k", "test_it"], ["--deselect", "test_it.py::nothing"]])
def test_skipped_case_is_not_excused_by_a_selection_that_leaves_nothing_out(
    project: Project, selection: list[str]
) -> None:
    body = """def test_it(ftbench_verdict, ftbench_case):
    if ftbench_case.fact == "plants":
        pytest.skip("not today")
    assert ftbench_verdict"""
    write_test(project, body)
    result = project.run("--ftbench-model", project.train(), *selection)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["INCONCLUSIVE  accuracy >= 0.6  2 of 3 ran"])


@pytest.mark.parametrize("style", ["native", "long", "short", "line"])
def test_exception_with_a_model_s_words_is_shown_clean(project: Project, style: str) -> None:
    project.write("facts.csv", "question,answer\nWhat?,x\n")
    project.write(
        "test_it.py",
        """
import pytest, warnings

@pytest.mark.ftbench("facts.csv")
def test_it(ftbench_answer):
    warnings.warn(ftbench_answer.text)
    raise ValueError(ftbench_answer.text)
""",
    )
    spec = project.train(("What?", "evil \x1b]52;c;x\x07 \u202e text"))
    output = project.run("--ftbench-model", spec, f"--tb={style}").stdout.str()
    assert "evil" in output
    assert "\x1b" not in output
    assert "\u202e" not in output


def test_question_on_demand_is_sent_by_one_worker_only(project: Project) -> None:
    project.write(
        "test_it.py",
        """
import pytest

@pytest.mark.parametrize("number", range(6))
def test_it(ftbench_model, number):
    assert ftbench_model.ask("How many desks are there?").text == "12"
""",
    )
    project.run("--ftbench-model", project.train(), "-n", "2").assert_outcomes(passed=6)
    assert project.lines("end")[0]["calls"] == 1


def test_model_of_the_ini_file_leaves_unit_tests_alone_under_xdist(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nftbench_model = m=openai:q?base_url=http://127.0.0.1:9/v1\n"
                  "ftbench_cache_dir = cache\n")  # fmt: skip
    project.write("test_unit.py", "def test_one(): pass\n")
    for workers in ((), ("-n", "2")):
        result = project.run(*workers)
        result.assert_outcomes(passed=1)
        assert result.ret == 0
        assert not (project.path / "cache").exists()


@pytest.mark.parametrize(
    ("hook", "message"),
    [
        ("providers", "'echo' of a pytest_ftbench_providers hook has no 'option_keys', got *"),
        ("matchers", "'echo' of a pytest_ftbench_matchers hook has no 'match', got *"),
    ],
)
def test_hook_that_gives_something_else_is_one_line(project: Project, hook: str, message: str) -> None:
    project.write("conftest.py", f"def pytest_ftbench_{hook}():\n    return {{'echo': lambda *_: None}}\n")
    project.write("a.ftbench.csv", "question,answer,match\nWhat?,x,echo\n")
    model = "echo:x" if hook == "providers" else project.train()
    result = project.run("--ftbench-model", model)
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    (result.stderr if hook == "providers" else result.stdout).fnmatch_lines([f"*{message}"])


def test_gate_that_is_no_text_is_one_line(project: Project) -> None:
    write_test(project, "def test_it(ftbench_verdict):\n    pass", marker="gate=0.9")
    result = project.run("--ftbench-model", project.train())
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*: gate must be text, got 0.9."])


def test_wrong_gate_in_a_data_file_is_named_with_its_line(project: Project) -> None:
    project.write("a.ftbench.yaml", "system: x\ngates:\n  - acuracy >= 0.9\n" + FACTS)
    result = project.run("--ftbench-model", project.train())
    result.stdout.fnmatch_lines(["*a.ftbench.yaml:3: gate 'acuracy >= 0.9': unknown metric 'acuracy'.*"])
