"""Calibrations in a session: accuracies stand beside their corrected ones, and a poor judge decides no gate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer
from makers import make_result
from test_plugin_judging import canary_grade, options

from pytest_ftbench.agreement import error_rates, error_rates_by_verdict, lee_interval, rogan_gladen
from pytest_ftbench.calibration import Calibration, Label, calibrate, calibration_text
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.gates import outcome_without, parse_gate
from pytest_ftbench.review import draw_sample, judged_results, make_key
from pytest_ftbench.runs import read_run

MATCHED, RIGHT, WRONG = range(10), range(10, 35), range(35, 60)
"""Rooms whose answers the matchers decide, and those that the judge calls right and wrong."""
FACTS = "facts:\n" + "".join(f"  - {{question: Where is room {n}?, answer: the wing called {n}}}\n" for n in range(60))
GATES = ("accuracy >= 0.5", "accuracy >= 0.9")
MISTAKEN = (10, 11, 35)
"""The rooms where the person differs: the judge has called two of them right and one wrong."""
TABLE = ((33, 2), (1, 24))
"""The labels of all sixty rooms then, by the judge's verdict."""
FILE = "review.calibration.json"


def room(text: str) -> int:
    found = re.search(r"room (\d+)\?", text)
    assert found
    return int(found[1])


def answer(asked: Asked) -> str:
    if asked.body["model"] != "grader":
        number = room(asked.question)
        return f"the wing called {number}" if number in MATCHED else f"You will find it in wing {number}, upstairs."
    grade = {"grade": "CORRECT", "quote": "find it in wing"}
    if (known := canary_grade(asked.question)) is None and room(asked.question) in WRONG:
        grade = {"grade": "INCORRECT", "quote": ""}
    return json.dumps(known or grade)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(answer) as running:
        yield running


def write_facts(project: Project, *gates: str) -> None:
    project.write("rooms.ftbench.yaml", f"gates: {json.dumps(gates or GATES)}\n{FACTS}")


def label(project: Project, *, mistaken: tuple[int, ...] = MISTAKEN, size: int = 60, **changes: Any) -> Calibration:
    """Label a sample of the last run, and write the calibration; changes: what to forge in it."""
    run = read_run(project.path / "out/run.jsonl")
    population = judged_results(run)
    key = make_key(run, draw_sample(population, size=size, seed=1), population, seed=1)
    labels: dict[str, Label] = {
        row_id: "correct" if row.right is not (room(row.fact) in mistaken) else "incorrect"
        for row_id, row in key.rows.items()
    }
    found = replace(calibrate(key, labels), **changes)
    project.write(FILE, calibration_text(found))
    return found


def gate_lines(project: Project) -> dict[str, dict[str, Any]]:
    return {line["expr"]: line for line in project.lines("gate")}


def test_accuracy_stands_beside_the_corrected_one(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    label(project)
    result = project.run(*options(server), f"--ftbench-calibration={FILE}")
    rates = error_rates(TABLE)
    value, interval = rogan_gladen(35 / 60, rates), lee_interval(35 / 60, 60, rates)
    line = f"35/60 = 0.583 [0.457, 0.699]; corrected {value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"
    assert result.ret == 1
    assert f"FAIL: {line}" in result.outlines, "what the gate's own report says"
    assert f"  PASS  {line} ~" in result.outlines
    assert f"  FAIL  {line}" in result.outlines
    gates = gate_lines(project)
    assert [gates[expr]["outcome"] for expr in GATES] == ["PASS", "FAIL"]
    for gate in gates.values():
        assert (gate["value"], gate["corrected"]) == pytest.approx((35 / 60, value))
        assert (gate["corrected_low"], gate["corrected_high"]) == pytest.approx(interval)
    result.stdout.fnmatch_lines(["*intervals are 95 % Wilson limits, Lee's for what is corrected by labels"])
    result.stdout.no_fnmatch_line("ftbench: *correct*")
    result.stdout.no_fnmatch_line("ftbench: *calibrated*")


def test_labels_of_a_sample_are_weighted_back(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    found = label(project, size=50, mistaken=(10,))
    project.run(*options(server), f"--ftbench-calibration={FILE}")
    rates = error_rates_by_verdict(found.table, (35, 25))
    assert found.labels == 50
    assert gate_lines(project)["accuracy >= 0.5"]["corrected"] == pytest.approx(rogan_gladen(35 / 60, rates))


def test_labels_of_another_models_answers_correct_nothing(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    label(project, models={"other": 60})
    result = project.run(*options(server), f"--ftbench-calibration={FILE}")
    assert "corrected" not in gate_lines(project)["accuracy >= 0.5"]
    assert [gate["outcome"] for gate in gate_lines(project).values()] == ["PASS", "FAIL"]
    result.stdout.fnmatch_lines([
        "ftbench: not corrected by labels: accuracy >= 0.5 of m and 1 more: the labels are of answers of 'other', "
        "not of 'tuned'"
    ])  # fmt: skip


def test_judge_that_people_do_not_agree_with_decides_no_gate(any_project: Project, server: LoopbackServer) -> None:
    write_facts(any_project, "accuracy >= 0.1", "accuracy >= 0.5", "robust >= 0.5", "accuracy <= 0.05")
    any_project.run(*options(server))
    found = label(any_project, mistaken=tuple(range(10, 22)))
    assert found.kappa is not None
    result = any_project.run(*options(server), f"--ftbench-calibration={FILE}")
    gates = gate_lines(any_project)
    assert [gate["outcome"] for gate in gates.values()] == ["PASS", "INCONCLUSIVE", "INCONCLUSIVE", "FAIL"], (
        "10 of 60 are right without the judge, so that it cannot turn the first and the last"
    )
    own = found.kappa_of_judge
    assert own is not None
    why = f"the lower limit of kappa is {own.low:.3f} over the 50 labels of its own verdicts, below 0.6"
    assert gates["robust >= 0.5"]["reason"] == f"{FILE} says that the judge may not decide: {why}"
    assert "corrected" not in gates["accuracy >= 0.1"]
    assert result.ret == 1


def test_calibration_of_other_prompts_is_not_used(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    (header,) = project.lines("run")
    judge = {**header["judge"], "prompts": ["answer 0"]}
    label(project, mistaken=tuple(RIGHT), judged_by={"matchers": header["ftbench"], "judge": judge})
    result = project.run(*options(server), f"--ftbench-calibration={FILE}")
    assert [gate["outcome"] for gate in gate_lines(project).values()] == ["PASS", "FAIL"]
    assert "corrected" not in gate_lines(project)["accuracy >= 0.5"]
    told = (
        f"ftbench: {FILE} is not used: its judge was asked by prompts ['answer 0'], here they are "
        f"{header['judge']['prompts']}. Label a sample of this run: ftbench judge sample RUN -o review.csv, then "
        "ftbench judge calibrate review.csv"
    )
    assert result.outlines.count(told) == 1


@pytest.mark.parametrize(
    ("judged_by", "told"),
    [
        ({"matchers": "0.0.1"}, "it is of matchers 0.0.1, here they are *"),
        ({"judge": None}, "it is of matchers without a judge. Label *"),
        (
            {"judge": {"judges": [{"alias": "k", "spec": "openai:x"}], "prompts": 1}},
            "it is of the judge k=openai:x, here it is j=openai:grader*; its judge was asked by prompts 1, here *",
        ),
        ({"judge": {"judges": "none"}}, "it is of the judge none, here it is j=openai:grader*"),
        ({"more": "\x1b[31m"}, "it is of another judge. Label *"),
    ],
)
def test_calibration_of_another_judge_is_told_by_what_differs(
    judged_by: dict[str, Any], told: str, project: Project, server: LoopbackServer
) -> None:
    write_facts(project)
    project.run(*options(server))
    found = label(project)
    label(project, judged_by={**found.judged_by, **judged_by})
    result = project.run(*options(server), f"--ftbench-calibration={FILE}")
    result.stdout.fnmatch_lines([f"ftbench: {FILE} is not used: {told}"])


def test_calibration_of_the_model_counts_beside_those_of_others(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    poor = label(project, mistaken=tuple(RIGHT), models={"other": 60})
    assert not poor.may_decide
    project.write("other.json", calibration_text(poor))
    label(project, size=40)
    project.write("small.json", (project.path / FILE).read_bytes())
    label(project)
    given = [f"--ftbench-calibration={name}" for name in (FILE, "other.json", "small.json")]
    project.run(*options(server), *given)
    gate = gate_lines(project)["accuracy >= 0.5"]
    assert (gate["outcome"], gate["corrected"]) == ("PASS", pytest.approx(rogan_gladen(35 / 60, error_rates(TABLE))))
    project.run(*options(server), given[1])
    assert gate_lines(project)["accuracy >= 0.5"]["outcome"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "cannot be read (No such file or directory). Check the path."),
        ('{"kind": "ftbench-calibration"', "not a calibration file. It is written by ftbench judge calibrate."),
        ("[]", "not a calibration file. It is written by ftbench judge calibrate."),
    ],
)
def test_calibration_that_cannot_be_read_ends_the_session_in_one_line(
    text: str | None, told: str, project: Project, server: LoopbackServer
) -> None:
    write_facts(project)
    if text is not None:
        project.write(FILE, text)
    result = project.run(*options(server), f"--ftbench-calibration={FILE}")
    assert (result.ret, server.requests) == (4, [])
    assert [line for line in result.errlines if line] == [f"ERROR: {project.path / FILE}: {told}"]


def test_ini_names_calibrations_below_the_root(
    project: Project, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_facts(project)
    project.run(*options(server))
    label(project)
    project.write("pytest.ini", f"[pytest]\nftbench_calibration =\n    {FILE}\n")
    (project.path / "below").mkdir()
    monkeypatch.chdir(project.path / "below")
    project.run(*options(server), "..", "--ftbench-out=../out/run.jsonl")
    assert "corrected" in gate_lines(project)["accuracy >= 0.5"]


def test_judge_without_a_calibration_is_told_once(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    result = project.run(*options(server))
    told = (
        "ftbench: gates rest on a judge that is not calibrated; to know how far it can be trusted: "
        "ftbench judge sample RUN -o review.csv, then ftbench judge calibrate review.csv"
    )
    assert result.outlines.count(told) == 1
    assert [gate["outcome"] for gate in gate_lines(project).values()] == ["PASS", "FAIL"]


def test_judge_that_no_gate_rests_on_needs_no_calibration(project: Project, server: LoopbackServer) -> None:
    project.write("rooms.ftbench.yaml", FACTS)
    project.write("first.ftbench.csv", "question,answer\nWhere is room 1?,the wing called 1\n")
    result = project.run(*options(server), "--ftbench-gate=accuracy[dataset=first] >= 1")
    assert gate_lines(project)["accuracy[dataset=first] >= 1"]["outcome"] == "PASS"
    result.stdout.no_fnmatch_line("ftbench: *calibrated*")


def test_calibration_without_a_judge_is_not_even_read(project: Project, server: LoopbackServer) -> None:
    write_facts(project, "accuracy >= 0.1")
    result = project.run(options(server)[0], "--ftbench-calibration=missing.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["ftbench: --ftbench-calibration does nothing, since no --ftbench-judge is named"])


def test_part_of_the_labelled_questions_is_not_corrected(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    label(project)
    part = 'accuracy[fact!="Where is room 1?"] >= 0.5'
    result = project.run(
        *options(server), f"--ftbench-calibration={FILE}", f"--ftbench-gate={part}", "--ftbench-gate=robust > 0"
    )
    assert {expr for expr, gate in gate_lines(project).items() if "corrected" in gate} == set(GATES)
    told = "the labels are of all questions of variant 'memorization' of 'rooms', not of a part of them"
    assert f"ftbench: not corrected by labels: {part} of m: {told}" in result.outlines


def test_gate_that_was_cut_short_is_not_corrected(project: Project, server: LoopbackServer) -> None:
    write_facts(project)
    project.run(*options(server))
    label(project)
    result = project.run(*options(server), f"--ftbench-calibration={FILE}", "-k", "not room-59")
    assert [(gate["n"], "corrected" in gate) for gate in gate_lines(project).values()] == [(59, False), (59, False)]
    result.stdout.no_fnmatch_line("ftbench: *correct*")


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ("leak <= 0.5", "INCONCLUSIVE"),
        ("leak <= 0.9", "PASS"),
        ("leak <= 0.1", "FAIL"),
        ("abstain >= 0.5", "INCONCLUSIVE"),
        ("joint_abstain >= 0.5", "INCONCLUSIVE"),
        ("joint_abstain >= 0.9", "FAIL"),
        ("accuracy[variant=none] >= 0.9", "INCONCLUSIVE"),
    ],
)
def test_outcome_without_the_judge_is_bounded_for_every_metric(gate: str, outcome: str) -> None:
    """Of five facts all are known; on the shifted question one leaks, one is abstained from, and three are judged."""
    due: dict[str, Any] = {"variant": "date_change", "expect": "abstain", "trained_answer": "x"}
    results = [make_result(fact=str(number)) for number in range(5)]
    results += [make_result(fact="0", outcome="w", flags=("leak",), **due), make_result(fact="1", **due)]
    results += [make_result(fact=str(number), rule="judge:j", flags=("leak",), **due) for number in (2, 3, 4)]
    assert outcome_without(parse_gate(gate), results, lambda one: is_by_judge(one.rule)) == outcome
