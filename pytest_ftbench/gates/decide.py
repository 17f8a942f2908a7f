"""A gate, some results, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pytest_ftbench.gates.confidence import explain_open
from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.measure import Measure
from pytest_ftbench.gates.measuring import measure
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.population import population, selected
from pytest_ftbench.records import GateResult, Outcome, Result

NEAR_BOUND = "the bound lies inside the 95 % interval: another sample of facts could decide otherwise"
"""The reason of a gate that is decided by its point estimate alone."""
STOPPED_EARLY = "stopped early: verdict certain"
"""How the reason of a gate begins that was decided before all of its cases were asked."""
ALL_HELD_OUT = "all facts that it selects are held out, to choose the checkpoint by: there are too few for two halves"
"""Why a gate that chooses its checkpoint has nothing to be decided on."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a gate says of one endpoint, with the results that count against it."""

    result: GateResult
    misses: tuple[Result, ...]
    is_partial: bool
    """Whether part of its selection was not asked or did not run."""
    measure: Measure | None = field(default=None, compare=False)
    """What was measured; None where a gate is shown that was decided elsewhere."""


def decide(
    gate: Gate,
    results: Sequence[Result],
    *,
    planned: int,
    endpoint: str,
    selection: str,
    why_empty: str = "",
    case_of: Callable[[Result], Hashable] = id,
    curtailed: Sequence[Result] = (),
) -> Decision:
    """The outcome of a gate over one endpoint's results within the gate's scope.

    planned: how many cases the gate needs, each sample of a case counted; results of fewer make it INCONCLUSIVE,
    whatever they say.
    case_of: which planned case, and which sample of it, a result is of; by default each is of its own, else several
    results may be of one.
    selection: the name of the scope. why_empty: what to say where the gate needs no case at all.
    curtailed: stand-ins for cases that were not asked because the verdict was certain, none of which has a result.
    A case without a grade is bounded by both extremes: the gate is decided only where it cannot change the outcome.
    A gate with curtailed cases has no value: where it stopped depends on what it saw, so the share seen is biased.
    """
    everything = [*results, *curtailed]
    found = population(gate, everything)
    measured = measure(gate, found)
    not_asked = {id(result) for result in curtailed}
    asked = [result for result in found if id(result) not in not_asked]
    is_curtailed = len(asked) < len(found)
    ran = len({case_of(result) for result in found})
    is_partial = ran < planned
    outcome, reason = _outcome(gate, measured)
    if planned == 0:
        outcome, reason = "INCONCLUSIVE", _why_empty(gate, everything) or why_empty or "selects no case"
    elif is_partial:
        outcome, reason = "INCONCLUSIVE", f"{ran} of {planned} ran"
    elif is_curtailed and outcome != "INCONCLUSIVE":
        reason = f"{STOPPED_EARLY}; {len({case_of(result) for result in asked})} of {planned} asked"
    low, high = measured.interval if measured.value is not None else (None, None)
    result = GateResult(
        expr=gate.text,
        endpoint=endpoint,
        selection=selection,
        outcome=outcome,
        value=None if measured.value is None or is_curtailed else float(measured.value),
        low=low,
        high=high,
        right=measured.right,
        n=measured.n,
        errors=_failed(gate, found, not_asked) if is_curtailed else measured.errors,
        reason=reason,
        note=measured.baseline,
        not_applicable=sum(one.status == "not_applicable" for one in found),
    )
    return Decision(result, measured.misses, is_partial, measured)


def outcome_without(gate: Gate, results: Sequence[Result], is_doubtful: Callable[[Result], bool]) -> Outcome:
    """The outcome if some results of the gate's scope had no grade: INCONCLUSIVE where their grades could turn it."""
    kept = [
        replace(one, status="unscored", grade=None, right=False) if is_doubtful(one) else one
        for one in population(gate, results)
    ]
    return _outcome(gate, measure(gate, kept))[0]


def _failed(gate: Gate, found: Sequence[Result], not_asked: Collection[int]) -> int:
    """The units that would be without a grade even if all cases that were not asked had one."""
    given = [replace(one, status="graded", right=True) if id(one) in not_asked else one for one in found]
    return measure(gate, given).errors


def _why_empty(gate: Gate, results: Sequence[Result]) -> str:
    """Why a gate that selects cases needs none of them; an empty text where it selects none."""
    there = gate.selector.select(results)
    if not there:
        return ""
    if gate.by is not None and not selected(replace(gate, select=""), results):
        return f"no case has a {gate.by!r}, which 'by' names"
    if gate.select and not selected(gate, results):
        return ALL_HELD_OUT
    return f"none of the cases selected {METRICS[gate.metric].about}"


def _outcome(gate: Gate, measure: Measure) -> tuple[Outcome, str]:
    if measure.value is None:
        missing = f": {measure.errors} without a grade" if measure.errors else ""
        return "INCONCLUSIVE", measure.note + missing
    if gate.level is not None:
        outcome = at_level(gate, measure)
        return outcome, explain_open(gate, measure) if outcome == "INCONCLUSIVE" else ""
    is_met = holds(gate, measure.lowest)
    if is_met == holds(gate, measure.highest):
        return ("PASS" if is_met else "FAIL"), _in_words(gate, measure)
    return "INCONCLUSIVE", f"{measure.errors} without a grade could decide it either way"


def at_level(gate: Gate, measure: Measure) -> Outcome:
    """What the limits at the gate's level say; the gate has one, and its metric has limits."""
    assert gate.level is not None
    assert measure.outcome is not None
    return measure.outcome(gate.bound, gate.op, gate.level)


def holds(gate: Gate, value: Fraction) -> bool:
    """Whether a value meets the gate's bound."""
    bound = gate.bound
    return {">=": value >= bound, "<=": value <= bound, ">": value > bound, "<": value < bound}[gate.op]


def _in_words(gate: Gate, measure: Measure) -> str:
    low, high = measure.interval
    if low <= gate.bound <= high and low < high:
        return NEAR_BOUND
    return ""
