"""What every fine-tune must pass, whatever it was tuned for: it still knows what the base model knew."""

import pytest


@pytest.mark.ftbench(
    "ftbench:retained",
    gate=[
        "drop[variant=memorization] <= 0.05 @ 95%",
        "lost[variant=memorization] <= 2",
        "refusal <= 0.05",
        "abstain[variant=unanswerable] >= 0.9",
    ],
)
def test_retained(ftbench_verdict):
    assert ftbench_verdict
