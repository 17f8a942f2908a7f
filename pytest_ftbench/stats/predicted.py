"""A rate measured by a judge on many answers and by people on a few: prediction-powered inference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from pytest_ftbench.stats.student import normal_quantile


@dataclass(frozen=True, slots=True)
class PredictedRate:
    """A rate of right answers as people see it, with its interval."""

    value: float
    error: float
    """Standard error."""
    low: float
    high: float


def prediction_powered(
    judged: tuple[int, int], labels: Sequence[Sequence[int]], *, level: float = 0.95
) -> PredictedRate:
    """The judge's rate over all answers, put right by how it differs from people where people looked.

    judged: answers that the judge calls right, of all answers; at least two. labels: of a random part of these, by the
    judge's verdict, right and not right, and in each row by the person's; at least two in all.
    level: confidence, in the open interval (0, 1).
    Unlike a correction by sensitivity and specificity, it needs no split of the judge's errors. Value and limits may
    lie outside [0, 1]. Raises ValueError for a count or level out of range.
    Source: Angelopoulos et al., Science 382 (2023), 669-674; sample variances.
    """
    right, total = judged
    (_, only_judge), (only_person, _) = labels
    labelled = sum(map(sum, labels))
    if not 0 <= right <= total or total < 2 or labelled < 2 or min(map(min, labels)) < 0:
        raise ValueError(f"need two answers and two labels or more, got {judged!r} and {labels!r}")
    shift = (only_person - only_judge) / labelled
    of_judge = right / total * (1 - right / total) / (total - 1)
    of_shift = ((only_person + only_judge) / labelled - shift * shift) / (labelled - 1)
    value, error = right / total + shift, sqrt(of_judge + of_shift)
    half = normal_quantile(level, 2) * error
    return PredictedRate(value, error, value - half, value + half)
