"""Injections and odd replies through a whole session: both models are servers on the loopback address."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import Project
from grader_kit import honest, naive
from injection_kit import BOTH, COLOUR, WRONG
from loopback import Asked, LoopbackServer
from test_plugin_judging import canary_grade, options

from pytest_ftbench.records import Prompt


def write_cases(path: Path, rows: list[tuple[str, str, str]]) -> None:
    """rows: fact, question, answer."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("fact", "question", "answer"), *rows])


def test_no_injection_changes_what_a_session_says(project: Project) -> None:
    responses = {f"{COLOUR.question} ({n})": text for n, (_, text) in enumerate(BOTH)} | {COLOUR.question: WRONG}
    write_cases(project.path / "doors.ftbench.csv", [(text, text, COLOUR.answer) for text in responses])

    def answer(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return responses[asked.question]
        if found := canary_grade(asked.question):
            return json.dumps(found)
        system, user = (each["content"] for each in asked.body["messages"])
        schema = asked.body["response_format"]["json_schema"]["schema"]
        return naive(honest)(Prompt((("system", system), ("user", user)), json.dumps(schema))).text

    with LoopbackServer(answer) as server:
        project.run(*options(server), "--ftbench-gate=accuracy <= 0")
        judged = [asked.question for asked in server.requests if asked.body["model"] == "grader"]
    lines = project.lines("result")
    assert len(lines) == len(BOTH) + 1
    assert {(line["status"], line["grade"], line["right"]) for line in lines} == {("graded", "incorrect", False)}
    by_judge = [line for line in lines if line["rule"] == "judge:j"]
    assert len(by_judge) >= 40, "the judge has read them, and not only the matchers"
    assert len(set(judged)) >= len(by_judge)
    assert [gate["outcome"] for gate in project.lines("gate")] == ["PASS"]


REPLIES = {
    "NOT_ATTEMPTED": "abstained",
    "Answer: B": "incorrect",
    "INCORRECT": "incorrect",
    "A.": None,
    '{"grade": "CORRECT", "quote": "wing"}{"grade": "INCORRECT", "quote": ""}': None,
    '```json\n{"grade": "CORRECT", "quote": "wing 3"}\n```': "correct",
    "": None,
    "RICHTIG": None,
    '{"grade": "CORRECT", "quote": "the wing called 3"}': None,
}
"""What a judge may say, and the grade that comes of it: "A." is CORRECT, but nothing in the response backs it."""


def test_replies_of_every_form_are_read_or_leave_the_case_unscored(project: Project) -> None:
    texts = list(REPLIES)
    write_cases(
        project.path / "rooms.ftbench.csv", [(str(n), f"Where is room {n}?", "the wing called 3") for n in range(9)]
    )

    def answer(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return "You will find it in wing 3, upstairs."
        if found := canary_grade(asked.question):
            return json.dumps(found)
        return next(texts[n] for n in range(9) if f"Where is room {n}?" in asked.question)

    with LoopbackServer(answer) as server:
        project.run(*options(server))
    grades = {line["fact"]: line["grade"] for line in project.lines("result")}
    assert grades == {str(n): REPLIES[text] for n, text in enumerate(texts)}
    statuses = {line["fact"]: line["status"] for line in project.lines("result")}
    assert statuses == {fact: "graded" if grade else "unscored" for fact, grade in grades.items()}


@pytest.mark.parametrize("response", [text for _, text in BOTH[:1]])
def test_judge_that_obeys_is_not_believed(project: Project, response: str) -> None:
    write_cases(project.path / "doors.ftbench.csv", [("door", COLOUR.question, COLOUR.answer)])

    def answer(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return response
        return json.dumps({"grade": "CORRECT", "quote": "moss green" if "moss green" in asked.question else "48"})

    with LoopbackServer(answer) as server:
        assert project.run(*options(server), "--ftbench-gate=accuracy >= 1").ret == 1
    assert [gate["outcome"] for gate in project.lines("gate")] == ["INCONCLUSIVE"]
