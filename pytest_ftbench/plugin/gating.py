"""Gates as pytest knows them: one synthetic report each, from the process that owns the terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_ftbench.gates import (
    HOLM,
    Decided,
    Decision,
    Gate,
    ScopedGate,
    decide,
    decide_together,
    parse_gate,
    population,
)
from pytest_ftbench.plugin.choosing import About, Chosen, about, choose
from pytest_ftbench.plugin.explained import Explained
from pytest_ftbench.plugin.gate_plan import PlannedGate
from pytest_ftbench.plugin.judging import distrusted
from pytest_ftbench.plugin.outcomes import Recorded
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.plugin.settings import OnInconclusive
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.reports.gates import gate_failure
from pytest_ftbench.reports.text import clean

if TYPE_CHECKING:
    from pytest_ftbench.checkpoints import Sweep
    from pytest_ftbench.plugin.calibrating import Trust

GATE_KEY = "ftbench_gate"
"""The attribute of a gate's own report that holds its outcome."""


def scoped_gates(planned: Iterable[PlannedGate], alias: str) -> list[ScopedGate]:
    """The gates as curtailment sees them: complete where the session runs all that they need of the endpoint.

    One that chooses its checkpoint needs all of its cases, of both halves, and may be about any.
    """
    parsed = [(one, parse_gate(one.text)) for one in planned if one.only in ("", alias)]
    return [
        ScopedGate(
            replace(gate, select=""),
            one.scope,
            is_complete=not gate.select and not one.cut and one.selected.get(alias, 0) == one.planned,
        )
        for one, gate in parsed
        if gate.select or gate.is_about(alias)
    ]


def decide_gates(
    planned: list[PlannedGate],
    recorded: list[Recorded],
    aliases: tuple[str, ...],
    hook: Any,  # pytest's hook relay has no public name
    *,
    curtailed: Mapping[tuple[str, str], Sequence[Result]] | None = None,
    judge_faults: Sequence[str] = (),
    trust: Trust | None = None,
    compare: Callable[[Gate, Decision, Iterable[str] | None], Decision] | None = None,
    sweeps: Sequence[Sweep] = (),
) -> list[tuple[PlannedGate, Decision]]:
    """What every gate says of every endpoint that it is about.

    curtailed: by the scope of the case and the endpoint, what stands for cases whose tests did not run because all
    their gates were certain. One that has a result after all is passed over.
    judge_faults: why a judge model is not to be believed: no gate over a verdict of a judge is decided then.
    trust: what a person's labels say of the judge; None in a session without one.
    compare: decides gates over two runs, told the suites that they are about (None: all); other gates it leaves alone.
    sweeps: the models of which each checkpoint is an endpoint.
    """
    scope_of = {id(one.result): one.scope for one in recorded}
    stand_ins = [(scope, result) for (scope, _), results in (curtailed or {}).items() for result in results]
    scope_of |= {id(result): scope for scope, result in stand_ins}

    def case_of(result: Result) -> tuple[str | int, ...]:
        return scope_of[id(result)], result.suite, result.fact, result.variant, result.case, result.sample

    by_scope = _by_scope((one.scope, one.result) for one in recorded)
    there = {(case_of(one.result), one.result.endpoint) for one in recorded}
    left_out = _by_scope(one for one in stand_ins if (case_of(one[1]), one[1].endpoint) not in there)
    subjects = about(planned, aliases, sweeps)
    chosen = choose(subjects, by_scope, sweeps, case_of)
    evidence = _Evidence(by_scope, left_out, case_of, judge_faults, trust, compare)
    decided = [evidence.decide(one, chosen.get(one.alias) if one.gate.select else None) for one in subjects]
    decisions = []
    for subject, one in zip(subjects, decide_together(decided), strict=True):
        gate, decision = subject.planned, one.decision
        results = by_scope[gate.scope, decision.result.endpoint]
        last_word: GateResult | None = hook.pytest_ftbench_gate(gate=decision.result, results=results)
        decisions.append((gate, replace(decision, result=last_word) if last_word is not None else decision))
    return decisions


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What gates are decided by; see `decide_gates`."""

    by_scope: Mapping[tuple[str, str], list[Result]]
    left_out: Mapping[tuple[str, str], list[Result]]
    case_of: Callable[[Result], tuple[str | int, ...]]
    judge_faults: Sequence[str]
    trust: Trust | None
    compare: Callable[[Gate, Decision, Iterable[str] | None], Decision] | None

    def decide(self, subject: About, chosen: Chosen | None) -> Decided:
        """What a gate says by itself of one endpoint.

        chosen: of a gate that chooses a checkpoint, which; where there is none, the gate is INCONCLUSIVE.
        """
        gate, parsed, alias = subject.planned, subject.gate, subject.alias
        if chosen is not None:
            alias = chosen.choice.alias or alias
        results, curtailed = self.by_scope[gate.scope, alias], self.left_out[gate.scope, alias]
        decision = decide(
            parsed,
            results,
            planned=gate.planned,
            endpoint=alias,
            selection=gate.scope or "session",
            why_empty=gate.why_empty,
            case_of=self.case_of,
            curtailed=curtailed,
        )
        one = Decided(parsed, gate.scope, decision, gate.family)
        if chosen is not None and not chosen.choice.alias:
            open_ = one.left_open(gate.cut or chosen.choice.said)
            return replace(open_, decision=replace(open_.decision, is_partial=chosen.is_partial or bool(gate.cut)))
        if self.compare is not None:
            decision = self.compare(parsed, decision, {one.suite for one in results} if gate.scope else None)
        if self.trust is not None and not gate.cut:
            decision = self.trust.weigh(parsed, decision, [*results, *curtailed])
        if chosen is not None:
            decision = replace(decision, result=replace(decision.result, chosen=chosen.choice.said))
        one = replace(one, decision=decision)
        used = population(parsed, results) if self.judge_faults else []
        doubt = distrusted((result.rule for result in used), self.judge_faults)
        if why := gate.cut or ("" if decision.is_partial else gate.impossible) or doubt:
            one = one.left_open(why)
        return replace(one, decision=replace(one.decision, is_partial=True)) if gate.cut else one


def note_on_families(planned: Iterable[PlannedGate]) -> list[str]:
    """What the summary must say of gates that are claimed together."""
    sizes = Counter(
        (gate.family, gate.scope, gate.only) for gate in planned if gate.family and parse_gate(gate.text).level
    )
    return [HOLM] if any(size > 1 for size in sizes.values()) else []


def _by_scope(results: Iterable[tuple[str, Result]]) -> Mapping[tuple[str, str], list[Result]]:
    """The results of each scope, and of the session, by endpoint."""
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for own_scope, result in results:
        for scope in (own_scope, SESSION):
            found[scope, result.endpoint].append(result)
    return found


def does_fail(decision: Decision, planned: PlannedGate, *, on_inconclusive: OnInconclusive) -> bool:
    """Whether the gate fails the session.

    A gate that the user has cut short, by choosing tests (`-k`, `-m`, a node id, `--lf`, ...), does not; one that
    lost cases in another way, as when tests skip themselves, does.
    """
    if decision.result.outcome == "INCONCLUSIVE":
        was_chosen = bool(planned.cut) or planned.selected.get(decision.result.endpoint, 0) < planned.planned
        return on_inconclusive == "fail" and not (decision.is_partial and was_chosen)
    return decision.result.outcome == "FAIL"


def emit_reports(session: pytest.Session, decision: Decision, *, fails: bool) -> None:
    """Report the gate like a test, so that it counts wherever tests do."""
    gate = decision.result
    nodeid = _gate_id(gate)
    scope = nodeid.partition("::gate ")[0]
    # The headline of the failure; not the end of the node id, or pytest would take its dots for module names.
    location = (scope.partition("::")[0], None, f"gate {clean(gate.expr)} of {gate.endpoint}")
    outcome: Literal["passed", "failed", "skipped"] = "failed" if fails else "passed"
    longrepr: Any = Explained(gate_failure(decision)) if fails else None  # whatever a report may hold
    if not fails and gate.outcome != "PASS":
        outcome, longrepr = "skipped", (location[0], 0, f"{gate.outcome}: {gate.reason}")
    report = _report(nodeid, location, outcome, longrepr)
    setattr(report, GATE_KEY, gate.outcome)
    hook = session.config.hook
    hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
    hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logreport(report=_report(nodeid, location, "passed", when="teardown"))
    hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)


@contextmanager
def never_stopping(config: pytest.Config) -> Iterator[None]:
    """A gate that fails under `-x` stops nothing: all tests have ended."""
    maxfail, config.option.maxfail = config.option.maxfail, 0
    try:
        yield
    finally:
        config.option.maxfail = maxfail


def remember_misses(config: pytest.Config, decisions: list[Decision], recorded: Mapping[str, Recorded]) -> None:
    """Make `--lf` run what was left out and the misses behind gates that did not pass, and forget the gates themselves.

    recorded: what the tests' reports carried, by node id.
    """
    last_failed = config.pluginmanager.get_plugin("lfplugin")
    if last_failed is None:
        return
    for decision in decisions:
        last_failed.pytest_runtest_logreport(report=_report(_gate_id(decision.result), ("", None, ""), "passed"))
    against = {id(miss) for decision in decisions if decision.result.outcome != "PASS" for miss in decision.misses}
    for nodeid, one in recorded.items():
        if one.is_left_out or (one.is_missed and id(one.result) in against):
            last_failed.pytest_runtest_logreport(report=_report(nodeid, ("", None, ""), "failed"))


def _gate_id(gate: GateResult) -> str:
    scope = "ftbench" if gate.selection == "session" else gate.selection
    return f"{scope}::gate {clean(gate.expr)} [{gate.endpoint}]"


def _report(
    nodeid: str,
    location: tuple[str, int | None, str],
    outcome: Literal["passed", "failed", "skipped"],
    longrepr: Any = None,  # whatever a report may hold
    when: Literal["call", "teardown"] = "call",
) -> pytest.TestReport:
    return pytest.TestReport(nodeid, location, {}, outcome, longrepr, when)


def status_of(report: pytest.TestReport) -> tuple[str, str, str | tuple[str, dict[str, bool]]] | None:
    """Category, letter and word of a gate's report; None leaves it to pytest."""
    outcome = getattr(report, GATE_KEY, None)
    if outcome != "INCONCLUSIVE":
        return None
    return ("failed", "I", "INCONCLUSIVE") if report.failed else ("inconclusive", "i", "INCONCLUSIVE")
