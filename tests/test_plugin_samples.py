"""`--ftbench-samples`: questions asked several times of a real server, each answer for itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer

FACTS = """\
gates: ["accuracy >= 0.6"]
facts:
  - {id: door, question: What colour is the door?, answer: green}
  - {id: desks, question: How many desks are there?, answer: 12}
"""
RIGHT = {"What colour is the door?": "green", "How many desks are there?": "12"}


class Moody:
    """Answers rightly, but for the second time that it is asked about the desks, and every second time after."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> str:
        with self._lock:
            self._asked[asked.question] += 1
            is_off = "desks" in asked.question and self._asked[asked.question] % 2 == 0
        return "99" if is_off else RIGHT[asked.question]


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(Moody()) as running:
        yield running


def model(server: LoopbackServer, name: str = "m") -> str:
    return f"--ftbench-model={name}=openai:{name}?base_url={server.base_url}&revision=1"


def collected(project: Project, *args: str) -> list[str]:
    result = project.pytester.runpytest_subprocess("--co", "-q", *args)
    return [line.rpartition("::")[2] for line in result.outlines if "::" in line]


def refused(project: Project, *args: str) -> str:
    """The one line by which a session says what it cannot understand."""
    result = project.run(*args)
    assert result.ret in (2, 4)
    text = result.stdout.str() + result.stderr.str()
    assert "Traceback" not in text
    return next(line for line in text.splitlines() if "samples" in line)


def test_each_sample_is_asked_for_itself_and_a_test_of_its_own(any_project: Project, server: LoopbackServer) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    result = any_project.run(model(server), "--ftbench-samples=4", "-v")
    result.stdout.fnmatch_lines(["PASS  accuracy >= 0.6  6/8 = 0.750 *", "8 answers asked for, 0 from the cache*"])
    result.stdout.fnmatch_lines(["*= 7 passed, 2 missed in *"])
    assert Counter(asked.question for asked in server.requests) == dict.fromkeys(RIGHT, 4)
    names = [f"office.ftbench.yaml::desks::memorization[m-{sample}]" for sample in (1, 2, 3, 4)]
    assert all(name in result.stdout.str() for name in names)
    lines = any_project.lines("result")
    assert [(line["fact"], line["sample"]) for line in lines] == [
        (f, s) for f in ("desks", "door") for s in range(1, 5)
    ]
    assert Counter(line["answer"] for line in lines) == {"green": 4, "12": 2, "99": 2}
    assert {line["cached"] for line in lines} == {False}


def test_second_session_asks_nothing_and_a_third_sample_asks_one_more_of_each(
    any_project: Project, server: LoopbackServer
) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.run(model(server), "--ftbench-samples=2")
    first = {(line["fact"], line["sample"]): line["answer"] for line in any_project.lines("result")}
    assert len(server.requests) == 4
    any_project.run(model(server), "--ftbench-samples=2")
    assert len(server.requests) == 4
    any_project.run(model(server), "--ftbench-samples=3")
    assert Counter(asked.question for asked in server.requests) == dict.fromkeys(RIGHT, 3)
    third = {(line["fact"], line["sample"]): line["answer"] for line in any_project.lines("result")}
    assert len(third) == 6
    assert first.items() < third.items()


def test_one_sample_keeps_the_plain_id_and_shares_its_answer_with_the_first_of_several(
    project: Project, server: LoopbackServer
) -> None:
    project.write("office.ftbench.yaml", FACTS)
    args = (model(server), "--ftbench-samples=1")
    assert collected(project, *args) == ["memorization[m]", "memorization[m]"]
    project.run(*args)
    project.run(model(server), "--ftbench-samples=2")
    assert len(server.requests) == 4


def test_marker_file_and_options_each_say_how_often_and_the_nearest_to_the_case_counts(
    project: Project, server: LoopbackServer
) -> None:
    facts = "  - {id: a, question: A?, answer: x}\n  - {id: b, question: B?, answer: x, samples: 2}\n"
    project.write("facts.yaml", f"facts:\n{facts}")
    project.write("file.ftbench.yaml", f"samples: 3\nfacts:\n{facts}")
    project.write(
        "test_marked.py",
        "import pytest\n@pytest.mark.ftbench('facts.yaml', samples=4)\ndef test_it(ftbench_verdict): pass\n"
        "@pytest.mark.ftbench('facts.yaml')\ndef test_plain(ftbench_verdict): pass\n",
    )

    def counts(*args: str) -> list[int]:
        """How often a and b are asked: of the file, of the marked test, and of the test that says nothing."""
        result = project.pytester.runpytest_subprocess("--co", "-q", model(server), *args)
        ids = [line for line in result.outlines if "::" in line]
        named = [f"{start}{fact}:" for start in ("file.ftbench.yaml::", "test_it[", "test_plain[") for fact in "ab"]
        return [sum(name in one for one in ids) for name in named]

    assert counts() == [3, 2, 4, 2, 1, 2]
    assert counts("-o", "ftbench_samples=5") == [3, 2, 4, 2, 5, 2]
    assert counts("-o", "ftbench_samples=5", "--ftbench-samples=6") == [6, 6, 6, 6, 6, 6]
    assert counts("--ftbench-samples=1") == [1, 1, 1, 1, 1, 1]


def test_marked_test_gets_the_answer_of_its_sample_however_it_asks(any_project: Project) -> None:
    any_project.write("facts.yaml", "facts:\n  - {id: n, question: Which number?, answer: ok}\n")
    any_project.write(
        "test_marked.py",
        """
import pytest

@pytest.mark.ftbench("facts.yaml", samples=3)
def test_fetched(ftbench_answer, ftbench_case, ftbench_model):
    assert ftbench_model.ask(ftbench_case.question).text == ftbench_answer.text

@pytest.mark.ftbench("facts.yaml", samples=3)
def test_asked(ftbench_case, ftbench_model):
    ftbench_model.ask(ftbench_case.question)
""",
    )
    numbers = iter(range(100))
    with LoopbackServer(lambda _: f"number {next(numbers)}") as counting:
        any_project.run(model(counting)).assert_outcomes(passed=6)
        assert len(counting.requests) == 3
    lines = any_project.lines("result")
    assert sorted(line["sample"] for line in lines) == [1, 1, 2, 2, 3, 3]
    assert len({(line["sample"], line["answer"]) for line in lines}) == 3


@pytest.mark.parametrize("value", ["0", "-1", "1001", "2.5", "many", "", "1e2", "٣", "9" * 5000])
def test_number_of_samples_that_is_not_allowed_is_one_line(project: Project, value: str) -> None:
    project.write("office.ftbench.yaml", FACTS)
    line = refused(project, "--ftbench-model", project.train(), f"--ftbench-samples={value}")
    assert line == f"ERROR: --ftbench-samples: expected a whole number from 1 to 1000, got {value!r}"


def test_ini_file_is_held_to_the_same(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nftbench_samples = few\n")
    assert refused(project) == "ERROR: --ftbench-samples: expected a whole number from 1 to 1000, got 'few'"


@pytest.mark.parametrize("value", ["0", "True", "'3'", "2.0", "None", "1001"])
def test_marker_is_held_to_the_same(project: Project, value: str) -> None:
    project.write("facts.yaml", FACTS)
    marked = f"import pytest\n@pytest.mark.ftbench('facts.yaml', samples={value})\ndef test_it(ftbench_verdict): pass\n"
    project.write("test_it.py", marked)
    line = refused(project, "--ftbench-model", project.train())
    assert line == f"test_it.py::test_it: samples must be a whole number from 1 to 1000, got {value}."


def test_case_made_in_python_is_held_to_the_same(project: Project) -> None:
    case = "Case('Q?', 'x', samples=-1)"
    marked = f"@pytest.mark.ftbench({case})\ndef test_it(ftbench_verdict): pass\n"
    project.write("test_it.py", f"import pytest\nfrom pytest_ftbench import Case\n{marked}")
    line = refused(project, "--ftbench-model", project.train())
    assert line == "test_it.py::test_it: the samples of 'Q?' must be a whole number from 1 to 1000, got -1."


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("samples: none\nfacts:\n  - {question: Q?, answer: x}\n", ":1: samples: "),
        ("facts:\n  - question: Q?\n    answer: x\n    samples: none\n", ":4: facts.0.samples: "),
    ],
)
def test_case_file_is_held_to_the_same(project: Project, text: str, place: str) -> None:
    project.write("odd.ftbench.yaml", text)
    line = refused(project, "--ftbench-model", project.train())
    assert line == f"odd.ftbench.yaml{place}must be a whole number from 1 to 1000, got 'none'."
