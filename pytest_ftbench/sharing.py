"""Answers handed from one cache to another, as a file of JSON Lines: the database itself never changes hands."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pytest_ftbench.answerlines import (
    IMPORTED,
    LONGEST_LINE,
    NOTE_STARTS,
    SCHEMA,
    Refused,
    answer_line,
    header_line,
    identity_of,
    is_note,
    read_answer_line,
    read_header_line,
    request_of,
)
from pytest_ftbench.cache import AnswerStore, Entry
from pytest_ftbench.errors import DataError
from pytest_ftbench.shelf import REQUEST

_AT_ONCE = 100
"""How many answers are stored in one transaction."""
_BYTES_AT_ONCE = 2**20
"""How long their lines may be together before they are stored, however few."""
_TOLD = 20
"""How many refused lines are told of; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What has been written of a store."""

    written: int
    left_out: int
    """Answers to requests that were not wanted."""
    refused: int
    """Answers that cannot be handed on: what they answer is not known, or no line may be as long."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What has been read into a store."""

    stored: int
    kept: int
    """Lines whose question had an answer already, which stays."""
    refused: int
    faults: tuple[str, ...]
    """Which lines were refused and why, the first few of them."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """What a store has of one model."""

    provider: str
    """Empty: rows of an early version, which do not say what they answer."""
    model: str
    server: str
    answers: int = 0
    imported: int = 0
    """How many of them have come from a file."""
    newest: str = ""
    """When the last of them was written: UTC, ISO 8601."""


def count_stored(store: AnswerStore) -> list[StoredModel]:
    """What a store has, by model, in the order of their names. Raises CacheRefused."""
    found: dict[tuple[str, str, str], StoredModel] = {}
    for _, entry in store.entries():
        request = request_of(entry)
        if request is not None and is_note(request):
            continue
        identity = identity_of(request) if request is not None else {}
        name = tuple(str(identity.get(field) or "") for field in ("provider", "model", "base_url"))
        provider, model, server = name
        so_far = found.get((provider, model, server), StoredModel(provider, model, server))
        found[provider, model, server] = replace(
            so_far,
            answers=so_far.answers + 1,
            imported=so_far.imported + (IMPORTED in entry.value),
            newest=max(so_far.newest, entry.written_at),
        )
    return [found[name] for name in sorted(found)]


def export_answers(
    store: AnswerStore, path: Path, *, is_wanted: Callable[[Mapping[str, str | None]], bool]
) -> Exported:
    """Write the stored answers to wanted requests, sorted by key; the file appears whole, or not at all where none is.

    is_wanted: told whom a request was put to, whether its answer is. The same answers give the same file.
    Raises DataError for a file that cannot be written, or that is there and no export; CacheRefused for a store that
    cannot be read.
    """
    _check_place(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            exported = _write(store, file, is_wanted)
        if exported.written:
            temporary.replace(path)
    except OSError as error:
        raise DataError(str(path), f"cannot be written ({error.strerror or error}).") from None
    finally:
        with suppress(OSError):
            temporary.unlink()
    return exported


def _write(store: AnswerStore, file: BinaryIO, is_wanted: Callable[[Mapping[str, str | None]], bool]) -> Exported:
    written = left_out = refused = 0
    file.write(header_line())
    for key, entry in store.entries():
        request = request_of(entry)
        if request is not None and not is_wanted(identity_of(request)):
            left_out += not is_note(request)
            continue
        try:
            file.write(answer_line(key, entry))
            written += request is None or not is_note(request)
        except Refused:
            refused += 1
    return Exported(written, left_out, refused)


def _check_place(path: Path) -> None:
    """Refuse to replace what is no export: a repository may hold a link, or a file, of that name."""
    if not os.path.lexists(path):
        return
    with open_plain(path) as file:
        if read_header_line(file.readline(1000)) is None:
            raise DataError(str(path), "exists, and is no export of answers. Choose another name, or remove it first.")


def import_answers(store: AnswerStore, path: Path, *, replaces: bool = False, now: datetime | None = None) -> Imported:
    """Store the answers of a file that `export_answers` has written, or of several joined, some at a time.

    A line that is not to be trusted is refused, and costs no other. An answer that is there already stays, unless
    `replaces`. now: the moment that each row says it was imported at.
    Raises DataError for a file that cannot be read or is no export, CacheRefused for a store that takes nothing; what
    was stored before stays stored, and importing again goes on from there.
    """
    imported_at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    tally = _Tally(store, replaces)
    with open_plain(path) as file:
        for number, raw in _lines(file, str(path)):
            try:
                found = read_answer_line(raw)
            except Refused as reason:
                tally.refuse(f"{path}:{number}: {reason}")
                continue
            if found is None:
                continue
            key, entry = found
            entry = replace(entry, value={**entry.value, IMPORTED: imported_at})
            if entry.value[REQUEST].startswith(NOTE_STARTS):
                store.add_all({key: entry}, replace=replaces)
            else:
                tally.take(key, entry, len(raw))
    tally.flush()
    return Imported(tally.stored, tally.read - tally.stored, tally.refused, tuple(tally.faults))


@dataclass(slots=True)
class _Tally:
    store: AnswerStore
    replaces: bool
    stored: int = 0
    read: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    waiting: dict[str, Entry] = field(default_factory=dict)
    size: int = 0
    """Bytes of the lines of those that wait."""

    def take(self, key: str, entry: Entry, size: int) -> None:
        self.read += 1
        self.size += size
        if self.replaces or key not in self.waiting:
            self.waiting[key] = entry
        if len(self.waiting) == _AT_ONCE or self.size >= _BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        self.stored += self.store.add_all(self.waiting, replace=self.replaces)
        self.waiting.clear()
        self.size = 0

    def refuse(self, fault: str) -> None:
        self.refused += 1
        if len(self.faults) < _TOLD:
            self.faults.append(fault)


def _lines(file: BinaryIO, place: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, without the first, each with its number; of one that is too long only the start."""
    first = file.readline(1000)
    schema = read_header_line(first.removeprefix(b"\xef\xbb\xbf"))
    if schema is None:
        raise DataError(f"{place}:1", "no export of answers. ftbench cache export writes one; a run file is served by "
                        "--ftbench-model=replay:FILE.")  # fmt: skip
    if schema > SCHEMA:
        raise DataError(f"{place}:1", f"answers of schema {schema}; this version reads up to {SCHEMA}. Upgrade it.")
    number = 1
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        rest = raw
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        if raw.strip():
            yield number, raw


def open_plain(path: Path) -> BinaryIO:
    """A file opened for reading, if it is a plain one under its own name. Raises DataError.

    A link could lead to any file of the user's, a pipe keep us waiting, and what is read may be shown.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise DataError(str(path), "a symbolic link. Name the file itself.")
        descriptor = os.open(path, flags)
    except OSError as error:
        raise DataError(str(path), f"cannot be read ({error.strerror or error}). Check the path.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DataError(str(path), "not a plain file. Name the file itself.")
    return os.fdopen(descriptor, "rb")
