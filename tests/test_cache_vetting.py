"""Directories that are not safe to open are refused, with one line, before anything in them is opened."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from cache_kit import NOBODY, fill, hot_journal, key, open_silent

from pytest_ftbench.cache import open_store
from pytest_ftbench.errors import CacheRefused

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return fill(tmp_path / "cache")


def refusal(directory: Path, checkout: Path | None = None) -> str:
    """The line of the refusal, which is one line and says what to do."""
    with pytest.raises(CacheRefused) as caught:
        open_store(directory, checkout=checkout, warn=pytest.fail)
    line = str(caught.value)
    assert "\n" not in line
    assert "--ftbench-cache-dir" in line
    return line


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The directory


def test_symlinked_directory_is_refused(home: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(home.parent)
    assert refusal(link) == (
        f"{link}: a symbolic link, where the answer cache expects a directory. "
        f"Pass the real path, or pass another --ftbench-cache-dir."
    )


def test_dangling_symlink_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert "a symbolic link" in refusal(link)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o720, 0o1777])
def test_directory_that_others_may_write_is_refused(home: Path, mode: int) -> None:
    home.parent.chmod(mode)
    assert f"may be written by others (mode {mode:04o})" in refusal(home.parent)


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_home_that_others_may_write_is_refused(home: Path, mode: int) -> None:
    home.chmod(mode)
    assert f"{home}: the answers may be written by others (mode {mode:04o})" in refusal(home.parent)


def test_home_that_others_may_read_is_closed_to_them(home: Path) -> None:
    home.chmod(0o755)
    open_silent(home.parent).close()
    assert home.stat().st_mode & 0o777 == 0o700


def test_directory_that_others_may_read_is_left_as_it_is(home: Path) -> None:
    home.parent.chmod(0o755)
    open_silent(home.parent).close()
    assert home.parent.stat().st_mode & 0o777 == 0o755


@needs_root
@pytest.mark.parametrize("name", ["..", ".", "cache.db", "cache.db-wal", "cache.db-shm"])
def test_foreign_owner_is_refused(home: Path, name: str) -> None:
    (home / name).touch()
    os.chown(home / name, NOBODY, -1)
    assert f"it belongs to user {NOBODY}, and this process runs as user 0." in refusal(home.parent)


def test_path_that_diskcache_would_expand_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTBENCH_ELSEWHERE", str(tmp_path / "elsewhere"))
    assert "names an environment variable" in refusal(tmp_path / "$FTBENCH_ELSEWHERE")
    assert not (tmp_path / "elsewhere").exists()


# The checkout


@pytest.mark.parametrize("inside", [".", ".cache", "a/b/c"])
def test_directory_in_the_checkout_is_refused_and_not_made(tmp_path: Path, inside: str) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    assert f"lies inside the checkout {checkout}." in refusal(checkout / inside, checkout)
    assert list(checkout.iterdir()) == []


def test_directory_in_the_checkout_is_refused_however_it_is_spelt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, other = tmp_path / "checkout", tmp_path / "other"
    checkout.mkdir()
    other.mkdir()
    (tmp_path / "link").symlink_to(checkout)
    (tmp_path / "deep").symlink_to(checkout / "not" / "made")
    monkeypatch.chdir(checkout)
    for spelling in (
        tmp_path / "link" / "cache",
        tmp_path / "deep" / "cache",
        other / ".." / "checkout" / "cache",
        Path("cache"),
    ):
        assert "lies inside the checkout" in refusal(spelling, checkout)
        assert "lies inside the checkout" in refusal(spelling, tmp_path / "link")
    assert list(checkout.iterdir()) == []


def test_directory_beside_the_checkout_is_fine(tmp_path: Path) -> None:
    with open_store(tmp_path / "checkout-2", checkout=tmp_path / "checkout", warn=pytest.fail) as store:
        assert store.put(key(0), {})


# The files


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-shm"])
def test_symlinked_file_is_refused_and_its_target_left_alone(home: Path, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as con:
        con.execute("CREATE TABLE theirs(x)")
    (home / name).unlink(missing_ok=True)
    (home / name).symlink_to(other)
    before = other.read_bytes()
    assert f"{home / name}: a symbolic link or special file" in refusal(home.parent)
    assert other.read_bytes() == before


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-shm"])
def test_hard_linked_file_is_refused_and_left_alone(home: Path, tmp_path: Path, name: str) -> None:
    """SQLite empties a -shm that it finds, whatever other name the file has."""
    victim = tmp_path / "precious.txt"
    victim.write_text("precious")
    (home / name).unlink(missing_ok=True)
    os.link(victim, home / name)
    assert "the file has 2 names (hard links), ours have one" in refusal(home.parent)
    assert victim.read_text() == "precious"


def test_named_pipe_is_refused_without_waiting_for_it(home: Path) -> None:
    (home / "cache.db").unlink()
    os.mkfifo(home / "cache.db")
    assert "special file" in refusal(home.parent)


@pytest.mark.parametrize("what", ["file", "symlink"])
def test_home_that_is_no_directory_is_refused(tmp_path: Path, what: str) -> None:
    home, elsewhere = tmp_path / "cache" / "answers-1", tmp_path / "elsewhere"
    home.parent.mkdir(mode=0o700)
    elsewhere.mkdir()
    home.touch() if what == "file" else home.symlink_to(elsewhere)
    assert "where the answer cache expects a directory" in refusal(home.parent)
    assert list(elsewhere.iterdir()) == []


def plant_journal(home: Path, victim: Path) -> None:
    victim.write_text("precious")
    pages = (home / "cache.db").stat().st_size // 4096
    (home / "cache.db-journal").write_bytes(hot_journal(victim, pages))


def test_the_planted_journal_deletes_a_file_when_sqlite_opens_the_database(home: Path, tmp_path: Path) -> None:
    """The attack is real: otherwise the next test would show nothing."""
    plant_journal(home, tmp_path / "victim.txt")
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as con:
        con.execute("SELECT count(*) FROM Cache").fetchone()
    assert not (tmp_path / "victim.txt").exists()


def test_leftover_journal_is_refused_and_deletes_nothing(home: Path, tmp_path: Path) -> None:
    plant_journal(home, tmp_path / "victim.txt")
    before = snapshot(home)
    assert refusal(home.parent) == (
        f"{home}/cache.db-journal: a rollback journal, which we never leave behind. "
        f"SQLite would obey it, and it can delete files. Remove or rename {home}, or pass another --ftbench-cache-dir."
    )
    assert (tmp_path / "victim.txt").read_text() == "precious"
    assert snapshot(home) == before


def test_leftover_journal_of_a_broken_database_is_refused_too(home: Path, tmp_path: Path) -> None:
    plant_journal(home, tmp_path / "victim.txt")
    (home / "cache.db").write_bytes(b"")
    assert "a rollback journal" in refusal(home.parent)
    (home / "damaged").touch()
    assert "a rollback journal" in refusal(home.parent)
    assert (tmp_path / "victim.txt").exists()
