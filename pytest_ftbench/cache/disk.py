"""diskcache, tamed: text in, text out, one connection, and settings that no database can change.

diskcache unpickles rows, opens and deletes files that rows name, and runs PRAGMAs that its Settings table names
(CVE-2025-69872 and beyond; 5.6.3 is its last release). The classes here take each of these away; `vetting` looks at
the database before it gets this far.
"""

from __future__ import annotations

import functools
import sqlite3
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from pytest_ftbench.cache.entry import Entry, check_key, decode

DATABASE = "cache.db"
APPLICATION_ID = 0x46544231  # "FTB1", in the database's header
BUSY_TIMEOUT_S = 10.0
MAX_TEXT_BYTES = 64 * 2**20  # a longer row is not read into memory: SQLite answers "string or blob too big"

SETTINGS: dict[str, str | int] = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "none",  # with cull_limit 0: an answer that was paid for is never dropped
    "cull_limit": 0,
    "size_limit": 2**62,
    "sqlite_auto_vacuum": 0,
    "sqlite_cache_size": 2**13,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,  # a file cut short under a memory map is a SIGBUS, not an error
    "sqlite_synchronous": 1,  # NORMAL: survives kill -9; a power cut may cost the last moments, never the database
    "disk_min_file_size": 2**62,
    "disk_pickle_protocol": 0,  # never used; pinned, since diskcache's default follows the Python version
}
COUNTERS = ("count", "size", "hits", "misses")


def connect(database: Path, mode: str) -> sqlite3.Connection:
    """A careful connection; `mode` is SQLite's, such as "ro" or "ro&immutable=1". Never creates a file."""
    uri = f"file:{quote(str(database.absolute()))}?mode={mode}"
    # Many threads use it, one at a time: the store's lock sees to that.
    con = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    return _harden(con)


def _harden(con: sqlite3.Connection) -> sqlite3.Connection:
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_TEXT_BYTES)
    con.execute("PRAGMA trusted_schema = OFF")  # a function hidden in the schema may not do anything that matters
    con.execute("PRAGMA cell_size_check = ON")
    con.execute("PRAGMA mmap_size = 0")
    return con


def open_cache(con: sqlite3.Connection, home: Path) -> Any:
    """A diskcache.Cache on `con`, a vetted or a new database in `home`; untyped, as diskcache is."""
    return _cache_class()(con, str(home), disk=_disk_class(), **SETTINGS)


@functools.cache
def reference_schema() -> frozenset[tuple[str, str, str, str | None]]:
    """What sqlite_master holds in a database that the installed diskcache has just made: type, name, table, SQL."""
    cache = open_cache(_harden(sqlite3.connect(":memory:", isolation_level=None)), Path("/"))
    try:
        return frozenset(cache.connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    finally:
        cache.close()


@functools.cache
def _cache_class() -> Any:
    import diskcache

    class OneConnectionCache(diskcache.Cache):  # type: ignore[misc]  # diskcache ships no types
        """A Cache whose only connection is given to it.

        diskcache opens one per thread, from a path that it expands, creating what is missing and running the PRAGMAs
        that it finds; those of dead threads are never closed (a ResourceWarning since Python 3.13).
        """

        def __init__(self, con: sqlite3.Connection, directory: str, **arguments: Any) -> None:
            self.connection = con
            self._opening = True
            # One transaction in place of some thirty: opening is atomic, and many sessions may open at once.
            # SQLite sets these outside of a transaction only; diskcache then finds them as it wants them.
            for pragma in ("cache_size", "synchronous"):
                con.execute(f"PRAGMA {pragma} = {SETTINGS[f'sqlite_{pragma}']}")
            con.execute("BEGIN IMMEDIATE")
            super().__init__(directory, **arguments)
            con.execute("COMMIT")
            self._opening = False

        @property
        def _con(self) -> sqlite3.Connection:
            return self.connection

        @property
        def _sql_retry(self) -> Any:
            return self.connection.execute  # SQLite itself waits for locks; diskcache would spin for a minute

        def close(self) -> None:
            if not self._opening:  # diskcache closes and connects again at the end of __init__
                self.connection.close()

        def end_transaction(self) -> None:
            """Undo what an interrupt (Ctrl-C between two statements) has left open."""
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._txn_id = None

    return OneConnectionCache


@functools.cache
def _disk_class() -> Any:
    import diskcache

    class TextDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache ships no types
        """Rows that hold one JSON text each. Nothing is unpickled, and no file is opened, made or deleted."""

        def put(self, key: object) -> tuple[object, bool]:
            check_key(key)
            return key, True

        def get(self, key: object, raw: object) -> NoReturn:
            raise OSError(f"keys are not read back: {key!r}, raw={raw!r}")

        def store(self, value: object, read: bool, key: object = None) -> tuple[int, int, None, str]:
            if read or not isinstance(value, str):
                raise TypeError(f"only text is stored, got {type(value).__name__} for {key!r}")
            return 0, diskcache.core.MODE_RAW, None, value

        def fetch(self, mode: object, filename: object, value: object, read: bool) -> Entry:
            entry = fetch_entry(mode, filename, value)
            if read or entry is None:
                raise OSError("not a row of ours")  # diskcache takes it for a miss
            return entry

        def filename(self, key: object = None, value: object = None) -> NoReturn:
            raise OSError(f"answers are not kept in files of their own: {key!r}, {type(value).__name__}")

        def remove(self, file_path: object) -> None:
            """Leave the file alone: we never make one, so somebody else has written that row."""

    return TextDisk


def fetch_entry(mode: object, filename: object, value: object) -> Entry | None:
    """The entry of a row, or None where we cannot have written that row."""
    if mode != 1 or filename is not None:  # 1: diskcache's MODE_RAW, the value itself stands in the row
        return None
    return decode(value)
