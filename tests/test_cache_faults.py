"""A disk that fails never stops a session: answers stay in memory, and one line says so."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cache_kit import NOBODY, answer, fill, key, read_setting, run_child

from pytest_ftbench.cache import disk as cache_disk
from pytest_ftbench.cache import open_store

READER = """
import json, os, sys
from pathlib import Path
import diskcache, sqlite3
from cache_kit import answer, key
from pytest_ftbench.cache import backends, faults, open_store, opening, salvage, vetting
if os.geteuid() == 0:
    os.seteuid(65534)
lines = []
with open_store(Path(sys.argv[1]), checkout=None, warn=lines.append) as store:
    found = [store.get(key(number)) is not None for number in range(3)]
    put = [store.put(key(number), answer(number)) for number in (7, 8)]
    held = store.get(key(7)).value == answer(7)
    count = len(store)
print(json.dumps({"found": found, "put": put, "held": held, "count": count, "lines": lines}))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that any user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="ftbench-cache-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o700)
        shutil.rmtree(folder)


def hand_over(*paths: Path) -> None:
    """Give paths to the user that READER becomes, since permissions do not bind root."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, NOBODY, -1)


def protect(home: Path) -> None:
    hand_over(home.parent, home, *home.iterdir())
    for path in home.iterdir():
        path.chmod(0o400)
    home.chmod(0o500)
    home.parent.chmod(0o500)


def test_answers_in_a_write_protected_directory_are_served(public: Path) -> None:
    home = fill(public / "cache")
    protect(home)
    assert run_child(READER, home.parent) == {
        "found": [True, True, True],
        "put": [False, False],
        "held": True,
        "count": 5,
        "lines": [
            f"The answer cache {home.parent} can only be read (the directory is write-protected). Its answers are "
            f"used, and new ones are not stored. Make it writable, or pass another --ftbench-cache-dir.",
        ],
    }
    assert [path.name for path in home.iterdir()] == ["cache.db"]


def test_hostile_database_in_a_write_protected_directory_is_refused_too(public: Path) -> None:
    home = fill(public / "cache")
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as con:
        con.execute("CREATE VIEW extra AS SELECT 1")
    protect(home)
    code = READER.replace("lines = []", "lines = []\nfrom pytest_ftbench.errors import CacheRefused\ntry:", 1)
    head, tail = code.split("\ntry:\n")
    body = "".join(f"    {line}\n" for line in tail.splitlines())
    caught = "except CacheRefused as error:\n    print(json.dumps({'refused': str(error)}))\n"
    assert "view 'extra'" in run_child(f"{head}\ntry:\n{body}{caught}", home.parent)["refused"]


def test_directory_that_cannot_be_made_leaves_answers_in_memory(public: Path) -> None:
    public.chmod(0o555)
    hand_over(public)
    result = run_child(READER, public / "cache")
    assert (result["found"], result["put"], result["held"], result["count"]) == ([False] * 3, [False] * 2, True, 2)
    assert result["lines"] == [
        f"The answer cache {public}/cache cannot be used (Permission denied: {public}/cache). Answers of this session "
        f"are kept in memory only and will be asked again. Make it writable, or pass another --ftbench-cache-dir."
    ]


def test_path_of_a_file_leaves_answers_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("precious")
    result = run_child(READER.replace("os.seteuid(65534)", "pass"), path)
    assert result["held"] is True
    assert len(result["lines"]) == 1
    assert f"{path} is a file" in result["lines"][0]
    assert path.read_text() == "precious"


def test_full_disk_is_told_once_and_answers_wait_for_room(tmp_path: Path) -> None:
    lines: list[str] = []
    big = {"text": "x" * 20_000}
    with open_store(tmp_path, checkout=None, warn=lines.append) as store:
        assert store.put(key(0), answer(0)) is True
        con = store._backend._cache.connection  # type: ignore[union-attr]
        con.execute("PRAGMA max_page_count = 1")  # SQLite takes what is in use for the least possible
        assert [store.put(key(number), big) for number in (1, 2, 3)] == [False] * 3
        assert all(store.get(key(number)) is not None for number in range(4))
        assert len(store) == 4
        con.execute("PRAGMA max_page_count = 100000")
        assert store.put(key(4), big) is True
        assert read_setting(tmp_path / "answers-1", "SELECT count(*) FROM Cache", mode="ro") == 5
    assert lines == [
        f"Answers cannot be stored in the answer cache {tmp_path} (database or disk is full). The session goes on "
        f"without. Make room or mend the disk, or pass another --ftbench-cache-dir."
    ]
    with open_store(tmp_path, checkout=None, warn=lines.append) as store:
        assert len(store) == 5
    assert len(lines) == 1


def test_answer_that_finds_no_room_does_not_keep_others_from_the_disk(tmp_path: Path) -> None:
    lines: list[str] = []
    with open_store(tmp_path, checkout=None, warn=lines.append) as store:
        con = store._backend._cache.connection  # type: ignore[union-attr]
        con.execute("PRAGMA max_page_count = 1")  # SQLite takes what is in use for the least possible
        big = {"text": "x" * 200_000}
        assert store.put_all({key(1): big, key(2): answer(2)}) is False
        assert set(store.get_all([key(1), key(2)])) == {key(1), key(2)}
        con.execute("PRAGMA max_page_count = 100000")
        assert store.put_all({key(3): answer(3), key(4): answer(4)}) is True
        assert read_setting(tmp_path / "answers-1", "SELECT count(*) FROM Cache", mode="ro") == 4
    assert len(lines) == 1


def test_disk_that_takes_no_more_bytes_stops_nothing(tmp_path: Path) -> None:
    """A real limit on the size of files, as a full disk or a quota would set."""
    home = fill(tmp_path)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({160_000}, {160_000}))\n"
    code = READER.replace("os.seteuid(65534)", "pass").replace("(7, 8)", "range(7, 300)")
    result = run_child(limit + code, tmp_path)
    stored = result["put"].count(True)
    assert 0 < stored < 293
    assert result["held"] is True
    assert len(result["lines"]) == 1
    assert "Answers cannot be stored" in result["lines"][0]
    with open_store(home.parent, checkout=None, warn=pytest.fail) as store:
        assert len(store) >= 3 + stored


def test_lock_held_by_another_is_waited_for_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_disk, "BUSY_TIMEOUT_S", 0.02)
    home = fill(tmp_path)
    lines: list[str] = []
    with contextlib.closing(sqlite3.connect(home / "cache.db", isolation_level=None)) as other:
        with open_store(tmp_path, checkout=None, warn=lines.append) as store:
            other.execute("BEGIN IMMEDIATE")
            assert store.put(key(7), answer(7)) is False
            assert store.get(key(0)) is not None
            other.execute("COMMIT")
            assert store.put(key(8), answer(8)) is True
        assert len(lines) == 1
        assert "(database is locked)" in lines[0]
        other.execute("BEGIN IMMEDIATE")
        with open_store(tmp_path, checkout=None, warn=lines.append) as store:  # and one opened meanwhile can read
            assert all(store.get(key(number)) is not None for number in (0, 7, 8))
            assert store.put(key(9), answer(9)) is False
        other.execute("COMMIT")
    assert "can only be read (database is locked)" in lines[1]


@pytest.mark.parametrize("name", ["transact", "set", "delete"])
def test_interrupted_put_leaves_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Ctrl-C between two statements: the next answer is stored, and others can write."""
    with open_store(tmp_path, checkout=None, warn=pytest.fail) as store:
        cache = store._backend._cache  # type: ignore[union-attr]

        def interrupt(*arguments: object) -> None:
            if name == "transact":  # it has begun its transaction and not noted that down
                cache.connection.execute("BEGIN IMMEDIATE")
            raise KeyboardInterrupt(arguments)

        with monkeypatch.context() as patch:
            patch.setattr(cache, name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                store.put(key(0), answer(0))
        with contextlib.closing(sqlite3.connect(tmp_path / "answers-1" / "cache.db", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        assert store.put(key(1), answer(1)) is True


def test_duplicate_rows_of_a_broken_index_are_a_miss(tmp_path: Path) -> None:
    lines: list[str] = []
    fill(tmp_path)
    with open_store(tmp_path, checkout=None, warn=lines.append) as store:
        con = store._backend._cache.connection  # type: ignore[union-attr]
        con.execute("DROP INDEX Cache_key_raw")
        con.execute("INSERT INTO Cache(key, raw, mode, value) SELECT key, raw, mode, value FROM Cache")
        assert store.get(key(0)) is None
        assert store.put(key(0), answer(0)) is False
    assert len(lines) == 2
