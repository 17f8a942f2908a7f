"""What the plugin costs a pytest run: installed but unused, and with 1,000 cached cases.

    python benchmarks/overhead.py

Each figure is a ratio to a bare pytest run of as many tests, timed in turn with it: the median of five pairs, each the
best of three runs. A child process does each run, with the fewest other plugins possible, so that what is measured is
this one. The time is the processor's, user and system: nothing here waits, and a busy machine disturbs it less than it
does the clock. `python benchmarks/engine.py` measures the rest: what waits, fails and is killed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from server import running
from table import Row, middle, report
from workspace import LIMIT_S, PLUGIN, Kind, Plan, Workspace, model, workspace

PAIRS = 5
BEST_OF = 3
UNUSED_BOUND = 1.02
WARM_BOUNDS = {"csv": 1.3, "yaml": 1.5}
"""YAML is parsed with the line of every value, for error messages and for tests that editors can jump to."""


def main() -> None:
    """Print one line a figure; exit 1 if one is above its bound."""
    with workspace(Plan(repeats=PAIRS)) as space:
        scenarios = [("unused", partial(unused, space)), ("warm", partial(warm, space))]
        sys.exit(report(scenarios, write=partial(print, flush=True)))


def unused(space: Workspace) -> Iterator[Row]:
    """Trivial tests, and a plugin that nobody asks for anything."""
    suite = space.suite("trivial", space.plan.cases)
    yield _compare(space, "unused", suite, Timed(suite, PLUGIN), bound=UNUSED_BOUND)


def warm(space: Workspace) -> Iterator[Row]:
    """Data files whose every answer is in the cache, against as many parameters of one test."""
    kinds: tuple[Kind, ...] = ("csv", "yaml")
    for kind in kinds:
        with running() as server:
            bare, suite = space.suite("parametrized", space.plan.cases), space.suite(kind, space.plan.cases)
            cached = Timed(suite, (*PLUGIN, model(server.base_url)), space.new_path("cache"))
            cached.run(space)  # fills the cache
            server.reset()
            row = _compare(space, f"warm, {kind}", bare, cached, bound=WARM_BOUNDS[kind])
            faults = [f"{asked} questions were asked, expected none"] if (asked := server.stats().requests) else []
            if cached.imports(space, "openai"):
                faults.append("openai was imported, with every answer in the cache")
            yield replace(row, faults=tuple(faults))


@dataclass(frozen=True)
class Timed:
    """One way to run a suite, again and again."""

    suite: Path
    args: tuple[str, ...] = ()
    cache: Path | None = None

    def run(self, space: Workspace) -> float:
        """Run it once; the seconds of the processor that it took."""
        return space.pytest(self.suite, *self.args, cache=self.cache).expect().cpu_s

    def imports(self, space: Workspace, module: str) -> bool:
        """Whether a run imports a module, at any time until its end."""
        command = ["-X", "importtime", "-m", "pytest", "-q", "-p", "no:cacheprovider", *self.args]
        with space.start(command, folder=self.suite, cache=self.cache) as child:
            output = child.wait(LIMIT_S).expect().output
        return re.search(rf"^import time:.*\| +{module}$", output, re.MULTILINE) is not None


def _compare(space: Workspace, what: str, bare: Path, timed: Timed, *, bound: float) -> Row:
    """The median ratio of a run's time to that of pytest alone, each the best of a few taken in turn."""
    rows = []
    for _ in range(space.plan.repeats):
        times = [(Timed(bare).run(space), timed.run(space)) for _ in range(BEST_OF)]
        bare_s, timed_s = min(first for first, _ in times), min(second for _, second in times)
        rows.append(Row(what, timed_s / bare_s, bound, f"bare pytest {bare_s:.2f} s of the processor"))
    return middle(rows)


if __name__ == "__main__":
    main()
