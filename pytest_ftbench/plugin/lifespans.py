"""How long the session's models will live: asked of their servers beside everything else, and told in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.outcomes import REPORT_KEY
from pytest_ftbench.plugin.state import State
from pytest_ftbench.providers import Provider
from pytest_ftbench.providers.lifecycle import Standing, TellsShutdown
from pytest_ftbench.reports.standings import ending_in_words, odd_date_in_words
from pytest_ftbench.reports.text import one_line
from pytest_ftbench.standings import WARN_BELOW_DAYS, Reading, Standings, base_fault, days_left, today

PATIENCE_S = 1.0
"""How long after the reading has begun anything waits for it, where the session does not depend on it."""
LIMIT_S = 20.0
"""The same where the user wants the session to fail."""


class Lifespans:
    """Lives in the process that owns the terminal, in sessions that may ask.

    Of itself it asks only servers that are known to tell dates, each once; with `--ftbench-fail-on-shutdown` all. A
    model on the command line is asked about at once, one that only the ini file names when the first of its cases is
    reported: the session may be about other tests.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._most_days = state.settings.fail_on_shutdown
        self._standings: Standings | None = None
        self._providers: Mapping[str, Provider] = {}
        self._names: Mapping[str, str] = {}
        """By alias, how messages name those that they do not name by that."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Begin; where a model ends too soon, refuse to go on: no worker has been started, and nothing been asked."""
        if not self._state.settings.models_on_command_line:
            return
        self._begin()
        if faults := list(self._ending_too_soon(self._found())):
            raise pytest.UsageError("; ".join(faults))

    def pytest_report_header(self) -> list[str]:
        found = self._found()
        return [f"ftbench: {line}" for line in (*self._wrong_bases(found), *self._endings(found).values())]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._standings is None and hasattr(report, REPORT_KEY):
            self._begin()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        readings = self._read()  # once: what comes in meanwhile would contradict what has been told
        found = _told(readings)
        told = [*self._wrong_bases(found), *self._unread(readings)]
        for alias, line in self._endings(found, below=WARN_BELOW_DAYS).items():
            is_to_keep = alias in self._state.aliases and not self._state.settings.save
            told.append(f"{line}. Keep its answers while it gives any: --ftbench-save=NAME" if is_to_keep else line)
        if faults := list(self._ending_too_soon(found)):
            told += faults
            if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._state.warnings += told

    def pytest_unconfigure(self) -> None:
        """Hang up on servers that have not answered; the engine, where there is one, does so by itself."""
        for provider in self._providers.values():
            provider.close()

    def _begin(self) -> None:
        state = self._state
        try:
            judges = state.judge_providers
        except FtbenchError:  # of a judge that only the ini file names, which says so where it is needed
            judges = {}
        # Of a training that is swept the last checkpoint speaks for all: they end together.
        spoken_for = {alias for sweep in state.sweeps for alias in sweep.aliases[:-1]}
        self._names = {alias: f"the judge {alias}" for alias in judges}
        self._names |= {sweep.aliases[-1]: sweep.alias for sweep in state.sweeps}
        self._providers = {
            alias: provider
            for alias, provider in {**state.providers, **judges}.items()
            if alias not in spoken_for and (self._most_days is not None or _tells(provider))
        }
        self._standings = Standings(self._providers)

    def _read(self) -> dict[str, Reading]:
        """What came of asking, by alias."""
        if self._standings is None:
            return {}
        return self._standings.wait(PATIENCE_S if self._most_days is None else LIMIT_S)

    def _found(self) -> dict[str, Standing]:
        return _told(self._read())

    def _endings(self, found: Mapping[str, Standing], *, below: int | None = None) -> dict[str, str]:
        """A sentence for each model whose end is known, and is fewer than so many days away."""
        now = today()
        endings = {}
        for alias, standing in found.items():
            left = days_left(standing, now)
            if left is not None and (below is None or left < below):
                endings[alias] = f"{self._name(alias)} {ending_in_words(standing, left)}"
        return endings

    def _ending_too_soon(self, found: Mapping[str, Standing]) -> Iterator[str]:
        if self._most_days is None:
            return
        for line in self._endings(found, below=self._most_days + 1).values():
            yield f"{line}; --ftbench-fail-on-shutdown={self._most_days} refuses that"

    def _unread(self, readings: Mapping[str, Reading]) -> Iterator[str]:
        """Dates that are not understood, and what could not be read, where the user relies on it."""
        for alias in self._standings.asked if self._standings is not None else ():
            reading = readings.get(alias, Reading(fault="its server did not answer"))
            odd = odd_date_in_words(reading.standing) if reading.standing is not None else ""
            if self._most_days is not None and (why := odd or one_line(reading.fault, most=500)):
                yield f"--ftbench-fail-on-shutdown could not tell when {self._name(alias)} ends: {why}"
            elif odd:
                yield f"{self._name(alias)}: {odd}"

    def _wrong_bases(self, found: Mapping[str, Standing]) -> Iterator[str]:
        for spec in (*self._state.specs, *self._state.judge_specs):
            if spec.alias in found and (fault := base_fault(spec, found[spec.alias])):
                yield f"{self._name(spec.alias)}: {one_line(fault)}"

    def _name(self, alias: str) -> str:
        return self._names.get(alias, alias)


def _tells(provider: Provider) -> bool:
    return isinstance(provider, TellsShutdown) and provider.tells_shutdown


def _told(readings: Mapping[str, Reading]) -> dict[str, Standing]:
    """What the servers have said, by alias."""
    return {alias: reading.standing for alias, reading in readings.items() if reading.standing is not None}
