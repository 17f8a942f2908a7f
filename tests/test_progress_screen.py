"""A line of ours below the text of others, on an emulated terminal: it leaves nothing, whatever is written."""

from __future__ import annotations

import io
import os
import random
import threading
from collections.abc import Iterator

import pytest
from terminal_kit import Terminal

from pytest_ftbench.plugin import screen as screen_module
from pytest_ftbench.plugin.screen import Cursor, Screen

PIECES = [
    ".", "F", "\x1b[32m.\x1b[0m", "\n", "\n\n", "test_a.py ", "a long line " * 5, "x" * 20, "x" * 19, " [ 10%]\n",
    "\rgw0 [3]  ", "\r", "wide 日本語 ", "é", "one\ntwo\nthree", "\x1b]9;4;1;50\x07", "\t", "",
]  # fmt: skip


class Desk:
    """A terminal, a stream on it, and a screen of ours."""

    def __init__(self, columns: int, lines: int) -> None:
        self.terminal = Terminal(columns, lines)
        self.stream = open(os.dup(self.terminal.device), "w", encoding="utf-8", newline="")  # noqa: PTH123, SIM115
        self.screen = Screen(self.stream, column=0)

    def rows(self) -> list[str]:
        while self.terminal.receive():
            pass
        return self.terminal.rows()

    def close(self) -> None:
        self.screen.close()
        self.stream.close()
        self.terminal.close()


@pytest.fixture(autouse=True)
def _without_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_module, "REDRAW_S", 0)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(20, 5)
    yield desk
    desk.close()


@pytest.mark.parametrize("seed", range(40))
def test_what_others_write_looks_as_if_nothing_had_been_shown(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.choice([(20, 5), (21, 4), (40, 10), (20, 3)])
    with_line, without = Desk(*size), Desk(*size)
    try:
        for number in range(chance.randrange(60)):
            text = chance.choice(PIECES)
            for desk in (with_line, without):
                desk.stream.write(text)
                desk.stream.flush()
            if chance.random() < 0.5:
                with_line.screen.show(chance.choice([f"LIVE {number}", "LIVE " * 20, ""]))
            with_line.rows()
        with_line.screen.close()
        for desk in (with_line, without):
            desk.stream.write("the\nend\n")
            desk.stream.flush()
        assert with_line.rows() == without.rows()
    finally:
        with_line.close()
        without.close()


def test_line_stands_below_and_the_cursor_stays(desk: Desk) -> None:
    desk.stream.write("a\nb\nc\nd\ne..")
    desk.screen.show("LIVE")
    desk.stream.write(".")
    assert desk.rows() == ["a", "b", "c", "d", "e...", "LIVE"]
    cursor = desk.terminal.screen.cursor
    assert (cursor.x, cursor.y) == (4, 3)


def test_line_is_not_drawn_where_the_cursor_could_not_be_brought_back(desk: Desk) -> None:
    desk.screen.show("LIVE")
    desk.stream.write("x" * 20)
    assert desk.rows() == ["x" * 20]
    desk.stream.write("y")
    assert desk.rows() == ["x" * 20, "y", "LIVE"]


def test_line_is_gone_once_someone_else_moves_the_cursor(desk: Desk) -> None:
    desk.screen.show("LIVE")
    desk.stream.write("one\n\x1b[1Atwo\n")
    desk.screen.show("MORE")
    assert desk.rows() == ["two"]


def test_line_wider_than_a_window_that_was_narrowed_is_cut(desk: Desk) -> None:
    desk.stream.write("a\nb\nc\nd\ne")
    desk.terminal.resize(10, 5)
    desk.screen.show("a line as wide as ")
    assert desk.rows()[-2] == "e"
    assert desk.rows()[-1].startswith("a line as")
    desk.screen.close()
    desk.stream.write("\n")
    desk.stream.flush()
    assert desk.rows() == ["a", "b", "c", "d", "e"]


def test_enter_pressed_meanwhile_leaves_no_second_line(desk: Desk) -> None:
    desk.screen.show("LIVE")
    desk.terminal.type("\n")
    desk.rows()
    desk.screen.show("MORE")
    assert desk.rows() == ["", "MORE"] or desk.rows() == ["", "", "MORE"]


def test_what_is_captured_is_left_alone(desk: Desk, tmp_path: os.PathLike[str]) -> None:
    desk.screen.show("LIVE")
    with open(os.path.join(tmp_path, "captured"), "w+") as captured:  # noqa: PTH118, PTH123
        terminal = os.dup(desk.stream.fileno())
        os.dup2(captured.fileno(), desk.stream.fileno())
        desk.stream.write("words\n")
        desk.stream.flush()
        desk.screen.show("MORE")
        os.dup2(terminal, desk.stream.fileno())
        os.close(terminal)
        captured.seek(0)
        assert captured.read() == "words\n"


def test_what_waits_in_the_stream_while_a_test_is_captured_is_not_captured(desk: Desk) -> None:
    terminal, (out, into) = os.dup(desk.stream.fileno()), os.pipe()
    os.dup2(into, desk.stream.fileno())
    desk.stream.write("words")
    os.dup2(terminal, desk.stream.fileno())
    for fd in (terminal, out, into):
        os.close(fd)
    desk.stream.write(" and more")
    assert desk.rows() == ["words and more"]


def test_streams_are_given_back(desk: Desk) -> None:
    assert "write" in vars(desk.stream)
    desk.screen.close()
    desk.screen.close()
    assert "write" not in vars(desk.stream)
    desk.stream.write("plain")
    desk.stream.flush()
    assert desk.rows() == ["plain"]


def test_closed_descriptor_ends_the_line_and_nothing_else(desk: Desk) -> None:
    desk.screen.show("LIVE")
    fd = desk.screen._fd
    assert fd is not None
    os.close(fd)
    desk.screen.show("MORE")
    assert desk.screen.is_closed
    desk.stream.write("words")
    desk.stream.flush()
    desk.screen.close()


def test_fork_does_not_wait_for_a_lock_that_nobody_will_release(desk: Desk) -> None:
    holder = threading.Thread(target=desk.screen.lock.acquire)
    holder.start()
    holder.join()
    desk.screen._pid = -1  # as it is in a child
    desk.stream.write("child")
    desk.stream.flush()
    assert desk.rows() == ["child"]


def test_inserted_line_ends_the_line_it_breaks_off_and_no_other() -> None:
    stream = io.StringIO()
    screen = Screen(_Plain(stream), column=0)
    assert not screen.insert("one")
    screen._stream.write("..")
    assert screen.insert("two")
    screen._stream.write("\nafter\n")
    assert not screen.insert("three")
    screen._stream.write("\n")
    screen.close()
    assert stream.getvalue() == "one\n..\ntwo\nafter\nthree\n\n"


def test_stream_whose_write_cannot_be_replaced_is_left_alone() -> None:
    class Fixed:
        __slots__ = ()

        def write(self, text: str) -> int:
            return len(text)

    assert Screen(Fixed(), column=0).is_closed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "column"),
    [
        (["abc"], 3),
        (["abc\n"], 0),
        (["\x1b[1mabc\x1b[0m"], 3),
        (["x" * 10], 10),
        (["x" * 11], 1),
        (["x" * 9 + "日"], 2),
        (["abc\rx"], 1),
        (["a\tb"], None),
        (["a\tb", "\nc"], 1),
        (["e\u0301"], 1),
    ],
)
def test_cursor_is_followed(texts: list[str], column: int | None) -> None:
    cursor = Cursor(0)
    for text in texts:
        cursor.feed(text, 10)
    assert cursor.column == column


class _Plain(io.TextIOWrapper):
    """A text stream in memory, with a dictionary of its own."""

    def __init__(self, target: io.StringIO) -> None:
        super().__init__(io.BytesIO())
        self._target = target

    def write(self, text: str) -> int:
        return self._target.write(text)
