"""Which endpoints each gate is about, and which checkpoint those are about that choose theirs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ftbench.gates import Choice, Gate, choose_best, held_out, parse_gate
from pytest_ftbench.plugin.gate_plan import PlannedGate
from pytest_ftbench.records import Result

if TYPE_CHECKING:
    from pytest_ftbench.checkpoints import Sweep


@dataclass(frozen=True, slots=True)
class About:
    """A gate and whom it decides about."""

    planned: PlannedGate
    gate: Gate
    alias: str
    """An endpoint; of a gate that chooses a checkpoint, the swept model."""


def about(planned: Iterable[PlannedGate], aliases: Sequence[str], sweeps: Sequence[Sweep]) -> list[About]:
    """Each gate with each endpoint that it is about, in this order; one that chooses, with each swept model.

    aliases: the endpoints under test.
    """
    found = []
    for one in planned:
        gate = parse_gate(one.text)
        there = [sweep.alias for sweep in sweeps] if gate.select else aliases
        found += [About(one, gate, alias) for alias in there if gate.is_about(alias) and one.only in ("", alias)]
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen of one swept model."""

    choice: Choice
    is_partial: bool = False
    """Whether not all ran that is to be chosen by; then nothing was chosen."""


def choose(
    gates: Iterable[About],
    results: Mapping[tuple[str, str], Sequence[Result]],
    sweeps: Iterable[Sweep],
    case_of: Callable[[Result], Hashable],
) -> dict[str, Chosen]:
    """The checkpoint of each swept model, by its alias, that all gates are about that choose one.

    It is one for all of them, by the held-out cases of all of them: gates that hold of different checkpoints would say
    nothing of any. results: by scope and endpoint. case_of: which planned case and sample a result is of.
    """
    choosing = [one for one in gates if one.gate.select]
    return {
        sweep.alias: _choose([one for one in choosing if one.alias == sweep.alias], results, sweep, case_of)
        for sweep in sweeps
        if any(one.alias == sweep.alias for one in choosing)
    }


def _choose(
    gates: Sequence[About],
    results: Mapping[tuple[str, str], Sequence[Result]],
    sweep: Sweep,
    case_of: Callable[[Result], Hashable],
) -> Chosen:
    found: dict[str, dict[int, Result]] = {}
    for alias in sweep.aliases:
        of_alias = found.setdefault(alias, {})
        for one in gates:
            own = held_out(one.gate, results[one.planned.scope, alias])
            of_alias |= {id(result): result for result in own}
            if (ran := len(set(map(case_of, own)))) < one.planned.held_out:
                why = f"no checkpoint is chosen: {ran} of {one.planned.held_out} held-out cases of {alias} ran"
                return Chosen(Choice("", why), is_partial=True)
    return Chosen(choose_best({alias: list(own.values()) for alias, own in found.items()}))
