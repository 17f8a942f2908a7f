"""A broken database is set aside whole, and what can be read from it moves into a new one."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, read_setting, tamper

from pytest_ftbench.cache import open_store, opening
from pytest_ftbench.cache.leases import Busy, Lease, Moved, take_lease
from pytest_ftbench.cache.salvage import renew

PAGE = 4096


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A database of 600 answers, some 60 pages."""
    return fill(tmp_path / "cache", count=600)


def root_page(home: Path, name: str) -> int:
    page: int = read_setting(home, f"SELECT rootpage FROM sqlite_master WHERE name = '{name}'")
    return page


def smash(home: Path, page: int, count: int = 1) -> None:
    """Overwrite pages, numbered from 1."""
    with (home / "cache.db").open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xff" * PAGE * count)


def reopen(home: Path) -> tuple[set[int], list[str]]:
    """The numbers of the answers that a new session has, and its warnings; each answer is right, and more can come."""
    lines: list[str] = []
    with open_store(home.parent, checkout=None, warn=lines.append) as store:
        found = set()
        for number in range(600):
            if (entry := store.get(key(number))) is not None:
                assert entry.value == answer(number)
                found.add(number)
        assert store.put(key(1000), answer(1000)) is True
        assert store.get(key(1000)) is not None
    return found, lines


def aside(home: Path) -> Path:
    (path,) = home.parent.glob("answers-1.corrupt-*")
    assert re.fullmatch(r"answers-1\.corrupt-\d{8}T\d{6}Z", path.name)
    return path


def leaves_of(home: Path, name: str) -> list[int]:
    """The leaf pages of a two-level table or index, in order."""
    with (home / "cache.db").open("rb") as file:
        file.seek((root_page(home, name) - 1) * PAGE)
        page = file.read(PAGE)
    assert page[0] in (2, 5)
    cells = int.from_bytes(page[3:5], "big")
    pointers = [int.from_bytes(page[12 + 2 * i : 14 + 2 * i], "big") for i in range(cells)]
    children = [int.from_bytes(page[start : start + 4], "big") for start in pointers]
    return [*children, int.from_bytes(page[8:12], "big")]


def test_broken_setting_aside_is_told_in_one_line(home: Path) -> None:
    smash(home, root_page(home, "Settings"))
    before = (home / "cache.db").read_bytes()
    found, lines = reopen(home)
    assert found == set(range(600))
    assert lines == [
        f"The answer cache {home} was damaged (database disk image is malformed). "
        f"600 answers were saved into a new one. "
        f"The damaged one is kept as {aside(home)}: remove it when you do not need it."
    ]
    assert (aside(home) / "cache.db").read_bytes() == before
    assert sorted(path.name for path in home.parent.iterdir()) == ["answers-1", aside(home).name]


def test_renewed_database_opens_without_a_word(home: Path) -> None:
    smash(home, root_page(home, "Settings"))
    reopen(home)
    assert reopen(home) == (set(range(600)), [])


def test_age_and_version_survive(home: Path) -> None:
    with open_silent(home.parent) as store:
        before = store.get(key(5))
    tamper(home, "UPDATE Cache SET value = replace(value, '0.1.0', '0.0.9')")
    smash(home, root_page(home, "Settings"))
    with open_store(home.parent, checkout=None, warn=lambda _: None) as store:
        after = store.get(key(5))
    assert before is not None
    assert after is not None
    assert (after.written_at, after.version) == (before.written_at, "0.0.9")


@pytest.mark.parametrize("content", [b"", b"not a database", b"\0" * 40_000, b"x" * 40_000])
def test_file_that_is_no_database_is_set_aside(home: Path, content: bytes) -> None:
    (home / "cache.db").write_bytes(content)
    found, lines = reopen(home)
    assert found == set()
    assert len(lines) == 1
    assert "0 answers were saved" in lines[0]
    assert (aside(home) / "cache.db").read_bytes() == content


def test_missing_file_is_made_anew(home: Path) -> None:
    (home / "cache.db").unlink()
    found, lines = reopen(home)
    assert found == set()
    assert "the file is missing" in lines[0]


def test_log_of_an_emptied_database_is_not_deleted(home: Path) -> None:
    """SQLite deletes the -wal of an empty database when it opens it, even read-only."""
    (home / "cache.db").write_bytes(b"")
    (home / "cache.db-wal").write_bytes(b"precious")
    reopen(home)
    assert (aside(home) / "cache.db-wal").read_bytes() == b"precious"


def test_truncated_database_gives_what_is_left(home: Path) -> None:
    size = (home / "cache.db").stat().st_size
    with (home / "cache.db").open("r+b") as file:
        file.truncate(size // 2 // PAGE * PAGE)
    found, lines = reopen(home)
    assert "was damaged" in lines[0]
    assert f"{len(found)} answers were saved" in lines[0]
    assert len(found) > 150


@pytest.mark.parametrize("which", [0, 0.5, -1], ids=["first", "middle", "last"])
def test_answers_on_every_other_page_are_saved(home: Path, which: float) -> None:
    leaves = leaves_of(home, "Cache")
    smash(home, leaves[int(len(leaves) * which) if which >= 0 else -1])
    (home / "damaged").touch()
    found, lines = reopen(home)
    assert 560 < len(found) < 600
    assert f"{len(found)} answers were saved" in lines[0]


def test_several_broken_pages_cost_their_own_rows_only(home: Path) -> None:
    leaves = leaves_of(home, "Cache")
    for leaf in leaves[3::10]:
        smash(home, leaf)
    (home / "damaged").touch()
    found, _ = reopen(home)
    lost = 600 - len(found)
    assert 0 < lost < 600 * (len(leaves[3::10]) + 1) / len(leaves)


def test_answers_in_the_log_are_saved(home: Path, tmp_path: Path) -> None:
    with open_silent(home.parent) as store:
        store.put(key(599), {"text": "in the log"})
        shutil.copytree(home, tmp_path / "copy" / "answers-1")
    copy = tmp_path / "copy" / "answers-1"
    copy.parent.chmod(0o700)
    (copy / "damaged").touch()
    with open_store(copy.parent, checkout=None, warn=lambda _: None) as store:
        entry = store.get(key(599))
        assert len(store) == 600
    assert entry is not None
    assert entry.value == {"text": "in the log"}


@pytest.mark.parametrize("name", ["Cache", "Cache_key_raw"])
def test_damage_met_while_running_is_mended_there_and_then(home: Path, name: str) -> None:
    """The vetting reads no answers, so a broken page of theirs is met by `get` or `put`."""
    for leaf in leaves_of(home, name)[1:-1:2]:
        smash(home, leaf)
    found, lines = reopen(home)
    assert len(lines) == 1
    assert f"{len(found)} answers were saved" in lines[0]
    assert len(found) == 600 if name == "Cache_key_raw" else 100 < len(found) < 600
    assert reopen(home) == (found, [])


@pytest.mark.parametrize("name", ["Cache", "Cache_key_raw"])
def test_damage_met_while_all_answers_are_read_or_others_added_is_mended_too(home: Path, name: str) -> None:
    for leaf in leaves_of(home, name)[1:-1:2]:
        smash(home, leaf)
    lines: list[str] = []
    with open_store(home.parent, checkout=None, warn=lines.append) as store:
        found = list(store.entries())
        added = {f"{number:064x}": entry for number, (_, entry) in enumerate(found)}
        assert store.add_all(added) == len(found)
    assert len(lines) == 1
    assert f"{len(found)} answers were saved" in lines[0]
    assert len({each for each, _ in found}) == len(found) > 100


def test_nothing_is_moved_while_another_session_has_it_open(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other's last close would delete the new database's log, which has the same name."""
    smash(home, root_page(home, "Settings"))
    monkeypatch.setattr(opening, "_ALONE_WAIT_S", 0.0)
    before = (home / "cache.db").read_bytes()
    lines: list[str] = []
    with (
        take_lease(home, exclusive=False, wait_s=0),
        open_store(home.parent, checkout=None, warn=lines.append) as store,
    ):
        assert store.put(key(0), answer(7)) is False
        assert store.get(key(0)) is not None
    assert len(lines) == 1
    assert "cannot be renewed while another session has it open" in lines[0]
    assert [path.name for path in home.parent.iterdir()] == ["answers-1"]
    assert (home / "cache.db").read_bytes() == before


def test_damage_that_the_vetting_does_not_see_is_mended_too(home: Path) -> None:
    smash(home, root_page(home, "sqlite_autoindex_Settings_1"))
    found, lines = reopen(home)
    assert (found, len(lines)) == (set(range(600)), 1)
    assert reopen(home) == (found, [])


@pytest.mark.parametrize("moment", ["before our lock", "while we wait for it"])
def test_database_that_another_session_has_renewed_is_not_renewed_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    smash(home, root_page(home, "Settings"))

    def take_late(folder: Path, *, exclusive: bool, wait_s: float) -> Lease:
        if exclusive and not list(home.parent.glob("answers-1.corrupt-*")):
            with take_lease(folder, exclusive=True, wait_s=0):
                renew(home.parent)
            if moment == "while we wait for it":
                raise Busy
        return take_lease(folder, exclusive=exclusive, wait_s=wait_s)

    monkeypatch.setattr(opening, "take_lease", take_late)
    assert reopen(home) == (set(range(600)), [])
    assert aside(home)


def test_database_that_another_session_is_renewing_is_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smash(home, root_page(home, "Settings"))
    others: list[Lease] = []

    def take_late(folder: Path, *, exclusive: bool, wait_s: float) -> Lease:
        if exclusive:
            others.append(take_lease(folder, exclusive=True, wait_s=0))
            raise Busy
        if others and wait_s:  # opening waits; asking whether somebody is at it does not
            renew(home.parent)
            others.pop().release()
            raise Moved
        return take_lease(folder, exclusive=exclusive, wait_s=wait_s)

    monkeypatch.setattr(opening, "take_lease", take_late)
    assert reopen(home) == (set(range(600)), [])


@pytest.mark.parametrize("disguise", ["view", "column"])
def test_rows_are_read_from_our_own_table_only(home: Path, disguise: str) -> None:
    if disguise == "view":
        tamper(home, "ALTER TABLE Cache RENAME TO Hidden", "CREATE VIEW Cache AS SELECT rowid, * FROM Hidden")
    else:
        tamper(home, "ALTER TABLE Cache ADD COLUMN extra AS (abs(size))")
    (home / "damaged").touch()
    found, lines = reopen(home)
    assert found == set()
    assert "0 answers were saved" in lines[0]


def test_rows_that_are_not_ours_are_left_behind(home: Path) -> None:
    for number, change in enumerate(
        ["mode = 4", "raw = 0", "filename = '/etc/passwd'", "value = '{}'", "value = x'00'", "key = 'short'"]
    ):
        tamper(home, f"UPDATE Cache SET {change} WHERE key = '{key(number)}'")
    (home / "damaged").touch()
    found, _ = reopen(home)
    assert found == set(range(6, 600))


def test_huge_row_number_does_not_stop_the_search(home: Path) -> None:
    leaves = leaves_of(home, "Cache")
    tamper(home, f"UPDATE Cache SET rowid = {2**62} WHERE key = '{key(599)}'")
    smash(home, leaves[len(leaves) // 2])
    (home / "damaged").touch()
    found, _ = reopen(home)
    assert 560 < len(found) < 600
    assert 599 in found


def test_trigger_of_a_broken_database_does_not_come_along(home: Path) -> None:
    tamper(home, "CREATE TRIGGER extra AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END")
    (home / "damaged").touch()
    found, _ = reopen(home)
    assert found == set(range(600))
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as con:
        assert con.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)
