"""Which cases a gate is about."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.halves import is_held_out
from pytest_ftbench.gates.metrics import METRICS, AnyExpecting
from pytest_ftbench.gates.selector import field_of


def population(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases of a gate's scope that it needs: those selected, as far as its metric is about them.

    Under `by=KEY` cases without that key belong to none of its gates, so they are not needed, nor decided about.
    Of a gate that chooses its checkpoint, those by which it is chosen do not count.
    """
    return METRICS[gate.metric].population(selected(gate, asked), asked)


def selected(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases of a gate's scope that it selects, whatever its metric makes of them."""
    found = _meant(gate, asked)
    return [one for one in found if not is_held_out(one)] if gate.select else found


def held_out(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases by whose answers the checkpoint of a gate is chosen; none of one that does not choose."""
    if not gate.select:
        return []
    found = [one for one in _meant(gate, asked) if is_held_out(one)]
    return METRICS[gate.metric].population(found, asked)


def _meant(gate: Gate, asked: Sequence[AnyExpecting]) -> list[AnyExpecting]:
    """The cases that the text of a gate means, in both halves."""
    by = gate.by or gate.over or None
    return [one for one in gate.selector.select(asked) if by is None or field_of(one, by) is not None]
