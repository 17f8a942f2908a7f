"""A line of ours below, or between, what pytest writes, without a trace in it."""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections.abc import Callable
from time import monotonic
from typing import TextIO

REDRAW_S = 1 / 30
"""The live line comes back at most this often while pytest writes line after line; the next tick brings it anyway."""

# Each of these goes to the terminal in one piece. ERASE clears from the cursor on: the rest of the row, which is
# blank, and all below. DRAW first goes down a row and up again, so that the last row scrolls before the cursor is
# saved; then the line stands on the row below, cut rather than wrapped should the window just have become narrower.
ERASE = "\x1b[J"
DRAW = "\x1b[J\x1bD\x1bM\x1b7\r\x1bD\x1b[m\x1b[?7l{line}\x1b[?7h\x1b8"

_INVISIBLE = re.compile(r"\x1b(?:\[[0-9;:]*m|\[0?K|\][^\x07\x1b]*(?:\x07|\x1b\\)|\([0-9A-B])")
"""Escape sequences that move nothing: colours, clearing the rest of a row, titles and progress, character sets."""
_OTHER_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f-\x9f]")
_PLAIN = re.compile(r"[\x20-\x7e]*")


class Cursor:
    """Where the cursor stands on its row, as far as what was written tells."""

    def __init__(self, column: int | None) -> None:
        self.column: int | None = column
        """Cells left of the cursor; the terminal's width where the next character wraps. None: not known."""
        self.is_foreign = False
        """Whether someone else moves the cursor about, so that nothing can be known for good."""
        self._end = column or 0

    def feed(self, text: str, width: int) -> None:
        """Follow what has been written to a terminal of that width."""
        text = _INVISIBLE.sub("", text) if "\x1b" in text else text
        if "\x1b" in text:
            self.is_foreign = True
        *above, text = text.rsplit("\n", 1)
        if above:
            self.column = self._end = 0
        if _OTHER_CONTROLS.search(text):
            self.column = None
        *overwritten, text = text.split("\r")
        for part in overwritten:
            self._advance(part, width)
            self.column = None if self.column is None else 0
        self._advance(text, width)

    def _advance(self, text: str, width: int) -> None:
        if self.column is None:
            return
        if _PLAIN.fullmatch(text):
            cells = self.column + len(text)
            has_wrapped = cells > width
            self.column = (cells - 1) % width + 1 if cells else 0
        else:
            has_wrapped = False
            for character in text:
                size = _cells(character)
                has_wrapped |= self.column + size > width
                self.column = size if self.column + size > width else self.column + size
        self._end = self.column if has_wrapped else max(self._end, self.column)

    def stays_on_row(self, text: str, width: int) -> bool:
        """Whether the text, written now, would be short and plain, and move nothing but the cursor to the right."""
        if self.column is None or not _PLAIN.fullmatch(_INVISIBLE.sub("", text) if "\x1b" in text else text):
            return False
        return self.column + len(text) < width  # with the escape sequences counted, to be on the safe side

    def has_free_row(self, width: int) -> bool:
        """Whether nothing stands right of the cursor, and it is not about to wrap: no sequence brings that back."""
        return not self.is_foreign and self.column is not None and self._end <= self.column < width


class Screen:
    """Writes beside the text of others on the file that `stream` writes to.

    Until `close`, the `write` of each of the streams is replaced on the object itself, which also reaches those who
    hold it by another name: pytest's debugger, and a test that prints while capturing is disabled. Text of ours goes
    through a duplicate of the file's descriptor: while a test runs, pytest's capturing redirects the descriptor itself.
    """

    def __init__(self, stream: TextIO, others: tuple[TextIO, ...] = (), *, column: int | None) -> None:
        self.lock = threading.RLock()  # a signal handler may write while its thread is within a write
        self.cursor = Cursor(column)
        self._stream = stream
        self._pid = os.getpid()
        self._encoding = getattr(stream, "encoding", None) or "ascii"
        self._write_ours = stream.write
        self._fd: int | None = None
        self._line = ""
        self._is_shown = False
        self._drawn_s = 0.0
        self._swallows_newline = False
        self._is_closed = False
        self._restore: list[Callable[[], None]] = []
        try:
            self._fd = os.dup(stream.fileno())
            self._identity = os.fstat(self._fd)
        except (OSError, ValueError, AttributeError):
            pass  # a stream in memory, which nobody redirects
        try:
            for one in dict.fromkeys((stream, *others)):
                if one is stream or (self._fd is not None and self._reaches(one)):
                    self._replace_write(one)
        except (AttributeError, TypeError):
            self.close()  # a stream whose methods cannot be replaced: it is left alone

    @property
    def is_terminal(self) -> bool:
        return self._fd is not None and not self._is_closed and os.isatty(self._fd)

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def width(self) -> int:
        """The columns of the terminal now; 0 where that is not known or the window is too low for a line of ours."""
        if self._fd is None:
            return 0
        try:
            columns, rows = os.get_terminal_size(self._fd)
        except OSError:
            return 0
        return columns if rows >= 3 else 0

    def show(self, line: str) -> None:
        """Make this the live line; an empty one takes it away. For terminals only."""
        with self.lock:
            if line != self._line or not self._is_shown:
                self._line = line
                self._draw() if line else self._erase()

    def insert(self, line: str) -> bool:
        """Write a line of its own between what others write; returns whether theirs was broken off for it."""
        with self.lock:
            if self._is_closed:
                return False
            breaks_off = self.cursor.column != 0
            self._emit(("\n" if breaks_off else "") + line + "\n")
            self.cursor.feed("\n", 1)
            self._swallows_newline = breaks_off
            return breaks_off

    def close(self) -> None:
        """Take the live line away and give the streams back. May be called again, and at any time."""
        # What holds the lock for long is stuck in a terminal that takes nothing, and then so would we be.
        has_lock = self.lock.acquire(timeout=1)
        try:
            if not self._is_closed:
                self._erase()
            self._is_closed = True
            self._line = ""
            while self._restore:
                self._restore.pop()()
            if self._fd is not None:
                if self._has_own_file(self._fd):
                    os.close(self._fd)
                self._fd = None
        finally:
            if has_lock:
                self.lock.release()

    def _replace_write(self, stream: TextIO) -> None:
        original = stream.write
        own = vars(stream).get("write")

        def write(text: str) -> int:
            return self._write(stream, original, text)

        def restore() -> None:
            if vars(stream).get("write") is not write:
                return  # someone has wrapped ours, which passes everything on from now on
            if own is None:
                del stream.write  # the instance's, so that the class's shows again
            else:
                stream.write = own  # type: ignore[method-assign]

        stream.write = write  # type: ignore[method-assign]
        self._restore.append(restore)

    def _write(self, stream: TextIO, original: Callable[[str], int], text: str) -> int:
        if self._is_closed or os.getpid() != self._pid:  # a fork has no thread that would release the lock
            return original(text)
        with self.lock:
            if not self._reaches(stream):
                self._erase()
                self.cursor.column = None  # the text stays in the stream's buffer for now, or is captured
                return original(text)
            if self._swallows_newline and text:
                self._swallows_newline = False
                if text.startswith("\n"):  # the end of the line that `insert` has ended already
                    return 1 + (self._write(stream, original, text[1:]) if text[1:] else 0)
            width = self.width() or 1_000_000
            if self._is_shown and not self.cursor.stays_on_row(text, width):
                self._erase()
            written = original(text)
            stream.flush()  # so that it stands before what we write past the stream
            self.cursor.feed(text, width)
            if self._line and not self._is_shown and monotonic() - self._drawn_s >= REDRAW_S:
                self._draw()
            return written

    def _reaches(self, stream: TextIO) -> bool:
        """Whether what is written to the stream now arrives where we write; not so while a test is captured."""
        if self._fd is None:
            return True
        try:
            return self._has_own_file(stream.fileno())
        except (OSError, ValueError, AttributeError):
            return False

    def _has_own_file(self, fd: int) -> bool:
        """Whether it is our file's descriptor still: a test may close what it has not opened."""
        try:
            return os.path.samestat(os.fstat(fd), self._identity)
        except OSError:
            return False

    def _draw(self) -> None:
        width = self.width()
        if self._is_closed or not width or not self.cursor.has_free_row(width):
            if self._is_shown:
                self._erase()
            return
        self._is_shown = True
        self._drawn_s = monotonic()
        self._emit(DRAW.format(line=self._line))

    def _erase(self) -> None:
        if self._is_shown:
            self._emit(ERASE)
            self._is_shown = False  # only now, so that what interrupts us erases it once more

    def _emit(self, text: str) -> None:
        if self._fd is None:
            self._write_ours(text)
            return
        try:
            if not self._has_own_file(self._fd):
                self._is_closed = True
                return
            if not os.isatty(self._fd):
                text = text.replace("\n", os.linesep)
            data = text.encode(self._encoding, "replace")
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            self._is_closed = True  # the terminal is gone, or the log full: pytest will say so


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
