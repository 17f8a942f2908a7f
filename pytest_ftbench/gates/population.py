"""Which cases a gate is about."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.metrics import METRICS, AnyExpecting
from pytest_ftbench.gates.selector import field_of


def population(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases of a gate's scope that it needs: those selected, as far as its metric is about them.

    Under `by=KEY` cases without that key belong to none of its gates, so they are not needed, nor decided about.
    """
    return METRICS[gate.metric].population(selected(gate, asked), asked)


def selected(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases of a gate's scope that it selects, whatever its metric makes of them."""
    by = gate.by or gate.over or None
    return [one for one in gate.selector.select(asked) if by is None or field_of(one, by) is not None]
