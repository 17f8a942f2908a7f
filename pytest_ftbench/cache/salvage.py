"""Moves what can still be read from a broken database into a new one, and the broken one aside."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pytest_ftbench.cache.backends import WritableAnswers
from pytest_ftbench.cache.claims import is_claim
from pytest_ftbench.cache.disk import DATABASE, connect, fetch_entry, reference_schema
from pytest_ftbench.cache.entry import is_key
from pytest_ftbench.cache.leases import Lease
from pytest_ftbench.cache.making import HOME, new_home, publishing

_MIN_ROW_BYTES = 100
_MAX_FAILURES = 100_000
"""Reads that may fail before the rest is given up: about a minute."""

_Row = tuple[int, object, object, object, object, object]
_SELECT = "SELECT rowid, key, raw, mode, filename, value FROM Cache WHERE rowid BETWEEN ? AND ? ORDER BY rowid"


def renew(directory: Path) -> tuple[int, Path]:
    """Replace the broken database by a new one with the same answers: how many, and where the old one lies now.

    The caller holds the exclusive lease on the home. Nothing is deleted, and until the very end nothing is moved.
    Raises OSError, Damaged or Fault, leases.Busy and sqlite3.Error; the old database is then where it was.
    """
    home = directory / HOME
    with new_home(directory) as fresh:
        answers = WritableAnswers(fresh, Lease(None))
        try:
            saved = answers.put_all(readable_rows(home))
        finally:
            answers.close()
        with publishing(directory):
            aside = _free_name(directory)
            home.rename(aside)
            try:
                fresh.rename(home)
            except OSError:
                aside.rename(home)
                raise
    return saved, aside


def readable_rows(home: Path) -> Iterator[tuple[str, str]]:
    """Key and text of every row of ours that can be read, each key once.

    As careful as the vetting: read-only, and only where the table is the one that we make, so that no view, virtual
    table or computed column can run anything. First with what is in the -wal, then without: either may be the broken
    one. An empty database is not opened: SQLite would delete its -wal.
    """
    seen: set[str] = set()
    size = _size_bytes(home)
    for mode in ("ro", "ro&immutable=1"):
        if size == 0 or not (home / DATABASE).stat().st_size:
            return
        with closing(connect(home / DATABASE, mode)) as con:
            if not _is_our_table(con):
                continue
            for _, key, raw, row_mode, filename, value in _scan(con, last=_last_rowid(con, size)):
                entry = fetch_entry(row_mode, filename, value) if is_key(key) and raw == 1 else None
                if entry is None or is_claim(entry.value) or key in seen:
                    continue
                assert isinstance(key, str)
                assert isinstance(value, str)
                seen.add(key)
                yield key, value


def _size_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in home.iterdir() if path.name in (DATABASE, f"{DATABASE}-wal"))


def _is_our_table(con: sqlite3.Connection) -> bool:
    try:
        found = _find_table(con)
    except sqlite3.Error:
        # SQLite gives nothing of a file shorter than its header says, unless schema changes are allowed. None can be
        # made here, on a read-only connection.
        con.execute("PRAGMA writable_schema = ON")
        try:
            found = _find_table(con)
        except sqlite3.Error:
            return False
    return len(found) == 1 and found[0] in reference_schema()


def _find_table(con: sqlite3.Connection) -> list[tuple[str, str, str, str | None]]:
    return con.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name = 'Cache' LIMIT 2").fetchall()


def _last_rowid(con: sqlite3.Connection, size: int) -> int:
    try:
        (last,) = con.execute("SELECT max(rowid) FROM Cache").fetchone()
    except sqlite3.Error:  # the last page is broken; rowids are dense, since no row is ever deleted
        return size // _MIN_ROW_BYTES
    return last or 0


def _scan(con: sqlite3.Connection, *, last: int) -> Iterator[_Row]:
    """Every readable row, forward and backward up to the first unreadable page, then in halves of what lies between."""
    ranges = [(1, last)]
    failures = 0
    while ranges and failures < _MAX_FAILURES:
        low, high = ranges.pop()
        for step, order in ((1, "ASC"), (-1, "DESC")):
            failed = True
            try:
                for row in con.execute(f"{_SELECT} {order}", (low, high)):
                    yield row
                    low, high = (row[0] + 1, high) if step == 1 else (low, row[0] - 1)
                failed = False
            except sqlite3.Error:
                failures += 1
            if not failed or low > high:
                break
        if failed and low < high:
            middle = (low + high) // 2
            ranges += [(middle + 1, high), (low, middle)]


def _free_name(directory: Path) -> Path:
    stem = f"{HOME}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (stem if number == 0 else f"{stem}-{number}" for number in range(1000))
    return next(path for path in (directory / name for name in names) if not os.path.lexists(path))
