"""Bounds on metrics over selections of results: PASS, FAIL or INCONCLUSIVE."""

from pytest_ftbench.gates.confidence import explain_impossible, failures_that_stand
from pytest_ftbench.gates.curtail import NOT_RUN, Curtailment, ScopedGate, Slot, not_run
from pytest_ftbench.gates.decide import NEAR_BOUND, STOPPED_EARLY, Decision, decide, outcome_without, population
from pytest_ftbench.gates.expression import Gate, parse_gate
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.selector import Asked, Selector, parse_selector
from pytest_ftbench.gates.together import HOLM, Decided, decide_together, is_corrected

__all__ = [
    "HOLM",
    "METRICS",
    "NEAR_BOUND",
    "NOT_RUN",
    "STOPPED_EARLY",
    "Asked",
    "Curtailment",
    "Decided",
    "Decision",
    "Gate",
    "ScopedGate",
    "Selector",
    "Slot",
    "decide",
    "decide_together",
    "explain_impossible",
    "failures_that_stand",
    "is_corrected",
    "not_run",
    "outcome_without",
    "parse_gate",
    "parse_selector",
    "population",
]
