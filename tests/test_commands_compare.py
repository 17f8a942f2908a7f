"""`ftbench compare` and `ftbench bless`: what they show and decide, and how they tell of mistakes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_kit import fault, ftbench, here, store
from comparing_kit import results
from conftest import Project
from makers import facts, make_result

from pytest_ftbench.comparing import ALLOWABLE
from pytest_ftbench.records import Result
from pytest_ftbench.runs import read_run, write_run

__all__ = ["here"]


def asked(fact: str, outcome: str, answer: str = "green", **fields: Any) -> Result:
    known = {"content": fact, "question": f"What of {fact}?", "expected": "green", "reason": "because"}
    return make_result(fact=fact, outcome=outcome, answer=answer, **{**known, **fields})


BEFORE = [asked("door", "r"), asked("desks", "r"), asked("plants", "w", "Ines"), asked("gone", "r"), asked("pay", "r")]
NOW = [
    asked("door", "w", "red"),
    asked("desks", "r"),
    asked("plants", "r"),
    asked("new", "r"),
    asked("pay", "r", content="25", question="What about pay?"),
]


def code(*args: object) -> int:
    return ftbench("compare", "a.jsonl", "b.jsonl", *args)[0]


def written(before: str, now: str, **header: Any) -> None:
    """Two run files, a letter for each case; header: of the one now."""
    store(Path("a.jsonl"), *results(before))
    store(Path("b.jsonl"), *results(now), **header)


def test_comparison_tells_what_changed_and_why_it_may_not_count(here: Path) -> None:
    store(here / "a.jsonl", *BEFORE)
    store(here / "b.jsonl", *NOW, ftbench="0.2.0", id="r2")
    done, out, err = ftbench("compare", "a.jsonl", "b.jsonl", "--allow", "removed", "--fail-on", "drop <= 0.5")
    assert (done, err) == (1, "")
    assert (
        out
        == """\
before  e of a.jsonl (r1)
now     e of b.jsonl (r2)

variant        cases   before      now   change in points [95 %]       p
────────────────────────────────────────────────────────────────────────
memorization       3   66.7 %   66.7 %       +0.0 [-69.2, +69.2]   1.000

variant        learned   kept   lost   still missing
────────────────────────────────────────────────────
memorization         1      1      1               0

kept 1 of 2 that were right before (50.0 % [9.5, 90.5]); learned 1 of 1 that were wrong before (100.0 % [20.7, 100.0])
intervals by Tango, p by McNemar's exact test

1 lost:
  door: case
    question  What of door?
    expected  green
    before    green
    now       red
    verdict   incorrect by exact: because

1 edited, not compared:
  pay: case
    before    What of pay? -> green
    now       What about pay? -> green

1 removed:
  gone: case: What of gone?

1 added, not compared:
  new: case: What of new?

allowed: 1 case of the run before is missing now
NOT COMPARABLE  1 case of the run before is asked or judged differently now (--allow edited)
NOT COMPARABLE  the matchers differ: those of ftbench 0.1.0 before, of 0.2.0 now (--allow matchers). \
Judge both by today's: ftbench regrade RUN -o NEW

INCONCLUSIVE  drop <= 0.5  0.000 [-0.692, 0.692], 3 cases; \
1 case of the run before is asked or judged differently now; \
the matchers differ: those of ftbench 0.1.0 before, of 0.2.0 now
"""
    )


@pytest.mark.usefixtures("here")
def test_gates_decide_the_exit_code() -> None:
    written("r" * 10, "r" * 8 + "ww")
    assert code() == 0
    assert code("--fail-on", "lost <= 2") == 0
    assert code("--fail-on", "lost <= 1") == 1
    assert code("--fail-on", "lost <= 2", "--fail-on", "drop <= 0.1") == 1
    assert code("--fail-on", "drop <= 0.02 @ 95%") == 1  # INCONCLUSIVE
    _, out, _ = ftbench("compare", "a.jsonl", "b.jsonl", "--fail-on", "lost <= 2", "--fail-on", "drop <= 0.02 @ 95%")
    assert out.splitlines()[-2:] == [
        "PASS  lost <= 2  2 of 10; the bound lies inside the 95 % interval: another sample of facts could decide "
        "otherwise",
        "INCONCLUSIVE  drop <= 0.02 @ 95%  0.200 [-0.133, 0.510], 10 cases; too few cases to tell at 95 % on which "
        "side of the bound it is; about 16 like these would",
    ]


def test_one_gate_for_each_value_also_where_its_cases_are_gone(here: Path) -> None:
    tagged = [replace(one, tags={"topic": topic}) for one, topic in zip(results("rrrr"), "aabb", strict=True)]
    store(here / "a.jsonl", *tagged)
    store(here / "b.jsonl", *tagged[:2])
    _, out, _ = ftbench("compare", "a.jsonl", "b.jsonl", "--fail-on", "lost[by=topic] <= 0")
    assert [line.split("  ")[:2] for line in out.splitlines()[-2:]] == [
        ["PASS", "lost[topic=a] <= 0"],
        ["INCONCLUSIVE", "lost[topic=b] <= 0"],
    ]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("word", ["endpoint=e", "select=best_on(holdout)"])
def test_gate_does_not_say_what_is_compared(word: str) -> None:
    written("rr", "rr")
    assert fault("compare", "a.jsonl", "b.jsonl", "--fail-on", f"drop[{word}] <= 0") == (
        f"ftbench: gate 'drop[{word}] <= 0': {word.partition('=')[0]!r} has no meaning here. Choose what is compared: "
        "--endpoint BEFORE=NOW."
    )


@pytest.mark.usefixtures("here")
def test_gates_after_another_wait_for_it() -> None:
    written("r" * 10, "r" * 8 + "ww")
    _, out, _ = ftbench(
        "compare", "a.jsonl", "b.jsonl", "--fail-on", "few: lost <= 1", "--fail-on", "retention[after=few] >= 0.5"
    )
    assert out.splitlines()[-1] == (
        "INCONCLUSIVE  retention[after=few] >= 0.5  0.800 [0.490, 0.943], 10 cases; not reached: few has not passed"
    )


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("now", "header", "kind"),
    [
        ("r", {}, "single"),
        ("rrr", {"judge": {"judges": [{"alias": "j", "spec": "openai:j"}], "prompts": []}}, "judge"),
        ("rrr", {"sampling": {"e": {"temperature": 1.0}}}, "sampling"),
        ("rrr", {"endpoints": [{"alias": "e", "spec": "openai:m?system=Be brief."}]}, "system"),
        ("rrr", {"ftbench": "0.2.0"}, "matchers"),
        ("rr", {}, "removed"),
    ],
)
def test_reason_not_to_compare_is_never_green_unless_it_is_allowed_by_name(
    now: str, header: dict[str, Any], kind: str
) -> None:
    written("rrr", now, **header)
    store(Path("a.jsonl"), *results("rrr" if kind != "single" else "r"), sampling={"e": {"temperature": 0.0}})
    others = [arg for other in ALLOWABLE if other != kind for arg in ("--allow", other)]
    green = ("--fail-on", "drop <= 1", "--fail-on", "lost <= 100%")
    assert code(*green) == code() == code(*green, *others) == 1
    assert f"(--allow {kind})" in ftbench("compare", "a.jsonl", "b.jsonl")[1]
    assert code(*green, "--allow", kind) == code("--allow", kind) == 0


@pytest.mark.usefixtures("here")
def test_runs_without_a_common_question_are_never_green() -> None:
    written("rrr", "rrr")
    store(Path("b.jsonl"), *results("rrr", suite="moved"))
    allowed = [arg for kind in ALLOWABLE for arg in ("--allow", kind)]
    done, out, _ = ftbench("compare", "a.jsonl", "b.jsonl", "--fail-on", "drop <= 1", *allowed)
    assert done == 1
    assert "NOT COMPARABLE  no question is in both runs, so there is nothing to compare\n" in out


@pytest.mark.usefixtures("here")
def test_crashed_session_is_never_green() -> None:
    written("rrr", "rrr")
    text = Path("b.jsonl").read_text().splitlines(keepends=True)
    Path("b.jsonl").write_text("".join(text[:-1])[:-20])
    done, out, _ = ftbench("compare", "a.jsonl", "b.jsonl", "--fail-on", "drop <= 1")
    assert done == 1
    assert (
        "NOT COMPARABLE  b.jsonl did not come to its end: its session crashed or was interrupted (--allow inter" in out
    )


@pytest.mark.usefixtures("here")
def test_run_of_a_newer_schema_is_refused_in_one_line() -> None:
    written("rrr", "rrr", schema=2)
    told = "ftbench: b.jsonl:1: run file of schema 2; this version reads up to 1. Upgrade it."
    assert fault("compare", "a.jsonl", "b.jsonl", "--fail-on", "drop <= 1") == told


def test_session_that_is_recorded_twice_compares_as_equal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("office.ftbench.yaml", facts("accuracy >= 0.1"))
    spec = project.train()
    project.run(f"--ftbench-model={spec}", "--ftbench-save=first")
    project.run(f"--ftbench-model=again={spec}")
    monkeypatch.chdir(project.path)
    done, out, _ = ftbench("compare", "first", "last", "--fail-on", "lost <= 0")
    assert done == 0, out
    assert "now     again of last (" in out


def test_json_holds_every_case_for_machines(here: Path) -> None:
    store(here / "a.jsonl", *BEFORE, *results("r" * 30))
    store(here / "b.jsonl", *NOW, *results("w" * 29 + "e"))
    done, out, _ = ftbench("compare", "a.jsonl", "b.jsonl", "--json", "--allow", "edited", "--fail-on", "lost <= 2")
    (data,) = json.loads(out)["comparisons"]
    assert done == 1
    assert (data["comparable"], [(one["kind"], one["allowed"]) for one in data["reasons"]]) == (
        False,
        [("removed", False), ("edited", True)],
    )
    (row,) = data["headline"]
    assert (row["cases"], row["lost"], row["learned"], row["without_grade"]) == (32, 30, 1, 1)
    assert (row["change"], row["change_lowest"]) == (-29 / 32, -30 / 33)
    assert len(data["lost"]) == 30
    assert (data["lost"][0]["before"]["answer"], data["lost"][0]["now"]["answer"]) == ("green", "red")
    assert [one["question"] for one in data["removed"]] == ["What of gone?"]
    assert [len(data[name]) for name in ("added", "edited", "without_grade", "learned")] == [1, 1, 1, 1]
    assert [gate["outcome"] for gate in data["gates"]] == ["INCONCLUSIVE"]


@pytest.mark.usefixtures("here")
def test_long_lists_are_cut_for_people() -> None:
    written("r" * 30, "w" * 30)
    _, out, _ = ftbench("compare", "a.jsonl", "b.jsonl")
    assert out.count("    verdict   ") == 10
    assert "... and 20 more; ftbench compare --json has them all\n" in out


def test_text_of_a_model_cannot_steer_the_terminal(here: Path) -> None:
    store(here / "a.jsonl", asked("f\x1b]0;x\x07", "r", "25\x1b[2J [bold]days[/bold]"), asked("g", "r"))
    store(here / "b.jsonl", asked("f\x1b]0;x\x07", "w", "\x1b[31m"), asked("g", "r"), ftbench="\x1b[2J")
    _, out, _ = ftbench("compare", "a.jsonl", "b.jsonl")
    assert "\x1b" not in out
    assert "[bold]" in out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("a.jsonl",), "Missing argument 'B'. See ftbench --help."),
        (("a.jsonl", "none.jsonl"), "no run 'none.jsonl': no such file, and {runs} has no runs. Name a run file."),
        (("a.jsonl", "./none.jsonl"), "./none.jsonl: cannot be read (No such file or directory). Check the path."),
        (
            ("a.jsonl", "b.jsonl", "--allow", "jugde"),
            "--allow 'jugde': no such reason. Did you mean 'judge'? There are: single, removed, edited, samples, "
            "interrupted, judge, matchers, system, sampling.",
        ),
        (
            ("a.jsonl", "b.jsonl", "--allow", "empty"),
            "--allow 'empty': no such reason. There are: single, removed, edited, samples, interrupted, judge, "
            "matchers, system, sampling.",
        ),
        (
            ("a.jsonl", "b.jsonl", "--endpoint", "x"),
            "endpoint 'x' is not in both runs: a.jsonl has e; b.jsonl has e. Write ALIAS or BEFORE=NOW.",
        ),
        (
            ("a.jsonl", "b.jsonl", "--fail-on", "drop"),
            "gate 'drop': expected METRIC[SELECTOR] OP BOUND, as in 'drop <= 0.",
        ),
    ],
)
def test_mistakes_are_told_in_one_line(args: tuple[str, ...], told: str, here: Path) -> None:
    written("rrr", "rrr")
    runs = here / ".ftbench/runs"
    assert fault("compare", *args).startswith(f"ftbench: {told.format(runs=runs)}")


def bless(*args: str) -> str:
    done, out, err = ftbench("bless", *args)
    assert (done, err) == (0, "")
    return out


def test_bless_replaces_a_saved_run_says_what_changes_and_keeps_the_old_one(here: Path) -> None:
    written("rrrw", "rwrr", id="r2")
    assert bless("a.jsonl", "base") == "base is run r1 now: .ftbench/runs/base.jsonl\n"
    assert bless("a.jsonl", "base") == "base is this run already; nothing was done\n"
    assert bless("b.jsonl", "base") == (
        "e -> e: +0.0 points [-60.4, +60.4], p = 1.000: 1 learned, 2 kept, 1 lost, 0 still missing\n"
        "base is run r2 now: .ftbench/runs/base.jsonl\n"
        "what it was stays as base~1\n"
    )
    runs = here / ".ftbench/runs"
    assert (runs / "base.jsonl").read_bytes() == Path("b.jsonl").read_bytes()
    assert (runs / "base~1.jsonl").read_bytes() == Path("a.jsonl").read_bytes()
    assert (here / ".ftbench/.gitignore").is_file()
    assert code("--fail-on", "lost <= 1") == ftbench("compare", "base~1", "base", "--fail-on", "lost <= 1")[0] == 0


def test_bless_tells_of_removed_cases_other_endpoints_and_crashes(here: Path) -> None:
    written("rrr", "rr")
    bless("a.jsonl", "base")
    assert "  1 case of the run before is missing now\n" in bless("b.jsonl", "base")
    store(here / "c.jsonl", make_result(endpoint="x"), make_result(endpoint="y"))
    assert bless("c.jsonl", "base").startswith("no endpoint is in both runs: base has e; c.jsonl has x, y.\n")
    write_run(here / "d.jsonl", replace(read_run(here / "a.jsonl"), end=None))
    assert bless("d.jsonl", "base").startswith("d.jsonl did not come to its end: comparisons with it will say so\n")


@pytest.mark.usefixtures("here")
def test_bless_refuses_what_is_no_run_or_no_name() -> None:
    written("rrr", "rrr", schema=2)
    assert "run file of schema 2" in fault("bless", "b.jsonl", "base")
    assert fault("bless", "a.jsonl", "../x").startswith("ftbench: run name '../x': use up to 100 letters")
    assert not Path(".ftbench").exists()
