"""The simulation of gates draws what it says, and a gate that passes too often shows."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from scipy import stats

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("gates")
    for name in ("gates", "table", "processes"):
        sys.modules.pop(name, None)


def test_right_answers_are_drawn_with_the_chances_of_scipy(gates: Any) -> None:
    assert gates.binomial(40, 0.85) == pytest.approx(stats.binom.pmf(range(41), 40, 0.85))
    # a correlation of 0.3 is a beta of 0.9 * 0.7 / 0.3 and 0.1 * 0.7 / 0.3
    assert gates.beta_binomial(6, 0.9, 0.3) == pytest.approx(stats.betabinom.pmf(range(7), 6, 2.1, 0.7 / 3))


def test_changes_are_drawn_alone_or_together(gates: Any) -> None:
    drawn = [gates.changes(Random(seed), 10, 20, 4, together=1.0) for seed in range(2000)]
    assert set(drawn) == {(4, 0), (0, 4), (0, 0)}
    assert drawn.count((4, 0)) / 2000 == pytest.approx(0.1, abs=0.03)
    assert drawn.count((0, 4)) / 2000 == pytest.approx(0.3, abs=0.03)
    alone = [gates.changes(Random(seed), 10, 20, 4) for seed in range(2000)]
    assert sum(gains for gains, _ in alone) / 8000 == pytest.approx(0.1, abs=0.02)
    assert sum(losses for _, losses in alone) / 8000 == pytest.approx(0.3, abs=0.02)


def test_gates_hold_their_level_and_simpler_ones_do_not(gates: Any) -> None:
    rows = [*gates.independent(2000, Random(1)), *gates.reruns(2000, Random(1)), *gates.drops(2000, Random(1))]
    assert [row.what for row in rows if row.is_missed] == []
    first, *_ = gates.clustered(2000, Random(1))
    assert first.what == "false PASS 25 x 6"
    assert not first.is_missed


def test_a_gate_that_passes_at_the_plain_rate_is_seen(gates: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_plain_rate(right: int, total: int, bound: Any, *_: Any, **__: Any) -> str:
        return "PASS" if right >= bound * total else "FAIL"

    monkeypatch.setattr(gates, "verdict_by_counts", by_plain_rate)
    (row,) = gates.independent(2000, Random(1))
    assert row.is_missed
    assert row.figure > 50
    (row,) = gates.reruns(2000, Random(1))
    assert row.is_missed
    assert row.figure > 40


def test_clustered_cases_taken_as_independent_are_seen(gates: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_independent(counts: Any, **options: Any) -> tuple[float, float]:
        right, total = (sum(column) for column in zip(*counts, strict=True))
        return gates.wilson_interval(right, total, **options)  # type: ignore[no-any-return]

    monkeypatch.setattr(gates, "korn_graubard_interval", as_independent)
    assert all(row.is_missed for row in gates.clustered(4000, Random(1)))
