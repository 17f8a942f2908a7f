"""Bounds on metrics over selections of results: PASS, FAIL or INCONCLUSIVE."""

from pytest_ftbench.gates.choosing import Choice, choose_best
from pytest_ftbench.gates.confidence import explain_impossible, failures_that_stand, refuse_impossible
from pytest_ftbench.gates.curtail import NOT_RUN, Curtailment, ScopedGate, Slot, not_run
from pytest_ftbench.gates.decide import (
    ALL_HELD_OUT,
    NEAR_BOUND,
    STOPPED_EARLY,
    Decision,
    decide,
    outcome_without,
)
from pytest_ftbench.gates.expression import Gate, parse_gate
from pytest_ftbench.gates.halves import BEST_ON_HOLDOUT
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.population import held_out, population
from pytest_ftbench.gates.selector import Asked, Selector, parse_selector
from pytest_ftbench.gates.together import HOLM, Decided, decide_together

__all__ = [
    "ALL_HELD_OUT",
    "BEST_ON_HOLDOUT",
    "HOLM",
    "METRICS",
    "NEAR_BOUND",
    "NOT_RUN",
    "STOPPED_EARLY",
    "Asked",
    "Choice",
    "Curtailment",
    "Decided",
    "Decision",
    "Gate",
    "ScopedGate",
    "Selector",
    "Slot",
    "choose_best",
    "decide",
    "decide_together",
    "explain_impossible",
    "failures_that_stand",
    "held_out",
    "not_run",
    "outcome_without",
    "parse_gate",
    "parse_selector",
    "population",
    "refuse_impossible",
]
