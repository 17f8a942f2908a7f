"""Several processes on one cache: together, one killed, or one renewing what others wait for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, start_child

from pytest_ftbench.cache import leases, making, open_store, opening
from pytest_ftbench.cache.leases import Busy, Moved, take_lease

CREATOR = """
import json, sys, threading, time
from pathlib import Path
import diskcache, sqlite3
from cache_kit import answer, key
from pytest_ftbench.cache import open_store, opening
base, number, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
lines, failures = [], []
def work(number, turn):
    try:
        with open_store(base / f"cache-{turn}", checkout=None, warn=lines.append) as store:
            if not store.put(key(number), answer(number)):
                failures.append([turn, number])
    except BaseException as error:
        failures.append(repr(error))
print("ready", flush=True)
start = float(sys.stdin.readline())
for turn in range(rounds):
    time.sleep(max(0.0, start + turn * 0.2 - time.time()))
    threads = [threading.Thread(target=work, args=(2 * number + i, turn)) for i in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(json.dumps({"lines": lines, "failures": failures}))
"""

WRITER = """
import os, sys
from pathlib import Path
from cache_kit import answer, key
from pytest_ftbench.cache import open_store
store = open_store(Path(sys.argv[1]), checkout=None, warn=print)
number = int(sys.argv[2])
while True:
    assert store.put(key(number), answer(number))
    os.write(1, f"{number}\\n".encode())
    number += 1
"""


def run_creators(base: Path, rounds: int) -> None:
    """Eight processes of two threads open `rounds` directories at the same moments and store an answer each."""
    children = [start_child(CREATOR, base, number, rounds) for number in range(8)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    start = time.time() + 0.05
    results = [child.communicate(f"{start}\n", timeout=60) for child in children]
    assert [err for _, err in results if err] == []
    for out, _ in results:
        assert '"failures": []' in out, out


def test_sixteen_creators_at_once_all_store(tmp_path: Path) -> None:
    run_creators(tmp_path, rounds=5)
    for turn in range(5):
        with open_silent(tmp_path / f"cache-{turn}") as store:
            assert [number for number in range(16) if store.get(key(number)) is None] == []
        assert [path.name for path in (tmp_path / f"cache-{turn}").iterdir()] == ["answers-1"]


def test_one_of_many_sessions_renews_a_broken_database(tmp_path: Path) -> None:
    home = fill(tmp_path / "cache-0", count=100)
    (home / "cache.db").write_bytes(b"")
    run_creators(tmp_path, rounds=1)
    with open_silent(tmp_path / "cache-0") as store:
        assert [number for number in range(16) if store.get(key(number)) is None] == []
    assert len(list((tmp_path / "cache-0").glob("answers-1.corrupt-*"))) == 1


def test_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for turn in range(3):
        with start_child(WRITER, tmp_path, turn * 100_000) as child:
            assert child.stdout is not None
            acknowledged += [int(child.stdout.readline()) for _ in range(150)]
            child.kill()
            acknowledged += [int(line) for line in child.stdout.read().splitlines(keepends=True) if line[-1:] == "\n"]
    assert (tmp_path / "answers-1" / "cache.db-wal").stat().st_size > 0
    with open_silent(tmp_path) as store:
        for number in acknowledged:
            entry = store.get(key(number))
            assert entry is not None
            assert entry.value == answer(number)
        assert len(store) >= len(acknowledged) >= 450


def test_two_sessions_see_each_others_answers(tmp_path: Path) -> None:
    with open_silent(tmp_path) as one, open_silent(tmp_path) as other:
        one.put(key(0), answer(0))
        assert other.get(key(0)) is not None
        other.put(key(1), answer(1))
        assert one.get(key(1)) is not None
        assert len(one) == len(other) == 2


def test_second_session_of_a_process_costs_the_first_no_lock(tmp_path: Path) -> None:
    """POSIX drops a process's locks on a file when it closes any descriptor of it; SQLite knows, so only it opens."""
    with open_silent(tmp_path) as store:
        store.put(key(0), answer(0))
        open_silent(tmp_path).close()
        with start_child(READ_ONE, tmp_path) as child:
            _, err = child.communicate(timeout=60)
        assert child.returncode == 0, err
        assert (tmp_path / "answers-1" / "cache.db-wal").exists()  # the child was not the last to close
        store.put(key(1), answer(1))
    with open_silent(tmp_path) as store:
        assert len(store) == 2


READ_ONE = """
import sys
from pathlib import Path
from cache_kit import key, open_silent
with open_silent(Path(sys.argv[1])) as store:
    assert store.get(key(0)) is not None
"""


def test_shared_leases_go_together_and_an_exclusive_one_alone(tmp_path: Path) -> None:
    one, other = (take_lease(tmp_path, exclusive=False, wait_s=0) for _ in range(2))
    with one, other, pytest.raises(Busy):
        take_lease(tmp_path, exclusive=True, wait_s=0)
    with take_lease(tmp_path, exclusive=True, wait_s=0), pytest.raises(Busy):
        take_lease(tmp_path, exclusive=False, wait_s=0)


def test_lease_on_a_directory_that_was_moved_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process has renewed the database between our open and our lock."""
    place = tmp_path / "place"
    with pytest.raises(Moved):
        take_lease(place, exclusive=False, wait_s=0)
    place.mkdir()

    lock = leases._lock

    def lock_late(lease: leases.Lease, *, exclusive: bool, until: float) -> None:
        place.rename(tmp_path / "aside")
        place.mkdir()
        lock(lease, exclusive=exclusive, until=until)

    monkeypatch.setattr(leases, "_lock", lock_late)
    with pytest.raises(Moved):
        take_lease(place, exclusive=False, wait_s=0)


def test_session_that_finds_the_database_moved_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    calls: list[Path] = []

    def take_late(folder: Path, *, exclusive: bool, wait_s: float) -> leases.Lease:
        calls.append(folder)
        if len(calls) == 1:
            raise Moved
        return take_lease(folder, exclusive=exclusive, wait_s=wait_s)

    monkeypatch.setattr(opening, "take_lease", take_late)
    with open_silent(tmp_path) as store:
        assert store.get(key(0)) is not None
    assert len(calls) == 2


def test_new_database_is_put_in_place_under_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two renames of a renewal there is no database, and nobody else may put one there."""
    monkeypatch.setattr(making, "_PUBLISH_WAIT_S", 0.0)
    with take_lease(tmp_path, exclusive=True, wait_s=0), pytest.raises(Busy):
        making.make_home(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_store_holds_a_lease_until_it_is_closed(tmp_path: Path) -> None:
    store = open_store(tmp_path, checkout=None, warn=pytest.fail)
    with pytest.raises(Busy):
        take_lease(tmp_path / "answers-1", exclusive=True, wait_s=0)
    store.close()
    take_lease(tmp_path / "answers-1", exclusive=True, wait_s=0).release()
