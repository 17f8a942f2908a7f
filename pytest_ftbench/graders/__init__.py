"""Verdicts by a judge model, for what the matchers leave undecided.

    case, response -rubrics, fence-> prompt -ask-> reply -reply-> grade -> Verdict

Nothing here calls a model: `ask` is given by the caller.
"""

from __future__ import annotations

from pytest_ftbench.graders.canaries import CANARIES, Canary, Missed, canary_style, check_canaries
from pytest_ftbench.graders.grade import ATTEMPTS, Ask, grade
from pytest_ftbench.graders.panel import grade_by_panel
from pytest_ftbench.graders.rubrics import RUBRICS, STYLES, Rubric, Style, choose_rubric, put_to_judge
from pytest_ftbench.graders.self_judging import is_same_model, kinship

__all__ = [
    "ATTEMPTS",
    "CANARIES",
    "RUBRICS",
    "STYLES",
    "Ask",
    "Canary",
    "Missed",
    "Rubric",
    "Style",
    "canary_style",
    "check_canaries",
    "choose_rubric",
    "grade",
    "grade_by_panel",
    "is_same_model",
    "kinship",
    "put_to_judge",
]
