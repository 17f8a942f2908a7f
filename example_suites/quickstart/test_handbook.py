"""What the staff assistant of a small company must know before a new fine-tune of it goes live."""

import pytest


@pytest.mark.ftbench(
    "ftbench:quickstart",
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "accuracy >= 0.6",
    ],
)
def test_handbook(ftbench_verdict):
    assert ftbench_verdict
