"""`ftbench preflight`: is an endpoint there, is it what it is taken for, and for how long?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from standing_kit import Broken, Dumb, Oracle

from pytest_ftbench.providers import PROVIDERS

__all__ = ["here"]


@pytest.fixture(autouse=True)
def _oracles(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # the folder to work in
    monkeypatch.setitem(PROVIDERS, "oracle", Oracle)
    monkeypatch.setitem(PROVIDERS, "broken", Broken)
    monkeypatch.setitem(PROVIDERS, "dumb", Dumb)


def preflight(*args: object) -> tuple[int, list[str]]:
    """The exit code and the lines, the date of a shutdown as DATE."""
    code, out, err = ftbench("preflight", *args)
    assert err == ""
    return code, re.sub(r"\bon \d{4}-\d{2}-\d{2}", "on DATE", out).splitlines()


def test_endpoint_that_is_fine_is_told_with_all_that_its_server_says() -> None:
    assert preflight("e=oracle:m?told_base=b&weights=w@3&days=400", "other=oracle:n") == (
        0,
        [
            "ok      e      reachable as m; base b; weights w@3; shut down on DATE, in 400 days",
            "ok      other  reachable as n",
        ],
    )


@pytest.mark.parametrize(("days", "state"), [(61, "ok"), (58, "soon"), (0, "soon"), (-3, "soon")])
def test_model_that_ends_soon_is_warned_about(days: int, state: str) -> None:
    code, lines = preflight(f"e=oracle:m?days={days}")
    assert (code, lines[0].split()[0]) == (0, state)
    if state == "soon":
        assert lines[1:] == ["", "Keep the answers of e as long as there are any: pytest --ftbench-save=NAME."]


def test_model_that_ends_too_soon_fails_where_that_is_asked_for() -> None:
    assert preflight("e=oracle:m?days=30", "--fail-on-shutdown", 40) == (
        1,
        ["FAIL    e  it ends within 40 days; reachable as m; shut down on DATE, in 30 days"],
    )
    assert preflight("e=oracle:m?days=90", "e2=oracle:m", "--fail-on-shutdown", 40)[0] == 0
    assert "it ends within 0 days" in preflight("e=oracle:m?days=-1", "--fail-on-shutdown", 0)[1][0]


def test_date_that_is_not_understood_is_told_and_fails_where_it_matters() -> None:
    line = "reachable as m; its shutdown_date is not understood: '10.12.'"
    assert preflight("e=oracle:m?odd_date='10.12.'") == (0, [f"ok      e  {line}"])
    assert preflight("e=oracle:m?odd_date='10.12.'", "--fail-on-shutdown", 40) == (
        1,
        [f"FAIL    e  nobody can tell whether it ends within 40 days; {line}"],
    )


def test_wrong_base_and_unreachable_server_fail() -> None:
    assert preflight(
        "a=oracle:m?base=gpt-4o-mini&told_base=gpt-4.1",
        "b=oracle:m?fault=HTTP 404: no such model. Does it exist?",
        "c=oracle:m?base=gpt-4o-mini&told_base=gpt-4o-mini-2024-07-18",
    ) == (
        1,
        [
            "FAIL    a  its base model is gpt-4.1, not gpt-4o-mini; reachable as m; base gpt-4.1",
            "FAIL    b  HTTP 404: no such model. Does it exist?",
            "ok      c  reachable as m; base gpt-4o-mini-2024-07-18",
        ],
    )


def test_server_that_does_not_answer_is_waited_for_so_long_only() -> None:
    assert preflight("a=oracle:m?mute=1", "b=oracle:m?mute=1", "c=oracle:m", "--timeout", 0.3) == (
        1,
        ["FAIL    a  no answer within 0.3 s", "FAIL    b  no answer within 0.3 s", "ok      c  reachable as m"],
    )


def test_local_endpoint_has_nothing_to_reach(here: Path) -> None:
    (here / "answers.csv").write_text("prompt,response\nq,a\n")
    assert preflight("old=replay:answers.csv") == (0, ["local   old  local: there is no server to reach"])


def test_provider_that_cannot_ask_is_told_as_such() -> None:
    assert preflight("e=dumb:m") == (0, ["silent  e  not checked: its provider cannot ask the server"])


def test_fault_of_a_provider_is_one_line_that_steers_no_terminal() -> None:
    code, lines = preflight("a=broken:raises", "b=broken:returns")
    assert (code, lines[0]) == (1, "FAIL    a  RuntimeError: oops\\x1b[2J")
    assert lines[1].startswith("FAIL    b  the provider Broken returned no standing but ")
    assert len(lines) == 2


def test_models_of_the_project_are_checked_where_none_is_named(here: Path) -> None:
    (here / "pyproject.toml").write_text(
        '[tool.ftbench.models]\nnew = {spec = "oracle:m", days = 300}\ncontrol = "memorizer:gone.jsonl"\n'
        'grader = "new?style=finetunebench"\nodd = "nobody:m"\n'
    )
    code, lines = preflight()
    assert (code, lines[:2]) == (
        1,
        [
            "ok      new      reachable as m; shut down on DATE, in 300 days",
            "FAIL    control  gone.jsonl: cannot be read (No such file or directory). Check the path.",
        ],
    )
    assert lines[2] == "ok      grader   reachable as m; shut down on DATE, in 300 days"
    assert lines[3].startswith("FAIL    odd      model 'nobody:m': provider 'nobody' is unknown.")
    assert preflight("new")[0] == 0


def test_mistake_on_the_command_line_is_one_line(here: Path) -> None:
    assert fault("preflight") == (
        "ftbench: no model is named. Name one, as in openai:NAME, or have [tool.ftbench.models] in "
        f"{here / 'pyproject.toml'}."
    )
    assert "unknown key 'bse'. Did you mean 'base'?" in fault("preflight", "openai:m?bse=x")
    assert "gone.csv: cannot be read" in fault("preflight", "replay:gone.csv")
    assert "two models are called 'm'" in fault("preflight", "oracle:m", "oracle:m?days=3")
    assert "--fail-on-shutdown" in fault("preflight", "oracle:m", "--fail-on-shutdown", "soon")
    assert "--fail-on-shutdown" in fault("preflight", "oracle:m", "--fail-on-shutdown", "-1")


def test_machines_get_the_same() -> None:
    code, out, _ = ftbench("preflight", "e=oracle:m?told_base=b&weights=w&days=9", "f=oracle:m?fault=gone.", "--json")
    found = json.loads(out)["endpoints"]
    assert code == 1
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found[0].pop("shutdown_date"))
    assert found == [
        {
            "alias": "e",
            "state": "soon",
            "fault": None,
            "model": "m",
            "base": "b",
            "deployment": "w",
            "odd_shutdown_date": None,
            "days_left": 9,
        },
        {
            "alias": "f",
            "state": "FAIL",
            "fault": "gone",
            "model": None,
            "base": None,
            "deployment": None,
            "shutdown_date": None,
            "odd_shutdown_date": None,
            "days_left": None,
        },
    ]
