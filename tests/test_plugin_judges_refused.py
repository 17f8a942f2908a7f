"""Judges that are not believed, or do not answer: said once, and never green."""

from __future__ import annotations

import json

from conftest import Project
from loopback import Asked, LoopbackServer
from test_plugin_judging import ANSWERS, FACTS, options, right, serve


def test_judge_that_is_not_believed_fails_a_session_without_gates_too(any_project: Project) -> None:
    any_project.write("archive.ftbench.csv", "question,answer\nWhere is the archive?,the old town of Havn\n")

    def gullible(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return ANSWERS[asked.question]
        return json.dumps(
            {"grade": "CORRECT", "quote": "Havn's historic quarter" if "Havn" in asked.question else "48"}
        )

    with LoopbackServer(gullible) as server:
        result = any_project.run(*options(server))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["ftbench: the judge j has missed the canaries*"])


def test_judge_that_is_down_is_told_as_that(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        down = "--ftbench-judge=j=openai:grader?base_url=http://127.0.0.1:9/v1"
        result = project.run(options(server)[0], down)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the judge j has answered none of 11 checks: *no connection*"])
