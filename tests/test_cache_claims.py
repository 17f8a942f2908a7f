"""Claims on questions: one session asks, others wait, and nobody waits for a session that is gone."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cache_kit import answer, fill, key, open_silent, run_child, start_child, tamper

from pytest_ftbench.cache.claims import CLAIM_S, Claimant, claim_key, is_claim
from pytest_ftbench.cache.entry import Entry
from pytest_ftbench.cache.store import AnswerStore

NOON = 1_800_000_000.0

CLAIM = """
import json, sys
from pathlib import Path
from cache_kit import key
from pytest_ftbench.cache import open_store
store = open_store(Path(sys.argv[1]), checkout=None, warn=print)
print(json.dumps({"granted": store.claim([key(n) for n in range(int(sys.argv[2]))])}), flush=True)
if len(sys.argv) > 3:
    sys.stdin.read()
store.close()
"""


def test_one_of_two_stores_is_granted_each_question(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as first, open_silent(tmp_path / "c") as second:
        assert first.claim([key(1), key(2)]) == [True, True]
        assert second.claim([key(2), key(3)]) == [False, True]
        assert first.claim([key(3), key(1)]) == [False, True]


def test_answer_ends_the_claim_and_is_what_the_next_claim_finds(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as first, open_silent(tmp_path / "c") as second:
        first.claim([key(1)])
        first.put(key(1), answer(1))
        (found,) = second.claim([key(1)])
        assert isinstance(found, Entry)
        assert found.value == answer(1)
        assert len(second) == 1, "no claim is left behind"


def test_released_question_may_be_asked_by_others(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as first, open_silent(tmp_path / "c") as second:
        first.claim([key(1), key(2)])
        first.release([key(1)])
        assert second.claim([key(1), key(2)]) == [True, False]


def test_claim_that_others_have_got_since_is_not_given_back_for_them(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as first, open_silent(tmp_path / "c") as second:
        first.claim([key(1)])
        second.release([key(1)])
        assert second.claim([key(1)]) == [False]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_claim_of_a_process_that_has_ended_but_was_not_waited_for_is_void(tmp_path: Path) -> None:
    child = start_child(CLAIM, tmp_path / "c", 1)
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
        with open_silent(tmp_path / "c") as store:
            assert store.claim([key(0)]) == [True]
    finally:
        child.communicate()


def test_claim_keeps_nobody_out_of_an_answer(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as first, open_silent(tmp_path / "c") as second:
        first.claim([key(1)])
        assert second.get(key(1)) is None
        assert second.put(key(1), answer(1))
        assert [isinstance(found, Entry) for found in first.claim([key(1)])] == [True]


def test_claim_of_a_killed_session_is_void_at_once(tmp_path: Path) -> None:
    with start_child(CLAIM, tmp_path / "c", 3, "wait") as child:
        assert child.stdout is not None
        assert "true" in child.stdout.readline()
        with open_silent(tmp_path / "c") as store:
            assert store.claim([key(0), key(1)]) == [False, False], "it lives"
            os.kill(child.pid, signal.SIGKILL)
            child.wait(timeout=60)
            assert store.claim([key(0), key(1)]) == [True, True]


def test_of_six_processes_one_is_granted_a_question(tmp_path: Path) -> None:
    children = [start_child(CLAIM, tmp_path / "c", 20, "wait") for _ in range(6)]
    lines = [child.stdout.readline() for child in children if child.stdout is not None]
    for child in children:
        child.communicate(timeout=60)
    granted = [line.count("true") for line in lines]
    assert sum(granted) == 20, lines
    assert run_child(CLAIM, tmp_path / "c", 20) == {"granted": [True] * 20}, "all of them are gone"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_claim_that_is_not_renewed_expires(tmp_path: Path) -> None:
    home = fill(tmp_path / "c", count=1)
    clock = Clock()

    def store() -> AnswerStore:
        from pytest_ftbench.cache.opening import open_backend

        return AnswerStore(home.parent, lambda: open_backend(home.parent, warn=print), warn=print, now=clock)

    with store() as first, store() as second:
        first.claim([key(1), key(2)])
        clock.now += timedelta(seconds=CLAIM_S - 1)
        assert second.claim([key(1)]) == [False]
        assert first.claim([key(1)]) == [True], "renewed"
        clock.now += timedelta(seconds=2)
        assert second.claim([key(1), key(2)]) == [False, True]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"claimed_by": "x", "until": "soon"},
        {"claimed_by": "x", "until": NOON},
        {"claimed_by": "x", "until": NOON + 1e6},
        {"claimed_by": "me", "until": NOON + 1},
        {"claimed_by": "x", "until": NOON + 1, "machine": "here", "pid": 2**22 + 1},
    ],
    ids=["no claim", "no time", "expired", "of another clock", "our own", "of a dead process"],
)
def test_void_claim_keeps_nobody_out(value: dict[str, object]) -> None:
    assert not Claimant("me", "here", os.getpid()).is_kept_out_by(value, now=NOON)


@pytest.mark.parametrize(
    "value",
    [
        {"claimed_by": "x", "until": NOON + 1, "machine": "here", "pid": os.getpid()},
        {"claimed_by": "x", "until": NOON + 1, "machine": "there", "pid": 2**22 + 1},
        {"claimed_by": "x", "until": NOON + 1, "machine": "here", "pid": "junk"},
        {"claimed_by": "x", "until": NOON + 1, "machine": "here", "pid": -1},
        {"claimed_by": "x", "until": NOON + 1, "machine": "here", "pid": 2**80},
    ],
    ids=["alive", "on another machine", "no process id", "a process group", "too large"],
)
def test_live_claim_keeps_others_out(value: dict[str, object]) -> None:
    assert Claimant("me", "here", 1).is_kept_out_by(value, now=NOON)


def test_renewed_database_holds_answers_and_no_claims(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as store:
        store.put(key(1), answer(1))
        store.claim([key(2)])
    (tmp_path / "c" / "answers-1" / "damaged").touch()
    lines: list[str] = []
    from pytest_ftbench.cache import open_store

    with open_store(tmp_path / "c", checkout=None, warn=lines.append) as renewed:
        assert len(renewed) == 1
    assert "1 answer was saved" in lines[0]


def test_row_that_somebody_else_wrote_under_a_claims_key_is_no_obstacle(tmp_path: Path) -> None:
    home = fill(tmp_path / "c", count=1)
    tamper(home, "UPDATE Cache SET key = ?", values=[claim_key(key(7))])
    with open_silent(tmp_path / "c") as store:
        assert store.claim([key(7)]) == [True]


def test_claims_are_told_from_answers() -> None:
    assert is_claim(Claimant().claim(now=NOON))
    assert not is_claim(answer(1))


def test_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with open_silent(tmp_path / "c") as store, pytest.raises(ValueError, match="64 lower-case"):
        store.claim(["x"])
