"""How good and how quick the matchers are: labelled and crossed answers, what would go to a judge, cost, worst case.

    python benchmarks/judging.py [FOLDER]

FOLDER holds `judging/labels.jsonl` and `finetunebench/`, which are no part of this project (default: `../shared`).
"""

from __future__ import annotations

import csv
import json
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hostile

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.judges.number import read_expected
from pytest_ftbench.judges.same_quantity import Asked, drop_asked_rate
from pytest_ftbench.records import Case, Completion, Verdict

DEFAULT = Path(__file__).resolve().parents[2] / "shared"
MOST_CROSSED = 10
MOST_TO_JUDGE = 0.15
MOST_COST = 100
MOST_HOSTILE_S = 0.1
COSTED = 10_000
_TIMED, _TURNS = 25, 9
_VERDICTS = {"Correct", "Incorrect"}
_QUESTIONS = ("rephrased_question", "date_changed_question", "question", "prompt")


@dataclass(frozen=True)
class Answered:
    """A case with one response to it."""

    case: Case
    text: str
    source: tuple[str, ...]
    """Dataset, variant, model."""

    def judge(self) -> Verdict:
        """The matchers' verdict."""
        return judge_completion(self.case, Completion(text=self.text))


def main(arguments: Sequence[str]) -> int:
    """Print every part; the exit code is 1 where a bound is missed, 0 where the data are absent."""
    shared = Path(arguments[0]) if arguments else DEFAULT
    labels, data = shared / "judging" / "labels.jsonl", shared / "finetunebench"
    if not labels.is_file() or not (data / "datasets").is_dir():
        print(f"Nothing measured: {shared} has no judging/labels.jsonl or no finetunebench/datasets.")
        return 0
    responses = list(read_responses(data / "model_responses"))
    missed = [
        print_labels(labels),
        print_crossing(data / "datasets"),
        print_undecided(responses),
        print_cost(responses),
        print_worst(),
    ]
    return int(any(missed))


def print_labels(path: Path) -> bool:
    """The errors on labelled answers, borderline ones apart; whether one of the bounds is missed."""
    counts: dict[str, Counter[str]] = {"recorded": Counter(), "constructed": Counter(), "borderline": Counter()}
    errors = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        verdict = Answered(_case(row, row["variant"], row["expected"]), row["response"], ()).judge()
        is_constructed = row["model"] == "constructed"
        group = "constructed" if is_constructed else "recorded"
        group = "borderline" if row["note"].startswith("borderline") else group
        kind = _outcome(verdict, is_correct=row["label"] == "correct")
        counts[group].update((row["label"], kind))
        if kind in ("FP", "FN"):
            errors.append(f"  {kind} {group:12} {row['expected']!r} <- {row['response'].strip()[:90]!r}")
    print(f"{'labels':14}{'correct':>9}{'incorrect':>11}{'FP':>5}{'FN':>5}{'undecided, correct':>20}{'incorrect':>11}")
    for group, count in counts.items():
        print(
            f"{group:14}{count['correct']:9}{count['incorrect']:11}{count['FP']:5}{count['FN']:5}"
            f"{count['undecided correct']:20}{count['undecided incorrect']:11}"
        )
    print(*errors, sep="\n", end="\n\n")
    recorded, constructed = counts["recorded"], counts["constructed"]
    misses = recorded["FN"] + recorded["undecided correct"]  # without a judge an undecided one is incorrect
    return recorded["FP"] > 0 or misses > 3 or constructed["FP"] > 2 or constructed["FN"] > 8


def _outcome(verdict: Verdict, *, is_correct: bool) -> str:
    if "undecided" in verdict.flags:
        return f"undecided {'correct' if is_correct else 'incorrect'}"
    if verdict.right == is_correct:
        return "agrees"
    return "FP" if verdict.right else "FN"


def print_crossing(folder: Path) -> bool:
    """Each expected answer against those of the other questions of its file; whether too many are accepted.

    What the file has for the same question in another row is not from another question. A pair of one value is no
    crossing either, and is listed apart: what another question has for its answer is then what this one asks for too
    (`17` for `17 yards`), and no reader of the two texts could tell that it came from elsewhere.
    """
    pairs = 0
    same: list[str] = []
    crossed: list[str] = []
    for path in sorted(folder.glob("*/*.csv")):
        rows = _read(path)
        answers = {row["answer"].strip().casefold(): row["answer"] for row in rows}
        own: dict[str, set[str]] = {}
        for row in rows:
            own.setdefault(_case(row, path.stem, "").question, set()).add(row["answer"].strip().casefold())
        for row in rows:
            case = _case(row, path.stem, row["answer"])
            for key, other in answers.items():
                if case.expect == "answer" and key not in own[case.question]:
                    pairs += 1
                    if judge_completion(case, Completion(text=other)).right:
                        group = same if is_same_value(row["answer"], other, case.question) else crossed
                        group.append(f"  {path.stem}: {row['answer']!r} <- {other[:90]!r}")
    print(f"crossing: {len(same) + len(crossed)} of {pairs:,} pairs accepted")
    print(f" {len(crossed)} of another value (at most {MOST_CROSSED})", *crossed, sep="\n")
    print(
        f" {len(same)} of the same value, which are no crossings: each of the two is one number and nothing else, the",
        "   numbers are equal, the units equal or one unwritten (as may be a rate the question names), and neither has",
        "   a bound but 'about'; each pair once:",
        *dict.fromkeys(same),
        "",
        sep="\n",
    )
    return len(crossed) > MOST_CROSSED


def is_same_value(one: str, other: str, question: str) -> bool:
    """Whether two answers are one number each, the same, and no unit or bound makes another value of either.

    A rate that the question names may be unwritten: how many hours "daily" is answered by hours.
    """
    mine, yours = read_expected(one), read_expected(other)
    if mine is None or yours is None or mine.value != yours.value:
        return False
    asked = Asked.of(question.lower())
    measures = {part.unit or part.noun for part in (drop_asked_rate(mine, asked), drop_asked_rate(yours, asked))} - {""}
    return len(measures) <= 1 and {mine.bound, yours.bound} <= {"", "near"}


def print_undecided(responses: Sequence[Answered]) -> bool:
    """The share that would go to a judge, and which rule decided; whether the share is too large."""
    totals: Counter[tuple[str, ...]] = Counter()
    undecided: Counter[tuple[str, ...]] = Counter()
    rules: Counter[str] = Counter()
    for answered in responses:
        verdict = answered.judge()
        totals[answered.source] += 1
        undecided[answered.source] += "undecided" in verdict.flags
        rules[f"{verdict.rule}: {verdict.grade}"] += 1
    print(f"{'would go to a judge':58}{'of':>5}{'share':>8}")
    for source, total in totals.items():
        print(f"{' / '.join(source):52}{undecided[source]:6}{total:5}{undecided[source] / total:8.1%}")
    share = undecided.total() / max(1, totals.total())
    print(f"{'all':52}{undecided.total():6}{totals.total():5}{share:8.1%}  (at most {MOST_TO_JUDGE:.0%})\n")
    print("decided by")
    for rule, count in sorted(rules.items()):
        print(f"  {rule:28}{count:6}")
    print()
    return share > MOST_TO_JUDGE


def print_cost(responses: Sequence[Answered]) -> bool:
    """What verdicts cost beside a plain comparison of the same strings; whether it is too much."""
    if not responses:
        return False
    pairs = [(answered.case, Completion(text=answered.text)) for answered in responses]
    for case, completion in pairs:  # what is compiled or kept once is no part of the cost of a verdict
        judge_completion(case, completion)
    plain_s = judged_s = 0.0
    for start in range(0, COSTED, _TIMED):  # the best of several turns, few verdicts each: so other load hits few
        some = [pairs[place % len(pairs)] for place in range(start, start + _TIMED)]
        times = [(_time(some, compare), _time(some, judge_completion)) for _ in range(_TURNS)]
        plain_s += min(plain for plain, _ in times)
        judged_s += min(judged for _, judged in times)
    ratio = judged_s / plain_s
    print(f"cost: {COSTED:,} verdicts {judged_s:.3f} s, {ratio:.1f} x NFKC and casefold (at most {MOST_COST} x)")
    return ratio > MOST_COST


def print_worst() -> bool:
    """The slowest verdicts on answers of a million characters; whether one takes too long."""
    slow = sorted(hostile.measure(), key=lambda one: one.seconds, reverse=True)
    print(f"worst of {len(slow):,} verdicts on a million characters (at most {1000 * MOST_HOSTILE_S:.0f} ms)")
    print(*(f"  {one}" for one in slow[:3]), sep="\n")
    return slow[0].seconds >= MOST_HOSTILE_S


def compare(case: Case, completion: Completion) -> bool:
    """Whether response and expected answer are equal once normalised and casefolded."""
    return _plain(completion.text) == _plain(case.answer)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _time(many: Sequence[tuple[Case, Completion]], work: Callable[[Case, Completion], object]) -> float:
    started = time.perf_counter()
    for case, completion in many:
        work(case, completion)
    return time.perf_counter() - started


def read_responses(folder: Path) -> Iterator[Answered]:
    """Every recorded response; columns that hold somebody's verdicts in place of responses are left out."""
    for path in sorted(folder.glob("*/*.csv")):
        dataset = path.parent.name
        variant = path.stem.removeprefix(f"{dataset}_").removesuffix("_w_responses")
        rows = _read(path)
        for column in rows[0]:
            if column.endswith("_response") and not {row[column].strip() for row in rows} <= _VERDICTS:
                source = (dataset, variant, column.removesuffix("_response"))
                yield from (Answered(_case(row, variant, row["answer"]), row[column], source) for row in rows)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _case(row: dict[str, str], variant: str, expected: str) -> Case:
    question = next(row[name] for name in _QUESTIONS if row.get(name))
    if variant.endswith("date_changed"):
        return Case(question=question, expect="abstain")
    return Case(question=question, answer=expected)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
