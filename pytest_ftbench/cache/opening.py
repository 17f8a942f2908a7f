"""From a directory to a database that can be used: made, vetted, renewed where it is broken."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from pytest_ftbench.cache.backends import Backend, ReadOnlyAnswers, WritableAnswers
from pytest_ftbench.cache.faults import Damaged, Fault
from pytest_ftbench.cache.leases import Busy, Lease, Moved, take_lease
from pytest_ftbench.cache.making import HOME, make_home
from pytest_ftbench.cache.salvage import renew
from pytest_ftbench.cache.vetting import MARKER, vet_database, vet_directory, vet_home

_TRIES = 8
_SHARE_WAIT_S = 60.0
"""How long another process may take to renew the database."""
_ALONE_WAIT_S = 2.0
"""How long to wait for others to close a broken database before going on without one."""

_FAILURES = (OSError, ValueError, sqlite3.Error, Fault, Busy)


def open_backend(directory: Path, *, warn: Callable[[str], None]) -> Backend | None:
    """The answers in `directory`, or None (and a warning) where there is no way to use it.

    Raises CacheRefused for what is not safe to open.
    """
    try:
        _make_directory(directory)
        for _ in range(_TRIES):
            try:
                return _try_open(directory, warn)
            except Moved:
                continue  # another process has just renewed the database
            except Damaged as damage:
                if not _renew(directory, str(damage), warn):
                    return None
        raise Fault(f"it was renewed {_TRIES} times while it was opened")
    except _FAILURES as error:
        warn(
            f"The answer cache {directory} cannot be used ({_reason(error)}). Answers of this session are kept in "
            f"memory only and will be asked again. Make it writable, or pass another --ftbench-cache-dir."
        )
        return None


def mark_damaged(directory: Path) -> None:
    """Have the next session renew the database before it uses it. Raises OSError."""
    (directory / HOME / MARKER).touch(mode=0o600)


def _make_directory(directory: Path) -> None:
    if not os.path.lexists(directory):
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
    elif directory.is_file() and not directory.is_symlink():
        raise NotADirectoryError(f"{directory} is a file")
    vet_directory(directory)


def _try_open(directory: Path, warn: Callable[[str], None]) -> Backend:
    home = directory / HOME
    if not os.path.lexists(home):
        make_home(directory)
    vet_home(home)
    lease = take_lease(home, exclusive=False, wait_s=_SHARE_WAIT_S)
    try:
        vet_home(home)  # again, now that it stays where it is
        return _open_vetted(home, lease, writable=vet_database(home), warn=warn)
    except BaseException:
        lease.release()
        raise


def _open_vetted(home: Path, lease: Lease, *, writable: bool, warn: Callable[[str], None]) -> Backend:
    reason = "the directory is write-protected"
    if writable:
        try:
            return WritableAnswers(home, lease)
        except Fault as fault:
            reason = str(fault)
        except Damaged:
            mark_damaged(home.parent)  # the vetting has not seen it, and would not the next time
            raise
    backend = ReadOnlyAnswers(home, lease, immutable=not writable)
    warn(
        f"The answer cache {home.parent} can only be read ({reason}). Its answers are used, and new ones are not "
        f"stored. Make it writable, or pass another --ftbench-cache-dir."
    )
    return backend


def _renew(directory: Path, damage: str, warn: Callable[[str], None]) -> bool:
    """Whether to look again: the database is new, by our hand or another's."""
    home = directory / HOME
    try:
        with take_lease(home, exclusive=True, wait_s=_ALONE_WAIT_S):
            vet_home(home)
            if not _is_damaged(home):
                return True
            saved, aside = renew(directory)
    except Moved:
        return True
    except Busy:
        if _is_being_renewed(home) or not _is_damaged(home):
            return True
        raise Fault(f"it is damaged, {damage}, and cannot be renewed while another session has it open") from None
    except (OSError, sqlite3.Error, Damaged, Fault) as error:
        raise Fault(f"it is damaged, {damage}, and cannot be renewed: {_reason(error)}") from error
    warn(
        f"The answer cache {home} was damaged ({damage}). {_answers(saved)} saved into a new one. "
        f"The damaged one is kept as {aside}: remove it when you do not need it."
    )
    return True


def _is_damaged(home: Path) -> bool:
    """Whether the database is still broken; another process may have renewed it since that was noticed."""
    try:
        vet_database(home)
    except Damaged:
        return True
    return False


def _is_being_renewed(home: Path) -> bool:
    """Whether another process holds the exclusive lease; sessions that merely use the database share theirs."""
    try:
        take_lease(home, exclusive=False, wait_s=0).release()
    except (Busy, Moved):
        return True
    return False


def _answers(count: int) -> str:
    return "1 answer was" if count == 1 else f"{count} answers were"


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__
