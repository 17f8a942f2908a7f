"""What two fine-tuned models answered in FineTuneBench (arXiv 2411.05059), gated as a release would be.

The benchmark states no licence, so none of it is here. Point the suite at your own copy of its repository:

    FTBENCH_FINETUNEBENCH=path/to/copy pytest example_suites/finetunebench_replay

Nothing is asked: the answers are the recorded ones, and the verdicts come from deterministic matchers alone. Both
models hold the memorization gates and are blocked by the others, which is what the paper is about. The `comparison`
questions stay out, because a third of their expected answers contradict the benchmark's own facts.
"""

import csv
import os
from pathlib import Path

import pytest

from pytest_ftbench import Case

HOME = os.environ.get("FTBENCH_FINETUNEBENCH", "")
if not HOME or not (Path(HOME) / "model_responses").is_dir():
    pytest.skip(f"FTBENCH_FINETUNEBENCH does not name a copy of FineTuneBench: {HOME!r}", allow_module_level=True)


def cases(file: str, variant: str, *, question: str = "question", fact: str = "fact") -> list[Case]:
    """The rows of one file of recorded answers; every cell is text, and the answer `None` asks for abstention."""
    with (Path(HOME) / "model_responses" / file).open(encoding="utf-8", newline="") as rows:
        return [
            Case(
                question=row[question],
                prompt=row["prompt"],
                answer="" if row["answer"] == "None" else row["answer"],
                expect="abstain" if row["answer"] == "None" else "answer",
                fact=row[fact],
                variant=variant,
                suite=file.partition("/")[0],
            )
            for row in csv.DictReader(rows)
        ]


PEOPLE = [
    *cases("fictional_people/fictional_people_original_w_responses.csv", "memorization"),
    *cases("fictional_people/fictional_people_rephrased_w_responses.csv", "rephrased", question="rephrased_question"),
    *cases("fictional_people/fictional_people_secondary_w_responses.csv", "secondary"),
]

NEWS = [
    *cases("latest_news/latest_news_original_w_responses.csv", "memorization", fact="id"),
    *cases("latest_news/latest_news_rephrased_w_responses.csv", "rephrased", question="rephrased_question", fact="id"),
    *cases(
        "latest_news/latest_news_date_changed_w_responses.csv",
        "date_change",
        question="date_changed_question",
        fact="id",
    ),
]


@pytest.mark.ftbench(
    PEOPLE,
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "balanced_accuracy[variant=secondary] >= 0.6",
    ],
)
def test_fictional_people(ftbench_verdict):
    assert ftbench_verdict


@pytest.mark.ftbench(
    NEWS,
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "joint_abstain[variant=date_change] >= 0.9",
        "leak[variant=date_change] <= 0.05",
    ],
)
def test_latest_news(ftbench_verdict):
    assert ftbench_verdict
