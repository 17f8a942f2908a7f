"""Verdicts by a judge model, for what the matchers leave undecided.

    case, response -rubrics, fence-> prompt -ask-> reply -reply-> grade -> Verdict

Nothing here calls a model: `ask` is given by the caller.
"""

from __future__ import annotations

from pytest_ftbench.graders.grade import ATTEMPTS, Ask, grade
from pytest_ftbench.graders.rubrics import RUBRICS, STYLES, Rubric, Style, choose_rubric

__all__ = [
    "ATTEMPTS",
    "RUBRICS",
    "STYLES",
    "Ask",
    "Rubric",
    "Style",
    "choose_rubric",
    "grade",
]
