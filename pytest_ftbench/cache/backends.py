"""The ways to reach stored answers: through diskcache, or read-only. Errors come out as Damaged or Fault."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pytest_ftbench.cache.claims import claim_key
from pytest_ftbench.cache.disk import BUSY_TIMEOUT_S, DATABASE, connect, fetch_entry, open_cache
from pytest_ftbench.cache.entry import Entry
from pytest_ftbench.cache.faults import Fault, from_error
from pytest_ftbench.cache.leases import Lease

_IMPATIENT_MS = 250
_AT_ONCE = 500
"""Keys in one statement; some builds of SQLite take no more than 999 values."""
_IS_FRESH = "(expire_time IS NULL OR expire_time > ?)"


class Backend(Protocol):
    """A database of answers, used by one thread at a time. Every method but `close` may raise Damaged or Fault."""

    def get_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The entries of those that have one."""

    def put(self, texts: Mapping[str, str]) -> bool:
        """Store texts of entries, by key, which survive the process once this returns, and end the claims on them.

        False: nothing is ever stored.
        """

    def claim(self, keys: Sequence[str], text: str, is_taken: Callable[[Entry], bool]) -> list[Entry | bool]:
        """Write `text` as the claim on each key that has neither an entry nor a claim that is taken, at one moment.

        For each key its entry, or whether it has been claimed.
        """

    def release(self, keys: Sequence[str], is_ours: Callable[[Entry], bool]) -> None:
        """Remove our claims on the keys."""

    def add(self, texts: Mapping[str, str], *, replace: bool) -> int:
        """Store texts of entries, by key, unless there is one and `replace` is not set; how many were."""

    def scan(self, after: object, most: int) -> list[tuple[object, Entry | None]]:
        """The first rows whose keys are greater than `after`, in the order of keys; None for a row that is not ours."""

    def count(self) -> int:
        """How many rows there are."""

    def close(self) -> None:
        """Close the connection and give the lease back."""


class WritableAnswers:
    """The answers in `home`, a vetted database, through diskcache."""

    def __init__(self, home: Path, lease: Lease) -> None:
        self._lease = lease
        self._is_patient = True
        con = None
        try:
            with _translated():
                con = connect(home / DATABASE, "rw")
                self._cache = open_cache(con, home)
        except BaseException:
            if con is not None:
                con.close()
            raise

    def get_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        return _select(self._cache.connection, keys)

    def _entry(self, key: str) -> Entry | None:
        found = self._cache.get(key)
        return found if isinstance(found, Entry) else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All reads and writes inside happen at one moment, as other processes see them, or not at all."""
        try:
            with _translated(), self._cache.transact():
                yield
        finally:
            with suppress(sqlite3.Error):
                self._cache.end_transaction()

    def put(self, texts: Mapping[str, str]) -> bool:
        try:
            with self._transaction():
                for key, text in texts.items():
                    self._cache.set(key, text)
                    self._cache.delete(claim_key(key))
        except Fault:
            # Whoever holds the lock may be stopped for good: the next answer does not wait as long again.
            self._be_patient(False)
            raise
        if not self._is_patient:
            self._be_patient(True)
        return True

    def claim(self, keys: Sequence[str], text: str, is_taken: Callable[[Entry], bool]) -> list[Entry | bool]:
        found: list[Entry | bool] = []
        with self._transaction():
            for key in keys:
                if entry := self._entry(key):
                    found.append(entry)
                    continue
                claim = self._entry(claim_key(key))
                is_free = claim is None or not is_taken(claim)
                if is_free:
                    self._cache.set(claim_key(key), text)
                found.append(is_free)
        return found

    def release(self, keys: Sequence[str], is_ours: Callable[[Entry], bool]) -> None:
        with self._transaction():
            for key in keys:
                claim = self._entry(claim_key(key))
                if claim is not None and is_ours(claim):  # others may have one since ours has expired
                    self._cache.delete(claim_key(key))

    def add(self, texts: Mapping[str, str], *, replace: bool) -> int:
        with self._transaction():
            new = {key: text for key, text in texts.items() if replace or self._entry(key) is None}
            for key, text in new.items():
                self._cache.set(key, text)
        return len(new)

    def scan(self, after: object, most: int) -> list[tuple[object, Entry | None]]:
        return _scan(self._cache.connection, after, most)

    def put_all(self, rows: Iterator[tuple[str, str]]) -> int:
        """Store many texts in one transaction; the number stored."""
        total = 0
        with _translated(), self._cache.transact():
            for key, text in rows:
                self._cache.set(key, text)
                total += 1
        return total

    def count(self) -> int:
        with _translated():
            count: int = len(self._cache)
        return count

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._cache.close()
        self._lease.release()

    def _be_patient(self, patient: bool) -> None:
        self._is_patient = patient
        with suppress(sqlite3.Error):
            timeout_ms = BUSY_TIMEOUT_S * 1000 if patient else _IMPATIENT_MS
            self._cache.connection.execute(f"PRAGMA busy_timeout = {timeout_ms:.0f}")


class ReadOnlyAnswers:
    """The answers in `home`, a vetted database in a place where nothing can be written."""

    def __init__(self, home: Path, lease: Lease, *, immutable: bool) -> None:
        self._lease = lease
        with _translated():
            self._con = connect(home / DATABASE, "ro&immutable=1" if immutable else "ro")

    def get_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        return _select(self._con, keys)

    def put(self, texts: Mapping[str, str]) -> bool:  # noqa: ARG002  # the protocol's arguments
        return False

    def claim(self, keys: Sequence[str], text: str, is_taken: Callable[[Entry], bool]) -> list[Entry | bool]:  # noqa: ARG002  # the protocol's arguments
        found = self.get_all(keys)
        return [found.get(key, True) for key in keys]

    def release(self, keys: Sequence[str], is_ours: Callable[[Entry], bool]) -> None:
        """Nothing was ever written."""

    def add(self, texts: Mapping[str, str], *, replace: bool) -> int:  # noqa: ARG002  # the protocol's arguments
        raise Fault("it can only be read")

    def scan(self, after: object, most: int) -> list[tuple[object, Entry | None]]:
        return _scan(self._con, after, most)

    def count(self) -> int:
        with _translated():
            ((count,),) = self._con.execute("SELECT value FROM Settings WHERE key = 'count'").fetchall()
        return int(count)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._con.close()
        self._lease.release()


def _select(con: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Entry]:
    """What `Cache.get` finds for each key, many at once, in a small part of the time."""
    found: dict[str, Entry] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        select = f"SELECT key, mode, filename, value FROM Cache WHERE key IN ({marks}) AND raw = 1 AND {_IS_FRESH}"
        with _translated():
            rows = con.execute(select, (*some, time.time())).fetchall()
            if len({key for key, *_ in rows}) < len(rows):
                raise ValueError("two rows of one key")
        found.update((key, entry) for key, *row in rows if (entry := fetch_entry(*row)))
    return found


def _scan(con: sqlite3.Connection, after: object, most: int) -> list[tuple[object, Entry | None]]:
    select = f"SELECT key, mode, filename, value FROM Cache WHERE key > ? AND raw = 1 AND {_IS_FRESH} ORDER BY key"
    with _translated():
        rows = con.execute(f"{select} LIMIT ?", (after, time.time(), most)).fetchall()
    return [(key, fetch_entry(*row)) for key, *row in rows]


@contextmanager
def _translated() -> Iterator[None]:
    import diskcache

    try:
        yield
    except (sqlite3.Error, diskcache.Timeout) as error:
        raise from_error(error) from error
    except (ValueError, TypeError) as error:
        # diskcache unpacks one row where a broken index finds two, or none.
        raise Fault(f"{type(error).__name__}: {error}") from error
