"""The gates of a session and what each of them needs, from a process that has collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_ftbench.plugin.limiting import why_sampled
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case

if TYPE_CHECKING:
    from pytest_ftbench.gates import Gate


@dataclass(frozen=True, slots=True)
class PlannedGate:
    """A gate with the number of results it needs: plain data that a worker sends to the controller."""

    text: str
    scope: str
    planned: int
    """The samples of its cases: a case that is asked five times counts five times."""
    why_empty: str = ""
    selected: Mapping[str, int] = field(default_factory=dict)
    """How many of those the session runs for each endpoint; fewer only where the user has chosen tests.

    For a swept model that stands for the checkpoint to be chosen, less what is left out of those it is chosen by.
    """
    cut: str = ""
    """Why not all of its cases are known, such as files that were not even read."""
    family: str = ""
    """The text of the gate with `by` of which it is one, if there are several."""
    impossible: str = ""
    """Why it cannot pass at its size; empty where it can."""
    held_out: int = 0
    """How many more results of each checkpoint it needs, to choose the one that it is about."""
    only: str = ""
    """The endpoint, or swept model, that this is the plan for, where others need other cases; empty: for each."""


def plan_gates(state: State) -> list[PlannedGate]:
    """Every gate of the session, `by` spelt out, in the order of files and tests."""
    everything = [case for scope in state.scopes.values() for case in scope.cases]
    planned = [
        one
        for name, scope in state.scopes.items()
        for gate in scope.gates
        for one in _plan_each(state, gate, name, scope.cases)
    ]
    if everything or state.settings.is_asked_for:
        planned += [one for gate in state.session_gates for one in _plan_each(state, gate, SESSION, everything)]
    return planned


def _plan_each(state: State, gate: Gate, scope: str, cases: Sequence[Case]) -> list[PlannedGate]:
    """The plans of a gate: one for all endpoints, unless what it selects differs between them."""
    from pytest_ftbench.plugin.needed import UNKNOWN_OF_IT, names_seen

    if not names_seen(gate):
        return _plan(state, gate, scope, cases)
    if state.trainings is None:
        return [replace(one, why_empty=UNKNOWN_OF_IT) for one in _plan(state, gate, scope, cases)]
    about = {sweep.alias: sweep.aliases[0] for sweep in state.sweeps} if gate.select else dict.fromkeys(state.tested)
    planned = []
    for alias, first in about.items():
        if gate.is_about(alias):
            found = _plan(state, gate, scope, cases, of=first or alias)
            if (first or alias) not in state.trainings.aliases:
                found = [replace(one, why_empty=UNKNOWN_OF_IT) for one in found]
            planned += [replace(one, only=alias) for one in found]
    return planned


def _plan(state: State, gate: Gate, scope: str, cases: Sequence[Case], *, of: str = "") -> list[PlannedGate]:
    """of: the endpoint whose cases they are, where that makes a difference."""
    from pytest_ftbench.gates import ALL_HELD_OUT, explain_impossible, held_out, population

    there = state.trainings.tagged(cases, of) if state.trainings is not None and of else cases
    original = {id(one): case for one, case in zip(there, cases, strict=True)}
    cut = why_sampled(state, scope) or (_files_left_out(state) if scope == SESSION else "")
    planned = []
    for one in gate.split(there):
        needed = [original[id(case)] for case in population(one, there)]
        asked = _each_sample(state, needed)
        to_choose = _each_sample(state, [original[id(case)] for case in held_out(one, there)])
        selected = {alias: _selected(state, alias, asked) for alias in state.aliases}
        for sweep in state.sweeps if one.select else ():  # as long as none is chosen, each of them is needed
            least = min(_selected(state, alias, [*asked, *to_choose]) for alias in sweep.aliases)
            selected[sweep.alias] = least - len(to_choose)
        empty = one.selector.explain_empty(there) if there else "there are no cases"
        empty = ALL_HELD_OUT if to_choose else empty
        impossible = explain_impossible(one, [case for case, _ in asked])
        planned.append(
            PlannedGate(
                one.text,
                scope,
                len(asked),
                "" if needed else empty,
                selected,
                cut,
                family=one.family,
                impossible=impossible,
                held_out=len(to_choose),
            )
        )
    return planned


def _each_sample(state: State, cases: Iterable[Case]) -> list[tuple[Case, int]]:
    return [(case, sample) for case in cases for sample in range(1, state.samples_of(case) + 1)]


def _selected(state: State, alias: str, asked: Iterable[tuple[Case, int]]) -> int:
    """How many of these samples the session runs for an endpoint."""
    return sum((id(case), alias, sample) in state.selected for case, sample in asked)


def _files_left_out(state: State) -> str:
    """What `--lf` has not collected: it passes over whole files in which nothing failed."""
    last_failed = state.config.pluginmanager.get_plugin("lfplugin")
    skipped = getattr(last_failed, "_skipped_files", 0)  # private; without it the gate sees the other files only
    return f"--lf left out {skipped} file{'s' if skipped > 1 else ''}" if skipped else ""
