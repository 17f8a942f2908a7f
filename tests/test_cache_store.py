"""The answer store as its users see it."""

from __future__ import annotations

import gc
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, plant_row, run_child

from pytest_ftbench import __version__
from pytest_ftbench.cache import AnswerStore, Entry
from pytest_ftbench.cache.entry import decode, encode, new_text
from pytest_ftbench.cache.opening import open_backend


def test_stored_answer_is_read_back_by_a_later_session(tmp_path: Path) -> None:
    fill(tmp_path / "cache")
    with open_silent(tmp_path / "cache") as store:
        entry = store.get(key(1))
        assert entry is not None
        assert entry.value == answer(1)
        assert len(store) == 3
        assert store.directory == tmp_path / "cache"


def test_unknown_key_is_none(tmp_path: Path) -> None:
    with open_silent(tmp_path) as store:
        assert store.get(key(0)) is None


def test_entry_says_when_and_by_which_version_it_was_written(tmp_path: Path) -> None:
    store = AnswerStore(
        tmp_path,
        lambda: open_backend(tmp_path, warn=pytest.fail),
        warn=pytest.fail,
        now=lambda: datetime(2026, 7, 26, 12, 30, 5, 999, tzinfo=UTC),
    )
    with store:
        store.put(key(0), answer(0))
        assert store.get(key(0)) == Entry(answer(0), "2026-07-26T12:30:05+00:00", __version__)


def test_later_put_replaces_the_answer(tmp_path: Path) -> None:
    with open_silent(tmp_path) as store:
        store.put(key(0), answer(0))
        store.put(key(0), answer(1))
        entry = store.get(key(0))
        assert entry is not None
        assert entry.value == answer(1)
        assert len(store) == 1


def test_many_are_stored_and_looked_up_at_once(tmp_path: Path) -> None:
    numbers = range(1201)  # more than one statement takes
    with open_silent(tmp_path) as store:
        assert store.put_all({key(number): answer(number) for number in numbers}) is True
        found = store.get_all([key(number) for number in range(1300)])
    assert {each: entry.value for each, entry in found.items()} == {key(number): answer(number) for number in numbers}


def test_expired_row_of_somebody_else_is_not_looked_up(tmp_path: Path) -> None:
    home = fill(tmp_path)
    plant_row(home, expire_time=1.0)
    with open_silent(tmp_path) as store:
        assert set(store.get_all([key(0), key(1)])) == {key(1)}


@pytest.mark.parametrize("text", ["naïve \U0001f600 答え", "lone \ud800 surrogate", "nul \0 inside", "", "x" * 300_000])
def test_any_text_survives(tmp_path: Path, text: str) -> None:
    with open_silent(tmp_path) as store:
        assert store.put(key(0), {"text": text})
        entry = store.get(key(0))
        assert entry is not None
        assert entry.value == {"text": text}


@pytest.mark.parametrize("bad", ["", "abc", "A" * 64, "g" * 64, "0" * 63, "0" * 65, f"{'0' * 63}\n", 7, b"0" * 64])
def test_key_must_be_a_sha256_text(tmp_path: Path, bad: object) -> None:
    with open_silent(tmp_path) as store:
        with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
            store.put(bad, {})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
            store.get(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [{"x": float("nan")}, {"x": float("inf")}, {"x": object()}])
def test_value_that_json_cannot_hold_is_refused_at_the_door(tmp_path: Path, value: dict[str, object]) -> None:
    with open_silent(tmp_path) as store, pytest.raises((TypeError, ValueError)):
        store.put(key(0), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        '{"text": "not wrapped"}',
        '{"written_at": "t", "version": "1", "value": []}',
        '{"written_at": 7, "version": "1", "value": {}}',
        '{"written_at": "t", "version": null, "value": {}}',
        '{"written_at": "t", "version": "1", "value": {}, "more": 1}',
        '{"written_at": "t", "version": "1", "value": {"x": NaN}}',
        '{"written_at": "t", "version": "1", "value": {"x": ' + "9" * 5000 + "}}",
        "[" * 100_000,
        '{"a":' * 100_000,
        b"{}",
        7,
        None,
    ],
)
def test_text_that_we_have_not_written_is_no_entry(text: object) -> None:
    assert decode(text) is None


def test_written_text_is_an_entry() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    entry = Entry({"a": 1}, "2026-01-02T03:04:05+00:00", "0.1.0")
    assert decode(new_text({"a": 1}, written_at=at, version="0.1.0")) == entry
    assert decode(encode(entry)) == entry


def test_close_again_is_allowed_and_later_answers_stay_in_memory(tmp_path: Path) -> None:
    store = open_silent(tmp_path)
    store.put(key(0), answer(0))
    store.close()
    store.close()
    assert store.get(key(0)) is None
    assert store.put(key(1), answer(1)) is False
    assert store.get(key(1)) is not None


def test_empty_store_is_true(tmp_path: Path) -> None:
    with open_silent(tmp_path) as store:
        assert len(store) == 0
        assert bool(store) is True


def test_importing_the_package_loads_neither_diskcache_nor_sqlite3() -> None:
    code = "import json, sys, pytest_ftbench.cache; print(json.dumps({'loaded': sorted(sys.modules)}))"
    loaded = run_child(code)["loaded"]
    assert "pytest_ftbench.cache.store" in loaded
    assert not {"diskcache", "sqlite3", "_sqlite3"} & set(loaded)


def test_directory_is_made_private(tmp_path: Path) -> None:
    home = fill(tmp_path / "new" / "cache")
    modes = [path.stat().st_mode & 0o777 for path in (home.parent, home, home / "cache.db")]
    assert modes == [0o700, 0o700, 0o600]


def test_no_answer_is_ever_evicted(tmp_path: Path) -> None:
    """diskcache as it comes drops ten answers with every new one once a limit is passed."""
    home = fill(tmp_path, count=3000)
    with open_silent(tmp_path) as store:
        cache = store._backend._cache  # type: ignore[union-attr]
        assert (cache.eviction_policy, cache.cull_limit) == ("none", 0)
        cache.size_limit = 0
        store.put(key(3000), answer(3000))
        assert all(store.get(key(number)) is not None for number in range(3001))
        assert len(store) == 3001
    assert sorted(path.name for path in home.iterdir()) == ["cache.db"]


def test_threads_share_one_connection_and_leave_none_open(tmp_path: Path) -> None:
    """An unclosed connection is a ResourceWarning since Python 3.13, and here an error."""
    stores: list[AnswerStore] = []

    def work(first: int) -> list[int]:
        numbers = range(first, first + 50)
        assert all(stores[0].put(key(number), answer(number)) for number in numbers)
        entries = [stores[0].get(key(number)) for number in numbers]
        return [entry.value["tokens"] for entry in entries if entry is not None]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stores.append(open_silent(tmp_path))
        with ThreadPoolExecutor(8) as pool:
            found = [number for numbers in pool.map(work, range(0, 400, 50)) for number in numbers]
        assert found == list(range(400))
        assert len(stores[0]) == 400
        stores[0].close()
        stores.clear()
        gc.collect()
    assert caught == []
    assert sorted(path.name for path in (tmp_path / "answers-1").iterdir()) == ["cache.db"]  # all closed: no -wal
