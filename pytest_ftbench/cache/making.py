"""Makes a new, empty database, and puts it in place in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pytest_ftbench.cache.disk import APPLICATION_ID, DATABASE, connect, open_cache
from pytest_ftbench.cache.leases import take_lease

HOME = "answers-1"
"""The directory of the database; the number is the schema's, so that an older version meets no newer database."""

_PUBLISH_WAIT_S = 60.0


def make_home(directory: Path) -> None:
    """Make `directory/answers-1` unless somebody else is faster. Raises OSError or sqlite3.Error."""
    with new_home(directory) as fresh, publishing(directory):
        home = directory / HOME
        if not os.path.lexists(home):
            fresh.rename(home)


@contextmanager
def publishing(directory: Path) -> Iterator[None]:
    """Keep other processes from putting anything in place meanwhile. Raises leases.Busy after a minute."""
    with take_lease(directory, exclusive=True, wait_s=_PUBLISH_WAIT_S):
        yield


@contextmanager
def new_home(directory: Path) -> Iterator[Path]:
    """A private directory (0700) beside the real one, with an empty database; goes away unless renamed.

    Nobody sees a half-made database, nor the -journal that the switch to WAL leaves for a moment.
    """
    fresh = Path(tempfile.mkdtemp(prefix=f".{HOME}.", dir=directory))
    try:
        database = fresh / DATABASE
        database.touch(mode=0o600, exist_ok=False)  # SQLite gives its -wal and -shm the same mode
        with closing(connect(database, "rw")) as con:
            _lay_out(con, fresh)
        yield fresh
    finally:
        if fresh.exists():
            shutil.rmtree(fresh, ignore_errors=True)


def _lay_out(con: sqlite3.Connection, fresh: Path) -> None:
    con.execute("PRAGMA journal_mode = wal").fetchone()
    con.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    open_cache(con, fresh)
