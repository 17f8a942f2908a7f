"""Ask everything that the selected tests will read, before the first of them starts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.cases import (
    TRIAL,
    cases_by_key,
    questions_of,
    talks_of,
    trial_of,
    trial_of_verdicts,
    wants_verdict,
)
from pytest_ftbench.plugin.conversing import Talk, awaited, follow_by_conversing
from pytest_ftbench.plugin.days import note_on_reviews
from pytest_ftbench.plugin.gate_plan import plan_gates
from pytest_ftbench.plugin.judging import follow_by_judging
from pytest_ftbench.plugin.limiting import counted_sample
from pytest_ftbench.plugin.requiring import note_on_unselected, requirements_of
from pytest_ftbench.plugin.sequence import InSequence, Ranks, sort_by_rank
from pytest_ftbench.plugin.state import State, as_usage_error

if TYPE_CHECKING:
    from pytest_ftbench.engine import OnAnswer
    from pytest_ftbench.follow_ups import Follow
    from pytest_ftbench.gates import Decision
    from pytest_ftbench.records import Case, Completion, Question

GATES = "ftbench_gates"
COUNTS = "ftbench_counts"
NOTES = "ftbench_notes"
SAMPLE = "ftbench_sample"
WORKER = "ftbench_worker"
TOLD = "ftbench_told"
"""What controller and workers tell each other: these as TOLD, in workeroutput and before."""


class Asking:
    """Lives in every process that runs tests: the only one of a serial session, each worker under xdist."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._has_told = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        option = session.config.option
        # After an error during collection a serial session runs no test, but xdist's workers run what they have.
        will_run = not session.testsfailed or option.continue_on_collection_errors or _is_worker(session.config)
        if option.collectonly or not will_run:
            return (yield)
        try:
            self._start(session)
        except FtbenchError as error:
            raise as_usage_error(error) from None
        try:
            result = yield
        except BaseException as end:  # `-x`, Ctrl-C, pytest.exit(): nothing more is asked, what is in flight is kept
            if self._state.has_engine:
                self._stop(is_interrupted=isinstance(end, KeyboardInterrupt))
                self._take_notes()
            raise
        self._finish()
        return result

    def _start(self, session: pytest.Session) -> None:
        state, manager = self._state, session.config.pluginmanager
        trials = [(item, trial) for item in session.items if (trial := trial_of(item)) is not None]
        state.selected = {(id(trial.subject.case), trial.alias, trial.subject.sample) for _, trial in trials}
        state.warnings += note_on_reviews((trial for _, trial in trials), state.today)
        wanted = questions_of(session.items, state)
        if state.trainings is not None:
            for _, trial in trials:
                trial.tags = state.trainings.tags(trial.subject.case, trial.alias)
        if not wanted:
            return
        if state.baselines is None and (open_ := sum(bool(trial.subject.case.precondition) for _, trial in trials)):
            state.warnings.append(
                f"{open_} cases have a precondition, which only a baseline can decide: all of them count. Pass "
                "--ftbench-baseline-model=SPEC or --ftbench-compare=RUN"
            )
        required = requirements_of(state).asked_for(trial_of_verdicts(wanted))
        state.warnings += note_on_unselected(required, state)
        needed = [question for _, question in required.values()]
        cases = cases_by_key(state, wanted, required.values())
        talks = talks_of(wanted, required.values())
        follow = _follow(state, talks, cases)
        on_tick = None
        if state.settings.curtail and self._may_curtail(session):
            from pytest_ftbench.plugin.curtailing import Curtailing

            # What a talk comes to is known turn by turn, so it is never cut short.
            keys = {item: state.engine.key(question) for item, question in wanted.items()}
            found = [(item, trial, None if trial.subject.case.turns else keys.get(item)) for item, trial in trials]
            kept = [*needed, *(talk.question(state) for talk, _ in talks)]
            curtailing = Curtailing(state, found, needed=map(state.engine.key, kept))
            manager.register(curtailing, "ftbench-curtailing")
            on_tick = curtailing.on_tick
        if state.exchange is not None:
            state.exchange.start([*wanted.values(), *needed], on_tick=on_tick, follow=follow)
            return
        at_once, later = self._sort_by_rank(session, wanted, needed)
        on_answer = None
        if follow is not None:
            from pytest_ftbench.follow_ups import FollowUps

            state.follow_ups = FollowUps(state.engine, follow)
            on_answer = state.follow_ups.take
        if on_answer is None:
            state.engine.start(at_once)
        else:
            state.engine.start(at_once, on_answer=on_answer, with_local=state.judging is not None)
        if state.engine.answers.are_coming and not getattr(session.config.option, "stepwise", False):
            from pytest_ftbench.plugin.ready import ReadyFirst

            # Not under --stepwise, which takes the order of the tests for the order in which they ran.
            manager.register(ReadyFirst(state.engine, session, _keys(state, wanted)), "ftbench-ready-first")
        if later:
            self._ask_in_sequence(later, on_answer)

    def _sort_by_rank(
        self, session: pytest.Session, wanted: Mapping[pytest.Item, Question], needed: Sequence[Question]
    ) -> tuple[list[Question], Mapping[pytest.Item, Question]]:
        """What is asked at once, and what only after gates have passed; the tests are sorted so.

        needed: what selected cases require. It does not wait, since the test of one would wait for it without end.
        """
        ranks = Ranks(self._state)
        if not ranks:
            return [*wanted.values(), *needed], {}
        trials = {item: trial for item in session.items if (trial := trial_of(item)) is not None}
        about = {item: (trial.subject.case, trial.alias) for item, trial in trials.items()}
        sort_by_rank(session.items, about.get, ranks)
        later = {item: question for item, question in wanted.items() if ranks.of(*about[item])}
        at_once = [*(question for item, question in wanted.items() if item not in later), *needed]
        keys = set(map(self._state.engine.key, at_once))
        later = {item: one for item, one in later.items() if self._state.engine.key(one) not in keys}
        return at_once, later

    def _ask_in_sequence(self, later: Mapping[pytest.Item, Question], on_answer: OnAnswer | None) -> None:
        """Hold questions back; registered last, so that it is asked first before each test."""
        state, manager = self._state, self._state.config.pluginmanager
        controller = manager.get_plugin("ftbench-controller")
        no_last_word = SimpleNamespace(pytest_ftbench_gate=lambda **_: None)  # a plugin's is for the end
        held = {item: (item.stash[TRIAL].subject.case, question) for item, question in later.items()}

        def begin(wanted: dict[str, Question]) -> None:
            if on_answer is None:
                state.engine.begin(wanted)
            else:
                state.engine.begin(wanted, on_answer)

        def decide() -> list[Decision]:
            assert controller is not None
            return [decision for _, decision in controller.decide(no_last_word)[0]]

        manager.register(InSequence(state, Ranks(state), held, decide=decide, begin=begin), "ftbench-in-sequence")

    def _may_curtail(self, session: pytest.Session) -> bool:
        """Not where a plugin has the last word over gates, nor where tests decide what cases require: for all results.

        Else a verdict that seems certain might turn, as results turn out not to count.
        """
        why = ""
        if session.config.hook.pytest_ftbench_gate.get_hookimpls():
            why = "a pytest_ftbench_gate hook wants all results"
        elif any(_settles_late(item) for item in session.items):
            why = "a test without ftbench_verdict decides by itself what its cases require"
        if why:
            self._state.warnings.append(f"--ftbench-curtail does nothing, since {why}")
        return not why

    def _finish(self) -> None:
        """All tests have run: other workers may still wait for answers, but nobody in a session without."""
        if self._state.has_engine:
            if self._state.exchange is not None:
                self._state.exchange.finish()
            self._state.stop_asking()
            self._take_notes()

    def _take_notes(self) -> None:
        """Have the summary say what the providers found out while they asked."""
        from pytest_ftbench.providers.lifecycle import HasNotes

        for alias, provider in {**self._state.providers, **self._state.judge_providers}.items():
            if isinstance(provider, HasNotes):
                self._state.warnings += [f"{alias}: {note}" for note in provider.notes]

    def _stop(self, *, is_interrupted: bool) -> None:
        """Send nothing more, and wait for what is in flight; the user who is waiting is told, and may end the wait."""
        from pytest_ftbench.engine import GRACE_S

        self._state.engine.stop()
        reporter = self._state.config.pluginmanager.get_plugin("terminalreporter")
        in_flight = self._state.engine.snapshot().in_flight
        if is_interrupted and in_flight and reporter and not _is_worker(self._state.config):
            calls = f"{in_flight} call{'' if in_flight == 1 else 's'} in flight"
            reporter.ensure_newline()
            reporter.write_line(f"ftbench: waiting up to {GRACE_S:g} s for {calls}; Ctrl-C again to lose the answers")
        with suppress(KeyboardInterrupt):
            self._state.stop_asking()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell the controller with the reports, since a worker that crashes has no last word."""
        if not _is_worker(self._state.config):
            return
        if not self._has_told:
            self._has_told = True
            setattr(report, TOLD, self._tell())
        elif report.when == "teardown":
            setattr(report, TOLD, {WORKER: self._state.worker, COUNTS: self._state.counts()})

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[TOLD] = self._tell()

    def _tell(self) -> dict[str, Any]:
        """What only a process that collects and asks knows, as plain data."""
        return {
            WORKER: self._state.worker,
            GATES: [asdict(gate) for gate in plan_gates(self._state)],
            COUNTS: self._state.counts(),
            SAMPLE: counted_sample(self._state),
            NOTES: list(self._state.warnings),
        }


def _follow(state: State, talks: Sequence[tuple[Talk, bool]], cases: dict[str, list[Case]]) -> Follow | None:
    """What follows from answers: further turns, and questions to judges; None where nothing does."""
    follows = [follow_by_conversing(state, talks, cases)] if talks else []
    follows += [follow_by_judging(state, cases)] if state.judging is not None else []

    def follow(key: str, completion: Completion) -> list[Question]:
        return [question for one in follows for question in one(key, completion)]

    return follow if follows else None


def _keys(state: State, wanted: Mapping[pytest.Item, Question]) -> Callable[[pytest.Item], str | None]:
    """The key of the answer that a test waits for, as far as it has come."""
    keys = {item: state.engine.key(question) for item, question in wanted.items()}
    talks = {item: talk for item in wanted for talk, _ in talks_of([item], ())}

    def key_of(item: pytest.Item) -> str | None:
        return state.engine.key(awaited(talks[item], state)) if item in talks else keys.get(item)

    return key_of


def _settles_late(item: pytest.Item) -> bool:
    """Whether what the test's case requires is known only once all tests have ended."""
    trial = trial_of(item)
    return trial is not None and bool(trial.subject.case.requires) and not wants_verdict(item)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
