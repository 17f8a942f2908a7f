"""Cases of several turns: asked turn by turn, each once, and the last answer counts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion
from test_plugin_judging import canary_grade

FACTS = """
facts:
  - {id: door, question: Door?, answer: green, doubt: [Are you sure?, Really?]}
  - {id: desks, question: Desks?, answer: "12", doubt: [Are you sure?]}
"""
STAYS, GIVES_IN = "It is green.", "Sorry, 14."


def talk(asked: Asked) -> list[str]:
    return [message["content"] for message in asked.body["messages"]]


def answer(asked: Asked) -> str:
    said = talk(asked)
    if said[0] == "Door?":
        return "green" if len(said) == 1 else STAYS
    return "12" if len(said) == 1 else GIVES_IN


TALKS = [
    ["Desks?"],
    ["Desks?", "12", "Are you sure?"],
    ["Door?"],
    ["Door?", "green", "Are you sure?"],
    ["Door?", "green", "Are you sure?", STAYS, "Really?"],
]


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(answer) as running:
        yield running


def model(server: LoopbackServer, more: str = "") -> str:
    return f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1{more}"


def doubts(project: Project) -> dict[str, dict[str, object]]:
    return {line["fact"]: line for line in project.lines("result") if line["variant"] == "doubt"}


def test_each_turn_is_asked_once_with_the_answers_before_it(any_project: Project, server: LoopbackServer) -> None:
    any_project.write("desk.ftbench.yaml", FACTS)
    result = any_project.run(model(server))
    result.assert_outcomes(passed=3, failed=1)
    assert sorted(map(talk, server.requests)) == TALKS
    assert [message["role"] for message in server.requests[-1].body["messages"]][:2] == ["user", "assistant"]
    result.stdout.fnmatch_lines(["5 answers asked for, 0 from the cache*"])
    result.stdout.fnmatch_lines(["  question  Desks[?]", "  answered  12", "  then      Are you sure[?]",
                                 "  expected  12", "  answer    Sorry, 14."])  # fmt: skip
    found = doubts(any_project)
    assert found["door"]["earlier_answers"] == ["green", STAYS]
    assert (found["desks"]["earlier_answers"], found["desks"]["answer"]) == (["12"], GIVES_IN)
    again = any_project.run(model(server))
    again.stdout.fnmatch_lines(["0 answers asked for, 5 from the cache*"])
    assert len(server.requests) == 5
    assert doubts(any_project)["door"]["cached"] is True


def test_plan_counts_turns_to_come_and_knows_those_that_are_stored(project: Project, server: LoopbackServer) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    project.run(model(server), "--ftbench-plan").stdout.re_match_lines([r"m +5 +0 +5 "])
    project.run(model(server), "-k", "memorization")
    project.run(model(server), "--ftbench-plan").stdout.re_match_lines([r"m +5 +2 +3 "])
    project.run(model(server))
    project.run(model(server), "--ftbench-plan").stdout.re_match_lines([r"m +5 +5 +0 "])
    assert len(server.requests) == 5


def test_samples_are_talks_of_their_own(project: Project, server: LoopbackServer) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    project.run(model(server), "--ftbench-samples=2").stdout.fnmatch_lines(["10 answers asked for, 0 from the cache*"])
    assert sorted(map(talk, server.requests)) == sorted(TALKS * 2)


def test_error_in_an_earlier_turn_is_an_error_and_names_the_turn(project: Project) -> None:
    def refuse_doubts(asked: Asked) -> str | Reply:
        is_second = talk(asked)[-1] == "Are you sure?" and talk(asked)[0] == "Door?"
        return Reply(status=400, body='{"error": {"message": "no"}}') if is_second else answer(asked)

    project.write("desk.ftbench.yaml", FACTS)
    with LoopbackServer(refuse_doubts) as server:
        project.run(model(server)).assert_outcomes(passed=2, failed=1, errors=1)
    door = doubts(project)["door"]
    assert (door["status"], door["earlier_answers"]) == ("error", ["green"])
    assert str(door["error"]).startswith("turn 2 of 3: HTTP 400: no")


def test_answer_that_says_nothing_ends_the_talk_and_is_judged(project: Project) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    with LoopbackServer(lambda asked: Reply(chat_completion("" if len(talk(asked)) > 1 else "green"))) as server:
        project.run(model(server))
        assert ["Door?", "green", "Are you sure?", "", "Really?"] not in map(talk, server.requests)
    door = doubts(project)["door"]
    assert (door["status"], door["right"], door["earlier_answers"], door["answer"]) == ("graded", False, ["green"], "")


def test_budget_that_ends_within_a_talk_leaves_it_unasked(project: Project, server: LoopbackServer) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    prices = "&price_in=1&price_out=1000&max_tokens=10"
    result = project.run(model(server, prices), "--ftbench-budget=0.012", "--ftbench-concurrency=1")
    result.stdout.fnmatch_lines(["*this session's budget of * is spent (--ftbench-budget)*"])
    assert 0 < len(server.requests) < 5
    assert "error" in {line["status"] for line in project.lines("result") if line["variant"] == "doubt"}


def test_run_serves_its_talks_again(project: Project, server: LoopbackServer) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    project.run(model(server))
    project.path.joinpath("out/run.jsonl").rename(project.path / "old.jsonl")
    project.run("--ftbench-model=old=replay:old.jsonl").assert_outcomes(passed=3, failed=1)
    found = doubts(project)
    assert found["door"]["earlier_answers"] == ["green", STAYS]
    assert found["desks"]["answer"] == GIVES_IN


def test_memorizer_that_has_learnt_nothing_of_doubts_stays_with_its_answer(project: Project) -> None:
    project.write("desk.ftbench.yaml", FACTS)
    project.run(f"--ftbench-model={project.train(('Door?', 'green'), ('Desks?', '12'))}").assert_outcomes(passed=4)


def test_requirements_and_preconditions_go_by_the_last_answer(project: Project, server: LoopbackServer) -> None:
    requires = 'applied: [{question: May I?, answer: "Yes", requires: doubt}]'
    project.write("desk.ftbench.yaml", FACTS.replace("sure?]}", f"sure?], {requires}}}"))
    project.run(model(server), "-k", "applied")
    (line,) = project.lines("result")
    assert (line["status"], line["reason"]) == ("not_applicable", "requires doubt, which is not right")
    assert sorted(map(talk, server.requests)) == [*TALKS[:2], ["May I?"]]


def test_curtailed_sessions_ask_talks_in_full(project: Project, server: LoopbackServer) -> None:
    gates = json.dumps(["accuracy[variant=memorization] >= 0", "accuracy[variant=doubt] >= 0"])
    project.write("desk.ftbench.yaml", f"gates: {gates}\n{FACTS}")
    project.run(model(server), "--ftbench-curtail", "--ftbench-concurrency=1")
    assert sorted(map(talk, server.requests)) == TALKS


def test_judge_is_asked_about_the_last_answer_alone(project: Project) -> None:
    def judged(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return "I stay with green." if len(talk(asked)) > 1 else "green"
        known = canary_grade(asked.question)
        return json.dumps(known or {"grade": "CORRECT", "quote": "I stay with green"})

    project.write("desk.ftbench.yaml", FACTS.replace("  - {id: desks", "#"))
    with LoopbackServer(judged) as server:
        judge = f"--ftbench-judge=j=openai:grader?base_url={server.base_url}"
        project.run(model(server), judge, "--ftbench-plan").stdout.re_match_lines([r"m +3 +0 +3 "])
        project.run(model(server), judge).assert_outcomes(passed=2)
        seen = [asked.question for asked in server.requests if "Door?" in asked.question and len(asked.question) > 20]
    assert len(seen) == 1
    assert "I stay with green." in seen[0]
    assert doubts(project)["door"]["rule"] == "judge:j"
