"""What a rate that a judge measured is worth, by a person's labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_ftbench.agreement import ErrorRates, lee_interval, rogan_gladen
from pytest_ftbench.calibration import Calibration
from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.review import judged_by, judged_results, model_of
from pytest_ftbench.runs import Run


class CorrectionRefused(FtbenchError):
    """Labels that say nothing about a run, or about anything."""


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """The rate of right answers of one endpoint, as judged and as it probably is."""

    endpoint: str
    model: str
    right: int
    graded: int
    value: float
    interval: tuple[float, float]
    """Two-sided, 95 %, by Lee."""
    limits: tuple[float, float]
    """One-sided, 95 % each: what a gate with a level is decided by."""


def correct_run(calibration: Calibration, run: Run) -> list[CorrectedRate]:
    """The corrected rate of each endpoint of a run, in the order of its results.

    Raises CorrectionRefused where the labels are of another judge's verdicts or another model's answers: a judge's
    errors depend on whose answers it reads. Also where the labels do not allow any correction.
    """
    rates = calibration.rates
    if rates is None or rates.sensitivity + rates.specificity <= 1:
        raise CorrectionRefused(f"{run.place}: cannot be corrected, {why_no_correction(calibration)}.")
    if judged_by(run) != dict(calibration.judged_by):
        raise CorrectionRefused(
            f"{run.place}: judged by {_named(judged_by(run))}, but the labels are of verdicts by "
            f"{_named(calibration.judged_by)}. Label a sample of this run, or regrade it."
        )
    found: dict[tuple[str, str], list[bool]] = {}
    for result in judged_results(run):
        found.setdefault((result.endpoint, model_of(result, run)), []).append(result.right)
    if not found:
        raise CorrectionRefused(f"{run.place}: holds no answer that was judged.")
    if others := sorted({model for _, model in found} - set(calibration.models)):
        raise CorrectionRefused(
            f"{run.place}: answers of {', '.join(map(repr, others))}, but the labels are of answers of "
            f"{', '.join(map(repr, calibration.models))}. Label a sample of this run's answers."
        )
    return [_corrected(endpoint, model, rights, rates) for (endpoint, model), rights in found.items()]


def why_no_correction(calibration: Calibration) -> str:
    """Why rates cannot be corrected; empty where they can."""
    rates = calibration.rates
    if rates is None:
        return "the labels do not hold right and wrong answers of both verdicts"
    return "" if rates.sensitivity + rates.specificity > 1 else "the judge is no better than a coin"


def _corrected(endpoint: str, model: str, rights: list[bool], rates: ErrorRates) -> CorrectedRate:
    right, graded = sum(rights), len(rights)
    rate = right / graded
    return CorrectedRate(
        endpoint=endpoint,
        model=model,
        right=right,
        graded=graded,
        value=rogan_gladen(rate, rates),
        interval=lee_interval(rate, graded, rates),
        limits=lee_interval(rate, graded, rates, sides=1),
    )


def _named(judge: Mapping[str, Any]) -> str:
    model = json.dumps(judge.get("judge")) if judge.get("judge") else "no judge model"
    return f"matchers of {judge.get('matchers')} and {model}"
