"""From a test's end to its result: missed, failed, or without a grade."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pytest_ftbench.evaluate import from_plain, own_verdict, to_plain
from pytest_ftbench.gates.curtail import NOT_RUN
from pytest_ftbench.plugin.cases import Trial, trial_of
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Completion, Result, Verdict
from pytest_ftbench.reports.text import clean, one_line
from pytest_ftbench.requirements import settle_requirements

REPORT_KEY = "ftbench"
"""The attribute of a test report that carries the result, as plain data, from a worker to the controller."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a report carries of one trial."""

    scope: str
    result: Result
    is_missed: bool
    is_left_out: bool = False
    """Whether the question was not asked; its result has that as its error."""

    @property
    def is_curtailed(self) -> bool:
        """Whether it was not asked because no gate needed the answer any more."""
        return self.is_left_out and self.result.error == NOT_RUN


class Outcomes:
    """Lives in every process that runs tests."""

    def __init__(self, state: State) -> None:
        self._state = state

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        trial = trial_of(item)
        if trial is not None or "ftbench_model" in getattr(item, "fixturenames", ()):
            _clean_report(report)
        if trial is not None:
            self._record(trial, report, call)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Tell the reports of subtests, which are made meanwhile, from the one report of the test."""
        trial = trial_of(item)
        if trial is None:
            return (yield)
        trial.is_running = True
        try:
            return (yield)
        finally:
            trial.is_running = False

    def _record(self, trial: Trial, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        failure = call.excinfo.value if call.excinfo is not None else None
        if trial.is_running:
            trial.failed_within = trial.failed_within or failure
            return
        if report.skipped and trial.completion is not None and trial.completion.is_left_out:
            _attach(report, trial, trial.result(trial.completion))
            return
        if report.skipped and trial.unmet:
            result = trial.result(trial.completion or Completion())
            answer = trial.completion.text if trial.completion is not None else None  # None: it was not asked
            result = replace(result, answer=answer, rule=trial.unmet_by)
            _attach(report, trial, replace(result, status="not_applicable", reason=trial.unmet))
            return
        if report.when == "setup" and report.failed and trial.completion is not None and trial.completion.error:
            _attach(report, trial, trial.result(trial.completion))
        if report.failed and trial.verdict is not None and trial.verdict.grade is None:
            _attach(report, trial, trial.result(trial.completion or Completion(), trial.verdict))
            return
        failure = failure or trial.failed_within
        if report.when != "call" or isinstance(failure, pytest.skip.Exception | pytest.xfail.Exception):
            return
        completion = _unless_broken(trial.completion, failure)
        if completion.error is not None:
            _attach(report, trial, trial.result(completion))
            return
        assert failure is None or isinstance(failure, AssertionError)  # anything else has just been sorted out
        verdict = _verdict(trial.verdict, failure)
        cost_usd = trial.cost_usd(completion, self._state)
        result = trial.result(completion, verdict, cost_usd=cost_usd)
        is_gated = self._state.is_gated(trial.subject.scope, trial.subject.case, trial.alias)
        # A test that its author expects to fail is reported as that; its result counts all the same.
        is_missed = not verdict.right and is_gated and not hasattr(report, "wasxfail")
        _attach(report, trial, result, is_missed=is_missed)
        if is_missed:
            report.outcome = "skipped"
            report.wasxfail = miss_reason(result)


def _unless_broken(completion: Completion | None, failure: BaseException | None) -> Completion:
    """The test's completion; with an error where nothing was measured, as when the test broke or asked nothing."""
    if failure is not None and not isinstance(failure, AssertionError):
        reason = f"the test raised {type(failure).__name__}: {one_line(str(failure))}"
        return replace(completion or Completion(), error=reason)
    return completion or Completion(error="the test has not asked the model: request ftbench_answer or ftbench_verdict")


def _verdict(given: Verdict | None, failure: AssertionError | None) -> Verdict:
    """The judge's verdict where the test asked for one, unless the test's own assertion goes against it."""
    if given is not None and (failure is None or not given.right):
        return given
    if failure is None:
        return own_verdict(holds=True, reason="the test's assertions hold")
    return own_verdict(holds=False, reason=one_line(str(failure)) or "an assertion of the test does not hold")


def _attach(report: pytest.TestReport, trial: Trial, result: Result, *, is_missed: bool = False) -> None:
    is_left_out = trial.completion is not None and trial.completion.is_left_out
    data = {
        "scope": trial.subject.scope,
        "is_missed": is_missed,
        "is_left_out": is_left_out,
        "is_curtailed": is_left_out and result.error == NOT_RUN,
        "result": to_plain(result),
    }
    setattr(report, REPORT_KEY, data)
    if result.status == "graded":
        shown = {"grade": result.grade, "rule": result.rule, "expected": result.expected, "answer": result.answer}
        report.user_properties += [(f"ftbench_{name}", one_line(str(text), most=2000)) for name, text in shown.items()]


def recorded(report: pytest.TestReport) -> Recorded | None:
    """What a report carries, in whichever process it was made."""
    data: dict[str, Any] | None = getattr(report, REPORT_KEY, None)
    if data is None:
        return None
    return Recorded(data["scope"], from_plain(data["result"]), data["is_missed"], data["is_left_out"])


def settled(found: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """Those that turn out not to count, or not to be known to, once what they require has its results; by node id.

    Only a test that decides by its own assertions leaves that to be found out here.
    """
    if not any(one.result.requires for one in found.values()):
        return {}
    scope_of = {id(one.result): one.scope for one in found.values()}
    results = settle_requirements([one.result for one in found.values()], scope_of=lambda result: scope_of[id(result)])
    return {
        nodeid: replace(found[nodeid], result=result, is_missed=False)
        for nodeid, result in zip(found, results, strict=True)
        if result is not found[nodeid].result
    }


def miss_reason(result: Result) -> str:
    """Why a case was missed, on one line."""
    expected, answer = one_line(result.expected), one_line(result.answer or "")
    return f"expected {expected!r}, got {answer!r} ({result.grade} by {result.rule})"


def _clean_report(report: pytest.TestReport) -> None:
    """Take out what a model's text could do to a terminal or an XML file, wherever pytest has put that text."""
    if not (report.sections or report.user_properties or report.longrepr or hasattr(report, "wasxfail")):
        return  # as nearly always
    report.sections = [(clean(name), clean(text)) for name, text in report.sections]
    report.user_properties = [
        (name, clean(value) if isinstance(value, str) else value) for name, value in report.user_properties
    ]
    if isinstance(reason := getattr(report, "wasxfail", None), str):
        report.wasxfail = clean(reason)
    longrepr: Any = report.longrepr
    if isinstance(longrepr, str):
        report.longrepr = clean(longrepr)
    if isinstance(longrepr, tuple):  # path, line and reason of a skipped test
        path, line, reason = longrepr
        report.longrepr = path, line, clean(reason)
    whole = [(longrepr.reprtraceback, longrepr.reprcrash, None)] if hasattr(longrepr, "reprtraceback") else []
    for traceback, crash, _ in (*getattr(longrepr, "chain", ()), *whole):
        for entry in traceback.reprentries:
            entry.lines = [clean(line) for line in entry.lines]
        if crash is not None:
            crash.message = clean(crash.message)


def clean_subtest(report: pytest.TestReport) -> None:
    """A subtest may be called by a model's words; pytest shows its name raw."""
    context = getattr(report, "context", None)
    name = getattr(context, "msg", None)
    if isinstance(name, str) and clean(name) != name:
        report.context = replace(context, msg=clean(name))  # type: ignore[attr-defined,type-var]  # a SubtestReport's
