"""Whether a way of fine-tuning teaches facts or sentences: people whom no model can know, asked about in seven ways."""

import pytest


@pytest.mark.ftbench(
    "ftbench:fictional_people",
    gate=[
        "learned: accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased, after=learned] >= 0.85",
        "accuracy[variant=alias, after=learned] >= 0.85",
        "balanced_accuracy[variant=secondary, after=learned] >= 0.7",
        "balanced_accuracy[variant=comparison, after=learned] >= 0.7",
        "hallucination[variant=reverse] <= 0.2",
        "leak[variant=unseen_entity] <= 0.05",
    ],
)
def test_people(ftbench_verdict):
    assert ftbench_verdict
