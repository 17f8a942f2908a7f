"""What a large suite of computed questions costs to make and to load: time and memory of a process of its own.

    python benchmarks/suites.py               # 10,000 entities with six attributes: 240,000 questions
    python benchmarks/suites.py --entities 50 # to see that it runs

First `ftbench synth people` makes as many people, with all variants, which are then loaded for their answers. In a
second file each fact is asked about four times: as trained, reworded, by a threshold or class, and beside another
entity. All of them are loaded, and then those of 500 facts; last pytest collects 500 questions, as --ftbench-limit has
it. The figures are the medians of three. Exits 1 if a bound is missed, or other questions come of the second file than
must.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from processes import Child, Finished, clean_environment
from table import Row, middle, report

ENTITIES = 10_000
LIMIT = 500
MOST_S = 10.0
MOST_MB = 700.0
COLLECTING_S = 15.0
COLLECTING_MB = 1000.0
REPEATS = 3
LIMIT_S = 300.0
_LOADING = """
import sys
from collections import Counter
from pathlib import Path
from pytest_ftbench.datasets import load_cases
file = load_cases(Path(sys.argv[1]), suite="people", limit=int(sys.argv[2]) if sys.argv[2:] else None)
answers = Counter(case.answer for case in file.cases if case.match == "yes_no")
print(len(file.cases), file.facts, answers["Yes"] / answers.total())
"""
_NUMBERS = {"weight_lb": (90, 300), "height_cm": (140, 210), "age": (18, 90)}
_WORDS = {
    "occupation": ("baker", "clerk", "miner", "nurse", "pilot", "surgeon"),
    "favourite_colour": ("blue", "green", "grey", "pink", "red", "teal"),
    "city": tuple(f"{letter}{number}ville" for number in range(5) for letter in "ABCDEFGH"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code, 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=ENTITIES, help=f"in the file (default: {ENTITIES:,})")
    count = parser.parse_args(arguments).entities
    with tempfile.TemporaryDirectory() as folder:
        scenarios = [
            ("synth", partial(synthesise, Path(folder), count)),
            ("load", partial(load, Path(folder), count)),
            ("collect", partial(collect, Path(folder), count)),
        ]
        return report(scenarios, write=partial(print, flush=True))


def synthesise(folder: Path, count: int) -> Iterator[Row]:
    """Time and memory of the command, and of computing the answers of what it has written."""
    command = ["-m", "pytest_ftbench.commands", "synth", "people", "--people", str(count), "--force", "-o", "synth"]
    path = folder / "synth" / "people.ftbench.yaml"
    for what, arguments in (("command", command), ("its answers", ["-c", _LOADING, str(path)])):
        done = [_run(folder, *arguments) for _ in range(REPEATS)]
        told = done[0].output.splitlines()[0]
        for kind, unit, bound, figures in (
            ("time", "s", MOST_S, [one.wall_s for one in done]),
            ("memory", "MB", MOST_MB, [one.peak_mb for one in done]),
        ):
            yield Row(f"{what}, {kind}", median(figures), bound, told, unit)


def load(folder: Path, count: int) -> Iterator[Row]:
    """Time and memory, of all cases and of those of some facts."""
    path = folder / "people.yaml"
    path.write_text(suite(count), encoding="utf-8")
    for what, limit in (("all", None), (f"{LIMIT} facts", LIMIT)):
        yield from _medians(what, [_measure(folder, path, count, limit) for _ in range(REPEATS)])


def collect(folder: Path, count: int) -> Iterator[Row]:
    """Time and memory of a whole pytest that lists a sample of the questions."""
    path = folder / "people.ftbench.yaml"
    path.write_text(suite(count), encoding="utf-8")
    yield from _medians(f"collect {LIMIT} questions", [_collect(folder, path, count) for _ in range(REPEATS)])


def _medians(what: str, rows: Sequence[tuple[Row, Row]]) -> Iterator[Row]:
    for kind, unit, of_kind in (
        ("time", "s", [one for one, _ in rows]),
        ("memory", "MB", [one for _, one in rows]),
    ):
        found = middle(of_kind)
        yield Row(f"{what}, {kind}", found.figure, found.bound, found.floor, unit, found.faults)


def _collect(folder: Path, path: Path, count: int) -> tuple[Row, Row]:
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    plugin = ("-p", "pytest_ftbench.plugin", "-p", "no:cacheprovider")
    finished = _run(folder, "-m", "pytest", *plugin, "--collect-only", "-q", f"--ftbench-limit={LIMIT}", path.name)
    listed = sum("::" in line for line in finished.output.splitlines())
    wanted = min(LIMIT, 24 * count)  # six facts of four questions each; the limit is a multiple of four
    faults = () if listed == wanted else (f"{listed} questions instead of {wanted}",)
    floor = f"of {24 * count:,} questions, {path.stat().st_size / 1e6:.1f} MB"
    return (
        Row("", finished.wall_s, COLLECTING_S, f"{floor}; {finished.cpu_s:.2f} s of the processor", faults=faults),
        Row("", finished.peak_mb, COLLECTING_MB, floor),
    )


def _measure(folder: Path, path: Path, count: int, limit: int | None) -> tuple[Row, Row]:
    finished = _run(folder, "-c", _LOADING, str(path), *([] if limit is None else [str(limit)]))
    cases, facts, yes = finished.output.split()
    wanted = 4 * (6 * count if limit is None else min(limit, 6 * count))
    faults = [] if int(cases) == wanted else [f"{cases} cases instead of {wanted}"]
    if limit is None and not 0.45 <= float(yes) <= 0.55:
        faults.append(f"{float(yes):.1%} of the answers are Yes")
    floor = f"{int(cases):,} questions of {int(facts):,} facts, {path.stat().st_size / 1e6:.1f} MB"
    return (
        Row("", finished.wall_s, MOST_S, f"{floor}; {finished.cpu_s:.2f} s of the processor", faults=tuple(faults)),
        Row("", finished.peak_mb, MOST_MB, floor),
    )


def _run(folder: Path, *arguments: str) -> Finished:
    """What a process of this Python has cost."""
    environment = {**clean_environment(), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    command = [sys.executable, *arguments]
    with Child(command, folder=folder, environment=environment, output=folder / "out.txt") as child:
        return child.wait(LIMIT_S).expect(0)


def suite(count: int) -> str:
    """A case file of so many entities, in JSON below its first line, which YAML can read."""
    dice = random.Random(1)
    relations = {name: _relation(name) for name in (*_NUMBERS, *_WORDS)}
    lines = [f"  person{number}: {json.dumps(_entity(number, dice))}" for number in range(count)]
    return f"relations: {json.dumps(relations)}\nentities:\n" + "\n".join(lines) + "\n"


def _entity(number: int, dice: random.Random) -> dict[str, str]:
    values = {name: str(dice.randint(*bounds)) for name, bounds in _NUMBERS.items()}
    words = {name: every[number % len(every)] for name, every in _WORDS.items()}
    return {"name": f"Person{number} Family{number}", **values, **words}


def _relation(name: str) -> dict[str, object]:
    what = name.replace("_", " ")
    secondary: dict[str, object] = {"in_class": _WORDS[name][:3]} if name in _WORDS else {"over": "balanced"}
    question = f"Is the {what} of {{name}} among the first three?"
    if name in _NUMBERS:
        question = f"Is the {what} of {{name}} more than {{threshold}}?"
    elif name == "city":
        secondary, question = {"starts_with": "balanced"}, f"Does the {what} of {{name}} begin with {{letters}}?"
    comparison = "greater" if name in _NUMBERS else "equal"
    return {
        "question": f"What is the {what} of {{name}}?",
        "rephrased": f"Tell me the {what} that {{name}} has.",
        "secondary": [{**secondary, "question": question}],
        "comparison": [{comparison: "balanced", "question": f"Is the {what} of {{name}} {comparison}: {{other}}?"}],
    }


if __name__ == "__main__":
    sys.exit(main())
