"""`ftbench runs`: the runs of a project, and what is in one."""

from __future__ import annotations

import json
from pathlib import Path

from command_kit import fault, ftbench, here, store
from makers import make_result

from pytest_ftbench.records import GateResult
from pytest_ftbench.runs import read_run, runs_folder, write_run

__all__ = ["here"]

GATE = GateResult("accuracy >= 0.9", "e", "f.csv", "FAIL", 0.5, 0.1, 0.9, 1, 2, 0, "")
OPEN = GateResult("accuracy >= 0.9", "e", "f.csv", "INCONCLUSIVE", None, None, None, 0, 0, 1, "1 of 2 ran")
RESULTS = (
    make_result(fact="a", variant="rephrased"),
    make_result(fact="b", variant="rephrased", outcome="w"),
    make_result(fact="c"),
    make_result(fact="d", outcome="e"),
)
NEWEST = "20260102T030405Z-0000000b"


def kept(folder: Path) -> Path:
    runs = runs_folder(folder)
    store(runs / "base.jsonl", *RESULTS, gates=(GATE, OPEN), started_at="2026-01-02T03:04:05+00:00", git_commit="abc")
    store(runs / f"{NEWEST}.jsonl", *RESULTS)
    run = read_run(runs / "base.jsonl")
    write_run(runs / "20260101T030405Z-0000000a.jsonl", type(run)(run.place, run.header, run.results[:1], (), None))
    return runs


def test_list_has_a_line_for_each_run(here: Path) -> None:
    (kept(here) / "broken.jsonl").write_text("who?\n")
    assert ftbench("runs", "list") == (
        0,
        f"""\
run                         started      endpoints   results   gates
─────────────────────────────────────────────────────────────────────────────
base                        2026-01-02   e                 4   FAIL
broken                      -            -                 -   cannot be read
20260102T030405Z-0000000b   -            e                 4   -
20260101T030405Z-0000000a   2026-01-02   e                 1   -, interrupted
{here}/.ftbench/runs/broken.jsonl:1: not a line of a run file (Expecting value: line 1 column 1 (char 0)).
""",
        "",
    )


def test_list_of_nothing_says_where_it_looked(here: Path) -> None:
    assert ftbench("runs", "list") == (0, f"no runs in {here / '.ftbench/runs'}\n", "")
    assert json.loads(ftbench("runs", "list", "--json")[1]) == {"folder": str(here / ".ftbench/runs"), "runs": []}


def test_list_holds_the_same_for_machines(here: Path) -> None:
    kept(here)
    found = json.loads(ftbench("runs", "list", "--json")[1])["runs"]
    assert [(run["name"], run["results"], run["finished"], run["gates"]) for run in found] == [
        ("base", 4, True, {"FAIL": 1, "INCONCLUSIVE": 1}),
        (NEWEST, 4, True, {}),
        ("20260101T030405Z-0000000a", 1, False, {}),
    ]
    assert found[0]["endpoints"] == ["e"]


def test_show_tells_what_a_run_is_of_and_how_right_it_was(here: Path) -> None:
    kept(here)
    assert ftbench("runs", "show", "base") == (
        0,
        """\
id         r1
started_at 2026-01-02T03:04:05+00:00
ftbench    0.1.0
git_commit abc
endpoint   e: openai:m
ended      as it should

variant                                    e
────────────────────────────────────────────
memorization   1/1 100.0 % [21, 100] 1 error
rephrased                1/2  50.0 % [9, 91]

FAIL          accuracy >= 0.9  1/2 = 0.500 [0.100, 0.900]
INCONCLUSIVE  accuracy >= 0.9  nothing measured, 1 error; 1 of 2 ran
""",
        "",
    )
    assert "ended      interrupted: it has no end line\n" in ftbench("runs", "show", "0000000a")[1]


def test_show_holds_the_same_for_machines(here: Path) -> None:
    kept(here)
    data = json.loads(ftbench("runs", "show", "base", "--json")[1])
    assert [(one["variant"], one["right"], one["n"], one["without_grade"]) for one in data["accuracy"]] == [
        ("memorization", 1, 1, 1),
        ("rephrased", 1, 2, 0),
    ]
    assert (data["header"]["id"], data["end"], data["results"]) == ("r1", {"exit_status": 0}, 4)
    assert [gate["outcome"] for gate in data["gates"]] == ["FAIL", "INCONCLUSIVE"]


def test_run_that_is_not_there_is_told_in_one_line(here: Path) -> None:
    kept(here)
    assert fault("runs", "show", "bsae") == (
        f"ftbench: no run 'bsae': no such file, nor a run in {here / '.ftbench/runs'}. Did you mean 'base'? "
        "Saved: base. Name one of these, 'last' or the id of another run."
    )


def test_show_draws_the_training_curve_of_a_sweep(here: Path) -> None:
    steps = {"cand@30": "rrwe", "cand@60": "rrrw", "base": "rwrw"}
    made = [
        make_result(fact=f"f{n}", case=f"f{n}", content=str(n), endpoint=alias, outcome=letter)
        for alias, letters in steps.items()
        for n, letter in enumerate(letters)
    ]
    endpoints = [
        {"alias": "cand@30", "spec": "openai:x-30", "checkpoint": {"model": "cand", "step": 30, "epoch": 1}},
        {"alias": "cand@60", "spec": "openai:x", "checkpoint": {"model": "cand", "step": 60, "is_final": True}},
        {"alias": "base", "spec": "openai:b"},
    ]
    store(here / "run.jsonl", *made, endpoints=endpoints, baseline="base")
    code, out, _ = ftbench("runs", "show", "run.jsonl")
    assert code == 0
    assert (
        out.partition("id         r1\n")[2]
        == """\
ftbench    0.1.0
endpoint   cand@30: openai:x-30, epoch 1
endpoint   cand@60: openai:x, the final model
endpoint   base: openai:b
ended      as it should

variant                        base
───────────────────────────────────
memorization   2/4  50.0 % [15, 85]

training curve of cand
step   epoch                   memorization               retention
───────────────────────────────────────────────────────────────────
  30       1   2/3  66.7 % [21, 94] 1 error     1/2  50.0 % [9, 91]
  60       -           3/4  75.0 % [30, 95]   2/2 100.0 % [34, 100]

best on memorization    cand@60: 3/4 = 0.750 [0.301, 0.954]; not compared, for want of grades: cand@30
best on generalization  not known: no case of another variant expects an answer
best on retention       cand@60: 2/2 = 1.000 [0.342, 1.000]
Pareto set              cand@60: none is beaten on memorization and retention at once
scores of the best of 2 are biased upwards, since they chose it: by 15.2 points on retention if all 2 are equally \
good; gates with select=best_on(holdout) are not
"""
    )
