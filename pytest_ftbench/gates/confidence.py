"""Gates at a level of confidence: what size they take, and several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.measure import Measure
from pytest_ftbench.gates.metrics import AnyExpecting
from pytest_ftbench.gates.population import population
from pytest_ftbench.gates.samples import MEAN
from pytest_ftbench.gates.units import fact_of
from pytest_ftbench.stats.multiplicity import holm
from pytest_ftbench.stats.sizes import least_cases, least_clusters, settling_cases

SHARES = frozenset(("accuracy", "abstain", "leak", "stale", "refusal", "hallucination"))
"""Metrics whose units are the cases, so that their number is known beforehand."""
BY_FACT = frozenset(("robust", "any"))
"""Metrics whose units are facts."""


def explain_impossible(gate: Gate, planned: Sequence[AnyExpecting]) -> str:
    """Why a gate cannot pass with the cases that it needs, however good the model is; empty where it can.

    planned: a case for each of its samples, which are alike unless the gate reduces them to one.
    Only metrics that count cases or facts are told beforehand; others stay INCONCLUSIVE where they cannot pass.
    """
    if gate.level is None or not planned or gate.metric not in SHARES | BY_FACT:
        return ""
    facts = len({fact_of(one) for one in planned})
    cases = {(one.suite, one.fact, one.variant, one.case) for one in planned}
    is_plain = gate.metric in BY_FACT or facts == (len(planned) if gate.reducer == MEAN else len(cases))
    level = _level(gate)
    if is_plain:
        least = least_cases(gate.bound, gate.op, level=level)
    else:
        least = least_clusters(gate.bound, gate.op, level=float(level))
    if least is not None and facts >= least:
        return ""
    noun = "cases" if is_plain and gate.metric in SHARES else "facts"
    there = f"{facts} {noun if facts > 1 else noun[:-1]}"
    if least is None:
        return f"cannot pass: no number of cases shows a rate {gate.op} {float(gate.bound):g} at a level below 100 %"
    return f"cannot pass with {there}, however good the model is: it takes {least}. Leave out '@', or add {noun}"


def refuse_impossible(gates: Iterable[Gate], cases: Sequence[AnyExpecting], *, place: str = "") -> None:
    """Raise SpecError for a gate over these cases that could not pass whatever the model answers."""
    for gate in gates:
        for one in gate.split(cases):
            if fault := explain_impossible(one, population(one, cases)):
                raise SpecError(f"{f'{place}: ' if place else ''}gate {one.text!r}: {fault}.")


def explain_open(gate: Gate, measure: Measure) -> str:
    """Why a gate at a level is not decided, and how many cases like these would decide it."""
    assert measure.value is not None
    if measure.errors:
        return f"not certain at {_percent(_level(gate))}, with {measure.errors} without a grade"
    more = cases_to_settle(gate, measure)
    said = f"not certain at {_percent(_level(gate))}"
    return f"{said}: about {more:,} cases like these would settle it" if more else f"{said}: it sits on the bound"


def cases_to_settle(gate: Gate, measure: Measure) -> int | None:
    """About how many cases would settle a share as it is now; None where it is no share, or sits on the bound."""
    if measure.value is None or gate.metric not in SHARES | BY_FACT or not 0 <= measure.value <= 1:
        return None
    effect = max(1.0, measure.design_effect)
    found = settling_cases(measure.value, gate.bound, level=float(_level(gate)), design_effect=effect)
    return None if found is None else max(found, measure.n + 1)


def failing_chance(gate: Gate, measure: Measure) -> float:
    """The p value of the claim that a gate fails: 1 less the highest level at which its limits say so.

    Found by halving, to 1e-9; 1.0 where it is not even more likely than not.
    """
    assert measure.outcome is not None
    outcome: Callable[[Fraction], str] = lambda level: measure.outcome(gate.bound, gate.op, level)  # type: ignore[misc] # noqa: E731
    low, high = Fraction(1, 10**9), Fraction(1, 2) - Fraction(1, 10**9)
    if measure.value is None or outcome(1 - high) != "FAIL":
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if outcome(1 - middle) == "FAIL" else (middle, high)
    return float(high)


def failures_that_stand(gates: Sequence[Gate], measures: Sequence[Measure]) -> list[bool]:
    """Which gates of one family fail by Holm's procedure: any false claim among them is as rare as their level says."""
    adjusted = holm([failing_chance(gate, measure) for gate, measure in zip(gates, measures, strict=True)])
    return [chance <= 1 - _level(gate) for gate, chance in zip(gates, adjusted, strict=True)]


def _level(gate: Gate) -> Fraction:
    assert gate.level is not None
    return gate.level


def _percent(level: Fraction) -> str:
    return f"{float(100 * level):g} %"
