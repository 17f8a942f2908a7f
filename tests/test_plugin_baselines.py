"""Sessions that are compared: with a recorded run, with another endpoint, with nothing yet."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer

ROOMS = "question,answer\n" + "".join(f"Where is room {n}?,wing {n}\n" for n in range(10))


def serve(known: Mapping[str, int]) -> LoopbackServer:
    """Models that know so many of the rooms, by name."""

    def answer(asked: Asked) -> str:
        room = int(asked.question.split()[3][:-1])
        return f"wing {room}" if room < known[asked.body["model"]] else "I don't know."

    return LoopbackServer(answer)


def model(server: LoopbackServer, name: str, option: str = "--ftbench-model", alias: str = "m") -> str:
    return f"{option}={alias}=openai:{name}?base_url={server.base_url}"


def outcomes(project: Project) -> dict[str, str]:
    return {line["expr"]: line["outcome"] for line in project.lines("gate")}


GATES = {
    "drop <= 0.05": "FAIL",
    "drop <= 0.3": "PASS",
    "lost <= 1": "FAIL",
    "lost <= 2": "PASS",
    "retention >= 0.8": "FAIL",
}


def test_run_before_is_compared_with_case_by_case(any_project: Project) -> None:
    any_project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 9, "new": 7}) as server:
        any_project.run(model(server, "old"), "--ftbench-save=before", "--ftbench-gate=accuracy >= 0")
        gates = [f"--ftbench-gate={gate}" for gate in GATES]
        result = any_project.run(model(server, "new"), "--ftbench-compare=before", *gates)
    assert outcomes(any_project) == GATES
    result.stdout.fnmatch_lines(
        ["before  m of before (*", "now     m of this session", "*2 lost:*", "    now  *I don't know."]
    )
    assert {line["endpoint"] for line in any_project.lines("result")} == {"m"}


def test_model_is_compared_with_and_no_gate_is_about_it(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 2, "new": 9}) as server:
        baseline = model(server, "old", "--ftbench-baseline-model", "base")
        gates = ["accuracy >= 0.9", "uplift >= 0.7", "retention >= 1", "lost <= 0"]
        result = project.run(model(server, "new"), baseline, *(f"--ftbench-gate={gate}" for gate in gates))
        assert len(server.requests) == 20
    assert result.ret == 0
    assert outcomes(project) == dict.fromkeys(gates, "PASS")
    assert {gate["endpoint"] for gate in project.lines("gate")} == {"m"}
    result.stdout.fnmatch_lines(["before  base of this session"])


def test_baseline_model_without_an_alias_is_called_baseline_and_its_misses_fail_nothing(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 0, "new": 10}) as server:
        spec = f"--ftbench-baseline-model=openai:old?base_url={server.base_url}"
        result = project.run(model(server, "new"), spec)
    assert result.ret == 0
    assert {line["endpoint"] for line in project.lines("result")} == {"m", "baseline"}


def test_first_run_has_no_baseline_yet_is_saved_and_inconclusive(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 9}) as server:
        arguments = (model(server, "old"), "--ftbench-compare=release", "--ftbench-gate=drop <= 0.1")
        first = project.run(*arguments)
        assert (first.ret, outcomes(project)) == (1, {"drop <= 0.1": "INCONCLUSIVE"})
        first.stdout.fnmatch_lines(["*there is no run 'release' yet*", "*this session is saved under that name*"])
        second = project.run(*arguments)
    assert (second.ret, outcomes(project)) == (0, {"drop <= 0.1": "PASS"})
    first.stdout.no_fnmatch_line("*Traceback*")


def test_case_that_is_gone_cannot_turn_a_comparison_green_unseen(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10, "new": 8}) as server:
        project.run(model(server, "old"), "--ftbench-save=before", "--ftbench-gate=accuracy >= 0")
        project.write("rooms.ftbench.csv", "\n".join(ROOMS.splitlines()[:9]) + "\n")
        arguments = (model(server, "new"), "--ftbench-compare=before", "--ftbench-gate=drop <= 0.05")
        result = project.run(*arguments)
        assert (result.ret, outcomes(project)) == (1, {"drop <= 0.05": "INCONCLUSIVE"})
        result.stdout.fnmatch_lines(["*2 cases of the run before are missing now*"])
        allowed = project.run(*arguments, "--ftbench-allow=removed")
        assert (allowed.ret, outcomes(project)) == (0, {"drop <= 0.05": "PASS"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("other judge", "*the judges differ*"),
        ("crashed", "*did not come to its end*"),
        ("other questions", "*no question is in both runs*"),
        ("one question", "*only one question is in both runs*"),
        ("other sampling", "*sampling differs: temperature*"),
    ],
)
def test_what_speaks_against_a_comparison_is_said_and_never_green(project: Project, change: str, reason: str) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        project.run(model(server, "old"), "--ftbench-gate=accuracy >= 0")
        before = project.path / "out" / "run.jsonl"
        lines = [json.loads(line) for line in before.read_text().splitlines()]
        results = [line for line in lines if line["kind"] == "result"]
        if change == "other judge":
            lines[0]["judge"] = {"judges": [{"alias": "j", "spec": "openai:x"}], "prompts": ["answer/1"]}
        elif change == "crashed":
            lines = lines[:-1]
        elif change == "other questions":
            for line in results:
                line["content"], line["case"] = "0" * 16, "else"
        elif change == "one question":
            lines = [line for line in lines if line not in results[1:]]
        else:
            lines[0]["sampling"]["m"]["temperature"] = 0.7
        project.write("before.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        result = project.run(model(server, "old"), "--ftbench-compare=before.jsonl", "--ftbench-gate=drop <= 0.05")
    assert (result.ret, outcomes(project)) == (1, {"drop <= 0.05": "INCONCLUSIVE"})
    result.stdout.fnmatch_lines([reason])


def test_run_of_a_newer_schema_is_refused_by_its_number(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    project.write("before.jsonl", '{"kind": "run", "schema": 99, "id": "x"}\n')
    with serve({"old": 10}) as server:
        result = project.run(model(server, "old"), "--ftbench-compare=before.jsonl")
        assert server.requests == []
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*before.jsonl*schema 99*"])


def test_gate_on_what_changed_without_a_baseline_says_what_to_pass(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        result = project.run(model(server, "old"), "--ftbench-gate=drop <= 0.05")
    assert outcomes(project) == {"drop <= 0.05": "INCONCLUSIVE"}
    result.stdout.fnmatch_lines(["*there is nothing to compare with: pass --ftbench-compare=RUN*"])


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--ftbench-compare=no/such.jsonl",), "ERROR: no/such.jsonl: cannot be read*"),
        (("--ftbench-allow=jugde",), "ERROR: --ftbench-allow 'jugde': no such reason. Did you mean 'judge'?*"),
        (
            ("--ftbench-baseline-model=m=openai:x?base_url=URL",),
            "ERROR: the baseline model is called like the model 'm'*",
        ),
    ],
)
def test_mistakes_are_one_line(project: Project, options: tuple[str, ...], line: str) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        result = project.run(model(server, "old"), *(text.replace("URL", server.base_url) for text in options))
        assert server.requests == []
    assert result.ret == 4
    result.stderr.fnmatch_lines([line])


def test_endpoint_of_the_run_is_named_where_it_has_several(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10, "older": 2}) as server:
        both = (model(server, "old", alias="a"), model(server, "older", alias="b"))
        project.run(*both, "--ftbench-save=both", "--ftbench-gate=accuracy >= 0")
        unclear = project.run(model(server, "old"), "--ftbench-compare=both")
        assert unclear.ret == 4
        unclear.stderr.fnmatch_lines(
            ["ERROR: --ftbench-compare 'both': which endpoint is 'm' compared with?*both#ALIAS."]
        )
        project.run(model(server, "old"), "--ftbench-compare=both#b", "--ftbench-gate=uplift >= 0.8")
    assert outcomes(project) == {"uplift >= 0.8": "PASS"}


def test_chosen_tests_are_compared_without_failing_the_session(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        project.run(model(server, "old"), "--ftbench-save=before", "--ftbench-gate=accuracy >= 0")
        result = project.run(
            model(server, "old"), "--ftbench-compare=before", "--ftbench-gate=drop <= 0", "-k", "room-3"
        )
    assert result.ret == 0
    assert outcomes(project) == {"drop <= 0": "INCONCLUSIVE"}


FACTS = """\
facts:
  - {id: new, question: Where is room 4?, answer: wing 4, precondition: unknown}
  - {id: trained, question: Where is room 1?, answer: wing 1, precondition: unknown}
  - {id: kept, question: Where is room 2?, answer: wing 2, precondition: known}
  - {id: never, question: Where is room 5?, answer: wing 5, precondition: known}
  - {id: moved, question: Where is room 3?, answer: wing 30, answer_before: wing 3, precondition: knew_old}
  - {id: plain, question: Where is room 0?, answer: wing 0}
"""
STATUSES = {
    "new": "graded", "trained": "not_applicable", "kept": "graded", "never": "not_applicable", "moved": "graded",
    "plain": "graded",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["model", "run"])
def test_case_whose_precondition_is_unmet_is_shown_and_not_counted(any_project: Project, kind: str) -> None:
    any_project.write("rooms.ftbench.yaml", FACTS)
    with serve({"old": 4, "new": 9}) as server:
        if kind == "model":
            baseline = model(server, "old", "--ftbench-baseline-model", "base")
        else:
            any_project.run(model(server, "old"), "--ftbench-save=before", "--ftbench-gate=accuracy >= 0")
            baseline = "--ftbench-compare=before"
        result = any_project.run(model(server, "new"), baseline, "--ftbench-gate=accuracy >= 0.7")
    lines = [line for line in any_project.lines("result") if line["endpoint"] == "m"]
    assert {line["fact"]: line["status"] for line in lines} == STATUSES
    gate = any_project.lines("gate")[0]
    assert (gate["right"], gate["n"], gate["outcome"], result.ret) == (3, 4, "PASS", 0)
    result.stdout.fnmatch_lines(["memorization*3/4*2 n/a*"])


def test_precondition_without_a_baseline_does_not_count_and_is_said(project: Project) -> None:
    project.write("rooms.ftbench.yaml", FACTS)
    with serve({"new": 9}) as server:
        result = project.run(model(server, "new"), "--ftbench-gate=accuracy >= 0.7")
    assert project.lines("gate")[0]["n"] == 6
    result.stdout.fnmatch_lines(["ftbench: 5 cases have a precondition, which only a baseline can decide*"])


def test_precondition_that_nobody_can_decide_is_an_error(project: Project) -> None:
    project.write("rooms.ftbench.yaml", FACTS)
    with serve({"old": 4, "new": 9}) as server:
        project.run(model(server, "old"), "--ftbench-save=before", "--ftbench-gate=accuracy >= 0")
        project.write(
            "rooms.ftbench.yaml",
            FACTS + "  - {id: x, question: Where is room 8?, answer: wing 8, precondition: known}\n",
        )
        project.run(model(server, "new"), "--ftbench-compare=before", "--ftbench-gate=accuracy >= 0.7")
    (line,) = [line for line in project.lines("result") if line["fact"] == "x"]
    assert line["status"] == "error"
    assert line["error"] == "its precondition 'known' cannot be decided: before has no graded answer to it"


def test_run_that_was_cut_is_no_baseline_unless_allowed(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        project.run(
            model(server, "old"), "--ftbench-save=cut", "--ftbench-gate=accuracy >= 0", "-k", "room-3 or room-4"
        )
        arguments = (model(server, "old"), "--ftbench-compare=cut", "--ftbench-gate=drop <= 0")
        result = project.run(*arguments)
        assert (result.ret, outcomes(project)) == (1, {"drop <= 0": "INCONCLUSIVE"})
        result.stdout.fnmatch_lines(["*cut holds 2 of the 10 cases that its session planned*"])
        assert project.run(*arguments, "--ftbench-allow=interrupted").ret == 0


def test_nothing_applicable_is_nothing_measured(project: Project) -> None:
    project.write("rooms.ftbench.csv", "question,answer,precondition\nWhere is room 1?,wing 1,unknown\n")
    with serve({"old": 4, "new": 9}) as server:
        baseline = model(server, "old", "--ftbench-baseline-model", "base")
        result = project.run(model(server, "new"), baseline)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["ftbench: nothing was measured*"])


def test_unmet_precondition_does_not_keep_the_baseline_model_from_being_compared_with(project: Project) -> None:
    project.write("rooms.ftbench.yaml", FACTS)
    with serve({"old": 4, "new": 9}) as server:
        baseline = model(server, "old", "--ftbench-baseline-model", "base")
        project.run(model(server, "new"), baseline, "--ftbench-gate=uplift >= 0")
    assert outcomes(project) == {"uplift >= 0": "PASS"}


def test_reducing_needs_all_samples_of_both(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        project.run(model(server, "old"), "--ftbench-save=one", "--ftbench-gate=accuracy >= 0")
        gate = "--ftbench-gate=lost[reduce=all] <= 1"
        project.run(model(server, "old"), "--ftbench-compare=one", gate, "--ftbench-samples=2")
    assert outcomes(project) == {"lost[reduce=all] <= 1": "INCONCLUSIVE"}


def test_file_that_is_not_there_is_no_name_of_a_run(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve({"old": 10}) as server:
        result = project.run(model(server, "old"), "--ftbench-compare=such.jsonl")
        assert server.requests == []
    assert result.ret == 4


def test_baseline_is_asked_what_only_later_gates_need(project: Project) -> None:
    """No gate is about it, so none could release its questions."""
    project.write("rooms.ftbench.csv", ROOMS)
    gates = ("--ftbench-gate=known: accuracy[case=never] <= 1", "--ftbench-gate=uplift[after=known] >= 0")
    with serve({"old": 4, "new": 9}) as server:
        project.run(model(server, "new"), model(server, "old", "--ftbench-baseline-model", "base"), *gates)
    lines = [line for line in project.lines("result") if line["endpoint"] == "base"]
    assert [line["status"] for line in lines] == ["graded"] * 10
