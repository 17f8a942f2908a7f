"""Looks at a cache directory before anything in it is opened for writing, and refuses what we have not made."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from pytest_ftbench.cache.disk import APPLICATION_ID, COUNTERS, DATABASE, SETTINGS, connect, reference_schema
from pytest_ftbench.cache.faults import Damaged, Fault, is_busy, is_damage
from pytest_ftbench.errors import CacheRefused

MARKER = "damaged"
"""A file of this name tells the next session that the database has to be renewed before it is used."""

_ANOTHER = "or pass another --ftbench-cache-dir"
_LIVE, _IMMUTABLE = "ro", "ro&immutable=1"


def refuse_checkout(directory: Path, checkout: Path | None) -> None:
    """Raise CacheRefused if `directory` lies in `checkout`, however either is spelt.

    Whoever wrote the checkout could have put a database there, and opening a crafted one can delete files.
    """
    if checkout is None:
        return
    place, root = (Path(os.path.realpath(path)) for path in (directory, checkout))  # never raises, unlike resolve()
    if place.is_relative_to(root) or any(_is_same(part, root) for part in (place, *place.parents)):
        raise CacheRefused(
            f"{directory}: the answer cache lies inside the checkout {checkout}. "
            f"A database that comes with a repository is never opened. Pass a --ftbench-cache-dir outside of it."
        )


def _is_same(path: Path, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.samefile(other)  # sees through letter case and bind mounts, which spelling does not
    return False


def vet_directory(directory: Path) -> None:
    """Raise CacheRefused unless `directory` is a real one, ours, and written by nobody else."""
    mode = _vet_folder(directory, f"Pass the real path, {_ANOTHER}.", f"Remove or rename it, {_ANOTHER}.")
    if mode & 0o022:
        raise CacheRefused(
            f"{directory}: the directory of the answer cache may be written by others (mode {mode:04o}). "
            f"It must be writable by you only. Run chmod go-w on it if you trust what it holds, {_ANOTHER}."
        )
    if os.path.expandvars(directory.absolute()) != str(directory.absolute()):
        raise CacheRefused(
            f"{directory}: the path of the answer cache names an environment variable, which diskcache would replace. "
            f"Pass another --ftbench-cache-dir."
        )


def vet_home(home: Path) -> None:
    """Raise CacheRefused unless `home` and the files in it are ours and plain. Opens none of them.

    A home that others may only read is closed to them: they cannot have changed anything, and answers are private.
    """
    mend = _mend(home)
    mode = _vet_folder(home, mend, mend)
    if mode & 0o022:
        raise CacheRefused(f"{home}: the answers may be written by others (mode {mode:04o}). {mend}")
    if mode & 0o077:
        with contextlib.suppress(OSError):  # a write-protected directory stays as it is
            home.chmod(0o700)
    database = home / DATABASE
    if os.path.lexists(f"{database}-journal"):
        raise CacheRefused(
            f"{database}-journal: a rollback journal, which we never leave behind. "
            f"SQLite would obey it, and it can delete files. {mend}"
        )
    for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        _vet_file(path, mend)


def vet_database(home: Path) -> bool:
    """Whether the database of a vetted home may be opened for writing; False: it can only be read as it lies.

    Raises CacheRefused for a database that is not exactly of our making, Damaged for a broken one, Fault for one that
    is locked.

    Opened with mode=ro, which is safe here: SQLite then neither rolls a journal back (and none is there) nor
    checkpoints nor writes to the database; at most it makes the -wal and -shm files in our own directory. immutable=1
    would be safer still, but sees nothing of the -wal, where whatever diskcache is about to read may stand. It serves
    only where mode=ro cannot open the file (a write-protected directory), and then nothing is opened for writing.
    The file is never opened but by SQLite: closing any descriptor of it drops the locks of this process (POSIX).
    """
    if os.path.lexists(home / MARKER):
        raise Damaged("an earlier session could not read all of it")
    try:
        if (home / DATABASE).stat().st_size == 0:
            raise Damaged("the file is empty")
    except FileNotFoundError:
        raise Damaged("the file is missing") from None
    try:
        _inspect(home, _LIVE)
    except sqlite3.Error as error:
        if is_damage(error):
            raise Damaged(str(error)) from error
        if is_busy(error):
            raise Fault(str(error)) from error
    else:
        return True
    try:
        _inspect(home, _IMMUTABLE)
    except sqlite3.Error as error:
        raise (Damaged if is_damage(error) else Fault)(str(error)) from error
    return False


def _inspect(home: Path, mode: str) -> None:
    database = home / DATABASE
    with contextlib.closing(connect(database, mode)) as con:
        fault = _find_fault(con, live=mode == _LIVE)
    if fault:
        raise CacheRefused(f"{database}: {fault}. Such a database is not opened. {_mend(home)}")


def _find_fault(con: sqlite3.Connection, *, live: bool) -> str | None:
    """What makes the database one that we have not made; reads some thirty small rows, however many answers."""
    (application_id,) = con.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        return "not a database of pytest-ftbench (its application id is another)"
    (journal_mode,) = con.execute("PRAGMA journal_mode").fetchone()
    if live and journal_mode != "wal":  # immutable=1 always says "delete"
        return f"its journal mode is {journal_mode!r}, not 'wal'"
    expected = reference_schema()
    # LIMIT: somebody else's schema could be endless.
    found = con.execute("SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT ?", (len(expected) + 1,)).fetchall()
    if strange := [row for row in found if row not in expected]:
        return f"it holds something that diskcache does not make: {strange[0][0]} {strange[0][1]!r}"
    if len(found) != len(expected):
        return "a table, index or trigger of diskcache is missing or doubled"
    limit = len(SETTINGS) + len(COUNTERS) + 1
    settings = con.execute("SELECT key, value FROM Settings LIMIT ?", (limit,)).fetchall()
    if strange := [row for row in settings if not _is_expected(*row)]:
        return f"its Settings table says {strange[0][0]!r}: {str(strange[0][1])[:60]!r}, which we do not write"
    if len(settings) != limit - 1:
        return "its Settings table lacks rows that we write"
    return None


def _is_expected(name: object, value: object) -> bool:
    if name in COUNTERS:
        return type(value) is int
    return isinstance(name, str) and name in SETTINGS and (type(value), value) == (type(SETTINGS[name]), SETTINGS[name])


def _vet_folder(folder: Path, mend_link: str, mend: str) -> int:
    """The permission bits of `folder`; raises CacheRefused unless it is a real directory of ours."""
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise CacheRefused(f"{folder}: a symbolic link, where the answer cache expects a directory. {mend_link}")
    if not stat.S_ISDIR(status.st_mode):
        raise CacheRefused(f"{folder}: a file, where the answer cache expects a directory. {mend}")
    _vet_owner(folder, status, mend)
    return stat.S_IMODE(status.st_mode) if os.name == "posix" else 0o700  # Windows has no such bits


def _vet_file(path: Path, mend: str) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode):
        raise CacheRefused(f"{path}: a symbolic link or special file, where a plain one is expected. {mend}")
    if status.st_nlink > 1:  # SQLite would empty or overwrite the file under its other name too
        raise CacheRefused(f"{path}: the file has {status.st_nlink} names (hard links), ours have one. {mend}")
    _vet_owner(path, status, mend)


def _vet_owner(path: Path, status: os.stat_result, mend: str) -> None:
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise CacheRefused(
            f"{path}: it belongs to user {status.st_uid}, and this process runs as user {os.geteuid()}. "
            f"Nothing that others wrote is opened. {mend}"
        )


def _mend(home: Path) -> str:
    return f"Remove or rename {home}, {_ANOTHER}."
