"""What a coding assistant must know of NumPy 2, and use, before it writes code for it."""

import pytest


@pytest.mark.ftbench(
    "ftbench:code",
    gate=[
        "learned: accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased, after=learned] >= 0.85",
        "accuracy[variant=coding, by=change, after=learned] >= 0.8",
        "stale[variant!=coding] <= 0.05",
        "stale[variant=coding, after=learned] <= 0.05",
    ],
)
def test_new_names(ftbench_verdict):
    assert ftbench_verdict
