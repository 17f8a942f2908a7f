"""Facts in two halves: the best checkpoint is chosen on the one, and a gate about it is decided on the other."""

from __future__ import annotations

from pytest_ftbench.datasets.sampling import is_in_holdout_half
from pytest_ftbench.gates.selector import Asked

BEST_ON_HOLDOUT = "best_on(holdout)"
"""The way of choosing a checkpoint that a gate names by `select`."""


def is_held_out(asked: Asked) -> bool:
    """Whether a case or result is of the half that is held out from gates, to choose the best checkpoint on.

    By the hash of its fact alone: all questions about a fact are in one half, in whichever file they stand, and adding
    facts moves none. A case without a fact is its own.
    Source of the rule, not of the split: Cawley and Talbot, JMLR 11 (2010), 2079-2107, on bias in model selection.
    """
    name = asked.fact or "\x1f".join((asked.variant, asked.case))
    return is_in_holdout_half(name)
