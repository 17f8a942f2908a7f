"""What a coding assistant must know of NumPy 2 before it writes code for it."""

import pytest


@pytest.mark.ftbench(
    "ftbench:code",
    where="variant!=coding",
    gate=[
        "accuracy[variant=memorization] >= 0.95",
        "accuracy[variant=rephrased] >= 0.85",
        "stale <= 0.05",
    ],
)
def test_new_names(ftbench_verdict):
    assert ftbench_verdict


@pytest.mark.ftbench(
    "ftbench:code",
    where="variant=coding",
    gate=["accuracy[by=change] >= 0.8", "stale <= 0.05"],
)
def test_new_names_in_code(ftbench_verdict):
    assert ftbench_verdict
