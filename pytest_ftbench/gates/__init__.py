"""Bounds on metrics over selections of results: PASS, FAIL or INCONCLUSIVE."""

from pytest_ftbench.gates.curtail import NOT_RUN, Curtailment, ScopedGate, Slot, not_run
from pytest_ftbench.gates.decide import NEAR_BOUND, STOPPED_EARLY, Decision, decide, outcome_without, population
from pytest_ftbench.gates.expression import Gate, parse_gate
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.selector import Asked, Selector, parse_selector

__all__ = [
    "METRICS",
    "NEAR_BOUND",
    "NOT_RUN",
    "STOPPED_EARLY",
    "Asked",
    "Curtailment",
    "Decision",
    "Gate",
    "ScopedGate",
    "Selector",
    "Slot",
    "decide",
    "not_run",
    "outcome_without",
    "parse_gate",
    "parse_selector",
    "population",
]
