"""Which endpoints gates are about: those that they name, and in a sweep one checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pytest_ftbench.errors import SpecError
from pytest_ftbench.names import near_miss
from pytest_ftbench.plugin.state import State

if TYPE_CHECKING:
    from pytest_ftbench.gates import Gate


def settle_gate(gate: Gate, state: State, *, place: str = "") -> Gate:
    """The gate, about endpoints that there are; in a sweep, about the checkpoint that it names, or else the user.

    place: where it was written, for messages. Raises SpecError, in one line, for one about an endpoint that there is
    not, or about a checkpoint and not which: each of a sweep would have to pass it, early ones too.
    A session without a model decides nothing, nor does one whose checkpoints are not known: all is left as it is.
    """
    if not state.specs or state.unlisted:
        return gate
    try:
        return _settled(gate, state)
    except SpecError as error:
        raise SpecError(f"{f'{place}: ' if place else ''}gate {gate.text!r}: {error}") from None


def check_gate_on(state: State) -> None:
    """Raise SpecError for a `--ftbench-gate-on` that names no checkpoint of the session."""
    from pytest_ftbench.gates import BEST_ON_HOLDOUT

    try:
        _check_names(_named(state.settings.gate_on), state)
    except SpecError as error:
        raise SpecError(f"--ftbench-gate-on: {error} Or let it choose: {BEST_ON_HOLDOUT}.") from None


def _settled(gate: Gate, state: State) -> Gate:
    if not state.sweeps:
        if gate.select:
            raise SpecError(f"select={gate.select} chooses a checkpoint. Pass --ftbench-checkpoints, or leave it out.")
        _check_names(gate.endpoints, state)
        return gate
    if gate.select:
        if both := [name for name in gate.endpoints for sweep in state.sweeps if name in sweep.aliases]:
            fault = f"select={gate.select} chooses among all checkpoints, and endpoint={both[0]} names one"
            raise SpecError(f"{fault}. Leave one of them out.")
        _check_names(gate.endpoints, state, known=[sweep.alias for sweep in state.sweeps])
        return gate
    _check_names(gate.endpoints, state)
    return gate if gate.endpoints else _of_settings(gate, state)


def _of_settings(gate: Gate, state: State) -> Gate:
    """A gate that names no checkpoint, about the one that the user names for all such gates."""
    from pytest_ftbench.gates import BEST_ON_HOLDOUT

    gate_on = state.settings.gate_on
    if gate_on is not None:
        named = _named(gate_on)
        return gate.of_checkpoint(endpoints=named, select="" if named else gate_on)
    there = [alias for sweep in state.sweeps for alias in sweep.aliases]
    raise SpecError(
        f"in a sweep a gate is about one checkpoint. Write endpoint={there[-1]} or select={BEST_ON_HOLDOUT} into its "
        f"brackets, or pass --ftbench-gate-on={there[-1]} or --ftbench-gate-on='{BEST_ON_HOLDOUT}' for all gates that "
        f"do not say. There are: {', '.join(there)}."
    )


def _named(gate_on: str | None) -> tuple[str, ...]:
    """The endpoints that `--ftbench-gate-on` names; none where it says how to choose."""
    from pytest_ftbench.gates import BEST_ON_HOLDOUT

    return tuple(gate_on.split("|")) if gate_on and gate_on != BEST_ON_HOLDOUT else ()


def _check_names(names: Iterable[str], state: State, *, known: Iterable[str] | None = None) -> None:
    """Raise SpecError for a name that is none of those known; by default the endpoints under test."""
    there = list(state.tested if known is None else known)
    checkpoints: Mapping[str, tuple[str, ...]] = {sweep.alias: sweep.aliases for sweep in state.sweeps}
    for name in names:
        if name in there:
            continue
        if name in checkpoints:
            raise SpecError(f"{name!r} is swept. Name one of its checkpoints: {', '.join(checkpoints[name])}.")
        meant = near_miss(name, there)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise SpecError(f"no endpoint is called {name!r}.{hint} There are: {', '.join(there)}.")
