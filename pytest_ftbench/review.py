"""Answers for a person to judge: drawn so that both verdicts are among them, and how they link back."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pytest_ftbench.agreement import ErrorRates, allocate_labels
from pytest_ftbench.errors import DataError
from pytest_ftbench.evaluate import OWN_ASSERTION, is_by_judge
from pytest_ftbench.records import Result
from pytest_ftbench.runs import Run
from pytest_ftbench.textfiles import read_text

KEY_KIND = "ftbench-review-key"
KEY_SCHEMA = 1
LEAST_SHARE = 5
"""Of each verdict at least one label in so many, as far as there are answers: fewer say nothing of a judge's errors."""
SUPPOSED = ErrorRates(0.95, 0.9, 10, 10)
"""What labels are allocated by before a judge is known."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What a row of the review file does not show."""

    suite: str
    fact: str
    variant: str
    case: str
    endpoint: str
    sample: int
    content: str
    model: str
    """Whose answer it is."""
    expect: str
    grade: str
    right: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """Answers to one kind of question, judged in one way, in all that a sample was drawn from."""

    suite: str
    variant: str
    is_by_judge: bool
    """Whether a judge model decided, and not the matchers."""
    judged: tuple[int, int]
    """How many were judged right and not right."""


@dataclass(frozen=True, slots=True)
class Key:
    """What links a review file back to its run."""

    run: str | None
    judged_by: Mapping[str, Any]
    seed: int
    strata: tuple[Stratum, ...]
    """What the sample was drawn from; none twice."""
    rows: Mapping[str, KeyRow]
    """By the row's id, in the order of the review file."""


def judged_by(run: Run) -> dict[str, Any]:
    """What gave a run's verdicts: the version of the matchers, and whatever the header says of a judge model.

    A judge's entry in the header names its model and the version of its prompts: labels are worth nothing for others.
    """
    return {"matchers": run.header.get("ftbench"), "judge": run.header.get("judge")}


def model_of(result: Result, run: Run) -> str:
    """The model that answered, as its server names it; where it does not, the endpoint's SPEC."""
    listed = run.header.get("endpoints")
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    entry = next((entry for entry in entries if entry.get("alias") == result.endpoint), {})
    found = result.served_model or entry.get("served_model") or entry.get("spec") or result.endpoint
    return str(found)


def judged_results(run: Run, *, endpoint: str = "") -> list[Result]:
    """The results whose answers were judged, see `is_judged`.

    endpoint: an alias; empty for all.
    """
    return [result for result in run.results if is_judged(result) and endpoint in ("", result.endpoint)]


def is_judged(result: Result) -> bool:
    """Whether the answer was judged, and not by a test's own assertion, of which nobody labels anything."""
    return result.status == "graded" and result.answer is not None and result.rule != OWN_ASSERTION


def draw_sample(results: Sequence[Result], *, size: int, seed: int) -> list[Result]:
    """Up to `size` results in random order, the same for the same seed.

    Where a judge model decided some, half of the sample is of these, as far as there are so many: they are what a
    calibration is for, and the matchers' verdicts are plain. In each half, between right and not right they are divided
    for the shortest interval of a corrected rate, with at least a fifth of each as far as there are so many; within
    these in proportion to variants and grades.
    """
    chance = random.Random(seed)
    by_judge = [result for result in results if is_by_judge(result.rule)]
    others = [result for result in results if not is_by_judge(result.rule)]
    of_judge = min(len(by_judge), max((size + 1) // 2, size - len(others)))
    drawn = _draw(by_judge, of_judge, chance) + _draw(others, min(len(others), size - of_judge), chance)
    chance.shuffle(drawn)
    return drawn


def _draw(results: Sequence[Result], size: int, chance: random.Random) -> list[Result]:
    """So many of the results, divided between right and not right."""
    right = [result for result in results if result.right]
    wrong = [result for result in results if not result.right]
    sizes = _divide(min(size, len(results)), len(right), len(wrong))
    return [
        one for group, count in zip((right, wrong), sizes, strict=True) for one in _stratified(group, count, chance)
    ]


def _divide(size: int, right: int, wrong: int) -> tuple[int, int]:
    """How many to draw of each verdict; as many as asked for, since there are enough of both together."""
    if not right or not wrong:
        return min(size, right), min(size, wrong)
    of_wrong, _ = allocate_labels(size, right / (right + wrong), SUPPOSED)
    least = size // LEAST_SHARE
    of_wrong = min(max(of_wrong, least, size - right), size - min(least, right), wrong)
    of_wrong = max(of_wrong, size - right)
    return size - of_wrong, of_wrong


def _stratified(results: Sequence[Result], size: int, chance: random.Random) -> list[Result]:
    """So many of the results, in proportion to variants and grades: the largest remainders get what is left."""
    strata: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        strata[result.variant, str(result.grade)].append(result)
    exact = {name: size * len(members) / len(results) for name, members in strata.items()}
    counts = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(strata, key=lambda name: (counts[name] - exact[name], name))
    for name in by_remainder[: size - sum(counts.values())]:
        counts[name] += 1
    return [one for name in sorted(strata) for one in chance.sample(strata[name], counts[name])]


def make_key(run: Run, drawn: Iterable[Result], population: Iterable[Result], *, seed: int) -> Key:
    """The key of a sample, with a random id for each of its rows that says nothing about it.

    population: what the sample was drawn from.
    """
    chance = random.Random(f"ids {seed}")
    rows: dict[str, KeyRow] = {}
    for result in drawn:
        row_id = _new_id(chance, rows)
        rows[row_id] = KeyRow(
            suite=result.suite,
            fact=result.fact,
            variant=result.variant,
            case=result.case,
            endpoint=result.endpoint,
            sample=result.sample,
            content=result.content,
            model=model_of(result, run),
            expect=result.expect,
            grade=str(result.grade),
            right=result.right,
            rule=result.rule or "",
        )
    run_id = run.header.get("id")
    return Key(run_id if isinstance(run_id, str) else None, judged_by(run), seed, _strata(population), rows)


def _strata(population: Iterable[Result]) -> tuple[Stratum, ...]:
    verdicts: dict[tuple[str, str, bool], Counter[bool]] = defaultdict(Counter)
    for result in population:
        verdicts[result.suite, result.variant, is_by_judge(result.rule)][result.right] += 1
    return tuple(Stratum(*name, (found[True], found[False])) for name, found in sorted(verdicts.items()))


def _new_id(chance: random.Random, taken: Iterable[str]) -> str:
    while True:
        # A letter first: a spreadsheet would read 12345678 or 1234e567 as a number.
        found = f"r{chance.getrandbits(32):08x}"
        if found not in taken:
            return found


def key_text(key: Key) -> str:
    """The key as the text of its file."""
    plain = {"kind": KEY_KIND, "schema": KEY_SCHEMA, **asdict(key)}
    return json.dumps(plain, indent=1) + "\n"


def read_key(path: Path) -> Key:
    """The key in a file. Raises DataError for what is no such file."""
    fault = "not the key of a review file. It is written by ftbench judge sample, beside the review file."
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise DataError(str(path), fault) from None
    if not isinstance(found, dict) or found.get("kind") != KEY_KIND or found.get("schema") != KEY_SCHEMA:
        raise DataError(str(path), fault)
    try:
        names = [field.name for field in fields(KeyRow)]
        rows = {str(row_id): KeyRow(**{name: row[name] for name in names}) for row_id, row in found["rows"].items()}
        strata = tuple(Stratum(**{**one, "judged": read_counts(one["judged"], 2)}) for one in found["strata"])
        known = {(one.suite, one.variant, one.is_by_judge) for one in strata}
        if known.issuperset((row.suite, row.variant, is_by_judge(row.rule)) for row in rows.values()):
            return Key(found["run"], dict(found["judged_by"]), int(found["seed"]), strata, rows)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise DataError(str(path), fault)


def read_counts(found: Any, size: int) -> tuple[int, ...]:
    """A row of counts out of a file. Raises ValueError for anything else."""
    if not isinstance(found, list) or len(found) != size:
        raise ValueError(f"expected {size} counts")
    if any(not isinstance(count, int) or isinstance(count, bool) or count < 0 for count in found):
        raise ValueError("a count is a whole number from 0 up")
    return tuple(found)
