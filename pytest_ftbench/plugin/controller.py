"""The process that owns the terminal: gathers results, decides gates, writes the run, sets the exit code."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.exchange import ask_no_more, last_counts, read_progress
from pytest_ftbench.plugin import unmeasured
from pytest_ftbench.plugin.asking import TOLD
from pytest_ftbench.plugin.choosing import about
from pytest_ftbench.plugin.days import TODAY
from pytest_ftbench.plugin.gating import (
    decide_gates,
    does_fail,
    emit_reports,
    never_stopping,
    note_on_families,
    remember_misses,
    status_of,
)
from pytest_ftbench.plugin.notes import cost_in_words, session_notes
from pytest_ftbench.plugin.outcomes import Recorded, clean_subtest, recorded, settled
from pytest_ftbench.plugin.recording import Recording
from pytest_ftbench.plugin.state import FOLDER, State, as_usage_error
from pytest_ftbench.plugin.storing import check_cache
from pytest_ftbench.plugin.tally import Tally
from pytest_ftbench.plugin.writing import write_section
from pytest_ftbench.records import Result
from pytest_ftbench.reports.text import shown_path
from pytest_ftbench.snapshot import Snapshot

if TYPE_CHECKING:
    from pytest_ftbench.gates import Decision, Gate
    from pytest_ftbench.plugin.calibrating import Calibrations, Trust
    from pytest_ftbench.plugin.gate_plan import PlannedGate
    from pytest_ftbench.runs import Run

StatusShown = tuple[str, str, str | tuple[str, dict[str, bool]]]


class Controller:
    """Lives in the serial session's process, or in xdist's controller."""

    def __init__(self, state: State, calibrations: Calibrations, *, asks_here: bool) -> None:
        self._state = state
        self._calibrations = calibrations
        self._asks_here = asks_here
        self._recording = Recording(state)
        self._by_nodeid: dict[str, Recorded] = {}
        """What the last report of each test carried: a test that is run again counts once."""
        self._curtailed: dict[tuple[str, str], list[Result]] = defaultdict(list)
        """By scope and endpoint, what stands for cases that no gate needed any more."""
        self._decisions: list[Any] = []
        self._tally = Tally(state)
        self._folder: Path | None = None
        self._failed = 0
        self._barred: list[str] = []  # why the judge may not decide, by what a person's labels say of it
        self._was_interrupted = False
        self._has_looped = False

    # What the user sees at once

    def pytest_report_header(self) -> str | None:
        settings = self._state.settings
        if not self._state.specs:
            return None
        models = ", ".join(f"{spec.alias}={spec.text}" for spec in self._state.specs)
        return f"ftbench: {models}; cache {settings.cache_mode}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> StatusShown | None:
        found = getattr(report, "ftbench", {})
        if found.get("is_missed"):
            return "missed", "m", ("MISSED", {"yellow": True})
        if found.get("is_left_out") and not found["is_curtailed"]:
            return "not asked", "n", ("NOT ASKED", {"yellow": True})
        return status_of(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        clean_subtest(report)
        self._stop_where_enough_failed(report)
        if told := getattr(report, TOLD, None):
            self._tally.hear(told)
        one = recorded(report)
        if one is not None and one.is_curtailed:
            self._curtailed[one.scope, one.result.endpoint].append(one.result)
        elif one is not None:
            self._by_nodeid[report.nodeid] = one
            self._recording.add_result(one.result, test=report.nodeid)

    # xdist

    def _stop_where_enough_failed(self, report: pytest.TestReport) -> None:
        """Under `-x` and `--maxfail` xdist lets each worker finish what it has; no more answers are asked for."""
        self._failed += report.failed
        enough = self._state.config.option.maxfail  # None or 0: none are
        if self._folder is not None and enough and self._failed >= enough:
            ask_no_more(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Refuse an unsafe cache here: from a worker, or after a first call, it would not be one line in time."""
        if not self._asks_here or self._state.settings.cache_mode == "refresh":
            try:
                check_cache(self._state)
            except FtbenchError as error:
                raise as_usage_error(error) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # xdist's WorkerController, which need not be installed
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="ftbench-"))
        node.workerinput[FOLDER] = str(self._folder)
        node.workerinput[TODAY] = self._state.today.isoformat()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = (getattr(node, "workeroutput", None) or {}).get(TOLD)
        if told:
            self._tally.hear(told)

    # The end

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Report the gates within the loop, so that their failures count as any other test's."""
        has_collected = not session.testsfailed or session.config.option.continue_on_collection_errors
        if session.config.option.collectonly or not has_collected:
            return (yield)
        # Gates count towards the progress shown, and not for the exit code of a session that has no tests.
        gates = len(about(self._tally.gates(), self._state.tested, self._state.sweeps)) if self._asks_here else 0
        session.testscollected += gates
        try:
            return (yield)
        finally:
            self._has_looped = True
            if self._folder is not None:
                ask_no_more(self._folder)
            tests = session.testscollected - gates
            self._report_gates(session, tests)
            if not tests:
                session.testscollected = 0

    def decide(self, hook: Any) -> tuple[list[tuple[PlannedGate, Decision]], Trust | None]:
        """What the gates say of the results so far, and of whom they rely on.

        hook: what has the last word over each.
        """
        self._settle()
        results = list(self._by_nodeid.values())
        faults = self._tally.judge_faults()
        trust = self._trust()
        decided = decide_gates(
            self._tally.gates(),
            results,
            self._state.tested,
            hook,
            curtailed=self._curtailed,
            judge_faults=faults,
            trust=trust,
            compare=self._compare,
            sweeps=self._state.sweeps,
        )
        return decided, trust

    def _settle(self) -> None:
        """Find out what counts, of cases that require others: by all verdicts that there are by now."""
        for nodeid, one in settled(self._by_nodeid).items():
            self._by_nodeid[nodeid] = one
            self._recording.add_result(one.result, test=nodeid)

    def _report_gates(self, session: pytest.Session, tests: int) -> None:
        decided, trust = self.decide(session.config.hook)
        self._barred = trust.barred() if trust is not None else []
        self._state.warnings += trust.notes() if trust is not None else []
        self._decisions = [decision for _, decision in decided]
        self._state.warnings += note_on_families(planned for planned, _ in decided)
        session.testscollected = tests + len(decided)
        on_inconclusive = self._state.settings.on_inconclusive
        with never_stopping(session.config):
            for planned, decision in decided:
                emit_reports(session, decision, fails=does_fail(decision, planned, on_inconclusive=on_inconclusive))
        remember_misses(session.config, self._decisions, self._by_nodeid)

    def _compare(self, gate: Gate, decision: Decision, scope: Iterable[str] | None) -> Decision:
        """What a gate over two runs says, where there is something to compare with."""
        baselines = self._state.baselines
        return decision if baselines is None else baselines.decide(gate, decision, self._run_so_far(), scope=scope)

    def _run_so_far(self) -> Run:
        """The session as a run that has come to its end."""
        from pytest_ftbench.runs import Run

        return Run("this session", self._recording.identity(), tuple(self._results()), (), {})

    def _trust(self) -> Trust | None:
        """What is known of the session's judge; None where there is no judge."""
        if not self._state.judge_specs:
            return None
        from pytest_ftbench.plugin.calibrating import Trust

        return Trust(self._calibrations, self._run_so_far(), start=self._state.settings.invocation)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # Errors during collection, and `-x` under xdist, end a session by subclasses of KeyboardInterrupt.
        self._was_interrupted = excinfo.type is KeyboardInterrupt or isinstance(excinfo.value, pytest.exit.Exception)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        told = self._state.warnings
        told += [note for note in dict.fromkeys(self._tally.notes()) if note not in told]
        found = self._by_nodeid.values()
        has_measured = self._tally.counted("on_demand") > 0 or unmeasured.has_result(self._state, found)
        if self._folder is not None:
            self._tally.left_behind = last_counts(self._folder) if self._was_interrupted else None
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._has_looped and not self._was_interrupted and not has_measured:
            unmeasured.refuse_to_be_green(session, self._state, has_cases=self._tally.planned() > 0)
        unmeasured.tell_what_was_left_out(session, self._state, found)
        unmeasured.refuse_unbelieved_judges(session, self._state, self._tally.judge_faults())
        counts = {name: self._tally.counted(name) for name in ("calls", "cache_hits", "drift_calls")}
        costs = self._tally.costs_usd()
        cost = {"cost_usd": None if None in costs else sum(filter(None, costs))}
        doubts = {"planned": self._tally.planned(), "judge_faults": self._tally.judge_faults() + self._barred}
        told_last = {"exit_status": int(session.exitstatus), **counts, **cost, **doubts, **self._tally.sample()}
        end = None if self._was_interrupted else told_last
        gates = [decision.result for decision in self._decisions]
        self._recording.finish(gates, end, has_asked=any(counts.values()) or bool(gates))
        if self._has_looped:
            results = self._results()
            self._state.config.hook.pytest_ftbench_report(config=self._state.config, results=results, gates=gates)

    def read_progress(self) -> Snapshot | None:
        """How far the asking has come, here or in the worker that asks; None while nothing is asked.

        Called from another thread. Raises OSError or ValueError where there is nothing to be read yet.
        """
        if self._folder is not None:
            return read_progress(self._folder)
        return self._state.engine.snapshot() if self._asks_here and self._state.has_engine else None

    def _results(self) -> list[Result]:
        return [one.result for one in self._by_nodeid.values()]

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from pytest_ftbench.curves import measure_curves
        from pytest_ftbench.plugin.needed import SEEN
        from pytest_ftbench.reports.summary import Facts, render_summary
        from pytest_ftbench.spread import fixed_sampling, measure_spreads

        config = self._state.config
        verbosity = config.get_verbosity()
        if verbosity < -1 or not (self._by_nodeid or self._decisions):
            for note in self._notes():
                terminalreporter.write_line(note)
            return
        paths, allowed = self._recording.paths, self._state.settings.allowed_differences
        comparisons = self._state.baselines.comparisons(self._run_so_far()) if self._state.baselines else ()
        facts = Facts(
            aliases=self._state.aliases,
            results=[one.result for one in self._by_nodeid.values() if not one.is_left_out],  # no error: not asked
            decisions=self._decisions,
            calls=self._tally.counted("calls"),
            cache_hits=self._tally.counted("cache_hits"),
            judge_calls=self._tally.counted("judge_calls"),
            drift_calls=self._tally.counted("drift_calls"),
            cost=cost_in_words(self._state, self._tally),
            notes=self._notes(),
            run_path=shown_path(paths[0], self._state.settings.invocation) if paths else None,
            with_misses=config.option.tbstyle == "no",
            with_matrix=verbosity >= 0,
            comparisons=comparisons,
            allowed_differences=allowed,
            curves=measure_curves(self._state.sweeps, self._results(), comparisons, allowed=allowed),
            spreads=measure_spreads(((one.scope, one.result) for one in self._by_nodeid.values()), self._state.aliases),
            with_flaky=verbosity > 0,
            seen_by=SEEN if self._state.trainings is not None else "",
            fixed=fixed_sampling(self._state.providers),
        )
        write_section(terminalreporter, "ftbench", partial(render_summary, facts))

    def _notes(self) -> list[str]:
        return session_notes(self._state, self._tally, was_interrupted=self._was_interrupted)
