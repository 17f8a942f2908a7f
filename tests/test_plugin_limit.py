"""`--ftbench-limit`: a sample of whole facts, the same everywhere, and gates that say so."""

from __future__ import annotations

import json

import pytest
from conftest import Project

from pytest_ftbench.datasets import fact_rank


def suite(facts: int, *, gates: str = '["accuracy >= 0.9 @ 95%"]', name: str = "f", reverse: bool = False) -> str:
    """A file of so many facts with three questions each; all are answered with `A`."""
    written = [
        f"  - {{id: {name}{number}, question: {name} {number}?, answer: A, rephrased: [So {number}?, And {number}?]}}"
        for number in range(facts)
    ]
    return f"gates: {gates}\nfacts:\n" + "\n".join(reversed(written) if reverse else written) + "\n"


def first(facts: int, most: int, name: str = "f") -> list[str]:
    return sorted(sorted((f"{name}{number}" for number in range(facts)), key=fact_rank)[:most])


def memorizer(project: Project) -> str:
    return f"--ftbench-model=m={project.train(('Is it?', 'A'))}?threshold=0"


def asked(project: Project) -> list[str]:
    return sorted({line["fact"] for line in project.lines("result")})


def test_sample_is_of_whole_facts_and_no_gate_over_it_is_decided(any_project: Project) -> None:
    any_project.write("a.ftbench.yaml", suite(40))
    result = any_project.run(memorizer(any_project), "--ftbench-limit=10", "--ftbench-gate=accuracy >= 0.5")
    assert result.ret == 0
    result.assert_outcomes(passed=9)
    result.stdout.fnmatch_lines(["ftbench: a sample of 3 of 40 facts (--ftbench-limit=10): no gate over it is decided"])
    assert asked(any_project) == first(40, 3)
    assert [(gate["outcome"], gate["value"], gate["reason"]) for gate in any_project.lines("gate")] == [
        ("INCONCLUSIVE", 1.0, "a sample of 3 of 40 facts (--ftbench-limit=10)")
    ] * 2
    (header,), (end,) = any_project.lines("run"), any_project.lines("end")
    assert header["selection"] == {"limit": 10}
    assert (end["sample"], end["planned"]) == ({"facts": 3, "of": 40}, 9)


def test_saved_sample_decides_nothing_either(project: Project) -> None:
    from pytest_ftbench.commands.gating import decide_run
    from pytest_ftbench.runs import read_run

    project.write("a.ftbench.yaml", suite(40))
    project.run(memorizer(project), "--ftbench-limit=10")
    (decision,) = decide_run(read_run(project.path / "out/run.jsonl"), ["accuracy >= 0.5"])
    assert decision.result.outcome == "INCONCLUSIVE"
    assert decision.result.reason == "a sample of 3 of 40 facts was asked (--ftbench-limit)"


def test_limit_that_leaves_nothing_out_changes_nothing(project: Project) -> None:
    project.write("a.ftbench.yaml", suite(40, gates='["accuracy >= 0.9"]'))
    result = project.run(memorizer(project), "--ftbench-limit=120")
    result.assert_outcomes(passed=121)
    assert "sample of" not in result.stdout.str()
    assert [gate["outcome"] for gate in project.lines("gate")] == ["PASS"]
    assert "sample" not in project.lines("end")[0]


def ids(project: Project, *args: str) -> list[str]:
    result = project.run("--collect-only", "-q", *args)
    return [line for line in result.outlines if "::" in line]


def test_sample_depends_on_neither_order_nor_file_and_grows_with_the_limit(project: Project) -> None:
    project.write("a.ftbench.yaml", suite(20, gates="[]"))
    every = ids(project)
    found = ids(project, "--ftbench-limit=12")
    assert [one for one in every if one in found] == found
    assert set(found) < set(ids(project, "--ftbench-limit=30"))
    project.write("a.ftbench.yaml", suite(20, gates="[]", reverse=True))
    assert sorted(ids(project, "--ftbench-limit=12")) == sorted(found)
    project.write("b.ftbench.yaml", suite(20, gates="[]", name="g"))
    both = sorted([f"f{number}" for number in range(20)] + [f"g{number}" for number in range(20)], key=fact_rank)[:4]
    assert sorted({one.split("::")[1] for one in ids(project, "--ftbench-limit=12")}) == sorted(both)


def test_deselected_questions_are_counted_as_pytest_does(project: Project) -> None:
    project.write("a.ftbench.yaml", suite(8))
    result = project.run("--collect-only", "--ftbench-limit=6")
    result.stdout.fnmatch_lines(["collected 18 items / 12 deselected / 6 selected"])  # of six facts that were read


def test_fact_with_more_questions_than_the_limit_is_asked_whole(project: Project) -> None:
    project.write("a.ftbench.yaml", suite(8))
    assert len(ids(project, "--ftbench-limit=1")) == 3


@pytest.mark.parametrize("chosen", [("-k", "fact7 or fact8"), ("a.ftbench.yaml::fact7", "a.ftbench.yaml::fact8")])
def test_what_is_chosen_by_name_is_sampled_after_that(project: Project, chosen: tuple[str, ...]) -> None:
    project.write("a.ftbench.yaml", suite(9, name="fact"))
    (name,) = {one.split("::")[1] for one in ids(project, "--ftbench-limit=3", *chosen)}
    assert name == min(("fact7", "fact8"), key=fact_rank)


MARKED = """
import pytest

@pytest.mark.ftbench("a.yaml", where="variant=rephrased", gate="accuracy >= 0.5")
def test_some(ftbench_verdict):
    assert ftbench_verdict

def test_other():
    pass
"""


def test_marked_tests_are_sampled_and_others_are_left_alone(project: Project) -> None:
    project.write("a.yaml", suite(9))
    project.write("test_a.py", MARKED)
    result = project.run(memorizer(project), "--ftbench-limit=5")
    result.assert_outcomes(passed=5, deselected=14)
    assert asked(project) == first(9, 2)
    assert [gate["reason"] for gate in project.lines("gate")] == ["a sample of 2 of 9 facts (--ftbench-limit=5)"]


@pytest.mark.parametrize("text", ["0", "-3", "many", "1.5"])
def test_limit_that_is_no_number_of_questions_is_refused_in_one_line(project: Project, text: str) -> None:
    result = project.run(f"--ftbench-limit={text}")
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        [f"ERROR: --ftbench-limit: expected a whole number of questions from 1 up, got {text!r}"]
    )


def test_junit_says_that_a_gate_saw_a_sample(project: Project) -> None:
    project.write("a.ftbench.yaml", suite(9, gates=json.dumps(["accuracy >= 0.5"])))
    project.run(memorizer(project), "--ftbench-limit=3", "--junit-xml=out/junit.xml")
    written = (project.path / "out/junit.xml").read_text(encoding="utf-8")
    assert "INCONCLUSIVE: a sample of 1 of 9 facts (--ftbench-limit=3)" in written
