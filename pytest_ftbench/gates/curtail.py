"""Curtailment: which questions need not be asked any more, because every gate over them is decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_ftbench.evaluate import build_result
from pytest_ftbench.gates.decide import at_level, holds
from pytest_ftbench.gates.expression import Gate
from pytest_ftbench.gates.measuring import measure
from pytest_ftbench.gates.metrics import METRICS
from pytest_ftbench.gates.population import population
from pytest_ftbench.gates.samples import MEAN
from pytest_ftbench.gates.selector import Asked
from pytest_ftbench.records import Case, Completion, Result

NOT_RUN = "not run: verdict certain"
"""Why a test was skipped, and the error of the result that stands in for its own."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned case of one scope, asked of one endpoint for the `sample`-th time."""

    scope: str
    suite: str
    fact: str
    variant: str
    case: str
    endpoint: str
    sample: int = 1

    @classmethod
    def of(cls, asked: Asked, *, scope: str, endpoint: str, sample: int = 1) -> Slot:
        """The slot of a case or a result."""
        return cls(scope, asked.suite, asked.fact, asked.variant, asked.case, endpoint, sample)


@dataclass(frozen=True, slots=True)
class ScopedGate:
    """A gate, where it looks, and whether this session runs all that it needs."""

    gate: Gate
    scope: str
    """The file or test whose cases it is about; empty: those of the whole session."""
    is_complete: bool = True
    """Whether all of its planned cases were selected; if not it stays undecided, whatever comes."""


def not_run(case: Case, *, endpoint: str, sample: int = 1) -> Result:
    """What stands for the result of a case that was not asked: no grade, and the reason why."""
    return build_result(case, Completion(error=NOT_RUN), None, endpoint=endpoint, sample=sample)


@dataclass(slots=True, eq=False)
class _Watch:
    """One gate over one endpoint, and how far it has come."""

    gate: Gate
    slots: list[Slot]
    known: list[Result]
    """For each slot its result, or what stands for it until that is there."""
    is_blocked: bool
    """Whether it will stay undecided, whatever comes."""
    fresh: int = 0
    """Results since it was last weighed."""
    is_doubtful: bool = False
    """Whether a grade that it was weighed with has been replaced."""
    is_certain: bool = False

    @property
    def is_due(self) -> bool:
        """Whether to weigh it: a small gate at each result, a large one at each hundredth of its cases.

        Weighing costs as much as the gate has cases; at each result, 10,000 cases would take 100,000,000 steps.
        """
        if self.is_certain or self.is_blocked:
            return self.is_doubtful and not self.is_blocked
        return self.fresh >= max(1, len(self.slots) // 100)


class Curtailment:
    """Which questions need not be asked any more, as results come in.

    A gate is certain once it has measured something and no way in which the missing grades could fall, nor their
    staying missing, changes its outcome. One that may end INCONCLUSIVE is not: an error can be gone in the next run.
    For a bound on a share that is PASS at k* = ceil(bound N) right answers and FAIL at N - k* + 1 wrong ones; the
    outcome is that of the full run, in any order. Source: curtailed sampling (Wald, Sequential Analysis, 1947).
    """

    def __init__(
        self, gates: Sequence[ScopedGate], instances: Sequence[tuple[str, Case, int]], endpoints: Sequence[str]
    ) -> None:
        """Nothing is known yet.

        instances: for each test of one endpoint its scope, case and sample. A case of which several tests ask the same
        sample has several results, which cannot be told from one that is replaced: the gates over it stay undecided.
        endpoints: each is asked all of the instances, and decided about for itself.
        """
        self._results: dict[Slot, Result] = {}
        self._watches: dict[Slot, list[tuple[_Watch, int]]] = defaultdict(list)
        """The gates over each slot, with its place among theirs."""
        self._undecided: Counter[Slot] = Counter()
        """For each slot, how many of the gates over it are not certain."""
        self._touched: list[_Watch] = []
        self._released: list[Slot] = []
        """Slots that no undecided gate needs, as far as they have not been told."""
        self._told: set[Slot] = set()
        scope_of: dict[int, str] = {}
        everything = [not_run(case, endpoint="", sample=sample) for _, case, sample in instances]
        for (scope, *_), stand_in in zip(instances, everything, strict=True):
            scope_of[id(stand_in)] = scope
        for one in gates:
            there = [stand_in for stand_in in everything if one.scope in ("", scope_of[id(stand_in)])]
            for gate in one.gate.split(there):
                needed = population(gate, there)
                for endpoint in endpoints:
                    slots = [_slot(each, scope=scope_of[id(each)], endpoint=endpoint) for each in needed]
                    is_blocked = not one.is_complete or len(set(slots)) < len(slots) or _is_open_ended(gate, needed)
                    self._watch(_Watch(gate, slots, list(needed), is_blocked))

    def _watch(self, watch: _Watch) -> None:
        for place, slot in enumerate(watch.slots):
            self._watches[slot].append((watch, place))
        self._undecided.update(watch.slots)

    def learn(self, result: Result, *, scope: str) -> None:
        """Take note of a test's result; a later one of the same slot replaces an earlier.

        A result of a case that is under no gate, or was not planned, changes nothing.
        """
        slot = _slot(result, scope=scope, endpoint=result.endpoint)
        if slot not in self._watches:
            return
        before = self._results.get(slot)
        self._results[slot] = result
        is_changed = before is not None and before.status in ("graded", "not_applicable") and _differ(before, result)
        for watch, place in self._watches[slot]:
            watch.known[place] = result
            watch.fresh += 1
            watch.is_doubtful = watch.is_doubtful or is_changed
            self._touched.append(watch)

    def lose(self, slot: Slot) -> None:
        """Take note of a test that has ended without a result: its gates will be INCONCLUSIVE, whatever comes."""
        for watch, _ in self._watches.get(slot, ()):
            watch.is_blocked = True
            self._settle(watch, is_certain=False)

    def certain(self) -> list[Slot]:
        """The slots without a result that no undecided gate needs any more, each told once.

        A case under no gate is never among them. What was told is not taken back, should a grade be replaced later.
        """
        touched, self._touched = self._touched, []
        for watch in touched:
            if watch.is_due:
                self._settle(watch, is_certain=_is_certain(watch))
                watch.fresh, watch.is_doubtful = 0, False
        released, self._released = self._released, []
        new = [slot for slot in dict.fromkeys(released) if self._is_free(slot)]
        self._told.update(new)
        return new

    def _is_free(self, slot: Slot) -> bool:
        return not self._undecided[slot] and slot not in self._results and slot not in self._told

    def _settle(self, watch: _Watch, *, is_certain: bool) -> None:
        if watch.is_certain is is_certain:
            return
        watch.is_certain = is_certain
        for slot in watch.slots:
            self._undecided[slot] += -1 if is_certain else 1
            if not self._undecided[slot]:
                self._released.append(slot)


def _is_open_ended(gate: Gate, needed: Sequence[Result]) -> bool:
    """Whether only all of its cases together can decide the gate.

    At a level of confidence that is so where facts hold several cases: their limits do not rise with each right answer.
    """
    if METRICS[gate.metric].lasting is None or gate.reducer != MEAN:
        return True
    return gate.level is not None and not measure(gate, needed).is_plain


def _slot(result: Result, *, scope: str, endpoint: str) -> Slot:
    return Slot.of(result, scope=scope, endpoint=endpoint, sample=result.sample)


def _is_certain(watch: _Watch) -> bool:
    gate, metric = watch.gate, METRICS[watch.gate.metric]
    assert metric.lasting is not None  # see _is_open_ended
    counted = [result for result in watch.known if result.status != "not_applicable"]
    measured = measure(gate, counted)
    lasting = metric.lasting(counted)
    bounded = measured if len(lasting) == len(counted) else measure(gate, lasting)
    if bounded.value is None:
        return False
    if gate.level is not None:
        found = {at_level(gate, one) for one in (measured, bounded)}
        return len(found) == 1 and "INCONCLUSIVE" not in found
    return holds(gate, measured.lowest) == holds(gate, bounded.highest)


def _differ(before: Result, after: Result) -> bool:
    """Whether a metric could tell the one from the other."""
    return any(getattr(before, name) != getattr(after, name) for name in ("status", "grade", "right", "rule", "flags"))
