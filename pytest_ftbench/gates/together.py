"""Gates that depend on one another: those of one `by`, and those that come after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_ftbench.gates.confidence import failures_that_stand
from pytest_ftbench.gates.decide import Decision
from pytest_ftbench.gates.expression import Gate

HOLM = "FAIL of several gates of one by= is claimed by Holm's procedure; PASS needs no correction"
"""What a summary says where that could have made a difference."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A gate and what it says, by itself, of one endpoint."""

    gate: Gate
    scope: str
    decision: Decision
    family: str = ""
    """What gates of one `by` share; empty for a gate that stands alone."""

    def left_open(self, reason: str) -> Decided:
        """The same, INCONCLUSIVE."""
        result = replace(self.decision.result, outcome="INCONCLUSIVE", reason=reason)
        return replace(self, decision=replace(self.decision, result=result))


def decide_together(decided: Sequence[Decided]) -> list[Decided]:
    """What the gates say side by side, in the same order.

    Of several gates of one `by` at a level, one fails only where Holm's procedure says so: with twenty subjects one
    would fail by chance alone. A release that needs every gate to pass needs no correction of the passes (Berger,
    Technometrics 24 (1982), 295-300). A gate that comes after another is open unless all of that name have passed: in
    a fixed sequence each may then be decided at its own level.
    """
    return _in_sequence(_with_families(decided))


def _families(decided: Sequence[Decided]) -> dict[tuple[str, str, str], list[int]]:
    families: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(decided):
        if one.family and one.gate.level is not None:
            families[one.family, one.scope, one.decision.result.endpoint].append(place)
    return families


def _with_families(decided: Sequence[Decided]) -> list[Decided]:
    found = list(decided)
    for places in _families(decided).values():
        failing = [place for place in places if found[place].decision.result.outcome == "FAIL"]
        if len(places) < 2 or not failing:
            continue
        measured = [place for place in places if found[place].decision.measure is not None]
        measures = [found[place].decision.measure for place in measured]
        stand = failures_that_stand([found[place].gate for place in measured], [one for one in measures if one])
        for place, is_certain in zip(measured, stand, strict=True):
            if place in failing and not is_certain:
                why = f"fails by itself, but not beside the {len(places) - 1} other gates of its 'by' (Holm)"
                found[place] = found[place].left_open(why)
    return found


def _in_sequence(decided: Sequence[Decided]) -> list[Decided]:
    """Each gate after those it names; gates that name each other in a circle, or nothing that is there, stay open."""
    found = list(decided)
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if one.gate.name:
            by_name[one.gate.name, one.decision.result.endpoint].append(place)
    settled: set[int] = set()

    def settle(place: int, on_the_way: frozenset[int]) -> None:
        one = found[place]
        if place in settled or not one.gate.after:
            settled.add(place)
            return
        before = by_name.get((one.gate.after, one.decision.result.endpoint), [])
        for other in before:
            if other not in on_the_way:
                settle(other, on_the_way | {place})
        outcomes = [found[other].decision.result.outcome for other in before if other not in on_the_way | {place}]
        if not outcomes or len(outcomes) < len(before):
            why = (
                f"no gate is called {one.gate.after!r}" if not before else f"{one.gate.after!r} comes after it as well"
            )
            found[place] = one.left_open(why)
        elif any(outcome != "PASS" for outcome in outcomes):
            found[place] = one.left_open(f"not reached: {one.gate.after} has not passed")
        settled.add(place)

    for place in range(len(found)):
        settle(place, frozenset())
    return found
