"""`--ftbench-curtail`: results go in, and questions that no gate needs any more are not asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.evaluate import from_plain, to_plain
from pytest_ftbench.gates.curtail import NOT_RUN, Curtailment, Slot
from pytest_ftbench.plugin.cases import Trial
from pytest_ftbench.plugin.datafiles import CaseItem
from pytest_ftbench.plugin.gate_plan import plan_gates
from pytest_ftbench.plugin.gating import scoped_gates
from pytest_ftbench.plugin.outcomes import recorded
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Result


class Curtailing:
    """Lives in every process that runs tests.

    trials: the selected tests with the keys of their questions; only questions of data files are left out. Under xdist
    each worker writes its results to a file of its own in the run's folder, and the one that asks reads them all.
    needed: the keys of questions that are asked whatever the gates say, since cases require them.
    """

    def __init__(
        self, state: State, trials: Iterable[tuple[pytest.Item, Trial, str | None]], *, needed: Iterable[str] = ()
    ) -> None:
        self._state = state
        planned, found = plan_gates(state), list(trials)
        self._curtailments = {
            alias: Curtailment(scoped_gates(planned, alias), instances(state, found, alias), [alias])
            for alias in state.tested
        }
        self._slots: dict[str, Slot] = {}
        """By the node id of the test."""
        self._keys: dict[Slot, str] = {}
        self._needed = Counter(needed)
        """By key, how many slots still need the answer."""
        for item, trial, key in found:
            slot = Slot.of(
                trial.subject.case, scope=trial.subject.scope, endpoint=trial.alias, sample=trial.subject.sample
            )
            self._slots[item.nodeid] = slot
            if key is not None and isinstance(item, CaseItem):  # what a test of the user's own does nobody can know
                self._keys[slot] = key
                self._needed[key] += 1
        self._ended: set[str] = set()
        """Node ids of tests that have a result."""
        folder = state.exchange.folder if state.exchange is not None else None
        self._sharing = _Sharing(folder, state.worker) if folder is not None else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = recorded(report)
        if one is None or one.is_left_out:
            return
        self._ended.add(report.nodeid)
        if self._sharing is not None:
            self._sharing.write(result=to_plain(one.result), scope=one.scope)
        else:
            self._learn(one.result, one.scope)
            self._drop()

    @pytest.hookimpl
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test that ends without a result, as when it skips itself, leaves its gates undecided."""
        if nodeid not in self._slots or nodeid in self._ended or self._was_dropped(nodeid):
            return
        if self._sharing is not None:
            self._sharing.write(lost=asdict(self._slots[nodeid]))
        else:
            self._lose(self._slots[nodeid])

    def _was_dropped(self, nodeid: str) -> bool:
        return self._slots[nodeid] not in self._keys

    def on_tick(self) -> None:
        """Take note of what all workers have measured; called in the one that asks."""
        assert self._sharing is not None
        for line in self._sharing.news():
            if "lost" in line:
                self._lose(Slot(**line["lost"]))
            else:
                self._learn(from_plain(line["result"]), line["scope"])
        self._drop()

    def _learn(self, result: Result, scope: str) -> None:
        if result.endpoint in self._curtailments:  # no gate is about the baseline
            self._curtailments[result.endpoint].learn(result, scope=scope)

    def _lose(self, slot: Slot) -> None:
        if slot.endpoint in self._curtailments:
            self._curtailments[slot.endpoint].lose(slot)

    def _drop(self) -> None:
        certain = [slot for curtailment in self._curtailments.values() for slot in curtailment.certain()]
        keys = [self._keys.pop(slot) for slot in certain if slot in self._keys]
        self._needed.subtract(keys)
        if useless := [key for key in dict.fromkeys(keys) if not self._needed[key]]:
            self._state.engine.drop(useless, NOT_RUN)


def instances(
    state: State, trials: Iterable[tuple[pytest.Item, Trial, str | None]], alias: str
) -> list[tuple[str, Case, int]]:
    """Scope, case and sample of each test of one endpoint, the cases with the tags that they have for it."""
    own = [trial.subject for _, trial, _ in trials if trial.alias == alias]
    cases = [subject.case for subject in own]
    cases = cases if state.trainings is None else state.trainings.tagged(cases, alias)
    return [(subject.scope, case, subject.sample) for subject, case in zip(own, cases, strict=True)]


class _Sharing:
    """Results of the workers of one run, in a file for each worker."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._file = folder / f"results-{worker}.jsonl"
        self._read_to: dict[Path, int] = {}

    def write(self, **line: Any) -> None:  # plain data
        with suppress(OSError), self._file.open("a", encoding="utf-8") as file:  # the folder goes with the controller
            file.write(json.dumps(line) + "\n")

    def news(self) -> Iterable[dict[str, Any]]:
        """What was written since the last time, by all."""
        for path in sorted(self._folder.glob("results-*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._read_to.get(path, 0))
                whole, _, _ = file.read().rpartition(b"\n")
            if whole:
                self._read_to[path] = self._read_to.get(path, 0) + len(whole) + 1
                yield from map(json.loads, whole.split(b"\n"))
