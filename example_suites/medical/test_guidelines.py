"""Whether an assistant for clinicians goes by the guidance of today. For evaluation only, no medical advice."""

import pytest


@pytest.mark.ftbench(
    "ftbench:medical",
    gate=[
        "learned: accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased, after=learned] >= 0.9",
        "balanced_accuracy[variant=applied, after=learned] >= 0.8",
        "stale[variant!=applied] <= 0.05",
        "stale[variant=applied, after=learned] <= 0.05",
        "refusal <= 0.1",
    ],
)
def test_guidelines(ftbench_verdict):
    assert ftbench_verdict
