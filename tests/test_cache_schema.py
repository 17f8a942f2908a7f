"""Databases that are not exactly of our making are refused, and nothing that they say is obeyed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, read_setting, tamper

from pytest_ftbench.cache import open_store
from pytest_ftbench.cache.disk import SETTINGS, reference_schema
from pytest_ftbench.errors import CacheRefused


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return fill(tmp_path / "cache")


def refusal(home: Path) -> str:
    """The line of the refusal; the database's own file is as it was before."""
    before = (home / "cache.db").read_bytes()
    with pytest.raises(CacheRefused) as caught:
        open_store(home.parent, checkout=None, warn=pytest.fail)
    assert (home / "cache.db").read_bytes() == before
    line = str(caught.value)
    start, end = f"{home}/cache.db: ", f". Such a database is not opened. Remove or rename {home}, or pass another"
    assert line.startswith(start)
    assert line.endswith(f"{end} --ftbench-cache-dir.")
    return line.removeprefix(start).partition(end)[0]


@pytest.mark.parametrize(
    ("statement", "strange"),
    [
        ("CREATE TABLE extra(x)", "table 'extra'"),
        ("CREATE VIEW extra AS SELECT 1", "view 'extra'"),
        ("CREATE INDEX extra ON Cache(tag)", "index 'extra'"),
        ("CREATE TRIGGER extra AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END", "trigger 'extra'"),
        ("CREATE VIRTUAL TABLE extra USING fts5(x)", "table 'extra'"),
        ("ALTER TABLE Cache ADD COLUMN extra AS (abs(size))", "table 'Cache'"),
    ],
)
def test_anything_extra_in_the_schema_is_refused(home: Path, statement: str, strange: str) -> None:
    tamper(home, statement)
    assert refusal(home) == f"it holds something that diskcache does not make: {strange}"


def test_trigger_of_another_wording_is_refused(home: Path) -> None:
    tamper(
        home,
        "DROP TRIGGER Settings_count_insert",
        "CREATE TRIGGER Settings_count_insert AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END",
    )
    assert refusal(home) == "it holds something that diskcache does not make: trigger 'Settings_count_insert'"


def test_view_in_place_of_the_table_is_refused(home: Path) -> None:
    tamper(home, "ALTER TABLE Cache RENAME TO Hidden", "CREATE VIEW Cache AS SELECT * FROM Hidden")
    assert "it holds something that diskcache does not make" in refusal(home)


def test_missing_trigger_is_refused(home: Path) -> None:
    tamper(home, "DROP TRIGGER Settings_size_update")
    assert refusal(home) == "a table, index or trigger of diskcache is missing or doubled"


def test_trigger_that_stands_only_in_the_wal_is_refused(home: Path, tmp_path: Path) -> None:
    """A look at the database file alone (immutable=1) would not see it, and diskcache would run it."""
    with contextlib.closing(sqlite3.connect(home / "cache.db", isolation_level=None)) as con:
        con.execute("CREATE TRIGGER extra AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END")
        shutil.copytree(home, tmp_path / "copy" / "answers-1")
    (tmp_path / "copy").chmod(0o700)
    assert (tmp_path / "copy" / "answers-1" / "cache.db-wal").stat().st_size > 0
    assert refusal(tmp_path / "copy" / "answers-1").endswith("trigger 'extra'")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sqlite_user_version", 7),
        ("sqlite_writable_schema", 1),
        ("sqlite_temp_store_directory", "'/nowhere'"),
        ("_directory", "/nowhere"),
        ("get", 1),
        ("disk_nope", 1),
    ],
)
def test_unknown_setting_is_refused(home: Path, name: str, value: object) -> None:
    tamper(home, "INSERT INTO Settings VALUES (?, ?)", values=(name, value))
    assert refusal(home) == f"its Settings table says {name!r}: {str(value)!r}, which we do not write"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("eviction_policy", "least-recently-stored"),
        ("cull_limit", 10),
        ("size_limit", 0),
        ("size_limit", float(2**62)),
        ("sqlite_journal_mode", "delete"),
        ("sqlite_mmap_size", 2**26),
        ("disk_min_file_size", 0),
        ("statistics", 1),
        ("count", "many"),
        ("size", None),
        ("hits", 1.5),
    ],
)
def test_setting_of_another_value_is_refused(home: Path, name: str, value: object) -> None:
    tamper(home, "UPDATE Settings SET value = ? WHERE key = ?", values=(value, name))
    assert refusal(home) == f"its Settings table says {name!r}: {str(value)!r}, which we do not write"


def test_missing_setting_is_refused(home: Path) -> None:
    tamper(home, "DELETE FROM Settings WHERE key = 'cull_limit'")
    assert refusal(home) == "its Settings table lacks rows that we write"


def test_hostile_pragma_is_not_run(home: Path) -> None:
    tamper(home, "INSERT INTO Settings VALUES ('sqlite_user_version', 7)")
    refusal(home)
    assert read_setting(home, "PRAGMA user_version") == 0


def test_cache_does_not_move_to_another_directory(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    tamper(home, "INSERT INTO Settings VALUES ('_directory', ?)", values=(str(tmp_path / "elsewhere"),))
    refusal(home)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("count", [-5, 0, 10**9])
def test_counters_may_be_any_whole_number(home: Path, count: int) -> None:
    tamper(home, f"UPDATE Settings SET value = {count} WHERE key IN ('count', 'size', 'hits', 'misses')")
    with open_store(home.parent, checkout=None, warn=lambda _: None) as store:
        assert len(store) == max(count, 0)
        entry = store.get(key(0))
        assert entry is not None
        assert entry.value == answer(0)


def test_database_of_another_application_is_refused(home: Path) -> None:
    tamper(home, "PRAGMA application_id = 1")
    assert refusal(home) == "not a database of pytest-ftbench (its application id is another)"


def test_stranger_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "cache" / "answers-1"
    home.mkdir(mode=0o700, parents=True)
    home.parent.chmod(0o700)
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as con:
        con.execute("CREATE TABLE theirs(x)")
    assert "not a database of pytest-ftbench" in refusal(home)


def test_database_that_left_wal_is_refused(home: Path) -> None:
    tamper(home, "PRAGMA journal_mode = delete")
    assert refusal(home) == "its journal mode is 'delete', not 'wal'"


def test_every_setting_of_the_installed_diskcache_is_pinned() -> None:
    """A default that we do not pin would be written by diskcache, and refused by the next session."""
    from diskcache.core import DEFAULT_SETTINGS

    assert DEFAULT_SETTINGS.keys() == SETTINGS.keys()


def test_reference_schema_is_what_diskcache_itself_makes(tmp_path: Path) -> None:
    import diskcache

    with diskcache.Cache(tmp_path, eviction_policy="none") as cache:
        made = set(cache._sql("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    assert made == reference_schema()


def test_opening_reads_no_more_of_a_larger_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening must stay quick with a million answers, so it may scan no table of answers."""
    from pytest_ftbench.cache import backends, disk, vetting

    ran: list[str] = []

    def connect(database: Path, mode: str) -> sqlite3.Connection:
        con = disk.connect(database, mode)
        con.set_trace_callback(ran.append)
        return con

    monkeypatch.setattr(vetting, "connect", connect)
    monkeypatch.setattr(backends, "connect", connect)
    open_silent(home.parent).close()
    assert any("FROM sqlite_master" in statement for statement in ran)
    assert [statement for statement in ran if "FROM Cache" in statement or "check" in statement.lower()] == []


def test_vetting_does_not_change_the_database(home: Path) -> None:
    from pytest_ftbench.cache.vetting import vet_database

    before = (home / "cache.db").stat()
    content = (home / "cache.db").read_bytes()
    assert vet_database(home) is True
    assert os.path.samestat(before, (home / "cache.db").stat())
    assert (home / "cache.db").read_bytes() == content
