"""Which endpoints a session has, and what other plugins add."""

from __future__ import annotations

import pytest
from conftest import Project

FACTS = "facts: [{id: desks, question: How many desks are there?, answer: 12}]\n"
UNIT = "def test_one(): pass\n"


def test_without_a_model_cases_are_skipped_with_what_to_pass(project: Project) -> None:
    project.write("office.ftbench.yaml", FACTS + "gates: [accuracy >= 1]")
    project.write("test_office.py", """
import pytest

@pytest.mark.ftbench("office.ftbench.yaml")
def test_marked(ftbench_verdict): assert 0

def test_on_demand(ftbench_model): assert 0

def test_judge(ftbench_judge): assert ftbench_judge("12", "12")
""")  # fmt: skip
    result = project.run("-rs")
    result.assert_outcomes(skipped=3, passed=1)
    reason = "no model to ask: pass --ftbench-model=[[]ALIAS=[]]SPEC, as in --ftbench-model=memorizer:training.jsonl"
    result.stdout.fnmatch_lines([f"SKIPPED*: {reason}"])
    assert result.stdout.str().count("no model to ask") == len([x for x in result.outlines if x.startswith("SKIPPED")])
    assert "ftbench:" not in result.stdout.str()
    assert result.ret == 0
    assert not (project.path / ".ftbench").exists()


def test_several_models_are_asked_side_by_side_under_their_aliases(any_project: Project) -> None:
    any_project.write("office.ftbench.yaml", FACTS)
    any_project.write(
        "test_office.py", "def test_on_demand(ftbench_model): assert ftbench_model.alias in ('memorizer', 'b')"
    )
    model = any_project.train()
    any_project.write("other.jsonl", (any_project.path / "training.jsonl").read_text().replace("12", "13"))
    result = any_project.run("--ftbench-model", model, "--ftbench-model=b=memorizer:other.jsonl", "-v")
    assert "ftbench: memorizer=memorizer:training.jsonl, b=memorizer:other.jsonl; cache auto" in result.outlines
    result.stdout.fnmatch_lines_random(
        [
            "*PASSED*office.ftbench.yaml::desks::memorization[[]memorizer[]]*" if any_project.workers
            else "office.ftbench.yaml::desks::memorization[[]memorizer[]] PASSED*",
            "*test_office.py::test_on_demand[[]b[]]*",
            "*= 1 failed, 3 passed in *",
        ]
    )  # fmt: skip
    result.stdout.fnmatch_lines(
        ["variant *memorizer *b", "*", "memorization *1/1 100.0 % [[]21, 100[]] *0/1   0.0 % *"]
    )


def test_two_models_of_one_alias_are_refused(project: Project) -> None:
    model = project.train()
    result = project.run("--ftbench-model", model, "--ftbench-model", "memorizer:other.jsonl")
    assert result.ret == 4
    assert result.errlines[0] == (
        "ERROR: two models are called 'memorizer': 'memorizer:training.jsonl' and 'memorizer:other.jsonl'. "
        "Give one an alias of its own: ALIAS=memorizer:other.jsonl."
    )


def test_ini_names_models_and_the_command_line_replaces_them(project: Project) -> None:
    project.train()
    project.write(
        "pytest.ini", "[pytest]\nftbench_model =\n    a=memorizer:training.jsonl\n    b=memorizer:training.jsonl\n"
    )
    project.write("office.ftbench.yaml", FACTS)
    project.run().assert_outcomes(passed=2)
    assert [line["endpoint"] for line in project.lines("result")] == ["a", "b"]
    project.run("--ftbench-model", "c=memorizer:training.jsonl").assert_outcomes(passed=1)
    assert [line["endpoint"] for line in project.lines("result")] == ["c"]


def test_models_table_holds_texts_and_tables(project: Project) -> None:
    project.train()
    project.write(
        "pyproject.toml",
        """
[tool.ftbench.models]
plain = "memorizer:training.jsonl"
careful = {spec = "memorizer:training.jsonl", threshold = 1, revision = "r2"}
""",
    )
    project.write("office.ftbench.yaml", FACTS)
    project.run("--ftbench-model=plain", "--ftbench-model=x=careful").assert_outcomes(passed=2)
    assert project.lines("run")[0]["endpoints"] == [
        {"alias": "plain", "spec": "memorizer:training.jsonl", "served_model": None, "revision": None},
        {
            "alias": "x",
            "spec": "memorizer:training.jsonl?threshold=1&revision=r2",
            "served_model": None,
            "revision": "r2",
        },
    ]


def test_configuration_table_that_is_wrong_exits_4(project: Project) -> None:
    model = project.train()
    for table, line in {
        "[tool.ftbench]\nmodel = 'x'": "*pyproject.toml: [[]tool.ftbench[]] has no 'model'. Allowed: models, gates.",
        "[tool.ftbench]\nmodels = 'x'": "*pyproject.toml: [[]tool.ftbench[]] models must be a table of NAME = SPEC.",
        "[tool.ftbench]\ngates = 'x'": "*[[]tool.ftbench[]] gates must be a list of texts such as 'accuracy >= 0.9'.",
        "[tool.ftbench": "*pyproject.toml: cannot be read (*",
    }.items():
        project.write("pyproject.toml", table)
        result = project.run("-c", "pytest.ini", "--ftbench-model", model)
        result.stderr.fnmatch_lines([f"ERROR: {line}"])
        assert result.ret == 4


def test_paths_on_the_command_line_start_where_pytest_is_called_and_those_of_the_ini_at_the_root(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.train()
    project.write("pytest.ini", "[pytest]\nftbench_model = memorizer:training.jsonl\n")
    project.write("sub/office.ftbench.yaml", FACTS)
    monkeypatch.chdir(project.path / "sub")
    project.run().assert_outcomes(passed=1)
    project.run("--ftbench-model=memorizer:../training.jsonl").assert_outcomes(passed=1)
    assert (project.path / "sub/out/run.jsonl").exists()
    assert len(list((project.path / ".ftbench/runs").iterdir())) == 2
    assert project.run("--ftbench-model=memorizer:training.jsonl").ret == 4


def test_ini_model_that_cannot_be_opened_leaves_unit_tests_alone(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nftbench_model = memorizer:lost.jsonl\n")
    project.write("test_unit.py", UNIT)
    assert project.run("test_unit.py").ret == 0
    project.write("office.ftbench.yaml", FACTS + "gates: [accuracy >= 1]")
    result = project.run()
    result.assert_outcomes(passed=1, errors=1, failed=1)
    result.stdout.fnmatch_lines(["no answer from memorizer: lost.jsonl: cannot be read (No such file or directory). *"])
    assert result.ret == 1


def test_ini_model_that_cannot_be_opened_is_one_error_for_all_cases(any_project: Project) -> None:
    project = any_project
    project.write("pytest.ini", "[pytest]\nftbench_model = memorizer:lost.jsonl\n")
    rows = [f"{{id: d{n}, question: How many desks has room {n}?, answer: {n}}}" for n in range(9)]
    project.write("office.ftbench.yaml", f"facts: [{', '.join(rows)}]")
    result = project.run()
    assert result.parseoutcomes()["errors"] <= (2 if project.workers else 1)  # one in each process that asks
    told = "*questions not asked: memorizer was given up. lost.jsonl: cannot be read (No such file or directory). *"
    result.stdout.fnmatch_lines([told])
    assert len(project.lines("result")) == 9
    assert result.ret == 1


def test_header_line_is_there_only_when_a_model_is(project: Project) -> None:
    project.write("test_unit.py", UNIT)
    assert not [line for line in project.run().outlines if line.startswith("ftbench")]
    result = project.run("--ftbench-model", project.train(), "--ftbench-cache=off")
    assert [line for line in result.outlines if line.startswith("ftbench: memo")] == [
        "ftbench: memorizer=memorizer:training.jsonl; cache off"
    ]


CONFTEST = """
from pytest_ftbench import Case, Completion
from pytest_ftbench.judges import Finding

class Parrot:
    option_keys = ("loud",)
    is_local = True
    sampling = {}

    def __init__(self, spec):
        self.name, self.is_loud = spec.name, spec.options.get("loud") == "yes"
        self.identity = {"provider": "parrot", "base_url": None, "model": spec.name, "revision": None}

    def complete(self, prompt, *, sample=1):
        text = f"{self.name} says {prompt.user_text}"
        return Completion(text=text.upper() if self.is_loud else text, finish_reason="stop")

    def close(self):
        pass

class Factory:
    option_keys = Parrot.option_keys
    def __call__(self, spec):
        return Parrot(spec)

class Shouts:
    settings = {}
    def match(self, reading, expected, settings):
        return Finding("right" if reading.text.isupper() else "wrong", "it must shout")

def read_lines(path, place):
    return [Case(line, "x", match="shouts") for line in path.read_text().splitlines()], ["accuracy >= 1"]

def pytest_ftbench_providers():
    return {"parrot": Factory()}

def pytest_ftbench_matchers():
    return {"shouts": Shouts()}

def pytest_ftbench_readers():
    return {".lines": read_lines}
"""


def test_conftest_adds_a_provider_a_matcher_and_a_reader(any_project: Project) -> None:
    any_project.write("conftest.py", CONFTEST)
    any_project.write("polly.ftbench.lines", "Hello?\nCracker?\n")
    assert any_project.run("--ftbench-model=parrot:Polly?loud=yes").ret == 0
    assert [line["answer"] for line in any_project.lines("result")] == ["POLLY SAYS CRACKER?", "POLLY SAYS HELLO?"]
    assert any_project.run("--ftbench-model=parrot:Polly").ret == 1
    assert {(line["rule"], line["reason"]) for line in any_project.lines("result")} == {
        ("shouts", "expected 'x', got 'Polly says Hello?': it must shout"),
        ("shouts", "expected 'x', got 'Polly says Cracker?': it must shout"),
    }
