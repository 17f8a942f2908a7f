"""`--ftbench-plan`: what a session would ask, and what that would cost. Nothing is asked."""

from __future__ import annotations

import math

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.cases import trial_of, wants_answer
from pytest_ftbench.plugin.state import State, as_usage_error
from pytest_ftbench.prices import estimate_tokens_in, estimate_tokens_out
from pytest_ftbench.records import Completion, Question
from pytest_ftbench.reports.money import PlanRow, render_plan
from pytest_ftbench.spending import Terms


class Planning:
    """Takes the place of the test loop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: list[PlanRow] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.config.option.collectonly or session.testsfailed:
            return None  # pytest lists the tests, or says what cannot be collected
        trials = [(item, trial) for item in session.items if (trial := trial_of(item)) is not None]
        questions = [trial.question(self._state) for item, trial in trials if wants_answer(item)]
        try:
            preview = self._state.engine.preview(questions)
            self._rows = [self._row(alias, *preview[alias]) for alias in self._state.aliases]
        except FtbenchError as error:
            raise as_usage_error(error) from None
        return True

    def _row(self, alias: str, stored: list[Completion], outstanding: list[Question]) -> PlanRow:
        terms = self._state.engine.spending.terms(alias)
        lengths = [answer.tokens_out for answer in stored if answer.tokens_out is not None]
        usual = [math.ceil(sum(lengths) / len(lengths))] if lengths else []
        tokens_out = estimate_tokens_out(usual, terms.max_tokens)
        calls = [(estimate_tokens_in(question.prompt), tokens_out) for question in outstanding]
        return PlanRow(
            name=alias,
            role="endpoint",
            questions=len(stored) + len(outstanding),
            cache_hits=len(stored),
            calls=len(calls),
            tokens_in=sum(tokens for tokens, _ in calls),
            tokens_out=sum(tokens for _, tokens in calls),
            cost_usd=_cost_usd(terms, calls),
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._rows is None:
            return
        encoding = getattr(terminalreporter._tw._file, "encoding", None) or "ascii"
        text = render_plan(
            self._rows,
            width=terminalreporter._tw.fullwidth,
            color=terminalreporter.hasmarkup,
            unicode=encoding.lower().replace("-", "").startswith("utf"),
        )
        terminalreporter.write_sep("=", "ftbench plan")
        terminalreporter.write_line(text.encode(encoding, "backslashreplace").decode(encoding))
        for judge in self._state.judge_specs:
            terminalreporter.write_line(
                f"The judge {judge.alias} is asked what the matchers leave undecided, which only the answers tell; "
                "its calls are not in the plan."
            )
        for warning in self._state.warnings:
            terminalreporter.write_line(f"ftbench: {warning}")


def _cost_usd(terms: Terms, calls: list[tuple[int, int]]) -> float | None:
    """What the calls would cost, or None where nobody knows the price."""
    if terms.is_free or not calls:
        return 0.0
    price = terms.price
    return None if price is None else sum(price.cost_usd(*tokens) for tokens in calls)
