"""What a session is compared with: a recorded run, another endpoint of the same session, or both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates import METRICS, Decision, Gate
from pytest_ftbench.names import near_miss
from pytest_ftbench.plugin.state import State
from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case, Result
from pytest_ftbench.runs import Run

if TYPE_CHECKING:
    from pytest_ftbench.comparing import Comparison

BASELINE = "baseline"
"""The alias of a baseline model that has none of its own."""
_OF_MODEL = ("uplift", "retention", "acquire")
"""What is held against the baseline model, where there is a run to compare with as well."""


def read_baselines(state: State) -> None:
    """Take note of `--ftbench-compare` and `--ftbench-baseline-model`. Raises FtbenchError for what cannot be used."""
    from pytest_ftbench.comparing import ALLOWABLE
    from pytest_ftbench.specs import parse_specs

    settings = state.settings
    for kind in settings.allowed_differences:
        if kind not in ALLOWABLE:
            meant = near_miss(kind, ALLOWABLE)
            hint = f" Did you mean {meant!r}?" if meant else ""
            raise SpecError(f"--ftbench-allow {kind!r}: no such reason.{hint} There are: {', '.join(ALLOWABLE)}.")
    if settings.baseline_model:
        text = settings.baseline_model
        (spec,) = parse_specs(
            [text],
            models=settings.models_table,
            folder=settings.invocation,
            models_folder=settings.root,
            known_providers=state.registry("providers"),
        )
        alias = spec.alias if "=" in text.partition("?")[0].partition(":")[0] else BASELINE
        if alias in (*state.aliases, *(sweep.alias for sweep in state.sweeps)):
            raise SpecError(f"the baseline model is called like the model {alias!r}. Give it an alias: old={text}.")
        state.specs = (*state.specs, replace(spec, alias=alias))
        state.baseline_alias = alias
    if settings.compare:
        state.baselines = _read_run(settings.compare, state)
        state.baselines.check()
    elif settings.baseline_model:
        state.baselines = Baselines(state)


def _read_run(text: str, state: State) -> Baselines:
    from pytest_ftbench.runs import read_run, saved_name
    from pytest_ftbench.saved_runs import find_run

    name, _, alias = text.partition("#")
    folder = state.settings.invocation if (state.settings.invocation / name).is_file() else state.settings.root
    try:
        path = find_run(name, folder)
    except SpecError as fault:
        try:
            saved_name(name)
        except SpecError:
            raise fault from None
        if name.endswith(".jsonl"):  # a file's name, and no run's
            raise
        return Baselines(state, missing=name)
    return Baselines(state, run=read_run(path, shown_as=name), endpoint=alias)


class Baselines:
    """Compares what endpoints of the session answer with what was answered before, or by another.

    run: what `--ftbench-compare` names; endpoint: its alias there, if it was given. missing: the name of a run that is
    not there yet: this session is saved under it, so that the next one has something to compare with.
    """

    def __init__(self, state: State, *, run: Run | None = None, endpoint: str = "", missing: str = "") -> None:
        self._state = state
        self.run = run
        self._endpoint = endpoint
        self.missing = missing

    def decide(self, gate: Gate, decision: Decision, now: Run, *, scope: Iterable[str] | None) -> Decision:
        """What a gate over two runs says; any other, and one of which not all cases ran, stays as it is.

        now: the session so far. scope: the suites that the gate is about; None: all.
        """
        from pytest_ftbench.comparing import decide_comparison

        if not METRICS[gate.metric].is_compared or decision.is_partial:
            return decision
        comparison = self.comparison(decision.result.endpoint, now, with_model=self._goes_by_model(gate))
        if comparison is None:
            reason = f"there is no run {self.missing!r} yet, with which to compare" if self.missing else ""
            return replace(decision, result=replace(decision.result, reason=reason or decision.result.reason))
        if scope is not None:
            suites = frozenset(scope)
            pairing = comparison.pairing.filter(lambda result: result.suite in suites)
            comparison = replace(comparison, pairing=pairing)
        allowed = self._state.settings.allowed_differences
        return decide_comparison(gate, comparison, allowed=allowed, selection=decision.result.selection)

    def _goes_by_model(self, gate: Gate) -> bool:
        has_model = bool(self._state.baseline_alias)
        return has_model and (gate.metric in _OF_MODEL or not (self.run or self.missing))

    def comparison(self, alias: str, now: Run, *, with_model: bool = False) -> Comparison | None:
        """One endpoint of the session beside what it is compared with; None where there is nothing.

        with_model: whether that is the baseline model, and not a recorded run.
        """
        from pytest_ftbench.comparing import compare_runs

        if with_model:
            return compare_runs(now, now, before_endpoint=self._state.baseline_alias, now_endpoint=alias)
        if self.run is None:
            return None
        return compare_runs(self.run, now, before_endpoint=self._endpoint_for(alias), now_endpoint=alias)

    def comparisons(self, now: Run) -> list[Comparison]:
        """All that there are, for the summary."""
        kinds = [False] * (self.run is not None) + [True] * bool(self._state.baseline_alias)
        found = [self.comparison(alias, now, with_model=kind) for alias in self._state.tested for kind in kinds]
        return [one for one in found if one is not None]

    def check(self) -> None:
        """Raise SpecError where it is not clear which endpoint of the run is meant."""
        if self.run is not None:
            for alias in self._state.tested:
                self._endpoint_for(alias)

    def _endpoint_for(self, alias: str) -> str:
        from pytest_ftbench.comparing import aliases_of

        assert self.run is not None
        there = aliases_of(self.run)
        if self._endpoint in there:
            return self._endpoint
        if self._endpoint:
            listed = ", ".join(there) or "none"
            raise SpecError(f"--ftbench-compare: {self.run.place} has no endpoint {self._endpoint!r}. It has {listed}.")
        if not self._endpoint and (alias in there or len(there) == 1):
            return alias if alias in there else there[0]
        listed = ", ".join(there) or "none"
        raise SpecError(
            f"--ftbench-compare {self.run.place!r}: which endpoint is {alias!r} compared with? It has {listed}. Write "
            f"{self.run.place}#ALIAS."
        )

    @property
    def name(self) -> str:
        """How messages name what is compared with."""
        return self.run.place if self.run is not None else self.missing or self._state.baseline_alias

    def result_of(self, case: Case) -> Result | None:
        """What the run has of a case's question, by content; None where it has none."""
        return self._by_content.get((case.suite, case.fact, case.variant, content_hash(case)))

    @cached_property
    def _by_content(self) -> Mapping[tuple[str, str, str, str], Result]:
        if self.run is None:
            return {}
        alias = self._endpoint_for(self._state.tested[0])
        of_endpoint = [result for result in self.run.results if result.endpoint == alias]
        return {(one.suite, one.fact, one.variant, one.content): one for one in reversed(of_endpoint)}

    def notes(self) -> Sequence[str]:
        """Lines for the summary."""
        if not self.missing:
            return ()
        return (f"there was no run {self.missing!r} to compare with: this session is saved under that name",)
