"""Judge models in a session: what the matchers leave undecided is put to them, and they are checked first."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import Project
from loopback import Asked, LoopbackServer, Reply, chat_completion

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
        f"--ftbench-model=m=openai:tuned?base_url={server.base_url}&revision=1",
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


def test_judge_that_cannot_be_read_leaves_the_case_unscored_and_never_wrong(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(lambda _: "well, hm") as server:
        result = project.run(*options(server))
    assert result.ret == 1
    result.assert_outcomes(passed=1, errors=1, failed=1)
    by_case = {line["fact"]: line for line in project.lines("result")}
    assert (by_case["town"]["status"], by_case["town"]["grade"]) == ("unscored", None)
    assert project.lines("gate")[0]["outcome"] == "INCONCLUSIVE"


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
        assert len(judged) == 40 + 11
        assert server.most_in_flight > 4


def test_plan_counts_what_is_certain_and_says_what_is_not(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        result = project.run(*options(server), "--ftbench-plan")
        assert server.requests == []
        result.stdout.fnmatch_lines(["j (judge) * 11 * 0 * 11 *"])
        result.stdout.fnmatch_lines(
            ["Of the answers still to come j is asked what the matchers * at most 2 calls more."]
        )
        project.run(options(server)[0])
        stored = project.run(*options(server), "--ftbench-plan")
        stored.stdout.fnmatch_lines(["m * 2 * 2 * 0 *", "j (judge) * 12 * 0 * 12 *"])
        stored.stdout.no_fnmatch_line("Of the answers still to come*")
        project.run(*options(server))
        project.run(*options(server), "--ftbench-plan").stdout.fnmatch_lines(["j (judge) * 12 * 12 * 0 *"])


def test_plan_of_answers_that_the_matchers_decide_needs_no_judge(project: Project) -> None:
    project.write("archive.ftbench.csv", "question,answer\nWho heads the archive?,Ida Brandt\n")
    with serve(right) as server:
        project.run(options(server)[0])
        project.run(*options(server), "--ftbench-plan").stdout.fnmatch_lines(["j (judge) * 0 * 0 * 0 *"])


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


ROOMS = "question,answer\n" + "".join(f"Where is room {n}?,the wing called {n}\n" for n in range(12))


def serve_rooms(delay_s: float = 0.0, **served: str) -> LoopbackServer:
    """A model that says where rooms are in words that no matcher can tell, and a judge; served: by model, its name."""

    def answer(asked: Asked) -> Reply:
        model = asked.body["model"]
        if model == "grader":
            text = json.dumps(canary_grade(asked.question) or {"grade": "CORRECT", "quote": "find it in wing"})
        else:
            text = f"You will find it in wing {asked.question.split()[3][:-1]}, upstairs."
        return Reply(chat_completion(text, model=served.get(model, model)))

    return LoopbackServer(answer, delay_s=delay_s)


def test_last_few_are_not_judged_one_after_the_other(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve_rooms() as server:
        project.run(options(server)[0])
    with serve_rooms(delay_s=0.2) as judges:
        project.run(options(server)[0], options(judges)[1], "--ftbench-concurrency=32").assert_outcomes(passed=12)
        assert judges.most_in_flight > 4, "not one after the other"


def test_workers_have_judges_asked_by_the_one_that_asks_and_once(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve_rooms(delay_s=0.05) as server:
        result = project.run(*options(server), "-n", "2", "--ftbench-cache=off", "--ftbench-concurrency=16")
        result.assert_outcomes(passed=12)
        judged = [asked.question for asked in server.requests if asked.body["model"] == "grader"]
        assert [text for text in set(judged) if judged.count(text) > 1] == []
        assert len(judged) == 12 + 11
        assert server.most_in_flight > 4
    result.stdout.fnmatch_lines(["12 answers asked for, 0 from the cache, 23 judge calls*"])


def test_answers_that_no_test_wants_judged_are_not(project: Project) -> None:
    project.write("rooms.csv", ROOMS)
    test = "def test_room(ftbench_answer):\n    assert 'wing' in ftbench_answer.text\n"
    project.write("test_rooms.py", f"import pytest\n\n@pytest.mark.ftbench('rooms.csv')\n{test}")
    with serve_rooms() as server:
        project.run(*options(server)).assert_outcomes(passed=12)
        assert {asked.body["model"] for asked in server.requests} == {"tuned"}


def test_recorded_answers_are_judged_together_too(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    rows = "".join(f'Where is room {n}?,"You will find it in wing {n}, upstairs."\n' for n in range(12))
    project.write("recorded.csv", f"question,response\n{rows}")
    with serve_rooms(delay_s=0.1) as server:
        project.run("--ftbench-model=m=replay:recorded.csv", options(server)[1], "--ftbench-concurrency=32")
        assert server.most_in_flight > 4, "not one after the other"
    assert {line["rule"] for line in project.lines("result")} == {"judge:j"}


def test_judge_that_turns_out_to_be_the_model_itself_gives_no_verdict(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve_rooms(tuned="large-2", grader="large-2") as server:
        result = project.run(*options(server))
        allowed = project.run(options(server)[0], options(server)[1] + "&allow_self_judge=true")
    assert (result.ret, allowed.ret) == (1, 0)
    result.stdout.fnmatch_lines(["*the judge j is the model itself that has answered, served as 'large-2'*"])


def test_judge_of_the_same_base_is_pointed_out_once(project: Project) -> None:
    project.write("rooms.ftbench.csv", ROOMS)
    with serve_rooms() as server:
        model = f"--ftbench-model=m=openai:ft:grader-2024-07-18:acme::9AB?base_url={server.base_url}"
        result = project.run(model, options(server)[1])
    assert result.ret == 0
    assert str(result.stdout).count("the judge j and the model m both come from grader: models favour answers") == 1


def test_judge_is_asked_for_structured_output_where_its_server_has_it(project: Project) -> None:
    project.write("archive.ftbench.yaml", FACTS)
    with serve(right) as server:
        project.run(*options(server)).assert_outcomes(passed=3)
        formats = {asked.body["model"]: asked.body.get("response_format") for asked in server.requests}
    assert formats["tuned"] is None
    assert formats["grader"]["json_schema"]["strict"] is True
