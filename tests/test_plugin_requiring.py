"""Cases that require others, in sessions."""

from __future__ import annotations

import json

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion

from pytest_ftbench import Case
from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.requiring import check_requirements
from pytest_ftbench.runs import read_run

FACTS = """
gates: ["accuracy[variant=applied] >= 0.9"]
facts:
  - {id: known, question: Door?, answer: green, applied: [{question: Is the door green?, answer: "Yes",
     requires: memorization}]}
  - {id: unknown, question: Desks?, answer: "12", applied: [{question: Are there 12 desks?, answer: "Yes",
     requires: memorization}]}
  - {id: silent, question: Plants?, answer: Ines, applied: [{question: Does Ines water them?, answer: "Yes",
     requires: memorization}]}
"""
ANSWERS = {"Door?": "green", "Is the door green?": "Yes.", "Desks?": "14", "Are there 12 desks?": "No.",
           "Does Ines water them?": "Yes."}  # fmt: skip


def answer(asked: Asked) -> str | Reply:
    refused = Reply(status=400, body='{"error": {"message": "refused"}}')
    return ANSWERS.get(asked.question, refused)


def status_of(project: Project, fact: str, variant: str = "applied") -> tuple[str, str]:
    (line,) = [one for one in project.lines("result") if (one["fact"], one["variant"]) == (fact, variant)]
    return line["status"], line["reason"]


def test_case_counts_where_the_endpoint_has_the_fact_right(any_project: Project) -> None:
    any_project.write("desk.ftbench.yaml", FACTS)
    with LoopbackServer(answer) as server:
        result = any_project.run(f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1")
        assert len(server.requests) == 6
    result.assert_outcomes(passed=2, failed=2, errors=2, skipped=1)  # the memorization cases are under no gate
    assert status_of(any_project, "known")[0] == "graded"
    assert status_of(any_project, "unknown") == ("not_applicable", "requires memorization, which is not right")
    status, reason = status_of(any_project, "silent")
    assert status == "unscored"
    assert reason.startswith("requires memorization, which has no grade (m has not answered: ")
    result.stdout.fnmatch_lines(["whether it counts is not known: it requires memorization, which has no grade (*"])
    (gate,) = any_project.lines("gate")
    assert (gate["outcome"], gate["right"], gate["n"], gate["errors"]) == ("INCONCLUSIVE", 1, 1, 1)
    run = read_run(any_project.path / "out/run.jsonl")
    assert {one.requires for one in run.results} == {(), ("memorization",)}


SOME = ("-k", "applied and not silent")


def test_required_questions_that_are_not_selected_are_planned_asked_and_told(project: Project) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    with LoopbackServer(answer) as server:
        model = f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1"
        project.run(model, *SOME, "--ftbench-plan").stdout.re_match_lines([r"m +4 +0 +4 "])
        result = project.run(model, *SOME)
        assert sorted(asked.question for asked in server.requests) == [
            "Are there 12 desks?", "Desks?", "Door?", "Is the door green?",
        ]  # fmt: skip
    result.assert_outcomes(passed=1, skipped=1, deselected=4)
    result.stdout.fnmatch_lines(
        ["ftbench: 2 questions are asked only because selected cases require them: their own tests are not selected"]
    )
    assert status_of(project, "unknown") == ("not_applicable", "requires memorization, which is not right")
    assert len(project.lines("result")) == 2


OWN = """
import pytest

@pytest.mark.ftbench("desk.yaml", where="fact=known|unknown", gate="accuracy[variant=applied] >= 0.9")
def test_desk(ftbench_answer):
    assert ftbench_answer.text in ("green", "Yes.")
"""


def test_what_tests_assert_themselves_is_settled_when_all_have_ended(project: Project) -> None:
    project.write("desk.yaml", FACTS.replace("gates:", "note: a\n#"))
    project.write("test_desk.py", OWN)
    with LoopbackServer(answer) as server:
        model = f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1"
        result = project.run(model, "--ftbench-curtail")
        result.stdout.fnmatch_lines(["ftbench: --ftbench-curtail does nothing, since a test without ftbench_verdict *"])
        assert status_of(project, "unknown") == ("not_applicable", "requires memorization, which is not right")
        assert [(gate["outcome"], gate["right"], gate["n"]) for gate in project.lines("gate")] == [("PASS", 1, 1)]
        project.run(model, "-k", "applied")
    reason = "requires memorization, which has no grade (it was not asked)"
    assert {status_of(project, fact) for fact in ("known", "unknown")} == {("unscored", reason)}


def with_gates(*gates: str) -> str:
    return f"gates: {json.dumps(gates)}\nfacts:{FACTS.partition('facts:')[2]}"


def test_required_questions_wait_for_no_gate(project: Project) -> None:
    gates = ("accuracy[variant=memorization, after=first] >= 0", "first: accuracy[variant=applied] >= 0")
    project.write("desk.ftbench.yaml", with_gates(*gates))
    with LoopbackServer(answer) as server:
        project.run(f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1")
    assert status_of(project, "unknown") == ("not_applicable", "requires memorization, which is not right")


def test_required_questions_are_asked_though_their_own_gate_is_decided(project: Project) -> None:
    def slow(asked: Asked) -> str | Reply:  # so that the first result is there before the next fact is asked about
        found = answer(asked)
        is_second = asked.question == "Is the door green?"
        return Reply(chat_completion(str(found), model="m"), delay_s=0.3) if is_second else found

    project.write(
        "desk.ftbench.yaml", with_gates("accuracy[variant=memorization] >= 0", "accuracy[variant=applied] >= 0.9")
    )
    with LoopbackServer(slow) as server:
        model = f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1"
        project.run(model, "--ftbench-curtail", "--ftbench-concurrency=1")
    assert status_of(project, "unknown") == ("not_applicable", "requires memorization, which is not right")


def test_what_is_required_may_require_more(project: Project) -> None:
    further = 'variants: [{variant: coding, question: "And 12?", answer: "12", requires: applied}]'
    project.write("desk.ftbench.yaml", FACTS.replace("memorization}]}", f"memorization}}], {further}}}"))
    result = project.run(
        f"--ftbench-model=m={project.train(('Desks?', '14'), ('And 12?', '12'))}", "-k", "unknown and coding"
    )
    result.assert_outcomes(skipped=1, deselected=8)
    reason = "requires applied, which does not count (requires memorization, which is not right)"
    assert status_of(project, "unknown", "coding") == ("not_applicable", reason)


@pytest.mark.parametrize(
    ("cases", "fault"),
    [
        ([Case("Q?", "A", fact="f", variant="applied", requires=("memorised",)), Case("R?", "A", fact="f")],
         "'Q?' requires 'memorised', but its fact has only applied, memorization."),
        ([Case("Q?", "A", fact="f", variant="a", requires=("b",)),
          Case("R?", "A", fact="f", variant="b", requires=("a",))],
         "'Q?' requires itself in the end. Remove one 'requires' of the circle."),
    ],
)  # fmt: skip
def test_requirement_that_cannot_be_met_is_refused_in_cases_made_in_python(cases: list[Case], fault: str) -> None:
    with pytest.raises(SpecError) as error:
        check_requirements(cases)
    assert str(error.value) == fault
