"""Gates over two runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from fractions import Fraction

from pytest_ftbench.comparing.changes import Changes
from pytest_ftbench.comparing.comparison import Comparison
from pytest_ftbench.comparing.measures import MEASURES
from pytest_ftbench.comparing.pairing import Pair
from pytest_ftbench.gates.decide import NEAR_BOUND, Decision, at_level, holds
from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.halves import is_held_out
from pytest_ftbench.gates.measure import Measure
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.samples import MEAN, reduce_samples
from pytest_ftbench.records import GateResult, Outcome


def decide_comparison(
    gate: Gate, comparison: Comparison, *, allowed: Collection[str] = (), selection: str = "comparison"
) -> Decision:
    """The outcome of a gate on one of MEASURES, over the cases that it selects of a comparison.

    allowed: kinds of reasons not to compare that the user has allowed; any other leaves it INCONCLUSIVE, whatever the
    value is. selection: the name of the gate's scope. A case without a grade is bounded by both extremes.
    Of a count (`lost <= 2`) value and limits are counts too; of everything else they are fractions.
    """
    selected = comparison.select(gate.selector)
    if gate.select:  # what its checkpoint was chosen by is not what it is decided on
        selected = replace(selected, pairing=selected.pairing.filter(lambda result: not is_held_out(result)))
    pairs = _reduced(selected.pairs, gate.reducer)
    measure = MEASURES[gate.metric](pairs)
    if is_count(gate):
        measure = _counted(measure)
    outcome, reason = _outcome(gate, measure, pairs)
    if gate.reducer != MEAN and (selected.pairing.more_samples or selected.pairing.fewer_samples):
        outcome, reason = "INCONCLUSIVE", "questions were asked another number of times, and 'reduce' needs all samples"
    if refused := selected.refused(allowed):
        outcome, reason = "INCONCLUSIVE", "; ".join(one.text for one in refused)
    low, high = measure.interval if measure.value is not None else (None, None)
    result = GateResult(
        expr=gate.text,
        endpoint=comparison.now.endpoint,
        selection=selection,
        outcome=outcome,
        value=None if measure.value is None else float(measure.value),
        low=low,
        high=high,
        right=measure.right,
        n=measure.n,
        errors=measure.errors,
        reason=reason,
    )
    return Decision(result, measure.misses, False, measure)


def is_count(gate: Gate) -> bool:
    """Whether a gate bounds how many cases, as `lost <= 2` does, and not which share of them."""
    bound = gate.text.rpartition("]")[2].partition("@")[0]
    return METRICS[gate.metric].is_count and gate.bound.denominator == 1 and not bound.rstrip().endswith("%")


def _reduced(pairs: Sequence[Pair], reducer: str) -> Sequence[Pair]:
    """One pair for each case, if its samples are to come to one answer on each side."""
    if reducer == MEAN:
        return pairs
    cases: dict[Hashable, list[Pair]] = defaultdict(list)
    for pair in pairs:
        now = pair.now
        cases[now.suite, now.fact, now.variant, now.case, now.content].append(pair)
    found = []
    for samples in cases.values():
        named = [replace(pair.before, case=pair.now.case) for pair in samples]  # it may have had another name
        (before,), (now,) = reduce_samples(named, reducer), reduce_samples([pair.now for pair in samples], reducer)
        found.append(Pair(before, now))
    return found


def _counted(measure: Measure) -> Measure:
    low, high = measure.interval
    return replace(
        measure,
        value=Fraction(measure.right) if measure.n else None,
        lowest=Fraction(measure.right),
        highest=Fraction(measure.right + measure.errors),
        interval=(low * measure.n, high * measure.n),
        outcome=None,
    )


def _outcome(gate: Gate, measure: Measure, pairs: Sequence[Pair]) -> tuple[Outcome, str]:
    if measure.value is None:
        return "INCONCLUSIVE", measure.note
    if gate.level is not None:
        if measure.outcome is None:
            return "INCONCLUSIVE", "a count of cases has no limits of confidence: bound a share, as in 'lost <= 2%'"
        outcome = at_level(gate, measure)
        return outcome, _why_open(gate, measure, pairs) if outcome == "INCONCLUSIVE" else ""
    is_met = holds(gate, measure.lowest)
    if is_met != holds(gate, measure.highest):
        return "INCONCLUSIVE", f"{measure.errors} without a grade could decide it either way"
    low, high = measure.interval
    return ("PASS" if is_met else "FAIL"), NEAR_BOUND if low <= gate.bound <= high and low < high else ""


def _why_open(gate: Gate, measure: Measure, pairs: Sequence[Pair]) -> str:
    if measure.errors:
        return f"{measure.errors} without a grade could decide it either way, or too few cases"
    assert gate.level is not None
    said = f"too few cases to tell at {float(100 * gate.level):g} % on which side of the bound it is"
    if gate.metric not in ("drop", "uplift"):
        return said
    more = Changes.of(pairs).settling_pairs(gate.bound if gate.metric == "drop" else -gate.bound, gate.level)
    return f"{said}; about {more:,} like these would" if more else said
