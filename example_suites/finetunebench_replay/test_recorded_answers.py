"""What two fine-tuned models answered in FineTuneBench (arXiv 2411.05059), gated as a release would be.

The benchmark states no licence, so none of it is here. Point the suite at your own copy of its repository:

    FTBENCH_FINETUNEBENCH=path/to/copy pytest example_suites/finetunebench_replay

Nothing is asked: the answers are the recorded ones, and the verdicts come from deterministic matchers alone. Both
models hold the memorization gates and are blocked by the others, which is what the paper is about. The `comparison`
questions stay out, because a third of their expected answers contradict the benchmark's own facts.
"""

import os
from pathlib import Path

import pytest

HOME = os.environ.get("FTBENCH_FINETUNEBENCH", "")
if not HOME or not (Path(HOME) / "model_responses").is_dir():
    pytest.skip(f"FTBENCH_FINETUNEBENCH does not name a copy of FineTuneBench: {HOME!r}", allow_module_level=True)

BENCHMARK = "finetunebench:${FTBENCH_FINETUNEBENCH}"


@pytest.mark.ftbench(
    BENCHMARK,
    where="dataset=fictional_people, variant!=comparison",
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "balanced_accuracy[variant=secondary] >= 0.6",
    ],
)
def test_fictional_people(ftbench_verdict):
    assert ftbench_verdict


@pytest.mark.ftbench(
    BENCHMARK,
    where="dataset=latest_news, used_in_analysis=True",
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "joint_abstain[variant=date_change] >= 0.9",
        "leak[variant=date_change] <= 0.05",
    ],
)
def test_latest_news(ftbench_verdict):
    assert ftbench_verdict
