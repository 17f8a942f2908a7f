"""Gates that depend on one another."""

from __future__ import annotations

import pytest
from test_gates_metrics import gate, results

from pytest_ftbench.gates import Decided, decide_together, parse_gate
from pytest_ftbench.stats.multiplicity import holm


def decided(text: str, outcomes: str, family: str = "") -> Decided:
    return Decided(parse_gate(text), "", gate(text, results(outcomes)), family)


def outcomes(*ones: Decided) -> list[str]:
    return [one.decision.result.outcome for one in decide_together(ones)]


def rate(right: int, of: int) -> str:
    return "r" * right + "w" * (of - right)


def test_several_failures_of_one_by_stand_as_holm_has_it() -> None:
    counts = [(18, 25), (17, 25), (25, 25), (5, 25)]
    ones = [decided(f"accuracy[fact!=t{n}] >= 0.9 @ 95%", rate(*count), "f") for n, count in enumerate(counts)]
    assert [one.decision.result.outcome for one in ones] == ["FAIL", "FAIL", "INCONCLUSIVE", "FAIL"]
    adjusted = holm([0.0095, 0.0023, 1.0, 1e-14])  # the binomial tails at 0.9
    assert outcomes(*ones) == ["FAIL" if p <= 0.05 else "INCONCLUSIVE" for p in adjusted]
    alone = decided("accuracy[fact!=t0] >= 0.9 @ 95%", rate(19, 25), "f")
    beside = [decided(f"accuracy[fact!=s{n}] >= 0.9 @ 95%", rate(24, 25), "f") for n in range(19)]
    assert outcomes(alone) == ["FAIL"]
    found = decide_together([alone, *beside])[0].decision.result
    assert (found.outcome, found.reason) == (
        "INCONCLUSIVE",
        "fails by itself, but not beside the 19 other gates of its 'by' (Holm)",
    )


def test_families_are_told_apart_by_scope_and_endpoint_and_points_are_left_alone() -> None:
    weak = decided("accuracy[fact!=a] >= 0.9 @ 95%", rate(19, 25), "f")
    fine = decided("accuracy[fact!=b] >= 0.9 @ 95%", rate(25, 25))
    assert outcomes(weak, fine) == ["FAIL", "INCONCLUSIVE"]
    point = [decided(f"accuracy[fact!=t{n}] >= 0.9", rate(22, 25), "f") for n in range(20)]
    assert outcomes(*point) == ["FAIL"] * 20


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a: accuracy >= 0.5", "b: accuracy[after=a] >= 0.5", "accuracy[after=b] >= 0.5"], ["PASS"] * 3),
        (
            ["accuracy[after=b] >= 0.5", "b: accuracy[after=a] >= 0.5", "a: accuracy >= 0.9"],
            ["INCONCLUSIVE"] * 2 + ["FAIL"],
        ),
        (["a: accuracy[after=b] >= 0.5", "b: accuracy[after=a] >= 0.5"], ["INCONCLUSIVE"] * 2),
        (["a: accuracy[after=a] >= 0.5"], ["INCONCLUSIVE"]),
        (["accuracy[after=nobody] >= 0.5"], ["INCONCLUSIVE"]),
        (["a: accuracy >= 0.5", "a: accuracy >= 0.9", "accuracy[after=a] >= 0.5"], ["PASS", "FAIL", "INCONCLUSIVE"]),
    ],
)
def test_gate_is_reached_when_all_of_the_name_before_it_have_passed(texts: list[str], expected: list[str]) -> None:
    assert outcomes(*(decided(text, "rrrw") for text in texts)) == expected
