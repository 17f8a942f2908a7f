"""The progress display where there is no terminal: a line now and then, between pytest's own."""

from __future__ import annotations

import re

import pytest
from conftest import Project
from loopback import LoopbackServer

CONFTEST = """\
import os
import time
from pathlib import Path

import pytest

from pytest_ftbench.plugin.progress import ProgressDisplay
from pytest_ftbench.reports import progress
from pytest_ftbench.snapshot import Snapshot

HERE = Path(__file__).parent
progress.QUIET_S = progress.PACE_S = 0
reads = []


def read():
    # The second time that a number is read, the first has been dealt with.
    done = int((HERE / "done").read_text())
    if reads[-2:] == [done, done]:
        (HERE / f"seen-{done}").touch()
    reads.append(done)
    return Snapshot(100, asked=done, cost_usd=0.5)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    display = ProgressDisplay(session.config, read)
    display.start()
    try:
        return (yield)
    finally:
        display.stop()


@pytest.fixture
def answer():
    def answered(done):
        (HERE / "new").write_text(str(done))
        (HERE / "new").replace(HERE / "done")
        end = time.monotonic() + 30
        while not (HERE / f"seen-{done}").exists():
            assert time.monotonic() < end
            time.sleep(0.01)
    return answered
"""
TESTS = """\
import pytest

@pytest.mark.parametrize("done", [4, 10, 14, 20])
def test_one(done, answer, capfd):
    answer(done)
    assert capfd.readouterr() == ("", "")
"""
FIRST, SECOND = "ftbench: 10/100 answers (10 %), $0.50", "ftbench: 20/100 answers (20 %), $0.50"


@pytest.fixture
def asked(project: Project) -> Project:
    project.write("conftest.py", CONFTEST)
    project.write("test_ask.py", TESTS)
    project.write("done", "0")
    return project


def lines(project: Project, *args: str) -> list[str]:
    result = project.pytester.runpytest_subprocess("-p", "no:cacheprovider", *args)
    result.assert_outcomes(passed=4)
    assert {len(line) for line in result.outlines if line.endswith("%]")} <= {79}  # one below the other
    from_first_test = [line for line in result.outlines if re.match(r"test_ask|ftbench: \d|\.|\[gw|$", line)]
    return [re.sub(r" +(?=\[)", " ", line) for line in from_first_test]


def test_dots_go_on_after_a_line(asked: Project) -> None:
    assert lines(asked) == ["", "test_ask.py .", FIRST, "..", SECOND, ". [100%]", ""]


def test_names_go_on_after_a_line(asked: Project) -> None:
    name = "test_ask.py::test_one"
    assert lines(asked, "-v") == [
        "",
        f"{name}[4] PASSED [ 25%]",
        f"{name}[10] ",
        FIRST,
        f"{name}[10] PASSED [ 50%]",
        f"{name}[14] PASSED [ 75%]",
        f"{name}[20] ",
        SECOND,
        f"{name}[20] PASSED [100%]",
        "",
    ]


def test_dots_of_workers_go_on_after_a_line(asked: Project) -> None:
    assert lines(asked, "-n", "1") == ["", ".", FIRST, "..", SECOND, ". [100%]"]


def test_names_of_workers_stay_on_lines_of_their_own(asked: Project) -> None:
    shown = lines(asked, "-n", "1", "-v")
    assert [line for line in shown if line.startswith("ftbench")] == [FIRST, SECOND]
    assert (
        len([line for line in shown if re.fullmatch(r"\[gw0\] \[...%\] PASSED test_ask.py::test_one\[\d+\] ?", line)])
        == 4
    )


@pytest.mark.parametrize("args", [("-qq",), ("-n", "1")])
def test_very_quiet_session_and_a_worker_are_left_alone(asked: Project, args: tuple[str, ...]) -> None:
    asked.write(
        "test_ask.py",
        "import sys, threading\n"
        "def test_one():\n"
        "    assert 'ftbench-progress' not in {thread.name for thread in threading.enumerate()}\n"
        "    assert 'write' not in vars(sys.__stdout__)\n",
    )
    assert asked.pytester.runpytest_subprocess(*args).ret == 0


WATCHED = """\
from pathlib import Path

def pytest_plugin_registered(plugin_name):
    if plugin_name == "ftbench-progress":
        Path("watched").touch()
"""
DEMANDS = "def test_one(ftbench_model): assert ftbench_model.ask('What else?').text == 'a'\n"


def test_terminal_is_watched_only_where_something_may_be_asked(project: Project) -> None:
    project.write("conftest.py", WATCHED)
    project.write("words.ftbench.csv", "question,answer\nWhat?,a\n")

    def is_watched(server: LoopbackServer, *args: str) -> bool:
        (project.path / "watched").unlink(missing_ok=True)
        project.run(f"--ftbench-model=m=openai:m?base_url={server.base_url}&revision=1", *args)
        return (project.path / "watched").exists()

    with LoopbackServer(lambda _: "a") as server:
        assert is_watched(server)
        assert not is_watched(server)
        project.write("test_demands.py", DEMANDS)
        assert is_watched(server)
        assert not is_watched(server, "--collect-only")
        assert len(server.requests) == 2
