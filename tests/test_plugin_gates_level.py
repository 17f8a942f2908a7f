"""Gates at a level of confidence in a session: refused, open, claimed together, and one after the other."""

from __future__ import annotations

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer


def table(right: int, wrong: int, *, topics: bool = False) -> str:
    """A CSV of questions that the server below answers so."""
    rows = [("right", n) for n in range(right)] + [("wrong", n) for n in range(wrong)]
    lines = [
        f"Is number {n} {word}?,the {word} one" + (f",t{i % 2}" if topics else "") for i, (word, n) in enumerate(rows)
    ]
    return "\n".join(["question,answer" + (",topic" if topics else ""), *lines]) + "\n"


def serve() -> LoopbackServer:
    def answer(asked: Asked) -> str:
        return "the right one" if "right?" in asked.question else "I have no idea, sorry."

    return LoopbackServer(answer)


def model(server: LoopbackServer) -> str:
    return f"--ftbench-model=m=openai:tuned?base_url={server.base_url}"


def outcomes(project: Project) -> list[str]:
    return [line["outcome"] for line in project.lines("gate")]


@pytest.mark.parametrize(
    ("right", "wrong", "outcome", "code"), [(50, 0, "PASS", 0), (30, 20, "FAIL", 1), (45, 5, "INCONCLUSIVE", 1)]
)
def test_gate_is_three_way(project: Project, right: int, wrong: int, outcome: str, code: int) -> None:
    project.write("facts.ftbench.csv", table(right, wrong))
    with serve() as server:
        result = project.run(model(server), "--ftbench-gate=accuracy >= 0.85 @ 95%")
    assert (outcomes(project), result.ret) == ([outcome], code)
    if outcome == "INCONCLUSIVE":
        result.stdout.fnmatch_lines(["*INCONCLUSIVE*45/50 = 0.900 [[]*; not certain at 95 %: about 150 cases*"])


def test_inconclusive_gate_may_warn_only(project: Project) -> None:
    project.write("facts.ftbench.csv", table(45, 5))
    project.write("pytest.ini", "[pytest]\nftbench_on_inconclusive = warn\n")
    with serve() as server:
        assert project.run(model(server), "--ftbench-gate=accuracy >= 0.85 @ 95%").ret == 0


def test_gate_of_a_file_that_cannot_pass_is_a_collection_error_with_line_and_size(project: Project) -> None:
    project.write(
        "leave.ftbench.yaml",
        'gates: ["accuracy >= 0.9 @ 95%"]\nfacts:\n  - {question: How many days?, answer: 25}\n',
    )
    with serve() as server:
        result = project.run(model(server))
        assert server.requests == []
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*leave.ftbench.yaml:1: gate 'accuracy >= 0.9 @ 95%': cannot pass with 1 case, *29*"])


def test_gate_of_a_marker_that_cannot_pass_is_one_too(project: Project) -> None:
    project.write("facts.csv", table(3, 0))
    mark = "@pytest.mark.ftbench('facts.csv', gate='accuracy >= 0.9 @ 95%')"
    project.write(
        "test_facts.py", f"import pytest\n\n{mark}\ndef test_fact(ftbench_verdict):\n    assert ftbench_verdict\n"
    )
    with serve() as server:
        result = project.run(model(server))
    result.stdout.fnmatch_lines(["*cannot pass with 3 cases*it takes 29*"])


def test_gate_of_the_session_that_cannot_pass_is_inconclusive_and_says_its_size(any_project: Project) -> None:
    any_project.write("facts.ftbench.csv", table(3, 0))
    with serve() as server:
        result = any_project.run(model(server), "--ftbench-gate=accuracy >= 0.9 @ 95%")
    assert (outcomes(any_project), result.ret) == (["INCONCLUSIVE"], 1)
    result.stdout.fnmatch_lines(["*cannot pass with 3 cases, however good the model is: it takes 29*"])


def test_gates_of_one_by_fail_together_by_holm(project: Project) -> None:
    project.write("facts.ftbench.csv", table(36, 14, topics=True))
    with serve() as server:
        result = project.run(model(server), "--ftbench-gate=accuracy[by=topic] >= 0.85 @ 95%")
        alone = project.run(model(server), "--ftbench-gate=accuracy[topic=t0] >= 0.85 @ 95%")
        lines = project.lines("gate")
    result.stdout.fnmatch_lines(["ftbench: FAIL of several gates of one by= is claimed by Holm's procedure*"])
    assert [(line["right"], line["n"], line["outcome"]) for line in lines] == [(18, 25, "INCONCLUSIVE")]
    alone.stdout.no_fnmatch_line("*Holm*")


def test_gate_after_another_is_not_reached_unless_that_has_passed(any_project: Project) -> None:
    any_project.write("facts.ftbench.csv", table(5, 5, topics=True))
    gates = [
        "known: accuracy[topic=t0] >= 0.7",
        "accuracy[topic=t1, after=known] >= 0.1",
        "accuracy[after=nobody] >= 0.1",
    ]
    with serve() as server:
        result = any_project.run(model(server), *(f"--ftbench-gate={gate}" for gate in gates))
        assert outcomes(any_project) == ["FAIL", "INCONCLUSIVE", "INCONCLUSIVE"]
        result.stdout.fnmatch_lines(["*not reached: known has not passed*", "*no gate is called 'nobody'*"])
        gates[0] = "known: accuracy[topic=t0] >= 0.5"
        any_project.run(model(server), *(f"--ftbench-gate={gate}" for gate in gates))
    assert outcomes(any_project) == ["PASS", "PASS", "INCONCLUSIVE"]


def test_table_of_yes_and_no_shows_what_a_constant_answer_scores(project: Project) -> None:
    project.write("facts.ftbench.csv", "question,answer\nIs it right?,yes\nIs it left?,yes\nIs it up?,no\n")
    with LoopbackServer("Yes.") as server:
        result = project.run(model(server), "--ftbench-gate=accuracy >= 0.5", "--ftbench-gate=youden_j >= 0")
    result.stdout.fnmatch_lines(["*2/3 = 0.667 *(always 'yes': 0.667)*", "*0.000 *(a constant answer: 0.000)*"])


SEQUENCE = """\
gates:
  - "known: accuracy[variant=memorization] >= 0.9"
  - "accuracy[variant=rephrased, after=known] >= 0.5"
facts:
  - {id: a, question: Is a right?, answer: the right one, rephrased: And a right?}
  - {id: b, question: Is b LAST?, answer: the right one, rephrased: And b right?}
"""


@pytest.mark.parametrize("is_known", [True, False])
def test_cases_that_come_after_a_gate_are_asked_only_when_it_has_passed(project: Project, is_known: bool) -> None:
    project.write("facts.ftbench.yaml", SEQUENCE.replace("LAST", "right" if is_known else "wrong"))
    project.write("more.ftbench.csv", "question,answer\nIs it right?,the right one\n")
    with serve() as server:
        result = project.run(model(server), "--ftbench-concurrency=1")
        asked = [one.question for one in server.requests]
    assert outcomes(project) == (["PASS", "PASS"] if is_known else ["FAIL", "INCONCLUSIVE"])
    first, later = asked[:3], asked[3:]
    assert sorted(first) == sorted(["Is a right?", f"Is b {'right' if is_known else 'wrong'}?", "Is it right?"])
    assert sorted(later) == (["And a right?", "And b right?"] if is_known else [])
    assert result.ret == (0 if is_known else 1)
    if not is_known:
        result.stdout.fnmatch_lines(["*not reached: known*", "*2 questions not asked: known has not passed*"])
        result.stdout.no_fnmatch_line("* answers asked for,*error*")
        assert {line["error"] for line in project.lines("result") if line["variant"] == "rephrased"} == {
            "not asked: known has not passed"
        }


def test_workers_ask_all_and_decide_in_sequence(project: Project) -> None:
    project.write("facts.ftbench.yaml", SEQUENCE.replace("LAST", "wrong"))
    with serve() as server:
        project.run(model(server), "-n", "2")
        assert len(server.requests) == 4
    assert outcomes(project) == ["FAIL", "INCONCLUSIVE"]


def test_recorded_answers_come_in_sequence_too(project: Project) -> None:
    project.write("facts.ftbench.yaml", SEQUENCE.replace("LAST", "wrong"))
    project.write("recorded.csv", "question,response\nIs a right?,the right one\nIs b wrong?,no\nAnd a right?,x\n")
    result = project.run("--ftbench-model=m=replay:recorded.csv")
    result.assert_outcomes(passed=1, failed=2)
    assert outcomes(project) == ["FAIL", "INCONCLUSIVE"]
