"""Advisory locks on directories: who uses a database, and who may move it.

SQLite deletes the -wal and -shm files by name when the last connection closes. A database that is moved aside while
another process has it open would thus cost the new one of that name its log. So every session holds a shared lock on
the directory it uses, and only the holder of an exclusive one moves it. The system drops the locks of a killed process.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType

_POLL_S = 0.01


class Busy(Exception):
    """Another process holds the lock."""


class Moved(Exception):
    """The directory is no longer the one that stands under that name."""


class Lease:
    """A lock on a directory, until `release`."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; again is allowed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def take_lease(folder: Path, *, exclusive: bool, wait_s: float) -> Lease:
    """A lock on `folder`, shared unless `exclusive`.

    Raises Busy after `wait_s` seconds, Moved when another directory (or none) has taken the place of `folder`, and
    OSError where the file system knows no locks and `exclusive` asks for certainty.
    """
    if sys.platform == "win32":
        return Lease(None)  # a directory with open files cannot be renamed there in the first place
    try:
        lease = Lease(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC))
    except FileNotFoundError:
        raise Moved from None
    try:
        _lock(lease, exclusive=exclusive, until=time.monotonic() + wait_s)
        _check_place(lease, folder)
    except BaseException:
        lease.release()
        raise
    return lease


def _lock(lease: Lease, *, exclusive: bool, until: float) -> None:
    import fcntl

    assert lease._descriptor is not None
    while True:
        try:
            fcntl.flock(lease._descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy from None
            time.sleep(_POLL_S)
        except OSError:
            if exclusive:
                raise
            return
        else:
            return


def _check_place(lease: Lease, folder: Path) -> None:
    assert lease._descriptor is not None
    try:
        there = folder.lstat()
    except FileNotFoundError:
        raise Moved from None
    if not os.path.samestat(os.fstat(lease._descriptor), there):
        raise Moved
