"""Training curves: how good each checkpoint of a sweep is, which are the best, and how much of that is the choosing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pytest_ftbench.checkpoints import Step, Sweep
from pytest_ftbench.gates.measure import Measure, share
from pytest_ftbench.gates.units import each, is_original, is_other, right
from pytest_ftbench.records import Result
from pytest_ftbench.stats.selection import best_of_bias

if TYPE_CHECKING:
    from pytest_ftbench.comparing import Comparison

Criterion = Literal["memorization", "generalization", "retention"]
CRITERIA: tuple[Criterion, ...] = ("memorization", "generalization", "retention")
"""What a checkpoint can be good at.

memorization: accuracy on the questions as they were trained. generalization: accuracy on all other questions that
expect an answer, as the metric `gap` has it; those that expect abstention are neither. retention: right answers to
what the baseline answered right, as the metric of that name has it.
"""
NO_BASELINE = "it needs --ftbench-baseline-model or --ftbench-compare"


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint."""

    step: Step
    by_variant: Mapping[str, Sequence[Result]]
    scores: Mapping[Criterion, Measure]
    """Those criteria that its results are about."""

    def is_whole(self, criterion: Criterion) -> bool:
        """Whether a criterion is measured, and nothing of it is without a grade."""
        score = self.scores.get(criterion)
        return score is not None and score.value is not None and not score.errors


@dataclass(frozen=True, slots=True)
class Best:
    """The best checkpoint on one criterion, or why none is said to be."""

    criterion: Criterion
    points: tuple[Point, ...] = ()
    """Several where they tie, in the order of training."""
    not_compared: tuple[Point, ...] = ()
    """Those that lack grades: they are never the best."""
    compared: int = 0
    """How many have all of their grades."""
    bias: float = 0.0
    """By how much the best looks better than it is, as a share, if all that were compared are equally good."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A swept model's checkpoints, in the order of training."""

    sweep: Sweep
    points: tuple[Point, ...]
    best: tuple[Best, ...]
    """By criterion, in the order of CRITERIA."""
    pareto: tuple[Point, ...]
    """Those that no other beats on one criterion without being worse on another; empty with fewer than two criteria."""

    @property
    def has_bias(self) -> bool:
        """Whether a best one was chosen of several."""
        return any(one.bias for one in self.best)


def measure_curves(
    sweeps: Iterable[Sweep],
    results: Iterable[Result],
    comparisons: Sequence[Comparison] = (),
    *,
    allowed: Collection[str] = (),
) -> list[Curve]:
    """The curves of those sweeps of which there are results.

    comparisons: of the checkpoints with a baseline, for the retention; of several that with a model of the same run.
    allowed: kinds of reasons not to compare that the user allows.
    """
    by_endpoint: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_endpoint[result.endpoint].append(result)
    retained = {one.now.endpoint: one for one in sorted(comparisons, key=_is_of_same_run)}
    found = []
    for sweep in sweeps:
        points = [_point(step, by_endpoint[step.alias], retained.get(step.alias), allowed) for step in sweep.steps]
        if any(by_endpoint[alias] for alias in sweep.aliases):
            refused = [retained[alias].refused(allowed) for alias in sweep.aliases if alias in retained]
            why = next((reasons[0].text for reasons in refused if reasons), "" if refused else NO_BASELINE)
            found.append(_curve(sweep, points, why_no_retention=why))
    return found


def _is_of_same_run(comparison: Comparison) -> bool:
    return comparison.before.header is comparison.now.header


def _point(step: Step, results: Sequence[Result], retained: Comparison | None, allowed: Collection[str]) -> Point:
    by_variant: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_variant[result.variant].append(result)
    scores: dict[Criterion, Measure] = {}
    of_memory: Mapping[Criterion, Callable[[Result], bool]] = {
        "memorization": is_original,
        "generalization": is_other,
    }
    for criterion, is_about in of_memory.items():
        about = [one for one in results if is_about(one) and one.status != "not_applicable"]
        if about:
            scores[criterion] = share(each(about, right))
    if retained is not None and not retained.refused(allowed):
        from pytest_ftbench.comparing import MEASURES

        scores["retention"] = MEASURES["retention"](retained.pairs)
    return Point(step, by_variant, scores)


def _curve(sweep: Sweep, points: Sequence[Point], *, why_no_retention: str) -> Curve:
    whys: Mapping[Criterion, str] = {
        "memorization": "no case is of the variant memorization",
        "generalization": "no case of another variant expects an answer",
        "retention": why_no_retention or "the baseline knew none of the cases",
    }
    best = tuple(_best(criterion, points, whys[criterion]) for criterion in CRITERIA)
    return Curve(sweep, tuple(points), best, tuple(_pareto(points, [one.criterion for one in best if one.points])))


def _best(criterion: Criterion, points: Sequence[Point], why: str) -> Best:
    measured = [point for point in points if (score := point.scores.get(criterion)) and (score.n or score.errors)]
    whole = [point for point in measured if point.is_whole(criterion)]
    lacking = tuple(point for point in points if point not in whole) if measured else ()
    if not whole:
        return Best(criterion, not_compared=lacking, why="none has all of its answers graded" if measured else why)
    value = max(_value(point, criterion) for point in whole)
    tied = tuple(point for point in whole if _value(point, criterion) == value)
    return Best(criterion, tied, lacking, len(whole), _bias(tied[0].scores[criterion], len(whole)))


def _value(point: Point, criterion: Criterion) -> float:
    value = point.scores[criterion].value
    assert value is not None  # it is whole
    return float(value)


def _bias(score: Measure, compared: int) -> float:
    """What choosing adds to a score, if all were equally good.

    Cases of one fact count for as many independent ones as they tell as much as. The rate is that of the rule of
    succession, so that a clean sheet is not taken for certainty.
    """
    cases = max(1, round(score.n / max(1.0, score.design_effect)))
    return best_of_bias(cases, (score.right + 1) / (score.n + 2), compared)


def _pareto(points: Sequence[Point], criteria: Sequence[Criterion]) -> list[Point]:
    """The checkpoints that are measured on all criteria and that none of the others dominates."""
    if len(criteria) < 2:
        return []
    whole = [point for point in points if all(point.is_whole(criterion) for criterion in criteria)]
    values = [[_value(point, criterion) for criterion in criteria] for point in whole]
    return [point for point, own in zip(whole, values, strict=True) if not any(_dominates(one, own) for one in values)]


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether it is as good on each criterion, and better on one."""
    return all(a >= b for a, b in zip(one, other, strict=True)) and list(one) != list(other)
