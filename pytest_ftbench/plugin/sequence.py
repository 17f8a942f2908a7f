"""`after=NAME`: cases that only later gates need are asked once the earlier gates have passed, and not before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Completion, Question

if TYPE_CHECKING:
    from pytest_ftbench.gates import Decision, Gate


class Ranks:
    """How many gates must have passed, one after the other, before a case is needed."""

    def __init__(self, state: State) -> None:
        everything = tuple(case for scope in state.scopes.values() for case in scope.cases)
        scoped = [(gate, scope.cases) for scope in state.scopes.values() for gate in scope.gates]
        scoped += [(gate, everything) for gate in state.session_gates]
        named = {gate.name: gate for gate, _ in scoped if gate.name}
        self._after: dict[tuple[int, str], set[str]] = defaultdict(set)
        """By case and endpoint, the gates after which it is needed; an empty name: it is needed in any case."""
        self._rank_of = {name: _rank(gate, named) for name, gate in named.items()}
        if any(gate.after for gate, _ in scoped):
            from pytest_ftbench.gates import held_out
            from pytest_ftbench.plugin.needed import needed_cases

            for gate, cases in scoped:
                for alias in state.tested:
                    if not gate.select and not gate.is_about(alias):
                        continue
                    own = needed_cases(gate, cases, alias, state.trainings)
                    for case in [*own, *needed_cases(gate, cases, alias, state.trainings, among=held_out)]:
                        self._after[id(case), alias].add(gate.after if gate.after in named else "")

    def __bool__(self) -> bool:
        """Whether any case can wait at all."""
        return any("" not in names for names in self._after.values())

    def of(self, case: Case, alias: str) -> int:
        """0 where an endpoint is asked at once."""
        names = self._after.get((id(case), alias), {""})
        return min((0 if not name else self._rank_of[name] + 1) for name in names)

    def awaited(self, case: Case, alias: str) -> list[str]:
        """The gates of which one must pass before an endpoint is asked."""
        return sorted(self._after.get((id(case), alias), {""}))


def _rank(gate: Gate, named: Mapping[str, Gate]) -> int:
    """How many gates come before this one; those of a circle never pass, so their cases are asked at once."""
    seen, rank = {gate.name}, 0
    while gate.after in named:
        gate = named[gate.after]
        if gate.name in seen:
            return -1
        seen.add(gate.name)
        rank += 1
    return rank


class InSequence:
    """Lives in sessions without workers, whose tests are sorted by the ranks of their cases.

    held: the questions that wait, by the test that reads their answer; each is promised, so that tests wait for it.
    decide: what the gates say of the results so far. begin: has questions asked, by key.
    """

    def __init__(
        self,
        state: State,
        ranks: Ranks,
        held: Mapping[pytest.Item, tuple[Case, Question]],
        *,
        decide: Callable[[], Iterable[Decision]],
        begin: Callable[[dict[str, Question]], None],
    ) -> None:
        self._state, self._ranks, self._decide, self._begin = state, ranks, decide, begin
        self._held = dict(held)
        self._promised = state.engine.promise((question for _, question in held.values()), with_local=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Before the first test of a rank, decide which questions of this rank are asked."""
        if item in self._held:
            self._release(self._rank(self._held[item]))

    def _rank(self, held: tuple[Case, Question]) -> int:
        case, question = held
        return self._ranks.of(case, question.endpoint)

    def _release(self, rank: int) -> None:
        due = {item: one for item, one in self._held.items() if self._rank(one) <= rank}
        self._held = {item: one for item, one in self._held.items() if item not in due}
        passed = self._passed()
        wanted: dict[str, Question] = {}
        refused: dict[str, str] = {}
        for case, question in due.values():
            key, names = self._state.engine.key(question), self._ranks.awaited(case, question.endpoint)
            if any((name, question.endpoint) in passed for name in names):
                wanted[key] = question
            else:
                refused[key] = f"not asked: {' and '.join(names)} {'has' if len(names) == 1 else 'have'} not passed"
        for key, why in refused.items():
            if key in self._promised and key not in wanted:
                self._state.engine.answers.learn(key, Completion(error=why, is_left_out=True))
        self._begin({key: question for key, question in wanted.items() if key in self._promised})

    def _passed(self) -> set[tuple[str, str]]:
        """Names and endpoints of which every gate has passed."""
        from pytest_ftbench.gates import parse_gate

        outcomes: dict[tuple[str, str], list[str]] = defaultdict(list)
        for decision in self._decide():
            gate = parse_gate(decision.result.expr)
            if gate.name:
                outcomes[gate.name, decision.result.endpoint].append(decision.result.outcome)
        return {key for key, found in outcomes.items() if set(found) == {"PASS"}}


def sort_by_rank(
    items: list[pytest.Item], about: Callable[[pytest.Item], tuple[Case, str] | None], ranks: Ranks
) -> None:
    """Put tests that can wait behind the others, whose order stays as it is.

    about: a test's case and endpoint.
    """

    def rank(item: pytest.Item) -> int:
        found = about(item)
        return 0 if found is None else ranks.of(*found)

    items.sort(key=rank)
