"""Which cases stand under a gate, so that a wrong answer to them is a miss and no failure of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.records import Case

if TYPE_CHECKING:
    from pytest_ftbench.gates import Gate
    from pytest_ftbench.plugin.scopes import Scope
    from pytest_ftbench.plugin.trainings import Trainings

Name = tuple[str, str, str]


class Gated:
    """The cases under the gates of a session's scopes, and under those over all of it."""

    def __init__(
        self, scopes: Mapping[str, Scope], session_gates: Sequence[Gate], trainings: Trainings | None = None
    ) -> None:
        gates = [*session_gates, *(gate for scope in scopes.values() for gate in scope.gates)]
        self._scopes, self._session_gates, self._trainings = scopes, session_gates, trainings
        self._named = {alias for gate in gates for alias in gate.endpoints}
        self._named.update(trainings.aliases if trainings is not None else ())
        self._found: dict[str, Mapping[str, frozenset[Name]]] = {}
        """By endpoint; those that no gate names are alike, and stand under an empty name."""

    def holds(self, scope: str, case: Case, alias: str) -> bool:
        """Whether a gate decides about what an endpoint makes of a case."""
        alias = alias if alias in self._named else ""
        if alias not in self._found:
            self._found[alias] = self._of(alias)
        return _name(case) in self._found[alias].get(scope, frozenset())

    def _of(self, alias: str) -> Mapping[str, frozenset[Name]]:
        """For each scope the cases by (fact, variant, id) within their suite."""
        from pytest_ftbench.plugin.needed import needed_cases

        def needed(gate: Gate, cases: Sequence[Case]) -> Sequence[Case]:
            return needed_cases(gate, cases, alias, self._trainings)

        everything = [case for scope in self._scopes.values() for case in scope.cases]
        about_it = [gate for gate in self._session_gates if gate.is_about(alias)]
        by_session = {_name(case) for gate in about_it for case in needed(gate, everything)}
        return {
            name: frozenset(
                {_name(case) for gate in scope.gates if gate.is_about(alias) for case in needed(gate, scope.cases)}
                | {_name(case) for case in scope.cases if _name(case) in by_session}
            )
            for name, scope in self._scopes.items()
        }


def _name(case: Case) -> Name:
    return f"{case.suite}\x1f{case.fact}", case.variant, case.id
