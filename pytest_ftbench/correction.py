"""What a rate that a judge measured is worth, by a person's labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_ftbench.agreement import ErrorRates, lee_interval, rogan_gladen
from pytest_ftbench.calibration import Calibration, LabelledStratum, rates_of
from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.records import Result
from pytest_ftbench.review import is_judged, judged_by, judged_results, model_of
from pytest_ftbench.runs import Run

MOST_SHIFT = 0.1
"""By how much of all answers a selection may be another mix than what the labels were drawn from.

Our choice: it lets a few questions come and go, and a few calls fail.
"""


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
    """The corrected rate of each endpoint of a run whose answers were labelled, in the order of its results.

    Raises CorrectionRefused where the labels are of another judge's verdicts, of another model's answers or of several
    models' together: a judge's errors depend on whose answers it reads, and rates pooled over models make the figures
    worse. Also where the labels do not allow any correction.
    """
    rates = calibration.rates
    if rates is None or why_no_correction(rates):
        raise CorrectionRefused(f"{run.place}: cannot be corrected, {why_no_correction(rates)}.")
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
    if len(calibration.models) > 1:
        raise CorrectionRefused(
            f"{run.place}: the labels are of answers of {_listed(calibration.models)} together, and correct the rate "
            "of none. Label a sample of one endpoint: ftbench judge sample RUN --endpoint ALIAS."
        )
    own = {of_whom: rights for of_whom, rights in found.items() if of_whom[1] in calibration.models}
    if not own:
        raise CorrectionRefused(
            f"{run.place}: answers of {_listed({model for _, model in found})}, but the labels are of answers of "
            f"{_listed(calibration.models)}. Label a sample of this run's answers."
        )
    return [_corrected(endpoint, model, rights, rates) for (endpoint, model), rights in own.items()]


def correct_selection(calibration: Calibration, selected: Sequence[Result], run: Run) -> CorrectedRate:
    """The corrected rate of right answers among some results of a run, as a gate selects them.

    calibration: of the judge that judged the run. selected: graded, at least one, all of one endpoint.
    A judge errs more often with some kinds of question than with others, so only the labels of these kinds count; a
    kind is a variant of a question set. Nothing is known of a part of one: a selection must take all its questions.
    Of each kind, and of the verdicts by the judge among them, it must hold about the share that there was when the
    sample was drawn, see MOST_SHIFT: the errors of another mix are others.
    Raises CorrectionRefused, its text a clause that says why, where that is not so, where the labels are of another
    model's answers or of several models' together, and where they do not tell how the judge errs there.
    """
    models = {model_of(result, run) for result in selected}
    if models != set(calibration.models):
        raise CorrectionRefused(f"the labels are of answers of {_listed(calibration.models)}, not of {_listed(models)}")
    if own := sum(not is_judged(result) for result in selected):
        raise CorrectionRefused(f"{own} of its verdicts come from a test's own assertion, of which there are no labels")
    kinds = {_kind(result) for result in selected}
    strata = [stratum for stratum in calibration.strata if _kind(stratum) in kinds and any(stratum.judged)]
    if fault := _find_gap(strata, selected, run) or _find_shift(strata, selected):
        raise CorrectionRefused(fault)
    if not any(stratum.is_by_judge and sum(map(sum, stratum.table)) for stratum in strata):
        raise CorrectionRefused("no label is of a verdict by the judge on such questions")
    rates = rates_of(strata)
    if rates is None or why_no_correction(rates):
        raise CorrectionRefused(f"{why_no_correction(rates)} on such questions")
    return _corrected(selected[0].endpoint, models.pop(), [result.right for result in selected], rates)


def _find_gap(strata: Iterable[LabelledStratum], selected: Sequence[Result], run: Run) -> str:
    """Which kind of question was never drawn from, or is not selected as a whole; empty where there is none."""
    kinds = {_kind(result) for result in selected}
    if unknown := sorted(kinds - {_kind(stratum) for stratum in strata}):
        return f"no label is of {_kind_in_words(unknown[0])}"
    there = [result for result in judged_results(run, endpoint=selected[0].endpoint) if _kind(result) in kinds]
    if left_out := {_question(result) for result in there} - {_question(result) for result in selected}:
        suite, variant, *_ = min(left_out)
        return f"the labels are of all questions of {_kind_in_words((suite, variant))}, not of a part of them"
    return ""


def _find_shift(strata: Iterable[LabelledStratum], selected: Sequence[Result]) -> str:
    """Why a selection is another mix than what the labels were drawn from; empty where it is about the same.

    The distance is half the sum of the differences between shares (total variation).
    """
    then = Counter({(*_kind(stratum), stratum.is_by_judge): sum(stratum.judged) for stratum in strata})
    now = Counter((*_kind(result), is_by_judge(result.rule)) for result in selected)
    shift = sum(abs(now[cell] / now.total() - then[cell] / then.total()) for cell in now | then) / 2
    if shift <= MOST_SHIFT:
        return ""
    return f"another mix of questions, or of verdicts by the judge, than what was labelled ({shift:.0%} of it differs)"


def _kind(one: Result | LabelledStratum) -> tuple[str, str]:
    return one.suite, one.variant


def _kind_in_words(kind: tuple[str, str]) -> str:
    suite, variant = kind
    return f"variant {variant!r} of {suite!r}"


def _question(result: Result) -> tuple[str, str, str, str]:
    return result.suite, result.variant, result.fact, result.case


def why_no_correction(rates: ErrorRates | None) -> str:
    """Why a judge with these error rates cannot be corrected for; empty where it can."""
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


def _listed(models: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(models)))
