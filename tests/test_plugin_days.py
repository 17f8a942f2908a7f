"""Cases that count from a day on, and cases that somebody should look at by a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Project
from loopback import LoopbackServer

from pytest_ftbench import Case
from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.cases import Subject, Trial
from pytest_ftbench.plugin.days import check_days, note_on_reviews, why_too_early

DAY = date(2024, 5, 31)
ON_A_DAY = """
from datetime import date
from pytest_ftbench.plugin.state import get_state

def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # workers have their day from the controller
        get_state(config).today = date(2024, 5, 31)
"""
FACTS = """
gates: ["accuracy >= 0.9"]
facts:
  - {id: old, question: Since when?, answer: since 2020, valid_from: 2020-01-01, review_by: 2024-05-30}
  - {id: today, question: From when?, answer: from today, valid_from: 2024-05-31, review_by: 2024-05-31}
  - {id: new, question: Until when?, answer: until tomorrow, valid_from: 2024-06-01, review_by: 2023-01-01}
"""
ANSWERS = {"Since when?": "since 2020", "From when?": "from today", "Until when?": "never"}


@pytest.mark.parametrize(
    ("valid_from", "reason"),
    [("", ""), ("2024-05-30", ""), ("2024-05-31", ""), ("2024-06-01", "it counts from 2024-06-01 on")],
)
def test_case_counts_from_its_day_on(valid_from: str, reason: str) -> None:
    assert why_too_early(Case("Q?", "A", valid_from=valid_from), DAY) == reason


@pytest.mark.parametrize("day", ["2024-6-1", "20240601", "soon", "2024-02-30", 20240601])
def test_day_that_is_none_is_refused_in_a_case_made_in_python(day: Any) -> None:
    with pytest.raises(SpecError, match=r"the review_by of 'Q\?' must be a day as YYYY-MM-DD, got"):
        check_days(Case("Q?", "A", review_by=day))


def trials(*days: str) -> list[Trial]:
    cases = [Case("Q?", "A", fact=f"f{number}", suite="s", review_by=day) for number, day in enumerate(days)]
    return [Trial(Subject(case, alias, "s")) for case in cases for alias in ("a", "b")]


@pytest.mark.parametrize(
    ("days", "notes"),
    [
        (["", "2024-05-31", "2030-01-01"], []),
        (["2024-05-30", ""], ["1 case was to be reviewed by now: s: f0. See whether the answers still hold, then put "
                              "'review_by' off"]),
        (["2023-01-01"] * 5, ["5 cases were to be reviewed by now: s: f0, s: f1, s: f2 and 2 other facts. See whether "
                              "the answers still hold, then put 'review_by' off"]),
    ],
)  # fmt: skip
def test_one_line_tells_of_all_cases_that_are_due_for_a_look(days: list[str], notes: list[str]) -> None:
    assert note_on_reviews(trials(*days), DAY) == notes


def test_all_workers_go_by_the_day_of_the_run_and_ask_nothing_that_does_not_count_yet(any_project: Project) -> None:
    any_project.write("conftest.py", ON_A_DAY)
    any_project.write("leave.ftbench.yaml", FACTS)
    with LoopbackServer(lambda asked: ANSWERS[asked.question]) as server:
        result = any_project.run(f"--ftbench-model=m=openai:m?base_url={server.base_url}")
        assert sorted(asked.question for asked in server.requests) == ["From when?", "Since when?"]
    result.assert_outcomes(passed=3, skipped=1)
    assert result.stdout.str().count("to be reviewed by now") == 1
    result.stdout.fnmatch_lines(["ftbench: 2 cases were to be reviewed by now: leave: old, leave: new.*"])
    (new,) = [line for line in any_project.lines("result") if line["fact"] == "new"]
    assert (new["status"], new["reason"], new["answer"]) == ("not_applicable", "it counts from 2024-06-01 on", None)
    (gate,) = any_project.lines("gate")
    assert (gate["outcome"], gate["right"], gate["n"]) == ("PASS", 2, 2)


def test_plan_passes_over_what_does_not_count_yet(project: Project) -> None:
    project.write("conftest.py", ON_A_DAY)
    project.write("leave.ftbench.yaml", FACTS)
    result = project.run("--ftbench-model=a=openai:a?base_url=http://127.0.0.1:1/v1", "--ftbench-plan")
    result.stdout.re_match_lines([r"a +2 +0 +2 "])
