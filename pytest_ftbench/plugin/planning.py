"""`--ftbench-plan`: what a session would ask, and what that would cost. Nothing is asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Literal

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.cases import cases_by_key, questions_of, talks_of, trial_of_verdicts
from pytest_ftbench.plugin.conversing import plan_turns
from pytest_ftbench.plugin.requiring import requirements_of
from pytest_ftbench.plugin.state import State, as_usage_error
from pytest_ftbench.plugin.writing import write_section
from pytest_ftbench.preview import Preview, preview
from pytest_ftbench.prices import estimate_tokens_in, estimate_tokens_out
from pytest_ftbench.records import Case
from pytest_ftbench.reports.money import PlanRow, judge_to_come, render_plan
from pytest_ftbench.spending import Terms

if TYPE_CHECKING:
    from pytest_ftbench.judge_models import JudgeModels


class Planning:
    """Takes the place of the test loop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: list[PlanRow] | None = None
        self._notes: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.config.option.collectonly or session.testsfailed:
            return None  # pytest lists the tests, or says what cannot be collected
        wanted = questions_of(session.items, self._state)
        try:
            required = requirements_of(self._state).asked_for(trial_of_verdicts(wanted)).values()
            found = preview(self._state.engine, [*wanted.values(), *(question for _, question in required)])
            cases = cases_by_key(self._state, wanted, required)
            talks = [talk for talk, _ in talks_of(wanted, required)]
            for key, case in plan_turns(self._state, talks, found):
                cases.setdefault(key, []).append(case)
            self._rows = [self._row(alias, "endpoint", found[alias]) for alias in self._state.aliases]
            if self._state.judging is not None:
                self._rows += self._plan_judges(self._state.judging, cases, found)
        except FtbenchError as error:
            raise as_usage_error(error) from None
        return True

    def _plan_judges(
        self, judging: JudgeModels, cases: Mapping[str, Sequence[Case]], found: Mapping[str, Preview]
    ) -> list[PlanRow]:
        """What is certain becomes rows: the checks of the judges, and what is stored and undecided."""
        stored = {key: answer for one in found.values() for key, answer in one.stored.items()}
        certain = [
            question
            for key, answer in stored.items()
            for case in cases.get(key, ())
            for question in judging.questions(case, answer)
        ]
        to_come = [case for key, some in cases.items() if key not in stored for case in some]
        if certain or to_come:
            certain += judging.canary_questions()
        rows = preview(self._state.engine, certain)
        possible = chain.from_iterable(judging.questions_if_undecided(case, "") for case in to_come)
        most = preview(self._state.engine, possible)
        aliases = [spec.alias for spec in self._state.judge_specs]
        for alias in aliases:
            if (row := self._row(alias, "judge", most[alias])).calls:
                self._notes.append(judge_to_come(row))
        return [self._row(alias, "judge", rows[alias]) for alias in aliases]

    def _row(self, alias: str, role: Literal["endpoint", "judge"], share: Preview) -> PlanRow:
        terms = self._state.engine.spending.terms(alias)
        lengths = [answer.tokens_out for answer in share.stored.values() if answer.tokens_out is not None]
        usual = [math.ceil(sum(lengths) / len(lengths))] if lengths else []
        tokens_out = estimate_tokens_out(usual, terms.max_tokens)
        calls = [(estimate_tokens_in(question.prompt), tokens_out) for question in share.outstanding]
        return PlanRow(
            name=alias,
            role=role,
            questions=len(share.stored) + len(share.outstanding),
            cache_hits=len(share.stored),
            calls=len(calls),
            tokens_in=sum(tokens for tokens, _ in calls),
            tokens_out=sum(tokens for _, tokens in calls),
            cost_usd=_cost_usd(terms, calls),
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._rows is None:
            return
        write_section(terminalreporter, "ftbench plan", partial(render_plan, self._rows))
        for note in self._notes:
            terminalreporter.write_line(note)
        for warning in self._state.warnings:
            terminalreporter.write_line(f"ftbench: {warning}")


def _cost_usd(terms: Terms, calls: list[tuple[int, int]]) -> float | None:
    """What the calls would cost, or None where nobody knows the price."""
    if terms.is_free or not calls:
        return 0.0
    price = terms.price
    return None if price is None else sum(price.cost_usd(*tokens) for tokens in calls)
