"""What a gate can tell at its size, and what size it takes to tell more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import Gate, population
from pytest_ftbench.gates.confidence import BY_FACT, SHARES
from pytest_ftbench.gates.metrics import AnyExpecting
from pytest_ftbench.gates.units import fact_of
from pytest_ftbench.stats.power import detectable_rate, one_sample_cases
from pytest_ftbench.stats.sizes import least_cases, least_clusters, least_pairs

LEVEL = Fraction(95, 100)
"""Of a gate that names none."""
POWER = 0.8
_STEPS = (Fraction(1, 50), Fraction(1, 20), Fraction(1, 10))
_NEARLY_ALL = Fraction(99, 100)
"""Sizes are told for true rates that are so far beyond the bound, and for this one."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases and facts a gate is about."""

    cases: int
    facts: int
    """Cases of one fact tell more than one case, and less than so many: the truth lies between."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a gate at a level can tell."""

    gate: str
    least: int | None
    """With fewer independent cases no answers pass it; None: with no number of them."""
    least_facts: int | None
    """The same where facts hold several cases: facts."""
    needed: tuple[tuple[float, int | None], ...]
    """For some true rates, how many independent cases let it pass with the chance asked for."""
    size: Size | None = None
    """Of the cases at hand."""
    passes_from: tuple[float, float] | None = None
    """At that size, the true rate from which it passes with the chance asked for: if the cases of a fact are
    independent, and if they all go the same way. None where it cannot pass."""
    margin: float | None = None
    """At that size, the smallest m for which `drop <= m` against a baseline can pass at this level."""


def reach_of(gate: Gate, cases: Sequence[AnyExpecting] = (), *, chance: float = POWER) -> Reach:
    """What a gate can tell, and with the cases of its scope, what it can tell of them.

    chance: of a pass, in the open interval (0, 1). Raises SpecError for a gate on no share of cases or facts.
    """
    if gate.metric not in SHARES | BY_FACT:
        allowed = ", ".join(sorted(SHARES | BY_FACT))
        raise SpecError(f"gate {gate.text!r}: sizes are known of shares only. Allowed: {allowed}.")
    level = gate.level or LEVEL
    upward = gate.op in (">=", ">")
    bound = gate.bound if upward else 1 - gate.bound
    truths = sorted({truth for truth in (*(bound + step for step in _STEPS), _NEARLY_ALL) if bound < truth < 1})
    needed = [
        (_shown(truth, upward=upward), one_sample_cases(bound, truth, level=level, power=chance)) for truth in truths
    ]
    found = Reach(
        gate=gate.text if gate.level else f"{gate.text} @ {float(100 * level):g}%",
        least=least_cases(gate.bound, gate.op, level=level),
        least_facts=least_clusters(gate.bound, gate.op, level=float(level)),
        needed=tuple(needed),
    )
    there = population(gate, cases)
    if not there:
        return found
    facts = len({fact_of(one) for one in there})
    units = facts if gate.metric in BY_FACT else len(there)
    free, alike = (detectable_rate(n, bound, level=level, power=chance) for n in (units, facts))
    span = None
    if free is not None and alike is not None:
        span = (_shown(free, upward=upward), _shown(alike, upward=upward))
    return replace(
        found,
        size=Size(len(there), facts),
        passes_from=span,
        margin=_least_margin(facts, level),
    )


def _shown(rate: Fraction | float, *, upward: bool) -> float:
    return float(rate if upward else 1 - rate)


def _least_margin(pairs: int, level: Fraction) -> float | None:
    """To a thousandth, if no answer changed; None where not even a drop by a half could be ruled out."""
    found = (n for n in range(1, 501) if (least_pairs(Fraction(n, 1000), level=float(level)) or pairs + 1) <= pairs)
    return next((n / 1000 for n in found), None)
