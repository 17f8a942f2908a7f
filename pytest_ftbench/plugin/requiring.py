"""Cases that require others of their fact: which those are, and how an endpoint has answered them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.days import why_too_early
from pytest_ftbench.plugin.preconditions import Undecided, verdict_on, why_not_applicable
from pytest_ftbench.records import Case, Question
from pytest_ftbench.requirements import MET, Required, Ruling, name_of, rule_on

if TYPE_CHECKING:
    from pytest_ftbench.plugin.cases import Trial
    from pytest_ftbench.plugin.state import State

_REQUIREMENTS = pytest.StashKey["Requirements"]()


def requirements_of(state: State) -> Requirements:
    """What the cases of the session require; to be called once all of them are collected."""
    if _REQUIREMENTS not in state.config.stash:
        state.config.stash[_REQUIREMENTS] = Requirements(state)
    return state.config.stash[_REQUIREMENTS]


class Requirements:
    """Finds what cases require among the cases of their own file or test, selected or not."""

    def __init__(self, state: State) -> None:
        self._state = state

    @cached_property
    def _siblings(self) -> Mapping[Hashable, Sequence[Case]]:
        """The cases of each fact that has one with requirements, by scope and fact."""
        found: dict[Hashable, list[Case]] = defaultdict(list)
        for name, scope in self._state.scopes.items():
            there = (*scope.cases, *scope.others)
            facts = {(case.suite, case.fact) for case in there if case.requires}
            for case in there if facts else ():
                if (case.suite, case.fact) in facts:
                    found[name, case.suite, case.fact].append(case)
        return found

    def of(self, case: Case, scope: str) -> list[Case]:
        """The cases that one requires, directly."""
        if not case.requires:
            return []
        there = self._siblings.get((scope, case.suite, case.fact), ())
        return [other for other in there if other.variant in case.requires]

    def _all_of(self, case: Case, scope: str) -> Iterator[Case]:
        """Those that are asked for a case's sake, and those that they require; the readers allow no circle."""
        for other in self.of(case, scope):
            if not why_too_early(other, self._state.today):
                yield other
                yield from self._all_of(other, scope)

    def asked_for(self, trials: Iterable[Trial]) -> dict[tuple[int, str, int], tuple[Case, Question]]:
        """What tests need to be answered beside their own questions, by case, endpoint and sample."""
        return {
            (id(case), trial.alias, trial.subject.sample): (
                case,
                self._state.question(case, trial.alias, sample=trial.subject.sample),
            )
            for trial in trials
            if trial.subject.case.requires
            for case in self._all_of(trial.subject.case, trial.subject.scope)
        }

    def rule_on(self, case: Case, scope: str, alias: str, sample: int) -> Ruling:
        """Whether a case counts for an endpoint, by the answers to what it requires, which are awaited."""
        if not case.requires:
            return MET
        return rule_on(self._look_at(other, scope, alias, sample) for other in self.of(case, scope))

    def _look_at(self, case: Case, scope: str, alias: str, sample: int) -> Required:
        name = name_of(case.variant, case.id)
        why = why_too_early(case, self._state.today)
        if why:
            return Required(name, "off", why)
        ruling = self.rule_on(case, scope, alias, sample)
        if ruling.standing != "met":
            return Required(name, "off" if ruling.standing == "unmet" else "open", ruling.reason)
        try:
            verdict = verdict_on(case, alias, self._state, sample=sample)
            if alias != self._state.baseline_alias and (why := why_not_applicable(case, self._state)):
                return Required(name, "off", why)
        except Undecided as fault:
            return Required(name, "open", str(fault))
        return Required(name, "right" if verdict.right else "wrong")


def check_requirements(cases: Iterable[Case]) -> None:
    """Raise SpecError for a case that requires a variant which its fact does not have, as one made in Python can.

    So too for one that requires itself in the end.
    """
    there = list(cases)
    variants: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for case in there if any(case.requires for case in there) else ():
        variants[case.suite, case.fact][case.variant].update(case.requires)
    for case in there if variants else ():
        of_fact = variants[case.suite, case.fact]
        for variant in case.requires:
            if variant not in of_fact:
                listed = ", ".join(of_fact)
                raise SpecError(f"{case.question!r:.80} requires {variant!r}, but its fact has only {listed}.")
        if case.requires and _reaches(of_fact, case.variant):
            raise SpecError(f"{case.question!r:.80} requires itself in the end. Remove one 'requires' of the circle.")


def _reaches(requires: Mapping[str, Iterable[str]], start: str) -> bool:
    seen: set[str] = set()
    waiting = [*requires[start]]
    while waiting:
        variant = waiting.pop()
        if variant not in seen:
            seen.add(variant)
            waiting += requires[variant]
    return start in seen


def note_on_unselected(required: Iterable[tuple[int, str, int]], state: State) -> list[str]:
    """What the summary says where required questions are asked whose tests are not selected."""
    count = sum(one not in state.selected for one in required)
    if not count:
        return []
    questions, are = ("1 question", "is") if count == 1 else (f"{count} questions", "are")
    return [f"{questions} {are} asked only because selected cases require them: their own tests are not selected"]
