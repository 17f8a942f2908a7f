"""`ftbench gate`: bounds on a recorded run, by the same rules as in a session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_kit import answered, fault, ftbench, here, store
from makers import make_result

from pytest_ftbench.gates.halves import is_held_out
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


STEPS = {"cand@30": "rrww" * 10, "cand@60": "rrrw" * 10, "cand@90": "rwww" * 10}
"""By checkpoint, a letter for each fact."""


def fill_sweep(path: Path) -> Path:
    endpoints = [
        {"alias": alias, "spec": "x", "checkpoint": {"model": "cand", "step": int(alias[5:])}} for alias in STEPS
    ]
    made = [
        make_result(fact=f"f{n}", endpoint=alias, outcome=letter)
        for alias, letters in STEPS.items()
        for n, letter in enumerate(letters)
    ]
    return store(path, *made, endpoints=endpoints)


def test_gate_over_a_recorded_sweep_is_about_whom_it_says(here: Path) -> None:
    fill_sweep(here / "run.jsonl")
    code, out, _ = ftbench("gate", "run.jsonl", "accuracy[select=best_on(holdout)] >= 0.5", "--json")
    (gate,) = json.loads(out)["gates"]
    held_out = [n for n in range(40) if is_held_out(make_result(fact=f"f{n}"))]
    right = sum(STEPS["cand@60"][n] == "r" for n in held_out)
    assert (code, gate["endpoint"], gate["n"]) == (0, "cand@60", 40 - len(held_out))
    assert gate["chosen"] == f"cand@60, best of 3 on {len(held_out)} held-out facts: {right}/{len(held_out)}"
    named = json.loads(ftbench("gate", "run.jsonl", "accuracy[endpoint=cand@30] >= 0.5", "--json")[1])["gates"]
    assert [(one["endpoint"], one["n"]) for one in named] == [("cand@30", 40)]
    each = json.loads(ftbench("gate", "run.jsonl", "accuracy >= 0.5", "--json")[1])["gates"]
    assert [one["endpoint"] for one in each] == list(STEPS)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("accuracy[endpoint=cand@3] >= 0",), "no endpoint is called 'cand@3'. There are: cand@30, cand@60, cand@90."),
        (
            ("accuracy[endpoint=cand@30] >= 0", "--endpoint=cand@60"),
            "no endpoint is called 'cand@30'. There are: cand@60.",
        ),
        (
            ("accuracy[select=best_on(holdout)] >= 0", "--endpoint=cand@60"),
            "'select' chooses the endpoint. Leave out it, or --endpoint.",
        ),
        (
            ("accuracy[endpoint=cand@60, select=best_on(holdout)] >= 0",),
            "no endpoint is called 'cand@60'. There are: cand.",
        ),
    ],
)
def test_gate_about_no_endpoint_of_the_run_is_refused(here: Path, args: tuple[str, ...], said: str) -> None:
    fill_sweep(here / "run.jsonl")
    assert fault("gate", "run.jsonl", *args) == f"ftbench: gate {args[0]!r}: {said}"


def test_choice_needs_a_run_of_a_sweep(here: Path) -> None:
    fill(here / "run.jsonl", 3, 0)
    text = "accuracy[select=best_on(holdout)] >= 0"
    assert fault("gate", "run.jsonl", text) == (
        f"ftbench: gate {text!r}: run.jsonl is no run of a sweep. Leave out 'select'."
    )


def test_checkpoint_without_a_grade_leaves_the_choice_open(here: Path) -> None:
    path = fill_sweep(here / "run.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    held_out = next(n for n in range(40) if is_held_out(make_result(fact=f"f{n}")))
    for line in lines:
        if line.get("endpoint") == "cand@60" and line.get("fact") == f"f{held_out}":
            line |= {"status": "error", "grade": None, "right": False, "rule": None, "error": "no answer"}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, _ = ftbench("gate", "run.jsonl", "accuracy[select=best_on(holdout)] >= 0.5")
    assert code == 1
    assert "no checkpoint is chosen: without a grade, on the held-out facts: cand@60 1" in " ".join(out.split())
