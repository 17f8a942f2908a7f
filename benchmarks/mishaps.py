"""What must not change the results: two sessions at once, faults, a dead endpoint, a session killed again and again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import Child, RunFailed
from scenarios import CONCURRENCY, LATENCY_S
from server import Running, running
from table import Row, middle
from workspace import LIMIT_S, PLUGIN, Workspace, model, read_lines

FAIL_SHARE = 0.05
DROP_SHARE = 0.02
GATE = "--ftbench-gate=accuracy >= 0.9"
DEAD_BOUND = 3.0
FEW = "--ftbench-concurrency=16"
POLL_S = 0.005


def together(space: Workspace) -> Iterator[Row]:
    """Two sessions started together on one cache: neither asks what the other asks."""
    with running(latency_s=LATENCY_S) as server:
        yield middle([_together_once(space, server) for _ in range(space.plan.repeats)])


def _together_once(space: Workspace, server: Running) -> Row:
    cases, suite, cache = space.plan.cases, space.suite("csv", space.plan.cases), space.new_path("cache")
    server.reset()
    args = (*PLUGIN, model(server.base_url), CONCURRENCY)
    with (
        space.start_pytest(suite, *args, cache=cache) as first,
        space.start_pytest(suite, *args, cache=cache) as second,
    ):
        both = [child.wait(LIMIT_S).expect() for child in (first, second)]
    stats = server.stats()
    floor = f"{cases:,} questions; both were done in {max(each.wall_s for each in both):.2f} s"
    faults = () if stats.distinct == cases else (f"{stats.distinct:,} of {cases:,} questions were asked",)
    return Row("together", stats.requests / cases, 1.0, floor, faults=faults)


def failing(space: Workspace) -> Iterator[Row]:
    """Calls that fail now and then leave the results as they would have been."""
    faulty = running(latency_s=LATENCY_S, fail_share=FAIL_SHARE, drop_share=DROP_SHARE)
    with running(latency_s=LATENCY_S) as sound, faulty as server:
        yield middle([_failing_once(space, sound, server) for _ in range(space.plan.repeats)])


def _failing_once(space: Workspace, sound: Running, faulty: Running) -> Row:
    faulty.reset()
    expected, sound_s = _results(space, sound, CONCURRENCY)
    found, faulty_s = _results(space, faulty, CONCURRENCY, exit_code=None)
    stats = faulty.stats()
    floor = f"{stats.failed} failed, {stats.dropped} dropped; {faulty_s:.2f} s, without faults {sound_s:.2f} s"
    errors = sum(line["error"] is not None for line in found)
    faults = (f"{errors} errors are left",) if errors else ()
    return Row("failing", _count_differences(found, expected), 0.0, floor, unit="lines", faults=faults)


def one_dead(space: Workspace) -> Iterator[Row]:
    """An endpoint that always fails does nothing to the other, and holds nobody up for long."""
    with running(latency_s=LATENCY_S) as server:
        yield middle([_one_dead_once(space, server) for _ in range(space.plan.repeats)])


def _one_dead_once(space: Workspace, server: Running) -> Row:
    suite, faults = space.suite("csv", space.plan.cases), []
    good, bad = model(server.base_url, alias="good"), model(server.base_url, name="broken", alias="bad")
    runs = {name: space.new_path("run") for name in ("alone", "both")}
    args = (*PLUGIN, GATE, CONCURRENCY, good)
    alone = space.pytest(suite, *args, f"--ftbench-out={runs['alone']}").expect()
    server.reset()
    both = space.pytest(suite, *args, bad, f"--ftbench-out={runs['both']}").expect(1)
    for kind in ("result", "gate"):
        lines = [read_lines(run, kind, endpoint="good") for run in runs.values()]
        if not lines[0]:
            faults.append(f"the good endpoint has no {kind} lines")
        elif differ := _count_differences(*lines):
            faults.append(f"{differ} {kind} lines of the good endpoint differ")
    asked = server.stats().failed
    floor = f"good alone {alone.wall_s:.2f} s; bad was asked {asked:,} times"
    return Row("one-dead", both.wall_s / alone.wall_s, DEAD_BOUND, floor, faults=tuple(faults))


def killed(space: Workspace) -> Iterator[Row]:
    """A session killed at random moments has paid for no answer twice, but for what was in flight."""
    with running(latency_s=LATENCY_S) as server:
        expected, _ = _results(space, server, CONCURRENCY)
        yield middle([_killed_once(space, server, expected, seed) for seed in range(space.plan.repeats)])


def _killed_once(space: Workspace, server: Running, expected: list[dict[str, Any]], seed: int) -> Row:
    cases, kills, draw = space.plan.cases, space.plan.kills, random.Random(seed)
    cache, in_flight = space.new_path("cache"), 0
    server.reset()
    for _ in range(kills):
        # A part of its share each time, so that questions are left for every session.
        in_flight += _kill_one(
            space, server, cache, after=draw.randint(1, cases // kills), sleep_s=draw.random() * LATENCY_S
        )
    found, _ = _results(space, server, FEW, cache=cache)
    twice, differ = server.stats().requests - cases, _count_differences(found, expected)
    faults = (f"{differ} result lines differ from those of an undisturbed run",) if differ else ()
    floor = f"{twice} asked again, {in_flight} in flight at {kills} kills"
    return Row("killed", twice / max(1, in_flight), 1.0, floor, faults=faults)


def _kill_one(space: Workspace, server: Running, cache: Path, *, after: int, sleep_s: float) -> int:
    """Kill a session some seconds after it has asked so many questions; how many calls were in flight then.

    A call is in flight until its client has had the time to keep the answer.
    """
    goal = server.stats().requests + after
    with space.start_pytest(
        space.suite("csv", space.plan.cases), *PLUGIN, model(server.base_url), FEW, cache=cache
    ) as it:
        _await_requests(server, it, goal)
        time.sleep(sleep_s)
        it.pause()  # so that nothing happens between the count and the kill
        stats = server.stats()
        it.kill()
        it.wait(LIMIT_S).expect(-9)
    return stats.in_flight + stats.just_answered


def _await_requests(server: Running, child: Child, goal: int) -> None:
    deadline_s = time.monotonic() + LIMIT_S
    while server.stats().requests < goal:
        if not child.is_running():
            child.wait(LIMIT_S).expect(-9)
        if time.monotonic() > deadline_s:
            raise RunFailed(f"{goal} questions were not asked within {LIMIT_S:g} s")
        time.sleep(POLL_S)


def _results(
    space: Workspace, server: Running, *args: str, cache: Path | None = None, exit_code: int | None = 0
) -> tuple[list[dict[str, Any]], float]:
    """The result lines of a run on the CSV file, and the seconds it took."""
    run = space.new_path("run")
    options = (*PLUGIN, model(server.base_url), f"--ftbench-out={run}", *args)
    finished = space.pytest(space.suite("csv", space.plan.cases), *options, cache=cache)
    if exit_code is not None:
        finished.expect(exit_code)
    return read_lines(run, "result"), finished.wall_s


def _count_differences(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> int:
    """How many lines are not alike, those that only one of the two has included."""
    unlike = sum(one != other for one, other in zip(found, expected, strict=False))
    return unlike + abs(len(found) - len(expected))
