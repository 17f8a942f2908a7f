"""One endpoint of one run beside one endpoint of another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_ftbench.comparing.differences import Reason, header_reasons, interruption, pairing_reasons
from pytest_ftbench.comparing.pairing import Pair, Pairing, pair_results
from pytest_ftbench.errors import SpecError
from pytest_ftbench.gates.selector import Selector
from pytest_ftbench.records import Result
from pytest_ftbench.runs import Run


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared."""

    place: str
    """How messages name the run."""
    header: Mapping[str, Any]
    endpoint: str
    """Its alias."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was before, what is now, and what speaks against comparing them."""

    before: Side
    now: Side
    pairing: Pairing
    differences: tuple[Reason, ...]
    """Reasons not to compare that hold for all cases."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The cases that are compared: those in both runs, less those whose precondition is unmet."""
        return self.pairing.pairs

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All that speaks against it, the cases' own reasons first."""
        return (*pairing_reasons(self.pairing, is_one_run=self.before.header is self.now.header), *self.differences)

    def refused(self, allowed: Collection[str]) -> tuple[Reason, ...]:
        """The reasons that the user has not allowed, by their kinds."""
        return tuple(reason for reason in self.reasons if reason.kind not in allowed or reason.kind == "empty")

    def select(self, selector: Selector) -> Comparison:
        """The same of the cases that a selector means."""
        if not selector.conditions:
            return self

        def holds(result: Result) -> bool:
            return all(condition.holds(result) for condition in selector.conditions)

        return replace(self, pairing=self.pairing.filter(holds))


def compare_runs(before: Run, now: Run, *, before_endpoint: str, now_endpoint: str) -> Comparison:
    """One endpoint of the run before beside one of the run now, which may be the same run.

    A session that is still going passes itself as a run with an `end`, or it counts as interrupted.
    """
    reasons = header_reasons(before.header, now.header, before_endpoint=before_endpoint, now_endpoint=now_endpoint)
    cut = {run.place: interruption(run.place, has=len(run.results), of=planned_of(run)) for run in (before, now)}
    interrupted = {place: reason for place, reason in cut.items() if reason is not None}
    pairing = pair_results(
        [result for result in before.results if result.endpoint == before_endpoint],
        [result for result in now.results if result.endpoint == now_endpoint],
    )
    return Comparison(
        Side(before.place, before.header, before_endpoint),
        Side(now.place, now.header, now_endpoint),
        pairing,
        (*interrupted.values(), *reasons),
    )


def planned_of(run: Run) -> int | None:
    """How many results a run would have had if none was left out; 0 where it does not say, None: it has no end."""
    if run.end is None:
        return None
    planned = run.end.get("planned")
    return planned if isinstance(planned, int) else 0


def match_endpoints(before: Run, now: Run, wanted: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Which endpoint is compared with which: pairs of aliases, of the run before and of the run now.

    wanted: `ALIAS`, the same in both, or `BEFORE=NOW`. Without it, the only one of each run, else those of one name.
    Raises SpecError, in one line that lists what there is, for an endpoint that is not there, or where none match.
    """
    old, new = aliases_of(before), aliases_of(now)
    there = f"{before.place} has {', '.join(old) or 'none'}; {now.place} has {', '.join(new) or 'none'}"
    if not wanted:
        if len(old) == len(new) == 1:
            return [(old[0], new[0])]
        common = [alias for alias in old if alias in new]
        if not common:
            raise SpecError(f"no endpoint is in both runs: {there}. Choose with --endpoint BEFORE=NOW.")
        return [(alias, alias) for alias in common]
    pairs = []
    for text in wanted:
        first, _, second = text.partition("=")
        if first not in old or (second or first) not in new:
            raise SpecError(f"endpoint {text!r} is not in both runs: {there}. Write ALIAS or BEFORE=NOW.")
        pairs.append((first, second or first))
    return pairs


def aliases_of(run: Run) -> list[str]:
    """The endpoints of a run: those of its results, else those that its header names."""
    found = list(dict.fromkeys(result.endpoint for result in run.results))
    if found:
        return found
    entries = run.header.get("endpoints") or ()
    return [str(entry["alias"]) for entry in entries if isinstance(entry, Mapping) and "alias" in entry]
