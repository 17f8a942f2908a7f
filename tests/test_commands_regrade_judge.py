"""`ftbench regrade --judge` and `--matchers`: recorded answers put to a judge on the loopback address."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from loopback import Asked, LoopbackServer, Reply, chat_completion
from test_plugin_judging import canary_grade

from pytest_ftbench.runs import read_run

__all__ = ["here"]

ROOM = "You will find it in wing 3, upstairs."


def unsure(fact: str = "room", **fields: object) -> object:
    return answered(fact, ROOM, "the wing called 3", flags=("undecided",), **fields)


def serve(judge: Callable[[str], object], *, served: str = "grader") -> LoopbackServer:
    def answer(asked: Asked) -> Reply:
        found = canary_grade(asked.question) or judge(asked.question)
        text = found if isinstance(found, str) else json.dumps(found)
        return Reply(chat_completion(text, model=served))

    return LoopbackServer(answer)


def right(_: str) -> object:
    return {"grade": "CORRECT", "quote": "wing 3"}


@pytest.fixture(autouse=True)
def run(here: Path) -> Path:
    return store(here / "run.jsonl", unsure(), answered("door", "25", outcome="r", rule="exact"))


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outside of the folder that is worked in, as a cache must be."""
    return tmp_path_factory.mktemp("cache")


def spec(server: LoopbackServer, name: str = "grader", more: str = "") -> str:
    return f"j=openai:{name}?base_url={server.base_url}{more}"


def test_judge_decides_what_the_matchers_leave_and_is_paid_for_once(here: Path, cache: Path) -> None:
    with serve(right) as server:
        arguments = ("regrade", "run.jsonl", "--judge", spec(server), "--ftbench-cache-dir", cache)
        code, out, err = ftbench(*arguments, "-o", "new.jsonl")
        asked = len(server.requests)
        assert asked == 1 + 11
        assert ftbench(*arguments)[0] == 0
        assert len(server.requests) == asked
    assert (code, err) == (0, "")
    assert "now       correct by judge:j: " in out
    again = read_run(here / "new.jsonl")
    assert [result.rule for result in again.results] == ["judge:j", "exact"]
    assert again.header["judge"]["judges"][0]["alias"] == "j"
    assert "answer/2" in again.header["judge"]["prompts"]


def test_answer_without_a_verdict_gets_one(here: Path, cache: Path) -> None:
    store(here / "run.jsonl", answered("room", ROOM, "the wing called 3", outcome="u", rule="judge:old"))
    with serve(right) as server:
        ftbench("regrade", "run.jsonl", "--judge", spec(server), "--ftbench-cache-dir", cache, "-o", "new.jsonl")
    (result,) = read_run(here / "new.jsonl").results
    assert (result.status, result.grade, result.right) == ("graded", "correct", True)


def test_judge_that_cannot_be_read_leaves_the_result_unscored(here: Path, cache: Path) -> None:
    with serve(lambda _: "hm") as server:
        _, out, _ = ftbench(
            "regrade", "run.jsonl", "--judge", spec(server), "--ftbench-cache-dir", cache, "-o", "new.jsonl"
        )
    assert "now       unscored by judge:j" in out
    assert read_run(here / "new.jsonl").results[0].status == "unscored"


def test_judge_that_misses_a_canary_writes_nothing(here: Path, cache: Path) -> None:
    with LoopbackServer(json.dumps(right(""))) as server:
        told = fault("regrade", "run.jsonl", "--judge", spec(server), "--ftbench-cache-dir", cache, "-o", "new.jsonl")
    assert told.startswith("ftbench: the judge j has missed the canaries ")
    assert told.endswith("Nothing is written.")
    assert not (here / "new.jsonl").exists()


def test_model_of_the_run_may_not_be_its_judge(cache: Path) -> None:
    with serve(right) as server:
        told = fault("regrade", "run.jsonl", "--judge", spec(server, "m"), "--ftbench-cache-dir", cache)
        assert told.startswith("ftbench: the judge 'j' is the model 'openai:m' itself")
        assert server.requests == []
        allowed = spec(server, "m", "&allow_self_judge=true")
        assert ftbench("regrade", "run.jsonl", "--judge", allowed, "--ftbench-cache-dir", cache)[0] == 0
    with serve(right, served="m-1") as server:
        _, out, _ = ftbench("regrade", "run.jsonl", "--judge", spec(server), "--ftbench-cache-dir", cache)
    assert "the judge j is the model itself that has answered, served as 'm-1'" in out


def test_judge_may_be_named_by_the_table_of_models(here: Path, cache: Path) -> None:
    with serve(right) as server:
        entry = f'strict = "openai:grader?base_url={server.base_url}"'
        (here / "pyproject.toml").write_text(f"[tool.ftbench.models]\n{entry}\n")
        assert (
            "by judge:strict" in ftbench("regrade", "run.jsonl", "--judge", "strict", "--ftbench-cache-dir", cache)[1]
        )


def test_judge_that_does_not_exist_is_one_line() -> None:
    told = fault("regrade", "run.jsonl", "--judge", "nowhere:x")
    assert told.startswith("ftbench: model 'nowhere:x': provider 'nowhere' is unknown. Allowed: ")


MATCHER = """
from pytest_ftbench.judges import Finding

class Wing:
    settings = {}
    def match(self, reading, expected, settings):
        return Finding("right" if "wing" in reading.text else "undecided")

def pytest_ftbench_matchers():
    return {"wing": Wing()}
"""


def test_matchers_of_the_users_own_are_read_from_a_file(here: Path) -> None:
    store(here / "run.jsonl", unsure(match="wing"))
    (here / "conftest.py").write_text(MATCHER)
    assert "1 matcher not known here" in ftbench("regrade", "run.jsonl")[1]
    assert "now       correct by wing" in ftbench("regrade", "run.jsonl", "--matchers", "conftest.py")[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "bad.py: no function pytest_ftbench_matchers, which gives matchers by name."),
        ("1 / 0", "bad.py: cannot be loaded (ZeroDivisionError: division by zero)."),
    ],
)
def test_file_without_matchers_is_one_line(here: Path, text: str, told: str) -> None:
    (here / "bad.py").write_text(text)
    assert fault("regrade", "run.jsonl", "--matchers", "bad.py") == f"ftbench: {told}"
