"""What the processes of a session have said of themselves: what they plan, what they have counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_ftbench.plugin.asking import COUNTS, GATES, NOTES, SAMPLE, WORKER
from pytest_ftbench.plugin.gate_plan import PlannedGate, plan_gates
from pytest_ftbench.plugin.limiting import counted_sample
from pytest_ftbench.plugin.state import State


class Tally:
    """Kept by the process with the terminal, about itself and every worker."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._told: dict[str, dict[str, Any]] = {}
        """The last word of each worker, by its id."""
        self.left_behind: dict[str, Any] | None = None
        """The counts that interrupted workers have left behind: they have told nothing."""

    def hear(self, told: dict[str, Any]) -> None:
        """Take note of what a worker says; parts that it does not speak of stay as they were."""
        self._told[told[WORKER]] = self._told.get(told[WORKER], {}) | told

    def gates(self) -> list[PlannedGate]:
        """The gates, from a process that has collected: this one, or any worker."""
        told = next(iter(self._told.values()), None)
        return [PlannedGate(**gate) for gate in told[GATES]] if told else plan_gates(self._state)

    def notes(self) -> Iterator[str]:
        """What the workers want the user to know."""
        for told in self._told.values():
            yield from told[NOTES]

    def counted(self, name: str) -> int:
        """How many `calls`, `cache_hits` or answers `on_demand` there were, in all processes together."""
        return sum(int(counts.get(name) or 0) for counts in self.counts())

    def counts(self) -> list[dict[str, Any]]:
        """What each process has counted."""
        counts = [self._state.counts(), *(told[COUNTS] for told in self._told.values())]
        last = self.left_behind
        return [last] if last and last["calls"] > sum(one.get("calls") or 0 for one in counts) else counts

    def planned(self) -> int:
        """How many results the session would have if no test were left out: all that collect say the same."""
        return max((int(counts.get("planned") or 0) for counts in self.counts()), default=0)

    def sample(self) -> dict[str, dict[str, int]]:
        """What the run's last line says of a sample, under a limit that has left facts out."""
        told = next((told for told in self._told.values() if SAMPLE in told), None)
        found = told[SAMPLE] if told else counted_sample(self._state)
        return {"sample": found} if found else {}

    def judge_faults(self) -> list[str]:
        """Why judge models are not believed."""
        return list(dict.fromkeys(fault for counts in self.counts() for fault in counts.get("judge_faults", ())))

    def costs_usd(self) -> list[float | None]:
        """What the calls of each endpoint have cost; None where that is not known of all of them."""
        return [cost for counts in self.counts() for cost in counts["costs_usd"].values()]
