"""The process that owns the terminal: gathers results, decides gates, writes the run, sets the exit code."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.plugin.asking import COUNTS, FOLDER, GATES, NOTES
from pytest_ftbench.plugin.outcomes import Recorded, recorded
from pytest_ftbench.plugin.recording import Recording, selection
from pytest_ftbench.plugin.state import PlannedGate, State

StatusShown = tuple[str, str, str | tuple[str, dict[str, bool]]]


class Controller:
    """Lives in the serial session's process, or in xdist's controller."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._recording = Recording(state)
        self._recorded: list[tuple[str, Recorded]] = []
        """Node id and what its report carried."""
        self._decisions: list[Any] = []
        self._planned: list[PlannedGate] | None = None
        """What a worker said; None in a serial session, or before the first worker has ended."""
        self._counts = {"calls": 0, "cache_hits": 0}
        self._folder: Path | None = None
        self._was_interrupted = False
        self._has_looped = False

    # What the user sees at once

    def pytest_report_header(self) -> str:
        settings = self._state.settings
        models = ", ".join(f"{spec.alias}={spec.text}" for spec in self._state.specs)
        return f"ftbench: {models}; cache {settings.cache_mode}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> StatusShown | None:
        from pytest_ftbench.plugin.gating import status_of

        if getattr(report, "ftbench", {}).get("is_missed"):
            return "missed", "m", ("MISSED", {"yellow": True})
        return status_of(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = recorded(report)
        if one is not None:
            self._recorded.append((report.nodeid, one))
            self._recording.add_result(one.result)

    # xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # xdist's WorkerController, which need not be installed
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="ftbench-"))
        node.workerinput[FOLDER] = str(self._folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", None) or {}
        if GATES in output:
            self._planned = [PlannedGate(**gate) for gate in output[GATES]]
        for name in self._counts:
            self._counts[name] += output.get(COUNTS, {}).get(name, 0)
        self._state.warnings += [note for note in output.get(NOTES, []) if note not in self._state.warnings]

    # The end

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Report the gates within the loop, so that their failures count as any other test's."""
        has_collected = not session.testsfailed or session.config.option.continue_on_collection_errors
        try:
            return (yield)
        finally:
            if has_collected and not session.config.option.collectonly:
                self._has_looped = True
                self._report_gates(session)

    def _report_gates(self, session: pytest.Session) -> None:
        from pytest_ftbench.plugin.gating import decide_gates, does_fail, emit_reports, remember_misses

        planned = self._planned if self._planned is not None else self._state.planned_gates()
        results = [one for _, one in self._recorded]
        self._decisions = decide_gates(planned, results, self._state.aliases, session.config.hook)
        session.testscollected += len(self._decisions)
        is_selected = bool(selection(session.config))
        on_inconclusive = self._state.settings.on_inconclusive
        with _never_stopping(session.config):
            for decision in self._decisions:
                fails = does_fail(decision, is_selected=is_selected, on_inconclusive=on_inconclusive)
                emit_reports(session, decision, fails=fails)
        remember_misses(session.config, self._decisions, self._recorded)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest's own Interrupted, after errors during collection, is a KeyboardInterrupt as well.
        self._was_interrupted = not isinstance(excinfo.value, pytest.Session.Interrupted)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._state.has_engine:
            totals = self._state.engine.totals()
            self._counts = {name: self._counts[name] + getattr(totals, name) for name in self._counts}
        settings = self._state.settings
        is_empty = self._has_looped and not self._was_interrupted and not self._has_measured()
        if is_empty:
            asked_for = "--ftbench-model or --ftbench-gate is on the command line, so this fails the session"
            must_fail = settings.models_on_command_line or settings.gates_on_command_line
            self._state.warnings.append(
                f"nothing was measured: no test asked {' or '.join(self._state.aliases)}"
                + (f"; {asked_for}" if must_fail else "")
            )
            if must_fail and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        end = None if self._was_interrupted else {"exit_status": int(session.exitstatus), **self._counts, "cost_usd": None}
        self._recording.finish([decision.result for decision in self._decisions], end)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _has_measured(self) -> bool:
        return bool(self._recorded) or any(self._counts.values())

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from pytest_ftbench.reports.summary import Facts, render_summary

        config = self._state.config
        verbosity = config.get_verbosity()
        if verbosity < -1 or not (self._recorded or self._decisions):
            for note in self._notes():
                terminalreporter.write_line(note)
            return
        paths = self._recording.paths
        facts = Facts(
            aliases=self._state.aliases,
            results=[one.result for _, one in self._recorded],
            decisions=self._decisions,
            calls=self._counts["calls"],
            cache_hits=self._counts["cache_hits"],
            notes=self._notes(),
            run_path=_shown_path(paths[0], self._state.settings.invocation) if paths else None,
            with_misses=config.option.tbstyle == "no",
            with_matrix=verbosity >= 0,
        )
        encoding = getattr(terminalreporter._tw._file, "encoding", None) or "ascii"
        terminalreporter.write_sep("=", "ftbench")
        text = render_summary(
            facts,
            width=terminalreporter._tw.fullwidth,
            color=terminalreporter.hasmarkup,
            unicode=encoding.lower().replace("-", "").startswith("utf"),
        )
        terminalreporter.write_line(text)

    def _notes(self) -> list[str]:
        notes = [f"ftbench: {warning}" for warning in self._state.warnings]
        if self._was_interrupted:
            notes.append(
                f"ftbench: interrupted after {self._counts['calls'] + self._counts['cache_hits']} answers; "
                "those of cached endpoints are kept, so the same command goes on from there"
            )
        return notes


@contextmanager
def _never_stopping(config: pytest.Config) -> Iterator[None]:
    """A gate that fails under `-x` stops nothing: all tests have ended."""
    maxfail, config.option.maxfail = config.option.maxfail, 0
    try:
        yield
    finally:
        config.option.maxfail = maxfail


def _shown_path(path: Path, start: Path) -> str:
    try:
        return str(path.relative_to(start))
    except ValueError:
        return str(path)


