"""The two ways in which a database can fail, told apart from one that is refused."""

from __future__ import annotations

import sqlite3

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Damaged(Exception):
    """The database is broken, and what can be read is to be moved into a new one. Its text says how it was noticed."""


class Fault(Exception):
    """The database cannot be used now (full disk, locked, write-protected). Its text is the reason."""


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", None)  # absent where Python, not SQLite, raised
    return isinstance(code, int) and code & 0xFF in _DAMAGE


def is_busy(error: BaseException | None) -> bool:
    """Whether another connection holds the lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _BUSY


def from_error(error: BaseException) -> Damaged | Fault:
    """The failure that an error of sqlite3 or diskcache stands for.

    `diskcache.Timeout` hides every reason why a transaction did not begin: the true one is its context.
    """
    cause = error
    if not isinstance(error, sqlite3.Error) and isinstance(error.__context__, sqlite3.Error):
        cause = error.__context__
    text = str(cause) or type(cause).__name__
    return Damaged(text) if is_damage(cause) else Fault(text)
