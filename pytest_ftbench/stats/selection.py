"""What choosing the best of several checkpoints adds to its score."""

from __future__ import annotations

from pytest_ftbench.stats.binomial import binomial_at_most


def best_of_bias(total: int, rate: float, checkpoints: int) -> float:
    """By how much the best score of equally good checkpoints is expected to be above their true rate.

    total: cases that each is scored on, at least 1. rate: of each, in [0, 1]. checkpoints: at least 1; 1 gives 0.
    They are taken as independent; checkpoints of one training run are less so, and gain less.
    Raises ValueError for an argument out of range.
    Source: the mean of the maximum of independent binomial counts.
    """
    if total < 1 or checkpoints < 1:
        raise ValueError(f"need at least one case and one checkpoint, got {total!r} and {checkpoints!r}")
    return sum(1 - binomial_at_most(k, total, rate) ** checkpoints for k in range(total)) / total - rate
