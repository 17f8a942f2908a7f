"""What the matchers make of recorded answers of real fine-tuned models, and of labelled ones."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion, Verdict

SHARED = Path(__file__).parents[2] / "shared"
RESPONSES = SHARED / "finetunebench" / "model_responses"
LABELS = SHARED / "judging" / "labels.jsonl"
MINI, TURBO = "gpt-4o-mini-2024-07-18_response", "gpt-3.5-turbo-0125_response"

needs_responses = pytest.mark.skipif(
    not RESPONSES.is_dir(), reason="needs the recorded answers in ../shared/finetunebench"
)
needs_labels = pytest.mark.skipif(not LABELS.is_file(), reason="needs the labelled answers in ../shared/judging")


def read_rows(dataset: str, variant: str) -> list[dict[str, str]]:
    """The rows of one response file, every cell as text."""
    with (RESPONSES / dataset / f"{dataset}_{variant}_w_responses.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def judge_row(row: dict[str, str], column: str) -> Verdict:
    question = row.get("rephrased_question") or row["question"]
    return judge_completion(Case(question=question, answer=row["answer"]), Completion(text=row[column]))


@needs_responses
@pytest.mark.parametrize(
    ("dataset", "variant", "column", "low", "high"),
    [
        ("fictional_people", "original", MINI, 1.0, 1.0),
        ("fictional_people", "original", TURBO, 0.987, 0.987),
        ("fictional_people", "rephrased", MINI, 0.893, 0.893),
        ("fictional_people", "rephrased", TURBO, 0.353, 0.353),
        ("fictional_people", "secondary", MINI, 0.447, 0.453),
        ("fictional_people", "secondary", TURBO, 0.540, 0.540),
        ("latest_news", "original", MINI, 1.0, 1.0),
        ("latest_news", "original", TURBO, 1.0, 1.0),
        ("latest_news", "rephrased", MINI, 0.98, 1.0),
        ("latest_news", "rephrased", TURBO, 0.64, 0.66),
    ],
)
def test_published_accuracy_reproduces(dataset: str, variant: str, column: str, low: float, high: float) -> None:
    verdicts = [judge_row(row, column) for row in read_rows(dataset, variant)]
    assert low <= round(sum(verdict.right for verdict in verdicts) / len(verdicts), 3) <= high


@needs_responses
@pytest.mark.parametrize(("column", "abstained", "leaked"), [(MINI, 0, 50), (TURBO, 10, 39)])
def test_date_changed_answers_abstain_or_leak(column: str, abstained: int, leaked: int) -> None:
    trained = {row["id"]: row["answer"] for row in read_rows("latest_news", "original")}
    verdicts = [
        judge_completion(
            Case(question=row["date_changed_question"], expect="abstain", trained_answer=trained[row["id"]]),
            Completion(text=row[column]),
        )
        for row in read_rows("latest_news", "date_changed")
    ]
    assert sum(verdict.right for verdict in verdicts) == abstained
    assert sum("leak" in verdict.flags for verdict in verdicts) == leaked


def read_labels(*, constructed: bool) -> list[tuple[Verdict, bool, str]]:
    """Verdict, label and id of every labelled answer on which reasonable judges agree."""
    judged = []
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["note"].startswith("borderline") or (row["model"] == "constructed") != constructed:
            continue
        is_abstention = row["variant"] == "date_changed"
        case = Case(
            question=row["question"],
            answer="" if is_abstention else row["expected"],
            expect="abstain" if is_abstention else "answer",
        )
        judged.append((judge_completion(case, Completion(text=row["response"])), row["label"] == "correct", row["id"]))
    return judged


@needs_labels
def test_no_recorded_answer_is_judged_against_its_label() -> None:
    assert [row for verdict, label, row in read_labels(constructed=False) if verdict.right != label] == []


@needs_labels
def test_constructed_traps_pass_no_wrong_answer_and_decide_no_right_one_wrong() -> None:
    judged = read_labels(constructed=True)
    assert [row for verdict, label, row in judged if verdict.right and not label] == []
    assert [
        row for verdict, label, row in judged if label and not verdict.right and "undecided" not in verdict.flags
    ] == []
    assert sum(label and not verdict.right for verdict, label, _ in judged) <= 8
