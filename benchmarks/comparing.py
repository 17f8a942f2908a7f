"""What `ftbench compare` costs for two large runs: time and memory of a process of its own.

    python benchmarks/comparing.py                 # 100,000 results each
    python benchmarks/comparing.py --results 1000  # to see that it runs

The runs are made first, as a session would have written them: five questions a fact, some of which are lost and gained.
The figures are the medians of three. Exits 1 if a bound is missed or the comparison does not say what it must.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from processes import Child, clean_environment
from table import Row, middle, report

from pytest_ftbench.evaluate import build_result
from pytest_ftbench.records import Case, Completion, Verdict
from pytest_ftbench.runs import Run, write_run

RESULTS = 100_000
MOST_S = 5.0
MOST_MB = 600.0
REPEATS = 3
LIMIT_S = 120.0
VARIANTS = ("memorization", "rephrased", "alias", "reverse", "secondary")
GATES = ("drop <= 0.02 @ 95%", "retention >= 0.5", "lost <= 2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code, 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=RESULTS, help=f"of each run (default: {RESULTS:,})")
    count = parser.parse_args(arguments).results
    with tempfile.TemporaryDirectory() as folder:
        return report([("compare", partial(compare, Path(folder), count))], write=partial(print, flush=True))


def compare(folder: Path, count: int) -> Iterator[Row]:
    """Time and memory, for people and for machines."""
    for name, share in (("a", 0.8), ("b", 0.82)):
        # in a process of its own: what is started from a large one counts its memory as its own
        maker = get_context("spawn").Process(target=make_run, args=(folder / f"{name}.jsonl", count, share))
        maker.start()
        maker.join()
    size_mb = (folder / "a.jsonl").stat().st_size / 1e6
    floor = f"{count:,} results each, {size_mb:.0f} MB a file"
    for kind, options in (("tables", ()), ("json", ("--json",))):
        rows = [_measure(folder, count, options, floor) for _ in range(REPEATS)]
        for what, unit, of_kind in (
            ("time", "s", [one for one, _ in rows]),
            ("memory", "MB", [one for _, one in rows]),
        ):
            found = middle(of_kind)
            yield Row(f"{kind}, {what}", found.figure, found.bound, found.floor, unit, found.faults)


def _measure(folder: Path, count: int, options: Sequence[str], floor: str) -> tuple[Row, Row]:
    gates = [argument for gate in GATES for argument in ("--fail-on", gate)]
    command = [sys.executable, "-m", "pytest_ftbench.commands", "compare", "a.jsonl", "b.jsonl", *gates, *options]
    package = Path(__file__).resolve().parents[1]
    environment = {**clean_environment(), "PYTHONPATH": str(package)}
    with Child(command, folder=folder, environment=environment, output=folder / "out.txt") as child:
        finished = child.wait(LIMIT_S).expect(1)  # two cases are not all that was lost
    faults = () if _is_right(finished.output, count, is_json=bool(options)) else ("it does not say what it must",)
    return (
        Row("", finished.wall_s, MOST_S, f"{floor}; {finished.cpu_s:.2f} s of the processor", faults=faults),
        Row("", finished.peak_mb, MOST_MB, floor),
    )


def _is_right(output: str, count: int, *, is_json: bool) -> bool:
    if not is_json:
        return f"all{count:>18}" in output and "FAIL  lost <= 2" in output
    (data,) = json.loads(output)["comparisons"]
    row = data["headline"][-1]
    turns = [row[turn] for turn in ("learned", "kept", "lost", "still_missing")]
    return bool(sum(turns) == count and len(data["lost"]) == row["lost"] > 2 and data["comparable"])


def make_run(path: Path, count: int, share: float) -> None:
    """Write a run of so many results, this share of them right."""
    dice = random.Random(share)
    results = []
    for number in range(count):
        variant = VARIANTS[number % len(VARIANTS)]
        case = Case(
            question=f"What does the handbook say in paragraph {number} about the days of leave of its readers?",
            answer=f"{number % 97} days",
            fact=f"paragraph {number // len(VARIANTS)} of the handbook",
            variant=variant,
            id=variant,
            suite="facts/handbook",
            tags={"topic": f"topic {number % 7}", "dataset": "handbook"},
        )
        right = dice.random() < share
        text = f"It is {number % 97 if right else 98} days, as paragraph {number} says."
        verdict = Verdict(
            "correct" if right else "incorrect", right, "number", f"expected {case.answer!r}, got {text!r}"
        )
        completion = Completion(text, "stop", served_model="m", tokens_in=30, tokens_out=12, latency_s=dice.random())
        results.append(build_result(case, completion, verdict, endpoint="e"))
    header = {"schema": 1, "id": path.stem, "ftbench": "0", "endpoints": [{"alias": "e", "spec": "openai:m"}]}
    write_run(path, Run(path.name, header, tuple(results), (), {"exit_status": 0}))


if __name__ == "__main__":
    sys.exit(main())
