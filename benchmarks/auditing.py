"""What it costs to hold a large training file against a large suite: time and memory of `ftbench audit`.

    python benchmarks/auditing.py               # 60,000 examples and 240,000 questions, made by suites.py
    python benchmarks/auditing.py --entities 50 # to see that it runs

The time contains that of reading the suite, which suites.py measures alone. Exits 1 if a bound is missed, or the audit
finds other than what is there: every question of memorization verbatim, no other.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from processes import Child, clean_environment
from suites import ENTITIES, LIMIT_S, suite
from table import Row, report

MOST_S = 60.0
MOST_MB = 700.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code, 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=ENTITIES, help=f"in the file (default: {ENTITIES:,})")
    count = parser.parse_args(arguments).entities
    with tempfile.TemporaryDirectory() as folder:
        return report([("audit", partial(audit, Path(folder), count))], write=partial(print, flush=True))


def audit(folder: Path, count: int) -> Iterator[Row]:
    """Time and memory of the command."""
    text = suite(count)
    (folder / "people.yaml").write_text(text, encoding="utf-8")
    (folder / "training.jsonl").write_text("".join(_training(text)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest_ftbench.commands", "audit", "training.jsonl", "people.yaml", "--all"]
    environment = {**clean_environment(), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with Child(command, folder=folder, environment=environment, output=folder / "out.txt") as child:
        finished = child.wait(LIMIT_S).expect(0)
    wanted = ["memorization", *[f"{6 * count:,}"] * 2, "0", "0", f"{6 * count:,}/{6 * count:,}"]
    rows = [line.split() for line in finished.output.splitlines()]
    faults = [] if wanted in rows else ["not every question of memorization was found"]
    faults += [f"found in {row[0]}: {row[2]} and {row[3]}" for row in rows[3:6] if row[2:4] != ["0", "0"]]
    floor = f"{6 * count:,} examples, {24 * count:,} questions; {finished.cpu_s:.2f} s of the processor"
    yield Row("all, time", finished.wall_s, MOST_S, floor, "s", tuple(faults))
    yield Row("all, memory", finished.peak_mb, MOST_MB, floor, "MB")


def _training(text: str) -> Iterator[str]:
    """A line for each attribute of each entity of a suite."""
    head, _, entities = text.partition("entities:\n")
    relations = json.loads(head.removeprefix("relations: "))
    for line in entities.splitlines():
        entity = json.loads(line.partition(": ")[2])
        for name, relation in relations.items():
            question = relation["question"].format(name=entity["name"])
            said = [{"role": "user", "content": question}, {"role": "assistant", "content": entity[name]}]
            yield json.dumps({"messages": said}) + "\n"


if __name__ == "__main__":
    sys.exit(main())
