"""What is collected, under which names, and what is said of sources that cannot be."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from conftest import Project

AWKWARD = ["a/b/c", 'it\'s "quoted"', "café crème", "x::y", "p[q]", "long " * 60, "naïve (50%) & co; $HOME"]
MARKED = """
import pytest

@pytest.mark.ftbench({arguments})
def test_office({fixture}):
    pass
"""


def question(name: str) -> tuple[str, str]:
    return f"What is said of {name.strip()}?", "something"


def collected(project: Project, *args: str) -> list[str]:
    result = project.pytester.runpytest_subprocess("--co", "-q", *args)
    return [line for line in result.outlines if "::" in line]


def test_every_file_ending_is_a_test_file_and_ids_are_as_designed(project: Project) -> None:
    model = project.train()
    row = '"question": "How many desks are there?", "answer": "12"'
    project.write("a.ftbench.csv", "question,answer\nHow many desks are there?,12\n")
    project.write("sub/b.ftbench.jsonl", f'{{"id": "desks", "variant": "rephrased", {row}}}\n')
    project.write(
        "c.ftbench.yaml", "facts: [{id: desks, question: How many desks?, answer: 12, date_change: [In 2041?]}]"
    )
    project.write("d.ftbench.yml", "facts: [{id: desks, question: How many desks are there?, answer: 12}]")
    for name in ("e.ftbench.txt", "f.yaml", "ftbench.yaml", "g.ftbench.yaml.bak"):
        project.write(name, "not for us")
    assert collected(project, "--ftbench-model", f"candidate={model}") == [
        "a.ftbench.csv::How-many-desks-are-there::memorization[candidate]",
        "c.ftbench.yaml::desks::memorization[candidate]",
        "c.ftbench.yaml::desks::date_change[candidate]",
        "d.ftbench.yml::desks::memorization[candidate]",
        "sub/b.ftbench.jsonl::desks::rephrased[candidate]",
    ]


def test_file_of_cases_named_outright_is_told_what_it_must_be_called(any_project: Project) -> None:
    any_project.write("lamps.yaml", "facts: [{id: desks, question: How many desks?, answer: 12}]")
    any_project.write("notes.txt", "not for us")
    result = any_project.run("lamps.yaml")
    told = "case files are collected only where their names end in .ftbench.yaml. Call it lamps.ftbench.yaml."
    assert result.outlines.count(f"lamps.yaml: {told}") == 1
    assert result.ret != 0
    assert any_project.run(".").ret == 5


def test_file_that_another_plugin_collects_is_left_to_it(project: Project) -> None:
    project.write("steps.yaml", "not for us")
    project.write(
        "conftest.py",
        """
import pytest

class Steps(pytest.File):
    def collect(self):
        return []

def pytest_collect_file(file_path, parent):
    return Steps.from_parent(parent, path=file_path) if file_path.suffix == ".yaml" else None
""",
    )
    assert project.run("steps.yaml").ret == 5


@pytest.mark.parametrize("kind", ["data file", "marked test"])
def test_awkward_names_can_be_selected_by_the_id_that_is_printed(project: Project, kind: str) -> None:
    model = project.train(*map(question, AWKWARD))
    rows = [{"id": name.strip(), "question": question(name)[0], "answer": "something"} for name in AWKWARD]
    quoted = [json.dumps(row, ensure_ascii=False) for row in rows]
    if kind == "data file":
        project.write("odd.ftbench.jsonl", "\n".join(quoted))
    else:
        project.write("odd.jsonl", "\n".join(quoted))
        project.write("test_odd.py", MARKED.format(arguments='"odd.jsonl"', fixture="ftbench_verdict"))
    ids = collected(project, "--ftbench-model", model)
    assert len(set(ids)) == len(AWKWARD)
    assert max(map(len, ids)) < 150
    for workers in ((), ("-n", "2", "--dist", "loadscope" if kind == "data file" else "load")):
        project.workers = workers
        result = project.run("--ftbench-model", model, *ids)
        assert result.parseoutcomes() == {"passed": len(AWKWARD)}
    project.workers = ()
    for node in (ids[0], ids[3]):
        assert project.run("--ftbench-model", model, node).parseoutcomes() == {"passed": 1}
    for word, number in (("café", 1), ("a/b/c", 1)):
        assert len(collected(project, "--ftbench-model", model, "-k", word)) == number, word


def test_tree_is_the_same_whether_files_or_ids_are_named(project: Project) -> None:
    facts = [f"{{id: f{n}, question: Is it {n}?, answer: yes, rephrased: [So {n}?]}}" for n in range(2)]
    for name in ("a", "b"):
        project.write(f"{name}.ftbench.yaml", f"facts: [{', '.join(facts)}]")
    model = ("--ftbench-model", f"m={project.train()}")
    ids = ("f0", "f0::memorization[m]", "f0::rephrased[m]", "f1", "f1::memorization[m]", "f1::rephrased[m]")

    def tree(*args: str) -> list[str]:
        lines = project.pytester.runpytest_subprocess("--co", *model, *args).outlines
        return [
            line for line in lines if line.lstrip().startswith("<") and "ftbench" not in line and "<Dir" not in line
        ]

    whole = tree()
    assert [line.split()[1].rstrip(">") for line in whole] == [name.rpartition("::")[2] for name in ids] * 2
    assert tree("a.ftbench.yaml", "b.ftbench.yaml") == tree(
        "a.ftbench.yaml::f0", "a.ftbench.yaml::f1", "b.ftbench.yaml"
    )
    assert tree("a.ftbench.yaml", "b.ftbench.yaml") == whole
    assert tree("b.ftbench.yaml::f1::rephrased[m]") == [whole[3], whole[5]]


def test_loadscope_keeps_the_questions_about_one_fact_together(project: Project) -> None:
    asked = [f"{{id: f{n}, question: Is it {n}?, answer: yes, rephrased: [So {n}?, Or {n}?]}}" for n in range(4)]
    project.write("f.ftbench.yaml", f"facts: [{', '.join(asked)}]")
    project.workers = ("-n", "2", "--dist", "loadscope", "-v")
    model = project.train(("Is it 1?", "yes"))
    result = project.run("--ftbench-model", f"{model}?threshold=0")
    workers: dict[str, set[str]] = {}
    for line in result.outlines:
        if line.startswith("[gw"):
            workers.setdefault(line.split("::")[1], set()).add(line[:5])
    assert {fact: len(names) for fact, names in workers.items()} == {f"f{n}": 1 for n in range(4)}


@pytest.mark.parametrize("kind", ["data file", "marked test"])
def test_node_ids_do_not_depend_on_the_order_of_rows(project: Project, kind: str) -> None:
    rows = [f"k{n % 3},What is {n}?,{n},{'rephrased' if n % 2 else ''}" for n in range(9)]
    rows += ["A B,One?,1,", "a-b,Two?,2,"]  # the same name but for case and punctuation
    name = "f.ftbench.csv" if kind == "data file" else "f.csv"
    project.write("test_f.py", MARKED.format(arguments='"f.csv"', fixture="ftbench_case")) if name == "f.csv" else None
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        project.write(name, "\n".join(["id,question,answer,variant", *rows]))
        found.append(sorted(collected(project)))
    assert len(set(found[0])) == 11
    assert found[0] == found[1] == found[2]


def test_files_with_the_same_facts_stay_apart(project: Project) -> None:
    model = project.train()
    row = "facts: [{id: desks, question: How many desks are there?, answer: %s}]\ngates: [accuracy >= 1]"
    project.write("a/f.ftbench.yaml", row % 12)
    project.write("b/f.ftbench.yaml", row % 13)
    result = project.run("--ftbench-model", model)
    result.assert_outcomes(passed=2, failed=1)
    assert [(line["selection"], line["outcome"]) for line in project.lines("gate")] == [
        ("a/f.ftbench.yaml", "PASS"),
        ("b/f.ftbench.yaml", "FAIL"),
    ]


def test_marker_takes_a_built_in_set_a_list_of_cases_and_paths_relative_to_the_test(project: Project) -> None:
    model = project.train()
    project.write("facts/desks.yaml", "facts: [{id: desks, question: How many desks are there?, answer: 12}]")
    project.write(
        "tests/deep/test_office.py",
        """
import pytest
from pytest_ftbench import Case

@pytest.mark.ftbench("../../facts/desks.yaml")
def test_relative(ftbench_verdict):
    assert ftbench_verdict

@pytest.mark.ftbench([Case("How many desks are there?", "12"), Case("Who waters the plants?", "Ines", id="w")])
def test_list(ftbench_verdict):
    assert ftbench_verdict

@pytest.mark.ftbench("ftbench:quickstart", where="fact=probation, variant=memorization")
def test_built_in(ftbench_case):
    assert ftbench_case.answer == "four months"

@pytest.mark.ftbench("../../facts/desks.yaml", [Case("Who waters the plants?", "Ines")], match="exact")
def test_both(ftbench_case):
    assert ftbench_case.match == "exact"
""",
    )
    result = project.run("--ftbench-model", model, "--strict-markers", "--strict-config")
    result.assert_outcomes(passed=6)
    assert result.ret == 0


BUILTIN = sorted(folder.name for folder in (Path(__file__).parent.parent / "fixtures").iterdir())
MARKER_MISTAKES = {
    "": "the ftbench marker names no source. Give it a case file, as in ftbench('facts.yaml').",
    "'facts.yaml', limit=3": "the ftbench marker knows no 'limit'. Allowed: where, gate, samples, match.",
    "'fact.yaml'": "fact.yaml: cannot be read (No such file or directory). Check the path.",
    "'facts.txt'": "facts.txt: no reader for '.txt' files. Readable are: .csv, .jsonl, .yaml, .yml.",
    "'ftbench:quickstar'": f"ftbench:quickstar: no such built-in question set. There are: {', '.join(BUILTIN)}.",
    "42": "a source must be a path, a built-in set or a list of pytest_ftbench.Case, got 42.",
    "[]": "a source must be a path, a built-in set or a list of pytest_ftbench.Case, got [].",
    "'facts.yaml', where='variant=reworded'": (
        "where='variant=reworded' selects none of 1 cases: no case has variant=reworded. There are: memorization."
    ),
    "'facts.yaml', where=3": "where must be text, got 3.",
    "'facts.yaml', gate='accuracy >= 90'": (
        "gate 'accuracy >= 90': the bound must lie in [0, 1], got 90. Write 0.85 or 85%."
    ),
    "'facts.yaml', gate=['accuracy >= 0.9', 3]": "gate must be text, got 3.",
}  # fmt: skip


def test_mistakes_in_a_marker_are_one_line_each(project: Project) -> None:
    project.write("facts.yaml", "facts: [{id: desks, question: How many?, answer: 12}]")
    project.write("facts.txt", "")
    for number, arguments in enumerate(MARKER_MISTAKES):
        project.write(f"test_{number:02}.py", MARKED.format(arguments=arguments, fixture="ftbench_case"))
    result = project.run("--ftbench-model", project.train())
    said = [line for line in result.outlines if line.startswith("test_") and "::test_office: " in line]
    assert said == [f"test_{n:02}.py::test_office: {fault}" for n, fault in enumerate(MARKER_MISTAKES.values())]
    assert "Traceback" not in result.stdout.str()
    result.assert_outcomes(errors=len(MARKER_MISTAKES))
    assert result.ret == 2


def test_marker_and_fixture_need_each_other(any_project: Project) -> None:
    any_project.write("facts.yaml", "facts: [{id: desks, question: How many?, answer: 12}]")
    any_project.write("test_a.py", MARKED.format(arguments="'facts.yaml'", fixture=""))
    any_project.write("test_b.py", "def test_b(ftbench_verdict): pass")
    result = any_project.run("--ftbench-model", any_project.train())
    result.stdout.fnmatch_lines(
        [
            "test_a.py::test_office: is marked ftbench but requests none of ftbench_case, ftbench_answer, "
            "ftbench_verdict. Add one of them.",
            "test_b.py::test_b: requests a case. Mark it: @pytest.mark.ftbench('facts.yaml').",
        ]
    )
    assert "INTERNALERROR" not in result.stdout.str()
    assert result.ret != 0


DATA_MISTAKES = {
    "a.csv": ("question,anwser\nHow many?,3\n", "a.ftbench.csv:1: unknown column 'anwser'. Did you mean 'answer'? "),
    "b.csv": ("question,answer\nHow many?,3\nHow many?,3\n", "b.ftbench.csv:3: duplicate case: "),
    "c.jsonl": ("not json\n", "c.ftbench.jsonl:1: not a line of JSON ("),
    "d.yaml": (
        "facts:\n- {question: How many?, answer: 3, rephrase: x}",
        "d.ftbench.yaml:2: unknown key 'rephrase'. Did you mean 'rephrased'? ",
    ),
    "e.yaml": ("", "e.ftbench.yaml"),
    "f.yaml": (
        "gates: [acuracy >= 1]\nfacts: [{question: How many?, answer: 3}]",
        "f.ftbench.yaml:1: gate 'acuracy >= 1': unknown metric 'acuracy'. Did you mean 'accuracy'? ",
    ),
    "g.yaml": ("facts:\n- {question: How many?, answer: 3, match: numbr}", "g.ftbench.yaml:2: "),
}


def test_mistakes_in_a_data_file_are_one_line_that_names_it(any_project: Project) -> None:
    for name, (text, _) in DATA_MISTAKES.items():
        any_project.write(name.replace(".", ".ftbench."), text)
    result = any_project.run("--ftbench-model", any_project.train())
    for name, (_, start) in DATA_MISTAKES.items():
        file = name.replace(".", ".ftbench.")
        (said,) = [line for line in result.outlines if line.startswith(file)]
        assert said.startswith(start)
    assert "Traceback" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
    assert result.parseoutcomes()["errors"] == len(DATA_MISTAKES)
    assert result.ret != 0


def test_tests_beside_a_broken_file_are_prefetched_all_the_same_under_xdist(project: Project) -> None:
    project.write("broken.ftbench.yaml", "facts: 3")
    project.write("fine.ftbench.yaml", "facts: [{id: desks, question: How many desks are there?, answer: 12}]")
    project.write("conftest.py", "from pytest_ftbench.engine import Engine\nold = Engine.ask_all\n"
        "def ask_all(self, *args, **options):\n    open('prefetched', 'w').close()\n"
        "    return old(self, *args, **options)\nEngine.ask_all = ask_all\n")  # fmt: skip
    project.workers = ("-n", "2")
    result = project.run("--ftbench-model", project.train())
    result.assert_outcomes(passed=1, errors=1)
    assert (project.path / "prefetched").exists()
    assert result.ret == 1


def files(project: Project) -> list[str]:
    """All files but those of pytester and of pytest's own cache."""
    own = ("runpytest", "stdout", "stderr", ".pytest_cache")
    names = [str(path.relative_to(project.path)) for path in project.path.rglob("*")]
    return sorted(name for name in names if not name.startswith(own))


def test_collect_only_asks_nothing_and_creates_no_file(any_project: Project) -> None:
    any_project.write("f.ftbench.yaml", "facts: [{id: desks, question: How many?, answer: 12}]\ngates: [accuracy >= 1]")
    model = any_project.train()
    before = files(any_project)
    result = any_project.run(
        "--co", "--ftbench-model", model, "--ftbench-model=dead=openai:m?base_url=http://127.0.0.1:9/v1"
    )
    result.stdout.fnmatch_lines(
        ["*<CaseFileNode f.ftbench.yaml>", "*<FactNode desks>", "*<CaseItem memorization[[]dead[]]>"]
    )
    assert "answers asked for" not in result.stdout.str()
    assert "nothing was measured" not in result.stdout.str()
    assert files(any_project) == before
    assert result.ret == 0
