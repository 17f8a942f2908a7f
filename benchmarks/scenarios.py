"""What is measured by the clock: cold runs, workers, size, and a server that limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from floors import THREADS, ask_with_sdk, run_bare
from processes import Finished
from server import Running, running
from table import Row, middle
from workspace import PLUGIN, Workspace, model, read_lines

LATENCY_S = 0.2
SHORT_LATENCY_S = 0.05
CONCURRENCY = f"--ftbench-concurrency={THREADS}"
WORKERS = ("-p", "xdist.plugin", "-n", "4")
RATE = 50.0
BURST = 10
"""Tokens in the limiting server's bucket."""

COLD_BOUND = 1.2
WORKERS_BOUND = 1.5
SCALE_BOUND = 11.0
MEMORY_BOUND_MB = 150.0
LIMITED_BOUNDS: Mapping[Literal["window", "bucket"], float] = {"window": 1.15, "bucket": 1.3}
"""A bucket that holds a fifth of a second wastes most of the whole second that its Retry-After asks for, twice."""


def cold(space: Workspace) -> Iterator[Row]:
    """An empty cache: as quick as the SDK alone, and then pytest alone."""
    with running(latency_s=LATENCY_S) as server:
        yield middle([_cold_once(space, server) for _ in range(space.plan.repeats)])


def _cold_once(space: Workspace, server: Running) -> Row:
    sdk = ask_with_sdk(space, server.base_url, space.plan.cases)
    bare = run_bare(space, space.plan.cases)
    finished, faults = _ask_all(space, server, CONCURRENCY)
    floor = f"{sdk}; bare pytest {bare.wall_s:.2f} s"
    return Row("cold", finished.wall_s / (sdk.wall_s + bare.wall_s), COLD_BOUND, floor, faults=faults)


def workers(space: Workspace) -> Iterator[Row]:
    """The same with four workers of pytest-xdist, against the same without."""
    with running(latency_s=LATENCY_S) as server:
        rows = []
        for _ in range(space.plan.repeats):
            serial, _ = _ask_all(space, server, CONCURRENCY)
            parallel, faults = _ask_all(space, server, CONCURRENCY, *WORKERS)
            ratio, floor = parallel.wall_s / serial.wall_s, f"serial cold run {serial.wall_s:.2f} s"
            rows.append(Row("workers", ratio, WORKERS_BOUND, floor, faults=faults))
        yield middle(rows)


def scale(space: Workspace) -> Iterator[Row]:
    """Ten times the cases: ten times the time, and not much memory."""
    with running(latency_s=SHORT_LATENCY_S) as server:
        repeats = [_scale_once(space, server) for _ in range(space.plan.repeats)]
    for same in zip(*repeats, strict=True):
        yield middle(same)


def _scale_once(space: Workspace, server: Running) -> list[Row]:
    small, large, rows = space.plan.cases, space.plan.large, []
    caches = {cases: space.new_path("cache") for cases in (small, large)}
    bare = run_bare(space, large)
    for name, asks in (("cold", True), ("warm", False)):
        few, _ = _ask_all(space, server, CONCURRENCY, cases=small, cache=caches[small], asks=asks)
        many, faults = _ask_all(space, server, CONCURRENCY, cases=large, cache=caches[large], asks=asks)
        floor = f"{name} run of {small:,} {few.wall_s:.2f} s"
        bound = SCALE_BOUND * large / small / 10
        rows.append(Row(f"scale, {name}", many.wall_s / few.wall_s, bound, floor, faults=faults))
        floor, more_mb = f"bare pytest {bare.peak_mb:.0f} MB", many.peak_mb - bare.peak_mb
        rows.append(Row(f"scale, memory {name}", more_mb, MEMORY_BOUND_MB, floor, unit="MB"))
    return rows


def limited(space: Workspace) -> Iterator[Row]:
    """A server that refuses more than so many a second: little slower than it allows, and nothing lost."""
    for limit in LIMITED_BOUNDS:
        with running(latency_s=LATENCY_S, rate=RATE, limit=limit, burst=BURST) as server:
            yield middle([_limited_once(space, server) for _ in range(space.plan.repeats)])


def _limited_once(space: Workspace, server: Running) -> Row:
    cases, behaviour, run = space.plan.cases, server.behaviour, space.new_path("run")
    finished, _ = _ask_all(space, server, f"--ftbench-out={run}", exit_code=None)
    stats = server.stats()
    ideal_s = cases / behaviour.rate
    lines = read_lines(run, "result")
    errors = sum(line["error"] is not None for line in lines)
    floor = f"{cases:,} at {behaviour.rate:g}/s {ideal_s:.1f} s; asking {stats.span_s:.1f} s, {stats.refused} refused"
    is_whole = stats.answered == len(lines) == cases and not errors
    faults = [] if is_whole else [f"{stats.answered} answers and {len(lines)} results of {cases}, {errors} errors"]
    if finished.exit_code:
        faults.append(f"exit code {finished.exit_code}")
    name, bound = f"limited, {behaviour.limit}", LIMITED_BOUNDS[behaviour.limit]
    return Row(name, finished.wall_s / ideal_s, bound, floor, faults=tuple(faults))


def _ask_all(
    space: Workspace,
    server: Running,
    *args: str,
    cases: int | None = None,
    cache: Path | None = None,
    asks: bool = True,
    exit_code: int | None = 0,
) -> tuple[Finished, tuple[str, ...]]:
    """Run the plugin on a CSV file, and say what is wrong with the number of questions that came.

    asks: whether each of them should come, or none. exit_code: what is expected, None for anything.
    """
    cases = cases or space.plan.cases
    server.reset()
    finished = space.pytest(space.suite("csv", cases), *PLUGIN, model(server.base_url), *args, cache=cache)
    if exit_code is not None:
        finished.expect(exit_code)
    seen, due = server.stats().requests, cases if asks else 0
    return finished, () if seen == due else (f"the server saw {seen:,} questions, expected {due:,}",)
