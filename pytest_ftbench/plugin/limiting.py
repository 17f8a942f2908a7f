"""`--ftbench-limit`: a sample of facts for a quick look, whole facts at a time; gates say that they saw only that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import pytest

from pytest_ftbench.plugin.cases import TRIAL
from pytest_ftbench.plugin.recording import selection
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.plugin.state import State

_Fact = tuple[str, str]
"""Question set and fact."""


def facts_to_load(state: State) -> int | None:
    """How many facts of a file are enough to sample from; None: all of them.

    That is so too where tests are chosen by name or otherwise: those are to be sampled, and may be any.
    """
    return None if selection(state.config) else state.settings.limit


class Limiting:
    """Lives in every process that collects, under a limit: all of them choose the same facts."""

    def __init__(self, state: State) -> None:
        self._state = state

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the tests about all facts but the first by rank, after `-k` and its like have had their say."""
        limit = self._state.settings.limit
        assert limit is not None
        left_out = _beyond(limit, items)
        if left_out:
            kept = [item for item in items if _fact_of(item) not in left_out]
            config.hook.pytest_deselected(items=[item for item in items if _fact_of(item) in left_out])
            items[:] = kept
        for scope in self._state.scopes.values():
            scope.leave_out(left_out)
        if told := why_sampled(self._state, SESSION):
            self._state.warnings.append(f"{told}: no gate over it is decided")


def _fact_of(item: pytest.Item) -> _Fact | None:
    trial = item.stash.get(TRIAL, None)
    return None if trial is None else (trial.subject.case.suite, trial.subject.case.fact)


def _beyond(limit: int, items: Iterable[pytest.Item]) -> Collection[_Fact]:
    """The facts that come after the first so many questions, by rank; the first fact is kept, however many it has."""
    from pytest_ftbench.datasets import fact_rank

    questions: dict[_Fact, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        if (fact := _fact_of(item)) is not None:
            case = item.stash[TRIAL].subject.case
            questions[fact].add((case.variant, case.id))
    ranked = sorted(questions, key=lambda fact: (fact_rank(fact[1]), fact[0]))
    total, kept = 0, 0
    for fact in ranked:
        total += len(questions[fact])
        if kept and total > limit:
            break
        kept += 1
    return frozenset(ranked[kept:])


def sample_of(state: State, scope: str) -> tuple[int, int]:
    """How many facts of a file, test or, by SESSION, of all of them are in the sample, and out of how many."""
    if scope != SESSION:
        return state.scopes[scope].sample
    found: dict[frozenset[str], tuple[int, int]] = {}
    for one in state.scopes.values():  # several tests may be about one file
        suites = frozenset(case.suite for case in one.cases)
        found[suites] = max(found.get(suites, (0, 0)), one.sample, key=lambda sample: sample[1])
    return sum(asked for asked, _ in found.values()), sum(of for _, of in found.values())


def counted_sample(state: State) -> dict[str, int] | None:
    """What a run file says of the sample; None where the limit has left nothing out."""
    asked, of = sample_of(state, SESSION)
    return {"facts": asked, "of": of} if state.settings.limit is not None and asked < of else None


def why_sampled(state: State, scope: str) -> str:
    """What a gate says that saw a sample; empty where the limit has left nothing out."""
    if state.settings.limit is None:
        return ""
    asked, of = sample_of(state, scope)
    option = f"--ftbench-limit={state.settings.limit}"
    return f"a sample of {asked:,} of {of:,} facts ({option})" if asked < of else ""
