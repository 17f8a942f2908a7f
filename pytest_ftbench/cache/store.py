"""The answer store: what the engine asks before it asks a model. Imports neither sqlite3 nor diskcache by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_ftbench import __version__
from pytest_ftbench.cache.claims import Claimant, is_claim
from pytest_ftbench.cache.entry import Entry, check_key, decode, encode, is_key, new_text

if TYPE_CHECKING:
    from pytest_ftbench.cache.backends import Backend

_T = TypeVar("_T")
_AT_ONCE = 20
"""How many rows, each of which may be long, are in memory when all are read."""


def open_store(directory: Path, *, checkout: Path | None, warn: Callable[[str], None]) -> AnswerStore:
    """The answers kept in `directory`, which is made where it is missing.

    checkout: the project under test; a directory inside it is refused. None: there is none.
    warn: gets one line for each thing the user should know; called from whichever thread notices.
    A directory that cannot be used gives a store that keeps answers in memory, and a warning.
    Raises CacheRefused, with one line, for a directory or database that is not safe to open.
    """
    from pytest_ftbench.cache.opening import open_backend
    from pytest_ftbench.cache.vetting import refuse_checkout

    directory = directory.absolute()
    refuse_checkout(directory, checkout)
    return AnswerStore(directory, lambda: open_backend(directory, warn=warn), warn=warn)


class AnswerStore:
    """Answers by key, on disk. Any number of threads and processes may use it at once.

    A failing disk never raises: answers that cannot be stored are kept in memory for the life of the store, are tried
    again with the next one that can, and `warn` gets one line.
    """

    def __init__(
        self,
        directory: Path,
        open_backend: Callable[[], Backend | None],
        *,
        warn: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.directory = directory
        """Where the user has the cache; the database lies in a directory below."""
        self._open_backend = open_backend
        self._warn = warn
        self._now = now
        # One lock around the one connection. Reentrant, since `warn` may come back here.
        self._lock = threading.RLock()
        self._backend = open_backend()
        self._unstored: dict[str, str] = {}
        self._warned: set[str] = set()
        self._was_renewed = False
        self._claimant = Claimant()

    def get(self, key: str) -> Entry | None:
        """The entry of `key`, or None; a row that is not ours counts as none. Raises ValueError for a bad key."""
        return self.get_all([key]).get(key)

    def get_all(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The same for many at once, by key, which costs less: the entries of those that have one."""
        for key in keys:
            check_key(key)
        with self._lock:
            nothing: dict[str, Entry] = {}
            found = self._attempt(lambda backend: backend.get_all(keys), nothing, "be read")
            waiting = ((key, decode(self._unstored[key])) for key in keys if key in self._unstored)
            return found | {key: entry for key, entry in waiting if entry is not None}

    def put(self, key: str, value: Mapping[str, Any]) -> bool:
        """Store `value`, a JSON object; whether it is on disk, where it survives the process, when this returns.

        Raises ValueError for a bad key, TypeError or ValueError for a value that JSON cannot hold.
        """
        return self.put_all({key: value})

    def put_all(self, values: Mapping[str, Mapping[str, Any]]) -> bool:
        """The same for many at once, by key, which costs less; whether all of them are on disk."""
        for key in values:
            check_key(key)
        texts = {key: new_text(value, written_at=self._now(), version=__version__) for key, value in values.items()}
        with self._lock:
            if not self._put_texts(texts):
                self._unstored |= texts
                if len(texts) > 1:  # it may be but one of them that cannot be stored
                    self._store_waiting()
                return not self._unstored.keys() & texts.keys()
            for key in texts:
                self._unstored.pop(key, None)
            self._store_waiting()
            return True

    def add_all(self, entries: Mapping[str, Entry], *, replace: bool = False) -> int:
        """Store entries as they are, by key; how many were stored. An entry that is there already stays.

        replace: store those as well. Raises CacheRefused, with nothing stored, where that cannot be done now, and
        ValueError for a bad key or a value that JSON cannot hold.
        """
        for key in entries:
            check_key(key)
        texts = {key: encode(entry) for key, entry in entries.items()}
        return self._insist(lambda backend: backend.add(texts, replace=replace), "be stored")

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """All answers on disk with their keys, in the order of keys, some at a time. Raises CacheRefused."""
        last: object = ""

        def scan(backend: Backend) -> list[tuple[object, Entry | None]]:
            return backend.scan(last, _AT_ONCE)

        while rows := self._insist(scan, "be read"):
            for key, entry in rows:
                if isinstance(key, str) and is_key(key) and entry is not None and not is_claim(entry.value):
                    yield key, entry
            last = rows[-1][0]

    def claim(self, keys: Sequence[str]) -> list[Entry | bool]:
        """For each key its entry, or whether this store may ask for it: True until it is put, released, or CLAIM_S on.

        False: another session is asking now; ask again later. Claiming again what is claimed already renews it, which
        is due well before CLAIM_S is over. Where the disk fails, nothing can be agreed with others, and all is granted.
        Raises ValueError for a bad key.
        """
        for key in keys:
            check_key(key)
        now = self._now()
        text = new_text(self._claimant.claim(now=now.timestamp()), written_at=now, version=__version__)

        def is_taken(entry: Entry) -> bool:
            return self._claimant.is_kept_out_by(entry.value, now=now.timestamp())

        with self._lock:
            granted: list[Entry | bool] = [True] * len(keys)
            found = self._attempt(lambda backend: backend.claim(keys, text, is_taken), granted, "be shared")
            return [
                decode(self._unstored[key]) or each if key in self._unstored else each
                for key, each in zip(keys, found, strict=True)
            ]

    def release(self, keys: Sequence[str]) -> None:
        """Give back claims without an answer, so that others may ask."""
        with self._lock:
            self._attempt(lambda backend: backend.release(keys, self._is_ours), None, "be shared")

    def _is_ours(self, claim: Entry) -> bool:
        return claim.value.get("claimed_by") == self._claimant.name

    def __len__(self) -> int:
        """How many rows there are: answers, those in memory included, and claims."""
        with self._lock:
            stored = self._attempt(lambda backend: backend.count(), 0, "be counted")
            return max(stored, 0) + len(self._unstored)

    def __bool__(self) -> bool:
        return True  # an empty store is still a store

    def close(self) -> None:
        """Close the database; again is allowed. Later answers are kept in memory."""
        with self._lock:
            self._store_waiting()
            backend, self._backend = self._backend, None
            if backend is not None:
                backend.close()

    def __enter__(self) -> AnswerStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _put_texts(self, texts: Mapping[str, str]) -> bool:
        return self._attempt(lambda backend: backend.put(texts), False, "be stored")

    def _store_waiting(self) -> None:
        failed = 0
        for key, text in list(self._unstored.items()):
            if self._put_texts({key: text}):
                del self._unstored[key]
                continue
            failed += 1
            if failed == 2:  # one may be an answer that nothing has room for; two are the disk
                return

    def _attempt(self, action: Callable[[Backend], _T], default: _T, what: str) -> _T:
        """What `action` gives, or `default` and (once for each `what`) a warning."""
        from pytest_ftbench.cache.faults import Damaged, Fault

        if self._backend is None:
            return default
        try:
            return action(self._backend)
        except Damaged as damage:
            if not self._was_renewed:
                self._renew()
                return self._attempt(action, default, what)
            reason = str(damage)
        except Fault as fault:
            reason = str(fault)
        if what not in self._warned:
            self._warned.add(what)
            self._warn(
                f"Answers cannot {what} in the answer cache {self.directory} ({reason}). "
                f"The session goes on without. Make room or mend the disk, or pass another --ftbench-cache-dir."
            )
        return default

    def _insist(self, action: Callable[[Backend], _T], what: str) -> _T:
        """What `action` gives. Raises CacheRefused where it cannot be done."""
        from pytest_ftbench.cache.faults import Damaged, Fault
        from pytest_ftbench.errors import CacheRefused

        reason = "it cannot be used"
        with self._lock:
            while self._backend is not None:
                try:
                    return action(self._backend)
                except (Damaged, Fault) as error:
                    reason = str(error)
                    if isinstance(error, Fault) or self._was_renewed:
                        break
                    self._renew()
        text = f"{self.directory}: answers cannot {what} ({reason})."
        raise CacheRefused(f"{text} Make room or mend the disk, or pass another --ftbench-cache-dir.")

    def _renew(self) -> None:
        """Close the broken database, and have it renewed. At most once: a disk that breaks again needs a person."""
        from pytest_ftbench.cache.opening import mark_damaged
        from pytest_ftbench.errors import CacheRefused

        self._was_renewed = True
        assert self._backend is not None
        self._backend.close()
        self._backend = None
        try:
            mark_damaged(self.directory)
            self._backend = self._open_backend()
        except (OSError, CacheRefused) as error:
            self._warn(f"The answer cache broke and is not used any more. {error}")
