"""A calibration in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.agreement import Estimate
from pytest_ftbench.calibration import LABELS, LEAST_KAPPA, Calibration, why_not_trusted
from pytest_ftbench.correction import CorrectedRate, why_no_correction
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line
from pytest_ftbench.stats import wilson_interval

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def calibration_blocks(calibration: Calibration, *, unlabelled: int, unicode: bool) -> Iterable[RenderableType]:
    """The confusion matrix, what follows from it, and whether gates may rest on the judge.

    unlabelled: how many rows of the review file are still empty.
    """
    from rich.text import Text

    models = ", ".join(f"{one_line(model)} ({count})" for model, count in calibration.models.items())
    rest = f"; {unlabelled} still without a label" if unlabelled else ""
    yield Text(f"{calibration.labels} labels of answers of {models}{rest}\n")
    yield _confusion(calibration, unicode=unicode)
    yield Text("")
    yield Text("\n".join(_figures(calibration)) + "\n")
    yield _rules(calibration, unicode=unicode)
    yield Text("")
    yield Text(_ruling(calibration))


def correction_table(rates: Sequence[CorrectedRate], *, unicode: bool) -> Table:
    """The rates of a run's endpoints, as judged and corrected."""
    table = make_table(unicode=unicode)
    table.add_column("endpoint")
    for heading in ("judged", "corrected", "95 % interval", "95 % limits, one-sided"):
        table.add_column(heading, justify="right")
    for rate in rates:
        judged = f"{rate.right}/{rate.graded} = {rate.right / rate.graded:.3f}"
        (low, high), (least, most) = rate.interval, rate.limits
        limits = f">= {least:.3f}, <= {most:.3f}"
        table.add_row(one_line(rate.endpoint), judged, f"{rate.value:.3f}", f"[{low:.3f}, {high:.3f}]", limits)
    return table


def _confusion(calibration: Calibration, *, unicode: bool) -> Table:
    table = make_table(unicode=unicode)
    table.add_column("judge \\ person")
    for label in LABELS:
        table.add_column(label, justify="right")
    for label, row in zip(LABELS, calibration.confusion, strict=True):
        table.add_row(label, *map(str, row))
    return table


def _figures(calibration: Calibration) -> Iterable[str]:
    rates, leniency = calibration.rates, calibration.leniency
    if rates is None:
        yield "sensitivity  unknown: the labels do not hold right and wrong answers of both verdicts"
    else:
        yield f"sensitivity  {_rate(rates.sensitivity, rates.m1)} of answers that are right are judged right"
        yield f"specificity  {_rate(rates.specificity, rates.m0)} of answers that are not are judged so"
    yield f"kappa        {_estimate(calibration.kappa)} over right and not right"
    if any(stratum.is_by_judge for stratum in calibration.strata):
        yield f"kappa        {_estimate(calibration.kappa_of_judge)} of the judge's own verdicts, which counts"
    yield f"kappa        {_estimate(calibration.kappa_of_grades)} over the grades above"
    if leniency is not None:
        yield f"leniency     {leniency:+.3f}, by which the judged share of right answers is too high"
    if rates is not None and _is_weighted(calibration):
        yield "The first two and the last are weighted back to the verdicts of all that the sample was drawn from."


def _is_weighted(calibration: Calibration) -> bool:
    """Whether the sample holds another share of one verdict than what it was drawn from."""
    (judged_right, judged_wrong), (right, wrong) = calibration.judged, map(sum, calibration.table)
    return abs(judged_right * wrong - judged_wrong * right) > max(judged_right, judged_wrong)


def _rate(rate: float, labels: float) -> str:
    low, high = wilson_interval(rate * labels, labels)
    return f"{rate:.3f} [{low:.3f}, {high:.3f}]"


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "unknown: all of one class,"
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _rules(calibration: Calibration, *, unicode: bool) -> Table:
    table = make_table(unicode=unicode)
    table.add_column("decided by")
    for heading in ("labels", "agree"):
        table.add_column(heading, justify="right")
    for rule, (count, same) in calibration.by_rule.items():
        table.add_row(one_line(rule), str(count), str(same))
    return table


def _ruling(calibration: Calibration) -> str:
    if calibration.may_decide:
        ruling = f"These verdicts may decide a gate: the lower limit of kappa is at least {LEAST_KAPPA}."
    else:
        ruling = f"These verdicts may not decide a gate: {why_not_trusted(calibration)}."
    reason = why_no_correction(calibration.rates)
    return f"{ruling}\nRates cannot be corrected: {reason}." if reason else ruling
