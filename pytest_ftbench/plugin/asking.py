"""Ask everything that the selected tests will read, before the first of them starts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.plugin.cases import trial_of
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Question

FOLDER = "ftbench_folder"
GATES = "ftbench_gates"
COUNTS = "ftbench_counts"
NOTES = "ftbench_notes"
"""What controller and workers tell each other, under these keys of workerinput and workeroutput."""


class Asking:
    """Lives in every process that runs tests: the only one of a serial session, each worker under xdist."""

    def __init__(self, state: State) -> None:
        self._state = state

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        if not session.config.option.collectonly and not (
            session.testsfailed and not session.config.option.continue_on_collection_errors
        ):
            self._prefetch(session)
        return (yield)

    def _prefetch(self, session: pytest.Session) -> None:
        questions = [trial.question(self._state) for item in session.items if (trial := trial_of(item)) is not None]
        if not questions:
            return
        self._announce(questions)
        folder = getattr(session.config, "workerinput", {}).get(FOLDER)
        if folder is None:
            self._state.engine.prefetch(questions)
            return
        from pytest_ftbench.exchange import prefetch_shared

        prefetch_shared(self._state.engine, questions, folder=Path(folder))

    def _announce(self, questions: list[Question]) -> None:
        """A line before a wait that could be long; local endpoints answer at once."""
        terminal = self._state.config.pluginmanager.get_plugin("terminalreporter")
        remote = [question for question in questions if not self._state.providers[question.endpoint].is_local]
        if terminal is None or not remote or self._state.config.get_verbosity() < 0:
            return
        endpoints = ", ".join(dict.fromkeys(question.endpoint for question in remote))
        at_once = self._state.settings.concurrency
        terminal.write_line(f"ftbench: {len(remote)} questions to {endpoints}, at most {at_once} at a time")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller what only a process that collects knows."""
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[GATES] = [asdict(gate) for gate in self._state.planned_gates()]
            output[COUNTS] = asdict(self._state.engine.totals()) if self._state.has_engine else {}
            output[NOTES] = list(self._state.warnings)
