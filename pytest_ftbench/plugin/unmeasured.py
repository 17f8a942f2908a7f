"""Sessions that did not measure what they were to measure: they say so, and are never green."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from pytest_ftbench.plugin.outcomes import Recorded
from pytest_ftbench.plugin.state import State
from pytest_ftbench.reports.text import one_line


def has_result(state: State, recorded: Iterable[Recorded]) -> bool:
    """Whether anything was measured of an endpoint under test; a case that does not count was not."""
    tested = state.tested
    return any(one.result.endpoint in tested and one.result.status != "not_applicable" for one in recorded)


def refuse_to_be_green(session: pytest.Session, state: State, *, has_cases: bool) -> None:
    """Say that nothing was measured; fail the session if the command line asks for a measurement.

    has_cases: whether any was collected. If not, files of theirs may be called otherwise than pytest finds them.
    """
    settings, aliases = state.settings, state.aliases
    line = f"nothing was measured: {'no test asked ' + ' or '.join(aliases) if aliases else 'no model is named'}"
    if settings.is_asked_for:
        option = "--ftbench-model" if settings.models_on_command_line else "--ftbench-gate"
        line += f"; {option} is on the command line, so this fails the session"
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if settings.models_on_command_line and not has_cases:
            *endings, last = (f".ftbench{ending}" for ending in state.registry("readers"))
            line += f". No case was collected: the names of case files end in {', '.join(endings)} or {last}"
    state.warnings.append(line)


def tell_what_was_left_out(session: pytest.Session, state: State, recorded: Iterable[Recorded]) -> None:
    """Say once why questions were not asked; such a session is never green."""
    reasons = Counter(one.result.error for one in recorded if one.is_left_out)
    for reason, number in reasons.items():
        state.warnings.append(f"{number} question{'s' if number > 1 else ''} {one_line(str(reason), most=500)}")
    if reasons and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def refuse_unbelieved_judges(session: pytest.Session, state: State, faults: Iterable[str]) -> None:
    """Say which judge is not believed; such a session is never green, since cases under no gate rest on it as well."""
    for fault in faults:
        state.warnings.append(one_line(fault, most=500))
        if session.exitstatus == pytest.ExitCode.OK and state.settings.on_inconclusive == "fail":
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
