"""All answers of a store, one after another, and answers of others put beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, plant_row, tamper

from pytest_ftbench.cache import Entry, open_store
from pytest_ftbench.errors import CacheRefused

OLD = "2026-01-01T00:00:00+00:00"


def entry(number: int) -> Entry:
    return Entry(answer(number), OLD, "0.0.1")


def test_all_answers_come_once_in_the_order_of_their_keys_and_without_claims(tmp_path: Path) -> None:
    fill(tmp_path, 250)  # more than are read at once
    with open_silent(tmp_path) as store:
        store.claim([key(999)])
        found = list(store.entries())
    assert [each for each, _ in found] == sorted(key(number) for number in range(250))
    assert {each: stored.value for each, stored in found} == {key(number): answer(number) for number in range(250)}


@pytest.mark.parametrize(
    "columns",
    [
        {"mode": 4},
        {"filename": "/etc/passwd"},
        {"value": "{}"},
        {"key": 7},
        {"key": b"\xff"},
        {"key": "short"},
        {"raw": 0},
    ],
    ids=str,
)
def test_row_that_is_none_of_ours_is_passed_over(columns: dict[str, object], tmp_path: Path) -> None:
    plant_row(fill(tmp_path), **columns)
    with open_silent(tmp_path) as store:
        assert [each for each, _ in store.entries()] == sorted([key(1), key(2)])


def test_added_entry_keeps_its_time_and_version_and_leaves_what_is_there(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    with open_silent(tmp_path) as store:
        assert store.add_all({key(0): entry(7), key(1): entry(1)}) == 1
        assert store.get_all([key(0), key(1)])[key(0)].value == answer(0)
        assert store.get(key(1)) == entry(1)


def test_added_entry_replaces_what_is_there_if_it_is_to(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    with open_silent(tmp_path) as store:
        assert store.add_all({key(0): entry(7), key(1): entry(1)}, replace=True) == 2
        assert store.get(key(0)) == entry(7)


def test_row_of_somebody_else_does_not_count_as_an_answer_that_is_there(tmp_path: Path) -> None:
    plant_row(fill(tmp_path), mode=4)
    with open_silent(tmp_path) as store:
        assert store.add_all({key(0): entry(0)}) == 1
        assert store.get(key(0)) == entry(0)


def test_answer_that_another_session_is_asking_for_is_there_at_once(tmp_path: Path) -> None:
    with open_silent(tmp_path) as asking, open_silent(tmp_path) as other:
        assert asking.claim([key(0)]) == [True]
        assert other.add_all({key(0): entry(0)}) == 1
        assert other.claim([key(0)]) == [entry(0)]


@pytest.mark.parametrize("bad", ["short", "A" * 64])
def test_bad_key_is_refused_before_anything_is_added(bad: str, tmp_path: Path) -> None:
    with open_silent(tmp_path) as store:
        with pytest.raises(ValueError, match="64 lower-case"):
            store.add_all({key(0): entry(0), bad: entry(1)})
        assert len(store) == 0


def test_disk_that_refuses_is_told_and_nothing_is_kept_in_memory(tmp_path: Path) -> None:
    fill(tmp_path)
    with open_silent(tmp_path) as store:
        tamper(
            tmp_path / "answers-1", "CREATE TRIGGER full BEFORE INSERT ON Cache BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
        with pytest.raises(CacheRefused) as caught:
            store.add_all({key(3): entry(3)})
        tamper(tmp_path / "answers-1", "DROP TRIGGER full")
        assert (len(store), store.get(key(3))) == (3, None)
    assert str(caught.value) == (
        f"{tmp_path}: answers cannot be stored (full). Make room or mend the disk, or pass another --ftbench-cache-dir."
    )


def test_store_without_a_disk_says_so_when_all_of_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with open_store(tmp_path / "file", checkout=None, warn=lambda _: None) as store:
        with pytest.raises(CacheRefused, match="answers cannot be read"):
            list(store.entries())
        with pytest.raises(CacheRefused, match="answers cannot be stored"):
            store.add_all({key(0): entry(0)})
