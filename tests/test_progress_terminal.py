"""The progress display in a real pytest on a real terminal: it is seen, and it leaves no trace."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal_kit import Terminal, run_pytest, without_time

CONFTEST = """\
import os
import time
from pathlib import Path

import pytest

from pytest_ftbench.plugin.progress import ProgressDisplay
from pytest_ftbench.snapshot import Snapshot

HERE = Path(__file__).parent
reads = 0


def read():
    global reads
    reads += 1
    return Snapshot(1000, asked=reads, cached=12, errors=reads % 3, elapsed_s=reads / 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    display = ProgressDisplay(session.config, read)
    if "WITH_DISPLAY" in os.environ:
        display.start()
    try:
        return (yield)
    finally:
        display.stop()


@pytest.fixture
def gate():
    (HERE / "waiting").touch()
    end = time.monotonic() + 60
    while not (HERE / "go").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
"""
TESTS = """\
import logging
import time

import pytest


@pytest.mark.parametrize("n", range({count}))
def test_one(n, request):
    if n in (0, {count} // 2):
        request.getfixturevalue("gate")
    time.sleep(0.002)
    print("captured")
    logging.getLogger().warning("logged")


def test_prints(capsys):
    with capsys.disabled():
        print("some words", end="")
        print(" of a test that is not captured\\n" * 2)


@pytest.mark.skip(reason="a reason that is longer than a narrow terminal is wide, and then some")
def test_with_a_name_that_is_longer_than_the_terminal_is_wide_in_the_narrow_case(): ...


def test_fails():
    assert [1, 2] == [1, 3]
"""
LIVE = r"^ftbench .*\d+/1000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for name in ("test_first.py", "test_second.py"):
        (tmp_path / name).write_text(TESTS.format(count=33))
    return tmp_path


def rows(folder: Path, *args: str, columns: int, lines: int) -> list[str]:
    """What is on the terminal without the display, and in its history."""
    (folder / "go").touch()
    return without_time(run_pytest(folder, *args, columns=columns, lines=lines).rows())


def rows_with_display(folder: Path, *args: str, columns: int, lines: int) -> list[str]:
    """The same with it, once it has been seen while tests were running."""
    (folder / "go").unlink(missing_ok=True)

    def watch(terminal: Terminal, _pid: int) -> None:
        if terminal.shows(LIVE):
            (folder / "go").touch()

    env = {"WITH_DISPLAY": "1", "FORCE_COLOR": "1"}
    terminal = run_pytest(folder, *args, columns=columns, lines=lines, env=env, watch=watch)
    assert (folder / "go").exists(), "the line was never seen"
    assert not terminal.screen.cursor.hidden
    return without_time(terminal.rows())


@pytest.mark.parametrize(
    ("columns", "lines", "args"),
    [
        (80, 24, ()),
        (40, 10, ()),
        (40, 10, ("-v",)),
        (80, 24, ("-q",)),
        (40, 10, ("-n", "2", "-k", "test_one")),
        (80, 24, ("-o", "log_cli=true", "-k", "test_one")),
    ],
)
def test_terminal_looks_as_if_nothing_had_been_shown(
    folder: Path, columns: int, lines: int, args: tuple[str, ...]
) -> None:
    shown = rows_with_display(folder, *args, columns=columns, lines=lines)
    assert shown == rows(folder, *args, columns=columns, lines=lines)
    assert not [row for row in shown if "1000" in row]


def test_interrupt_leaves_nothing_of_the_line(folder: Path) -> None:
    def interrupted(ready: Callable[[Terminal], bool], env: dict[str, str]) -> list[str]:
        sent: list[int] = []

        def watch(terminal: Terminal, pid: int) -> None:
            if not sent and ready(terminal):
                sent.append(pid)
                os.kill(pid, signal.SIGINT)

        terminal = run_pytest(folder, "--tb=no", columns=60, lines=10, env=env, watch=watch)
        assert sent
        assert not terminal.screen.cursor.hidden
        return [row for row in without_time(terminal.rows()) if "conftest.py:" not in row]  # the line it was at

    shown = interrupted(lambda terminal: terminal.shows(LIVE), {"WITH_DISPLAY": "1"})
    (folder / "waiting").unlink()
    assert shown == interrupted(lambda _: (folder / "waiting").exists(), {})
    assert any("KeyboardInterrupt" in row for row in shown)


def test_debugger_starts_on_a_clean_screen(folder: Path) -> None:
    (folder / "test_second.py").unlink()
    (folder / "test_first.py").write_text("def test_one(gate):\n    breakpoint()\n")
    sent: list[int] = []

    def watch(terminal: Terminal, _pid: int) -> None:
        if terminal.shows(LIVE):
            (folder / "go").touch()
        if not sent and terminal.shows(r"^\(Pdb\)"):
            sent.append(1)
            assert not terminal.shows(LIVE)
            terminal.type("'ftbench-progress' in str(__import__('threading').enumerate())\nc\n")

    terminal = run_pytest(folder, columns=60, lines=12, env={"WITH_DISPLAY": "1"}, watch=watch)
    assert sent
    assert (folder / "go").exists()
    rows = terminal.rows()
    assert not [row for row in rows if "1000" in row]
    start = next(number for number, row in enumerate(rows) if "PDB set_trace" in row)
    assert "False" in rows[start:]  # no line of ours comes back at the prompt
    assert rows[start - 1] == "test_first.py"
    assert rows[start + 1 :][:2] == ["--Return--", f"> {folder}/test_first.py(2)test_one()->None"[:60]]
