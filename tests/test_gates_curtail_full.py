"""A run that leaves out what is certain, against the full run: of any cases, gates, answers and order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from gate_kit import NO_HOOK, make_case, result_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftbench.gates import METRICS, Curtailment, ScopedGate, Slot, decide, not_run, parse_gate, population
from pytest_ftbench.gates.decide import STOPPED_EARLY
from pytest_ftbench.plugin.gate_plan import PlannedGate
from pytest_ftbench.plugin.gating import decide_gates, does_fail, scoped_gates
from pytest_ftbench.plugin.outcomes import Recorded
from pytest_ftbench.plugin.scopes import SESSION
from pytest_ftbench.records import Case, Result


@dataclass(frozen=True)
class World:
    """Cases, gates over them, and how every test would end."""

    instances: list[tuple[str, Case, int]]
    """Scope, case and sample."""
    gates: list[tuple[str, str]]
    """Scope and text."""
    selected: frozenset[int]
    """Of the instances, by index."""
    endpoints: tuple[str, ...]
    truth: dict[tuple[int, str], str]
    order: list[tuple[int, str]]
    at_once: int
    """How many are asked before any of them is known."""

    def cases(self, scope: str) -> list[int]:
        return [index for index, (own, *_) in enumerate(self.instances) if scope in (SESSION, own)]

    def planned(self) -> list[PlannedGate]:
        found = []
        for scope, text in self.gates:
            there = self.cases(scope)
            asked = [self.instances[index] for index in there]
            stand_ins = [not_run(case, endpoint="", sample=sample) for _, case, sample in asked]
            index_of = {id(result): index for result, index in zip(stand_ins, there, strict=True)}
            for gate in parse_gate(text).split(stand_ins):
                needed = [index_of[id(result)] for result in population(gate, stand_ins)]
                there_too = len(self.selected.intersection(needed))
                selected = dict.fromkeys(self.endpoints, there_too)
                found.append(PlannedGate(gate.text, scope, len(needed), "", selected))
        return found

    def recorded(self, index: int, endpoint: str, outcome: str = "") -> Recorded:
        scope, case, sample = self.instances[index]
        result = result_of(case, outcome or self.truth[index, endpoint], endpoint)
        return Recorded(scope, replace(result, sample=sample), False)


OUTCOMES = "rrrwwweuabldn"


@st.composite
def worlds(draw: st.DrawFn, *, most: int = 14) -> World:
    number = draw(st.integers(1, most))
    instances: list[tuple[str, Case, int]] = []
    for index in range(number):
        if instances and draw(st.sampled_from([True, False, False, False])):
            scope, case, sample = instances[-1]
            instances.append((scope, case, sample + 1))
            continue
        expect = draw(st.sampled_from(["answer", "answer", "abstain"]))
        variant = draw(st.sampled_from(["memorization", "memorization", "date_change"]))
        fact = f"f{draw(st.integers(0, max(1, number // 2)))}"
        topic = draw(st.sampled_from(["", "pay", "tax"]))
        case = replace(
            make_case(fact, variant, expect=expect),
            id=str(index),
            answer=draw(st.sampled_from(["yes", "No.", "42"])) if expect == "answer" else "",
            trained_answer=draw(st.sampled_from(["", "25"])) if expect == "abstain" else "",
            tags={"topic": topic} if topic else {},
        )
        instances.append((draw(st.sampled_from("aab")), case, 1))
    gates = st.tuples(st.sampled_from(["a", "a", "b", SESSION]), gate_texts())
    endpoints = draw(st.sampled_from([("e",), ("e", "x")]))
    slots = [(index, endpoint) for index in range(number) for endpoint in endpoints]
    lost = draw(st.sampled_from([frozenset[int](), frozenset[int](), frozenset({0})]))
    mood = draw(st.sampled_from([OUTCOMES, "rrrrrrrw", "wwwwwwwr", "rw", "rwe", "rwn"]))  # mostly good, or bad, ...
    return World(
        instances=instances,
        gates=draw(st.lists(gates, max_size=4)),
        selected=frozenset(range(number)) - lost,
        endpoints=endpoints,
        truth={slot: draw(st.sampled_from(mood)) for slot in slots},
        order=draw(st.permutations(slots)),
        at_once=draw(st.integers(1, 3)),
    )


def gate_texts(
    metrics: Sequence[str] = tuple(sorted(set(METRICS) - {"macro"})), *, levels: Sequence[str] = ("", "", " @ 60%")
) -> st.SearchStrategy[str]:
    bounds = st.integers(1, 12).flatmap(lambda n: st.integers(0, n).map(lambda k: f"{k}/{n}"))
    selectors = st.sampled_from(["", "", "", "[topic=pay]", "[by=topic]", "[variant=date_change]", "[fact!=f0]"])
    operators = st.sampled_from([">=", "<=", ">", "<"])
    texts = st.builds("{}{} {} {}".format, st.sampled_from(metrics), selectors, operators, bounds)
    return st.builds("{}{}".format, texts, st.sampled_from(levels)).filter(_can_have_limits)


def _can_have_limits(text: str) -> bool:
    return "@" not in text or METRICS[re.split(r"\W", text)[0]].has_limits


def run_curtailed(world: World, again: st.DataObject | None = None) -> tuple[list[Recorded], dict[Any, list[Result]]]:
    """Ask in the world's order, leaving out what is certain; the results, and the stand-ins."""
    planned = world.planned()
    instances = [one for index, one in enumerate(world.instances) if index in world.selected]
    of_endpoint = {name: Curtailment(scoped_gates(planned, name), instances, [name]) for name in world.endpoints}
    queue = [slot for slot in world.order if slot[0] in world.selected]
    spared: set[Slot] = set()
    seen: list[Recorded] = []
    left: dict[Any, list[Result]] = {}
    while queue:
        batch, queue = queue[: world.at_once], queue[world.at_once :]
        for index, endpoint in batch:
            scope, case, sample = world.instances[index]
            if Slot.of(case, scope=scope, endpoint=endpoint, sample=sample) in spared:
                left.setdefault((scope, endpoint), []).append(not_run(case, endpoint=endpoint, sample=sample))
                continue
            one = world.recorded(index, endpoint)
            if again is not None and again.draw(st.booleans()):  # an error that is gone when it is asked again
                of_endpoint[endpoint].learn(world.recorded(index, endpoint, "e").result, scope=scope)
            of_endpoint[endpoint].learn(one.result, scope=scope)
            seen.append(one)
        for curtailment in of_endpoint.values():
            found = curtailment.certain()
            assert spared.isdisjoint(found)
            spared.update(found)
    return seen, left


@settings(max_examples=200)
@given(worlds(), st.data())
def test_curtailed_run_decides_every_gate_as_the_full_run_does(world: World, again: st.DataObject) -> None:
    planned = world.planned()
    everything = [world.recorded(index, endpoint) for index, endpoint in world.order if index in world.selected]
    full = decide_gates(planned, everything, world.endpoints, NO_HOOK)
    seen, left = run_curtailed(world, again)
    curtailed = decide_gates(planned, seen, world.endpoints, NO_HOOK, curtailed=left)
    for (gate, before), (_, after) in zip(full, curtailed, strict=True):
        assert after.result.outcome == before.result.outcome
        for on_inconclusive in ("fail", "warn"):
            does = [does_fail(one, gate, on_inconclusive=on_inconclusive) for one in (before, after)]  # type: ignore[arg-type]
            assert does[0] is does[1]
        if not after.result.reason.startswith(STOPPED_EARLY):
            assert after == before


CERTAIN = tuple(name for name, metric in METRICS.items() if metric.lasting is not None)
"""Metrics that can be certain before all of their cases have a result."""


def ends(world: World, gate: PlannedGate, known: dict[int, str], outcomes: str) -> set[str]:
    """The outcomes of the gate over all ways in which the tests not in `known` could end."""
    left = [index for index in range(len(world.instances)) if index not in known]
    found = set()
    for rest in product(outcomes, repeat=len(left)):
        results = [
            world.recorded(index, "e", one).result for index, one in [*known.items(), *zip(left, rest, strict=True)]
        ]
        decision = decide(parse_gate(gate.text), results, planned=gate.planned, endpoint="e", selection="a")
        found.add(decision.result.outcome)
    return found


@settings(max_examples=100)
@given(worlds(most=4), gate_texts(CERTAIN, levels=("",)), st.integers(0, 4))
def test_gate_is_certain_just_when_no_end_of_the_rest_could_change_it(world: World, text: str, asked: int) -> None:
    instances = [(SESSION, case, sample) for _, case, sample in world.instances]
    world = replace(world, instances=instances, gates=[(SESSION, text)], selected=frozenset(range(len(instances))))
    known = {index: world.truth[index, "e"] for index, endpoint in world.order if endpoint == "e"}
    known = dict(list(known.items())[:asked])
    for gate in world.planned():
        curtailment = Curtailment([ScopedGate(parse_gate(gate.text), SESSION)], instances, ["e"])
        for index in known:
            curtailment.learn(world.recorded(index, "e").result, scope=SESSION)
        found = curtailment.certain()
        of_gate = population(
            parse_gate(gate.text), [world.recorded(index, "e").result for index in range(len(instances))]
        )
        answered = {(case.id, sample) for _, case, sample in (instances[index] for index in known)}
        pending = sum((one.case, one.sample) not in answered for one in of_gate)
        possible = ends(world, gate, known, "rwlen")
        is_settled = len(possible) == 1 and "INCONCLUSIVE" not in possible
        assert len(found) in (0, pending)
        if found:
            assert is_settled
        elif not text.startswith("joint_abstain"):  # of pairs it is more careful than it need be
            assert not (is_settled and pending)
