"""The progress line: what it says, how it fits, and how often a log hears of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.text import Text

from pytest_ftbench.reports.progress import Pace, duration, plain_line, render_line, short_count
from pytest_ftbench.snapshot import Snapshot

# 288 answers in 16.5 s; the other 700 questions take 700 * 16.5 / 288 = 40.1 s
HALFWAY = Snapshot(
    total=1000,
    asked=288,
    cached=12,
    in_flight=16,
    errors=2,
    tokens_in=3600,
    tokens_out=480,
    cost_usd=0.0213,
    elapsed_s=16.5,
)
PAUSED = replace(HALFWAY, judge_calls=20, waiting_s=10.0)


def line(snapshot: Snapshot, width: int, *, unicode: bool = False) -> str:
    return render_line(snapshot, width=width, color=False, unicode=unicode)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (
            120,
            "ftbench #########--------------------- 300/1000"
            " | 12 cached | 16 in flight | 2 errors | 4.1k tokens | $0.02 | 40 s left",
        ),
        (80, "ftbench #####-------------- 300/1000 | 12 cached | 2 errors | $0.02 | 40 s left"),
        (60, "ftbench ###-------- 300/1000 | 2 errors | $0.02 | 40 s left"),
        (40, "ftbench 300/1000 | 2 errors | 40 s left"),
        (39, "ftbench 300/1000 | 2 errors"),
        (17, "ftbench 300/1000"),
        (16, "300/1000"),
        (8, ""),
        (0, ""),
    ],
)
def test_line_drops_what_matters_least(width: int, expected: str) -> None:
    assert line(HALFWAY, width) == expected


def test_line_has_box_characters_where_the_terminal_can_show_them() -> None:
    expected = "ftbench ━━━━─────────── 300/1000 · 12 cached · 16 in flight · 20 judge calls · 2 errors · 4.1k tokens"
    assert line(PAUSED, 140, unicode=True) == f"{expected} · $0.02 · rate limit 10 s · 50 s left"


@pytest.mark.parametrize("unicode", [False, True])
@pytest.mark.parametrize("snapshot", [HALFWAY, PAUSED, Snapshot(0), Snapshot(7), replace(PAUSED, cost_usd=None)])
def test_line_leaves_the_last_column_free(snapshot: Snapshot, unicode: bool) -> None:
    for width in range(1, 200):
        shown = line(snapshot, width, unicode=unicode)
        assert cell_len(shown) <= width - 1
        assert unicode or shown.isascii()
        coloured = render_line(snapshot, width=width, color=True, unicode=unicode)
        assert Text.from_ansi(coloured).plain == shown


def test_line_is_without_escape_sequences_unless_asked_for() -> None:
    assert "\x1b" not in line(PAUSED, 140)
    assert "\x1b[31m2 errors\x1b[0m" in render_line(PAUSED, width=140, color=True, unicode=True)


def test_line_says_nothing_of_what_has_not_happened() -> None:
    assert line(Snapshot(1000), 60) == "ftbench ------------------------------ 0/1000"


def test_line_never_shows_an_unknown_price_as_none() -> None:
    assert "| cost unknown |" in line(replace(HALFWAY, cost_usd=None), 120)
    assert "| $0.00 |" in line(replace(HALFWAY, cost_usd=0.0), 120)
    assert "| <$0.01 |" in line(replace(HALFWAY, cost_usd=0.0004), 120)
    assert "| $0.01 |" in line(replace(HALFWAY, cost_usd=0.0051), 120)


def test_log_line_says_everything() -> None:
    assert plain_line(HALFWAY) == (
        "ftbench: 300/1000 answers (30 %), 12 from the cache, 2 errors, 4.1k tokens, $0.02, about 40 s left"
    )
    assert plain_line(PAUSED) == (
        "ftbench: 300/1000 answers (30 %), 12 from the cache, 20 judge calls, 2 errors, 4.1k tokens, $0.02, "
        "paused by the rate limit for 10 s, about 50 s left"
    )


def test_log_line_of_a_plan_that_has_just_begun() -> None:
    assert plain_line(Snapshot(1000)) == "ftbench: 0/1000 answers (0 %)"
    assert plain_line(Snapshot(1000, asked=1)) == "ftbench: 1/1000 answers (0 %), cost unknown"


def test_remaining_time_follows_the_rate_of_answers_and_not_that_of_the_cache() -> None:
    assert Snapshot(100, asked=20, cached=40, elapsed_s=10.0).eta_s == 20.0  # 40 left at 2 a second
    assert Snapshot(100, asked=20, cached=40, elapsed_s=10.0, waiting_s=30.0).eta_s == 50.0


@pytest.mark.parametrize(
    "snapshot",
    [
        Snapshot(100, asked=4, elapsed_s=10.0),
        Snapshot(100, asked=50, elapsed_s=1.9),
        Snapshot(100, cached=50, elapsed_s=10.0),
        Snapshot(100, asked=100, elapsed_s=10.0),
        Snapshot(100, asked=50, elapsed_s=10.0, is_over=True),
    ],
)
def test_remaining_time_is_unknown_with_too_little_to_go_by(snapshot: Snapshot) -> None:
    assert snapshot.eta_s is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (4080, "4.1k"),
        (9949, "9.9k"),
        (9950, "10k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (12_345_678, "12M"),
    ],
)
def test_counts_are_short(number: int, expected: str) -> None:
    assert short_count(number) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "1 s"),
        (7.4, "7 s"),
        (9.99, "10 s"),
        (41, "40 s"),
        (87.4, "85 s"),
        (88, "1 min"),
        (150.1, "3 min"),
        (3569, "59 min"),
        (3571, "1 h"),
        (7800, "2 h 10 min"),
    ],
)
def test_durations_are_as_exact_as_an_estimate(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def told(*moments: tuple[float, int], total: int = 100) -> list[float]:
    """The moments at which a log would hear, of these (seconds, questions done)."""
    pace = Pace()
    return [now_s for now_s, done in moments if pace.is_due(Snapshot(total, asked=done), now_s=now_s)]


def test_log_hears_of_every_tenth_of_the_questions() -> None:
    assert told(*((float(s), s) for s in range(101))) == [float(s) for s in range(10, 101, 10)]


def test_log_hears_every_thirty_seconds_of_a_plan_that_stands_still() -> None:
    assert told(*((1000.0 + s, 5) for s in range(101))) == [1030.0, 1060.0, 1090.0]


def test_log_hears_nothing_of_a_short_plan() -> None:
    assert told(*((s / 10, 5 * s) for s in range(20))) == []


def test_log_hears_once_of_many_answers_at_once() -> None:
    assert told((0.0, 0), (1.9, 30), (2.0, 35), (2.1, 50), (2.9, 90), (3.0, 100), (9.0, 100)) == [2.0, 3.0]


def test_log_of_a_long_plan_stays_short() -> None:
    hour = [(float(s), 1000 * s // 3600) for s in range(3601)]
    assert len(told(*hour, total=1000)) <= 12 + 3600 // 30


def test_log_hears_nothing_of_a_plan_that_is_over() -> None:
    pace = Pace()
    assert not pace.is_due(Snapshot(100), now_s=0)
    assert not pace.is_due(Snapshot(100, asked=100, is_over=True), now_s=60)


@pytest.mark.parametrize("snapshot", [PAUSED, Snapshot(3), Snapshot(3, cost_usd=0.5, is_over=True)])
def test_snapshot_travels_as_json(snapshot: Snapshot) -> None:
    assert Snapshot.from_dict(json.loads(json.dumps(snapshot.as_dict()))) == snapshot


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"asked": "many"}, "a snapshot's 'asked' must be int, got 'many'"),
        ({"asked": True}, "a snapshot's 'asked' must be int, got True"),
        ({"asked": None}, "a snapshot's 'asked' must be int, got None"),
        ({"is_over": 1}, "a snapshot's 'is_over' must be bool, got 1"),
        ({"question": "?"}, "a snapshot has no 'question'"),
    ],
)
def test_snapshot_takes_numbers_only(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message.replace('?', '.')}$"):
        Snapshot.from_dict({**HALFWAY.as_dict(), **change})


def test_snapshot_misses_no_field() -> None:
    with pytest.raises(ValueError, match=r"^a snapshot's 'cost_usd' must be float \| None, got Ellipsis$"):
        Snapshot.from_dict({name: value for name, value in HALFWAY.as_dict().items() if name != "cost_usd"})
