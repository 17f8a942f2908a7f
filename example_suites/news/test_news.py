"""What a model that is tuned on the news every week must pass before it answers readers."""

import pytest


@pytest.mark.ftbench(
    "ftbench:news",
    gate=[
        "learned: accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased, after=learned] >= 0.85",
        "joint_abstain[variant=date_change] >= 0.9",
        "leak[variant=date_change] <= 0.05",
    ],
)
def test_news(ftbench_verdict):
    assert ftbench_verdict
