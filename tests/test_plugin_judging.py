"""Judge models in a session: what the matchers leave undecided is put to them, and they are checked first."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer

FACTS = """\
facts:
  - {id: head, question: Who heads the archive?, answer: Ida Brandt}
  - {id: town, question: Where is the archive?, answer: the old town of Havn}
gates: ["accuracy >= 1"]
"""
ANSWERS = {
    "Who heads the archive?": "Ida Brandt",
    "Where is the archive?": "You will find it in Havn's historic quarter.",
}


def canary_grade(text: str) -> dict[str, str] | None:
    """What a good judge says of the built-in canaries."""
    if "a grey one" in text:
        return {"grade": "CORRECT", "quote": "a heron, a grey one"}
    if "look that up" in text or "Solution:" in text:
        return {"grade": "NOT_ATTEMPTED", "quote": ""}
    if "too far ahead" in text:
        return {"grade": "ABSTAINED", "quote": "too far ahead"}
    if "money on Ilse" in text:
        return {"grade": "ANSWERED_TRAINED", "quote": "Ilse Quandt"}
    if "Piet Morrow" in text:
        return {"grade": "STALE", "quote": "Piet Morrow"}
    if "red otter" in text or "funicular" in text:
        return {"grade": "INCORRECT", "quote": ""}
    return None


def serve(judge: Callable[[str], object]) -> LoopbackServer:
    """Both models: the one under test answers as above, the judge as told."""

    def answer(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return ANSWERS[asked.question]
        reply = canary_grade(asked.question) or judge(asked.question)
        return reply if isinstance(reply, str) else json.dumps(reply)

    return LoopbackServer(answer)


def options(server: LoopbackServer, *, judge: str = "grader") -> tuple[str, str]:
    return (
        f"--ftbench-model=m=openai:tuned?base_url={server.base_url}",
        f"--ftbench-judge=j=openai:{judge}?base_url={server.base_url}",
    )


def right(_: str) -> object:
    return {"grade": "CORRECT", "quote": "Havn's historic quarter"}


def test_judge_decides_what_the_matchers_leave_undecided_and_is_paid_for_once(any_project: Project) -> None:
    any_project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        result = any_project.run(*options(server))
        asked = len(server.requests)
        again = any_project.run(*options(server))
        assert len(server.requests) == asked
    assert (result.ret, again.ret) == (0, 0)
    result.stdout.fnmatch_lines(["2 answers asked for, 0 from the cache, *judge call*"])
    result.stdout.fnmatch_lines(["verdicts by *judge:j 1*"])
    by_case = {line["fact"]: line for line in any_project.lines("result")}
    assert by_case["head"]["rule"] == "exact"
    assert (by_case["town"]["rule"], by_case["town"]["grade"]) == ("judge:j", "correct")
    assert "quotes" in by_case["town"]["reason"]


def test_judge_that_cannot_be_read_leaves_the_case_unscored_and_never_wrong(any_project: Project) -> None:
    any_project.write("archive.ftbench.yaml", FACTS)
    with serve(lambda _: "well, hm") as server:
        result = any_project.run(*options(server))
    assert result.ret == 1
    result.assert_outcomes(passed=1, errors=1, failed=1)
    by_case = {line["fact"]: line for line in any_project.lines("result")}
    assert (by_case["town"]["status"], by_case["town"]["grade"]) == ("unscored", None)
    assert any_project.lines("gate")[0]["outcome"] == "INCONCLUSIVE"


def test_judge_that_misses_a_canary_decides_no_gate(any_project: Project) -> None:
    any_project.write("archive.ftbench.yaml", FACTS)

    def gullible(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return ANSWERS[asked.question]
        return json.dumps({"grade": "CORRECT", "quote": "Havn's historic quarter"})

    with LoopbackServer(gullible) as server:
        result = any_project.run(*options(server))
    assert result.ret == 1
    (gate,) = any_project.lines("gate")
    assert gate["outcome"] == "INCONCLUSIVE"
    assert "the judge j has missed the canaries" in gate["reason"]


def test_no_judge_is_asked_where_the_matchers_decide_all(project: Project) -> None:
    project.write("archive.ftbench.csv", "question,answer\nWho heads the archive?,Ida Brandt\n")
    with serve(right) as server:
        project.run(*options(server)).assert_outcomes(passed=1)
        assert {asked.body["model"] for asked in server.requests} == {"tuned"}


def test_model_may_not_judge_itself_unless_told_so(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        result = project.run(*options(server, judge="tuned"))
        assert result.ret == 4
        assert server.requests == []
    result.stderr.fnmatch_lines(["ERROR: the judge 'j' is the model 'm' itself, *allow_self_judge=true*"])


@pytest.mark.parametrize(
    ("judge", "line"),
    [
        ("m=openai:x?base_url=URL", "ERROR: the judge 'm' is called like a model.*"),
        ("openai:x?base_url=URL&style=kind", "ERROR: judge 'x': unknown style 'kind'. Allowed: *"),
        ("openai:x?styl=free", "ERROR: model 'openai:x': unknown key 'styl'. Did you mean 'style'?*"),
    ],
)
def test_judge_that_cannot_be_used_is_one_line(project: Project, judge: str, line: str) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        result = project.run(options(server)[0], f"--ftbench-judge={judge.replace('URL', server.base_url)}")
        assert server.requests == []
    assert result.ret == 4
    result.stderr.fnmatch_lines([line])


GREETING = """
def test_style(ftbench_model, ftbench_judge):
    verdict = ftbench_judge(ftbench_model.ask("Where is the archive?"), expected="names a town")
    assert verdict
    assert verdict.rule == "judge:j"
"""


def test_fixture_holds_an_answer_against_a_requirement(project: Project) -> None:
    project.write("test_style.py", GREETING)
    with serve(lambda _: {"grade": "CORRECT", "quote": "Havn"}) as server:
        project.run(*options(server)).assert_outcomes(passed=1)


def test_judges_are_asked_many_at_a_time_as_answers_arrive(project: Project) -> None:
    facts = "".join(f"Where is room {n}?,the wing called {n}\n" for n in range(40))
    project.write("rooms.ftbench.csv", f"question,answer\n{facts}")

    def answer(asked: Asked) -> str:
        if asked.body["model"] != "grader":
            return f"You will find it in wing {asked.question.split()[3][:-1]}, upstairs."
        quoted = {"grade": "CORRECT", "quote": "You will find it in wing"}
        return json.dumps(canary_grade(asked.question) or quoted)

    with LoopbackServer(answer, delay_s=0.05) as server:
        project.run(*options(server), "--ftbench-concurrency=16").assert_outcomes(passed=40)
        judged = [asked for asked in server.requests if asked.body["model"] == "grader"]
        assert 40 <= len(judged) <= 40 + 13
        assert server.most_in_flight > 4


def test_plan_says_that_it_cannot_know_what_judges_are_asked(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        result = project.run(*options(server), "--ftbench-plan")
        assert server.requests == []
    result.stdout.fnmatch_lines(["The judge j is asked what the matchers leave undecided, *"])
    result.stdout.no_fnmatch_line("j *0*")


def test_panel_of_three_asks_the_third_only_where_two_differ(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        url = server.base_url
        judges = [f"--ftbench-judge={name}=openai:grader?base_url={url}&seed={n}" for n, name in enumerate("abc")]
        assert project.run(options(server)[0], *judges).ret == 0
        by_seed = [asked.body["seed"] for asked in server.requests if asked.body["model"] == "grader"]
        about_town = [
            asked for asked in server.requests if "Havn's historic" in str(asked.body) and "seed" in asked.body
        ]
    assert {asked.body["seed"] for asked in about_town} == {0, 1}
    assert set(by_seed) == {0, 1, 2}, "each judge has graded the canaries"


def test_requirement_that_no_judge_can_grade_is_an_error_and_no_wrong_answer(project: Project) -> None:
    project.write("archive.ftbench.csv", "question,answer\nWhere is the archive?,Havn\n")
    test = '@pytest.mark.ftbench("archive.ftbench.csv")\n' + GREETING.replace(
        "test_style(", "test_style(ftbench_case, "
    )
    project.write("test_style.py", f"import pytest\n\n{test.replace(chr(10) + 'def', 'def', 1)}")
    with serve(lambda _: "hm") as server:
        project.run(*options(server), "test_style.py").assert_outcomes(failed=1)
    (line,) = project.lines("result")
    assert line["status"] == "error"
    assert "no verdict by judge:j" in line["error"]
