"""How quick and how careful the engine is: one line a figure, each a ratio to a floor taken in turn with it.

    python benchmarks/engine.py                    # everything, some ten minutes
    python benchmarks/engine.py cold warm          # only these
    python benchmarks/engine.py --quick            # smaller, to see that all of it runs; bounds may be missed then

A figure is the median of three (`--repeats`). Child processes do each run, with the fewest other plugins possible and a
cache of their own, against a server on 127.0.0.1. Exits 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from mishaps import failing, killed, one_dead, together
from overhead import unused, warm
from scenarios import cold, limited, scale, workers
from table import Row, report
from workspace import QUICK, Plan, Workspace, workspace

SCENARIOS: Mapping[str, Callable[[Workspace], Iterator[Row]]] = {
    "cold": cold,
    "workers": workers,
    "together": together,
    "warm": warm,
    "unused": unused,
    "scale": scale,
    "limited": limited,
    "failing": failing,
    "one-dead": one_dead,
    "killed": killed,
}


def main(
    arguments: list[str] | None = None, *, scenarios: Mapping[str, Callable[[Workspace], Iterator[Row]]] = SCENARIOS
) -> int:
    """Print the table; the exit code, 1 if a bound is missed and 2 for a scenario that does not exist."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ", ".join(scenarios)
    parser.add_argument("names", nargs="*", metavar="scenario", help=f"any of {names} (default: all)")
    parser.add_argument("--repeats", type=int, help="how often each is measured (default: 3, or 1 with --quick)")
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(scenarios)):
        parser.error(f"no such scenario: {', '.join(unknown)}. There are {names}.")
    if options.repeats is not None and options.repeats < 1:
        parser.error(f"--repeats must be >= 1, got {options.repeats}")
    plan = QUICK if options.quick else Plan()
    if options.repeats:
        plan = replace(plan, repeats=options.repeats)
    with workspace(plan) as space:
        chosen = [(name, partial(scenarios[name], space)) for name in options.names or scenarios]
        return report(chosen, write=partial(print, flush=True))


if __name__ == "__main__":
    sys.exit(main())
