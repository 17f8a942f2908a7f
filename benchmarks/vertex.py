"""How quick the provider for Vertex AI is: one line a figure, each beside its bound.

    python benchmarks/vertex.py                    # everything, some five minutes
    python benchmarks/vertex.py clients            # only this
    python benchmarks/vertex.py --quick            # smaller, to see that all of it runs; bounds may be missed then

`clients` is why the provider stands on google-genai, with HTTP clients of its own below it. In 64 threads a call costs
aiplatform_v1 a fifth less processor time, but its process needs half as much memory again, its HTTP client has no limit
for a whole call, and it drops what it does not know of an answer, such as a new finish reason. google-genai as it comes
keeps 20 connections and opens nearly all others anew, each with a TLS handshake; with one pool for all threads it costs
a third more. Needs the extra [vertex]. Exits 1 if a bound is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import engine
from floors import run_bare
from processes import Finished
from scenarios import LATENCY_S
from server import Running, running
from table import Row, middle
from vertex_client import WAYS
from workspace import LIMIT_S, PLUGIN, Workspace, model

THREADS = 64
CONCURRENCY = f"--ftbench-concurrency={THREADS}"
FEW = "--ftbench-concurrency=8"
"""For each of three endpoints: with more, one process has no time for them all, whatever the SDKs."""
LOCATIONS = ("us-central1", "europe-west4")
CLIENT_BOUND_MS = 6.0
COLD_BOUND = 1.5
BESIDE_BOUND = 1.2
_CLIENT = Path(__file__).with_name("vertex_client.py")


def clients(space: Workspace) -> Iterator[Row]:
    """What a call costs in 64 threads, way by way."""
    with running(latency_s=LATENCY_S) as server:
        for way in WAYS:
            yield middle([_client_once(space, server, way) for _ in range(space.plan.repeats)])


def _client_once(space: Workspace, server: Running, way: str) -> Row:
    server.reset()
    finished, opened_s, cpu_ms = _ask_with(space, server, way)
    seen = server.stats()
    floor = (
        f"{finished.wall_s:.2f} s, {opened_s:.2f} of them to open; {finished.peak_mb:.0f} MB; "
        f"{seen.connections} connections for {seen.requests}"
    )
    return Row(way, cpu_ms, CLIENT_BOUND_MS, floor, unit="ms")


def _ask_with(space: Workspace, server: Running, way: str) -> tuple[Finished, float, float]:
    """The run, the seconds to open, and the milliseconds of processor time of a call."""
    with space.start([str(_CLIENT), way, server.root, str(space.plan.cases), str(THREADS)]) as child:
        finished = child.wait(LIMIT_S).expect()
    opened_s, cpu_ms = map(float, finished.output.split())
    return finished, opened_s, cpu_ms


def cold(space: Workspace) -> Iterator[Row]:
    """A session with an empty cache, against the SDK alone in as many threads, and then pytest alone."""
    with running(latency_s=LATENCY_S) as server:
        yield middle([_cold_once(space, server) for _ in range(space.plan.repeats)])


def _cold_once(space: Workspace, server: Running) -> Row:
    cases = space.plan.cases
    bare, opened_s, _ = _ask_with(space, server, "genai")
    server.reset()
    suite = space.suite("csv", cases)
    finished = space.pytest(suite, *PLUGIN, _on_vertex(server, LOCATIONS[0]), CONCURRENCY).expect()
    tests = run_bare(space, cases)
    seen = server.stats()
    faults = () if seen.requests == cases else (f"the server saw {seen.requests:,} questions, expected {cases:,}",)
    floor = (
        f"SDK in {THREADS} threads {bare.wall_s:.2f} s, {opened_s:.2f} of them to open; session {finished.wall_s:.2f} s"
    )
    floor = f"{floor}, of it some {tests.wall_s:.2f} s pytest itself"
    return Row("cold", finished.wall_s / bare.wall_s, COLD_BOUND, floor, faults=faults)


def beside(space: Workspace) -> Iterator[Row]:
    """Two locations and a server of OpenAI's kind in one session: as quick as the slowest of them alone."""
    with (
        running(latency_s=LATENCY_S) as one,
        running(latency_s=LATENCY_S) as two,
        running(latency_s=LATENCY_S) as third,
    ):
        models = [*map(_on_vertex, (one, two), LOCATIONS), model(third.base_url, alias="openai")]
        yield middle([_beside_once(space, models) for _ in range(space.plan.repeats)])


def _beside_once(space: Workspace, models: list[str]) -> Row:
    suite = space.suite("csv", space.plan.cases // 2)
    alone = [space.pytest(suite, *PLUGIN, each, FEW).expect().wall_s for each in models]
    together = space.pytest(suite, *PLUGIN, *models, FEW).expect().wall_s
    floor = f"alone {', '.join(f'{wall_s:.2f}' for wall_s in alone)} s, all at once {together:.2f} s"
    return Row("beside", together / max(alone), BESIDE_BOUND, floor)


def _on_vertex(server: Running, location: str) -> str:
    """The option that names an endpoint in a location."""
    return f"--ftbench-model={location}=vertex:projects/p/locations/{location}/endpoints/1?base_url={server.root}"


SCENARIOS = {"clients": clients, "cold": cold, "beside": beside}

if __name__ == "__main__":
    sys.exit(engine.main(scenarios=SCENARIOS))
