"""Gates over recorded answers of real fine-tuned models: what abstaining alone hides, and what knowing alone does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from test_gates_metrics import gate

from pytest_ftbench.evaluate import build_result
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion, Result

FOLDER = Path(__file__).parents[2] / "shared" / "finetunebench" / "model_responses"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="FineTuneBench's recorded answers are not here")


def news(model: str) -> list[Result]:
    """The news as it was trained, and with its dates moved, where nobody can know the answer."""
    made = []
    for variant, name in {"memorization": "original", "date_change": "date_changed"}.items():
        path = FOLDER / "latest_news" / f"latest_news_{name}_w_responses.csv"
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                is_due = variant == "date_change"
                case = Case(
                    question=row["date_changed_question"] if is_due else row["question"],
                    answer="" if is_due else row["answer"],
                    fact=row["id"],
                    variant=variant,
                    id=variant,
                    expect="abstain" if is_due else "answer",
                )
                completion = Completion(text=row[f"{model}_response"])
                made.append(build_result(case, completion, judge_completion(case, completion), endpoint="e"))
    return made


def test_model_that_always_abstains_passes_abstain_and_fails_joint_abstain() -> None:
    results = news("gemini-1.5-flash-002")
    assert gate("abstain >= 0.9", results, planned=50).result.outcome == "PASS"
    joint = gate("joint_abstain >= 0.9", results, planned=100).result
    assert joint.outcome == "FAIL"
    assert joint.value is not None
    assert joint.value < 0.1
    assert gate("joint_abstain >= 0.9 @ 95%", results, planned=100).result.outcome == "FAIL"


def test_model_that_knows_the_news_makes_up_the_future() -> None:
    results = news("gpt-4o-mini-2024-07-18")
    assert gate("accuracy[variant=memorization] >= 0.95", results, planned=50).result.outcome == "PASS"
    assert gate("abstain >= 0.9", results, planned=50).result.outcome == "FAIL"
