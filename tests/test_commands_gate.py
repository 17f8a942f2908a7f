"""`ftbench gate`: bounds on a recorded run, by the same rules as in a session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from makers import make_result

from pytest_ftbench.runs import Run, write_run

__all__ = ["here"]


def fill(path: Path, right: int, wrong: int, *, endpoint: str = "e") -> Path:
    made = [answered(f"r{n}", "25", outcome="r", endpoint=endpoint) for n in range(right)]
    return store(path, *made, *(answered(f"w{n}", "24", endpoint=endpoint) for n in range(wrong)))


@pytest.mark.parametrize(
    ("expr", "outcome", "code"),
    [
        ("accuracy >= 0.9", "PASS", 0),
        ("accuracy >= 0.95", "FAIL", 1),
        ("accuracy >= 0.85 @ 95%", "INCONCLUSIVE", 1),
        ("accuracy[variant=nothing] >= 0.5", "INCONCLUSIVE", 1),
    ],
)
def test_exit_code_is_0_only_where_all_pass(here: Path, expr: str, outcome: str, code: int) -> None:
    fill(here / "run.jsonl", 45, 5)
    found, out, err = ftbench("gate", "run.jsonl", expr)
    assert (found, err) == (code, "")
    assert outcome in out
    assert ("5 count against it:" in out) == (outcome == "FAIL")


def test_each_endpoint_is_decided_about_or_the_one_that_is_named(here: Path) -> None:
    results = [make_result(fact=f"f{n}", endpoint=alias) for n in range(3) for alias in "ab"]
    store(here / "run.jsonl", *results, make_result(fact="f4", endpoint="b", outcome="w"))
    code, out, _ = ftbench("gate", "run.jsonl", "accuracy >= 0.9", "any >= 0", "--json")
    gates = json.loads(out)["gates"]
    assert code == 1
    assert [(gate["endpoint"], gate["outcome"]) for gate in gates[:2]] == [("a", "PASS"), ("b", "FAIL")]
    assert ftbench("gate", "run.jsonl", "accuracy >= 0.9", "--endpoint", "a")[0] == 0
    told = fault("gate", "run.jsonl", "accuracy >= 0.9", "--endpoint", "c")
    assert told == "ftbench: run.jsonl: holds no answer of endpoint 'c'. There are: a, b."


def test_gates_stand_side_by_side_as_in_a_session(here: Path) -> None:
    fill(here / "run.jsonl", 45, 5)
    _, out, _ = ftbench("gate", "run.jsonl", "k: accuracy >= 0.95", "accuracy[after=k] >= 0.5")
    assert "not reached: k has not passed" in out


def test_run_that_was_interrupted_decides_nothing(here: Path) -> None:
    path = fill(here / "run.jsonl", 45, 5)
    cut = path.read_text().splitlines()[:-1]
    path.write_text("\n".join(cut) + "\n")
    code, out, _ = ftbench("gate", "run.jsonl", "accuracy >= 0.1")
    assert code == 1
    assert "INCONCLUSIVE" in out
    assert "the run was interrupted" in out


def test_gate_that_cannot_pass_at_the_size_of_the_run_says_so(here: Path) -> None:
    fill(here / "run.jsonl", 10, 0)
    assert "cannot pass with 10 cases" in " ".join(ftbench("gate", "run.jsonl", "accuracy >= 0.9 @ 95%")[1].split())


def test_mistakes_are_one_line(here: Path) -> None:
    fill(here / "run.jsonl", 1, 0)
    assert fault("gate", "run.jsonl", "acuracy >= 1").startswith("ftbench: gate 'acuracy >= 1': unknown metric")
    write_run(here / "empty.jsonl", Run("", {"schema": 1, "id": "r"}, (), (), {"exit_status": 0}))
    assert fault("gate", "empty.jsonl", "accuracy >= 1") == (
        "ftbench: empty.jsonl: holds no result, so nothing can be decided."
    )


def test_what_a_session_would_not_decide_is_not_decided_afterwards(here: Path) -> None:
    path = store(here / "run.jsonl", *(answered(f"r{n}", "25", outcome="r", rule="judge:j") for n in range(20)))
    lines = path.read_text().splitlines()
    end = json.loads(lines[-1])
    for more, told in (
        ({"planned": 40}, "20 of 40 cases of the run were asked"),
        ({"planned": 20, "judge_faults": ["the judge j has missed the canary 'right'"]}, "the judge j has missed the"),
    ):
        path.write_text("\n".join([*lines[:-1], json.dumps({**end, **more})]) + "\n")
        code, out, _ = ftbench("gate", "run.jsonl", "accuracy >= 0.5")
        assert code == 1
        assert told in " ".join(out.split())
    path.write_text("\n".join([*lines[:-1], json.dumps({**end, "planned": 20})]) + "\n")
    assert ftbench("gate", "run.jsonl", "accuracy >= 0.5")[0] == 0
