"""Rows that somebody else has written: each is a miss, and nothing else happens.

The attacks are those of CVE-2025-69872 and its neighbours, all of which work on diskcache 5.6.3 as it comes.
"""

from __future__ import annotations

import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest
from cache_kit import answer, fill, key, open_silent, plant_row, tamper

from pytest_ftbench.cache import AnswerStore, disk, open_store
from pytest_ftbench.cache.entry import Entry, encode

FORGED = encode(Entry({"text": "forged"}, "2026-01-01T00:00:00+00:00", "0.1.0"))


class Bomb:
    """Makes a directory when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.mkdir, (self.trace,)  # type: ignore[return-value]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return fill(tmp_path / "cache")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "code-ran"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "precious" / "file.txt"
    path.parent.mkdir()
    path.write_text(FORGED)
    return path


def assert_miss_then_mended(home: Path) -> None:
    """The row is a miss, the others are hits, and a new answer takes the place of the row."""
    with open_silent(home.parent) as store:
        assert store.get(key(0)) is None
        assert store.get(key(1)) is not None
        assert store.put(key(0), answer(7)) is True
        entry = store.get(key(0))
        assert entry is not None
        assert entry.value == answer(7)


def test_the_bomb_goes_off_when_unpickled(trace: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(trace)))
    assert trace.exists()


def test_pickle_in_the_row_is_a_miss(home: Path, trace: Path) -> None:
    plant_row(home, mode=4, value=pickle.dumps(Bomb(trace)))
    assert_miss_then_mended(home)
    assert not trace.exists()


def test_pickle_in_a_file_is_a_miss(home: Path, trace: Path) -> None:
    (home / "aa.val").write_bytes(pickle.dumps(Bomb(trace)))
    plant_row(home, mode=4, value=None, filename="aa.val")
    assert_miss_then_mended(home)
    assert not trace.exists()


def test_pickled_key_is_never_read_back(home: Path, trace: Path) -> None:
    plant_row(home, raw=0, key=pickle.dumps(Bomb(trace)))
    assert not hasattr(AnswerStore, "__iter__")
    with open_silent(home.parent) as store:
        assert store.get(key(0)) is None
        with pytest.raises(OSError, match="keys are not read back"):
            list(store._backend._cache)  # type: ignore[union-attr]
    assert not trace.exists()


@pytest.mark.parametrize("mode", [2, 3])
@pytest.mark.parametrize("relative", [False, True])
def test_file_named_by_a_row_is_not_returned(home: Path, victim: Path, mode: int, relative: bool) -> None:
    plant_row(home, mode=mode, value=None, filename="../../precious/file.txt" if relative else str(victim))
    with open_silent(home.parent) as store:
        assert store.get(key(0)) is None
        assert store._backend._cache.get(key(0), read=True) is None  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_file_named_by_a_row_outlives_a_new_answer(home: Path, victim: Path, mode: int) -> None:
    plant_row(home, mode=mode, value=None, filename=str(victim))
    assert_miss_then_mended(home)
    assert victim.read_text() == FORGED


def test_file_named_by_an_expired_row_outlives_other_answers(home: Path, victim: Path) -> None:
    plant_row(home, mode=2, value=None, filename=str(victim), expire_time=1.0)
    with open_silent(home.parent) as store:
        assert all(store.put(key(number), answer(number)) for number in range(50))
        assert store._backend._cache.expire() == 0  # type: ignore[union-attr]  # its row is answer 0 again
    assert victim.exists()


def test_cleaning_up_expired_rows_deletes_no_file(home: Path, victim: Path) -> None:
    plant_row(home, mode=2, value=None, filename=str(victim), expire_time=1.0)
    with open_silent(home.parent) as store:
        assert store._backend._cache.expire() == 1  # type: ignore[union-attr]
    assert victim.exists()


@pytest.mark.parametrize(
    "value",
    [
        zlib.compress(b" " * 300 * 2**20, 9),
        "[" * 100_000,
        json.dumps({"text": "no wrapper"}),
        FORGED.encode(),
        FORGED + "x",
        7,
        1.5,
        None,
        "",
    ],
    ids=["zlib bomb", "deep", "no wrapper", "bytes", "trailing", "int", "float", "null", "empty"],
)
def test_value_that_is_not_our_text_is_a_miss(home: Path, value: object) -> None:
    plant_row(home, value=value)
    assert_miss_then_mended(home)


def test_text_that_is_not_utf8_is_a_miss_and_warned_of(home: Path) -> None:
    tamper(home, f"UPDATE Cache SET value = CAST(x'7b22ff227d' AS TEXT) WHERE key = '{key(0)}'")
    lines: list[str] = []
    with open_store(home.parent, checkout=None, warn=lines.append) as store:
        assert store.get(key(0)) is None
        assert store.get(key(0)) is None
        assert store.get(key(1)) is not None
    assert len(lines) == 1
    assert "Answers cannot be read" in lines[0]


def test_huge_row_is_not_read_into_memory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MAX_TEXT_BYTES", 2**20)
    tamper(home, f"UPDATE Cache SET value = CAST(zeroblob({2 * 2**20}) AS TEXT) WHERE key = '{key(0)}'")
    lines: list[str] = []
    with open_store(home.parent, checkout=None, warn=lines.append) as store:
        assert store.get(key(0)) is None
        assert store.put(key(0), answer(0)) is True
        assert store.get(key(0)) is not None
    assert [line.split(" (")[1].split(")")[0] for line in lines] == ["string or blob too big"]


def test_value_of_the_right_shape_in_a_row_of_the_wrong_mode_is_a_miss(home: Path) -> None:
    plant_row(home, mode=3, value=FORGED)
    assert_miss_then_mended(home)


def test_disk_makes_no_files_and_takes_text_only(home: Path) -> None:
    with open_silent(home.parent) as store:
        disk = store._backend._cache.disk  # type: ignore[union-attr]
        with pytest.raises(OSError, match="not kept in files"):
            disk.filename()
        with pytest.raises(TypeError, match="only text is stored"):
            disk.store({"a": 1}, False)
        with pytest.raises(ValueError, match="64 lower-case"):
            disk.put(("a", "tuple"))
        assert disk.store("x" * 10_000_000, False)[2] is None  # inline, however long
