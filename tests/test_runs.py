"""The run file: its lines, their order, what an interrupted session leaves, and where runs are kept."""

from __future__ import annotations

import json
import os
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_result

from pytest_ftbench.errors import SpecError
from pytest_ftbench.evaluate import build_result, from_plain, own_verdict, to_plain
from pytest_ftbench.records import Case, Completion, GateResult, Result, Verdict
from pytest_ftbench.runs import RunWriter, forget_old_runs, publish, runs_folder, saved_run

GATE = GateResult("accuracy >= 0.9", "e", "f.csv", "PASS", 1.0, 0.5, 1.0, 3, 3, 0, "")
RESULT_FIELDS = {
    "kind", "suite", "fact", "variant", "case", "content", "endpoint", "sample", "question", "expected", "tags",
    "status", "grade", "right", "rule", "reason", "flags", "answer", "finish_reason", "latency_s", "tokens_in",
    "tokens_out", "cost_usd", "cached", "error",
}  # fmt: skip
"""What the design promises; a line may hold more."""


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n") if line]


def write_run(path: Path, results: list[Result], *, end: dict[str, Any] | None = None) -> RunWriter:
    writer = RunWriter(path, {"id": "r", "endpoints": []})
    for result in results:
        writer.add_result(result, test=repr(result))
    writer.add_gate(GATE)
    writer.finish({"endpoints": [{"alias": "e"}]}, end)
    return writer


def test_run_has_one_line_for_itself_each_result_each_gate_and_the_end(tmp_path: Path) -> None:
    write_run(tmp_path / "r.jsonl", [make_result(fact="a"), make_result(fact="b")], end={"exit_status": 0, "calls": 2})
    run, first, second, gate, end = lines(tmp_path / "r.jsonl")
    assert run == {"kind": "run", "schema": 1, "id": "r", "endpoints": [{"alias": "e"}]}
    assert [first["fact"], second["fact"]] == ["a", "b"]
    assert first.keys() >= RESULT_FIELDS
    only_of_some = {"corrected", "corrected_low", "corrected_high", "note", "chosen", "not_applicable"}
    assert gate == {"kind": "gate", **{name: value for name, value in asdict(GATE).items() if name not in only_of_some}}
    assert end == {"kind": "end", "exit_status": 0, "calls": 2}


def test_gate_line_has_the_fields_of_the_design(tmp_path: Path) -> None:
    write_run(tmp_path / "r.jsonl", [])
    assert list(lines(tmp_path / "r.jsonl")[1]) == [
        "kind", "expr", "endpoint", "selection", "outcome", "value", "low", "high", "right", "n", "errors", "reason",
    ]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_run_does_not_depend_on_the_order_in_which_results_arrived(chance: random.Random) -> None:
    results = [
        make_result(suite=suite, fact=fact, variant=variant, case=case, endpoint=endpoint, sample=sample)
        for suite in "st"
        for fact in "fg"
        for variant, case in (("memorization", "memorization"), ("rephrased", "a"), ("rephrased", "b"))
        for endpoint in ("base", "tuned")
        for sample in (1, 2, 10)
    ]
    moved = list(results)
    chance.shuffle(moved)
    folder = Path(os.environ["HOME"])
    for name, arrived in (("sorted", results), ("moved", moved)):
        write_run(folder / f"{name}.jsonl", arrived)
    assert (folder / "moved.jsonl").read_bytes() == (folder / "sorted.jsonl").read_bytes()
    assert [line["sample"] for line in lines(folder / "moved.jsonl") if line["kind"] == "result"][:3] == [1, 2, 10]


def test_open_run_is_a_readable_prefix_at_every_moment(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    writer = RunWriter(path, {"id": "r"})
    assert [line["kind"] for line in lines(path)] == ["run"]
    writer.add_result(make_result(fact="b"), test="b")
    assert [line["kind"] for line in lines(path)] == ["run", "result"]
    writer.add_result(make_result(fact="a"), test="a")
    writer.add_gate(GATE)
    assert [line.get("fact") for line in lines(path)] == [None, "b", "a", None]
    writer.finish({}, {"exit_status": 0})
    assert [line.get("fact") for line in lines(path)] == [None, "a", "b", None, None]


def test_interrupted_run_has_no_end_line(tmp_path: Path) -> None:
    write_run(tmp_path / "r.jsonl", [make_result()], end=None)
    assert [line["kind"] for line in lines(tmp_path / "r.jsonl")] == ["run", "result", "gate"]


def test_finished_run_leaves_no_other_file(tmp_path: Path) -> None:
    write_run(tmp_path / "r.jsonl", [make_result()])
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]


@pytest.mark.parametrize("text", ["é 東京", "two\nlines\r\n", "\u2028\x85\x00", "half \ud83d", '"quoted"', ""])
def test_any_text_is_written_as_utf_8_on_one_line_and_read_back(tmp_path: Path, text: str) -> None:
    write_run(tmp_path / "r.jsonl", [make_result(answer=text, question=text)])
    result = lines(tmp_path / "r.jsonl")[1]
    assert (result["answer"], result["question"]) == (text, text)


def test_letters_are_written_as_they_are(tmp_path: Path) -> None:
    write_run(tmp_path / "r.jsonl", [make_result(answer="Zürich")])
    assert "Zürich".encode() in (tmp_path / "r.jsonl").read_bytes()


TEXT = st.text(max_size=20)
MAYBE = st.none() | TEXT
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)
RESULTS = st.builds(
    Result, suite=TEXT, fact=TEXT, variant=TEXT, case=TEXT, content=TEXT, endpoint=TEXT, sample=st.integers(1),
    question=TEXT, prompt=MAYBE, system=MAYBE, expect=st.sampled_from(["answer", "abstain"]), expected=TEXT,
    tags=st.dictionaries(TEXT, TEXT), status=st.sampled_from(["graded", "error", "unscored", "not_applicable"]),
    grade=st.none() | st.sampled_from(["correct", "incorrect", "stale", "abstained"]), right=st.booleans(), rule=MAYBE,
    reason=MAYBE, flags=st.lists(TEXT).map(tuple), answer=MAYBE, finish_reason=MAYBE, latency_s=NUMBER,
    tokens_in=st.none() | st.integers(0), tokens_out=st.none() | st.integers(0), cost_usd=NUMBER, cached=st.booleans(),
    error=MAYBE, served_model=MAYBE, trained_answer=MAYBE,
    match=MAYBE, answer_before=MAYBE, context=MAYBE, aliases=st.lists(TEXT).map(tuple),
    turns=st.lists(TEXT).map(tuple),
)  # fmt: skip


@given(RESULTS)
def test_result_comes_back_from_plain_data_as_it_was(result: Result) -> None:
    assert from_plain(to_plain(result)) == result
    assert from_plain(json.loads(json.dumps(to_plain(result)))) == result


def test_fields_of_a_later_version_are_passed_over_and_missing_ones_are_none() -> None:
    plain = to_plain(make_result()) | {"later": 1}
    del plain["served_model"], plain["tags"]
    assert from_plain(plain) == make_result(tags={})


CASE = Case(
    "Q?",
    "25",
    fact="f",
    id="i",
    suite="s",
    system="S.",
    tags={"a": "b"},
    place="f:1",
    answer_before="24",
    context="Staff rules.",
    aliases=("five weeks",),
    turns=("Q?", "Sure?"),
    requires=("rephrased",),
)
VERDICT = Verdict("incorrect", False, "number", "expected '25', got '30'", ("truncated",))


def test_graded_result_says_what_was_asked_expected_and_answered() -> None:
    completion = Completion("30", "length", "m-1", "fp", "w-1", 3, 4, 0.5, cached=True)
    result = build_result(CASE, completion, VERDICT, endpoint="e")
    assert {name: value for name, value in to_plain(result).items() if name != "content"} == {
        "suite": "s", "fact": "f", "variant": "memorization", "case": "i", "endpoint": "e", "sample": 1,
        "question": "Q?", "prompt": None, "system": "S.", "expect": "answer", "expected": "25", "tags": {"a": "b"},
        "status": "graded",
        "grade": "incorrect", "right": False, "rule": "number", "reason": "expected '25', got '30'",
        "flags": ["truncated"], "answer": "30", "finish_reason": "length", "latency_s": 0.5, "tokens_in": 3,
        "tokens_out": 4, "cost_usd": None, "cached": True, "error": None, "served_model": "m-1",
        "fingerprint": "fp", "deployment": "w-1", "trained_answer": None, "match": "auto",
        "answer_before": "24", "context": "Staff rules.", "aliases": ["five weeks"],
        "turns": ["Q?", "Sure?"], "earlier_answers": [], "requires": ["rephrased"],
    }  # fmt: skip


def test_result_says_what_the_answer_cost_where_that_is_known() -> None:
    assert build_result(CASE, Completion("25"), VERDICT, endpoint="e", cost_usd=0.0012).cost_usd == 0.0012
    assert build_result(CASE, Completion("25"), VERDICT, endpoint="e").cost_usd is None


def test_error_is_no_grade_whatever_verdict_comes_with_it() -> None:
    result = build_result(CASE, Completion(error="HTTP 500"), own_verdict(holds=True, reason="r"), endpoint="e")
    assert (result.status, result.grade, result.right, result.answer) == ("error", None, False, None)
    assert (result.rule, result.reason, result.error) == (None, None, "HTTP 500")


def test_answer_without_a_verdict_is_unscored() -> None:
    result = build_result(CASE, Completion("30"), None, endpoint="e")
    assert (result.status, result.grade, result.right, result.answer) == ("unscored", None, False, "30")


def test_verdict_without_a_grade_leaves_the_case_unscored_and_says_why() -> None:
    verdict = Verdict(None, False, "judge:strict", "no grade could be read", ("forged",))
    result = build_result(CASE, Completion("30"), verdict, endpoint="e")
    assert (result.status, result.grade, result.right, result.error) == ("unscored", None, False, None)
    assert (result.rule, result.reason, result.flags) == ("judge:strict", "no grade could be read", ("forged",))
    assert repr(verdict) == "unscored by judge:strict: no grade could be read [forged]"


def test_result_names_the_trained_answer_only_where_abstention_is_due() -> None:
    due = Case("In 2041?", expect="abstain", trained_answer="25", prompt="P")
    result = build_result(due, Completion("25"), VERDICT, endpoint="e")
    assert (result.expected, result.trained_answer, result.prompt) == ("(abstain)", "25", "P")


def auto_name(number: int) -> str:
    return f"20260101T00{number // 60:02}{number % 60:02}Z-{number:08x}.jsonl"


def test_newest_fifty_unnamed_runs_and_all_named_ones_are_kept(tmp_path: Path) -> None:
    named = ["release-12.jsonl", "20260101.jsonl", "notes.txt", "20260101T000000Z-00000000.jsonl.bak"]
    for name in [*named, *map(auto_name, range(60))]:
        (tmp_path / name).write_text("x")
    forget_old_runs(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*named, *map(auto_name, range(10, 60))}


@pytest.mark.parametrize(("kept", "left"), [(0, 0), (2, 2), (5, 3)])
def test_as_many_unnamed_runs_stay_as_asked_for(tmp_path: Path, kept: int, left: int) -> None:
    for number in range(3):
        (tmp_path / auto_name(number)).write_text("x")
    forget_old_runs(tmp_path, kept=kept)
    assert sorted(path.name for path in tmp_path.iterdir()) == [auto_name(number) for number in range(3 - left, 3)]


@pytest.mark.parametrize("name", ["release-12", "v1.2+rc_3", "été"])
def test_run_is_saved_under_its_name(tmp_path: Path, name: str) -> None:
    assert saved_run(tmp_path, name) == tmp_path / ".ftbench" / "runs" / f"{name}.jsonl"


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "-x", ".x", "a\n", "a:b", "x" * 101])
def test_name_that_no_file_should_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError) as error:
        saved_run(tmp_path, name)
    assert str(error.value) == (
        f"run name {name!r}: use up to 100 letters, digits and . _ + -, the first a letter or digit."
    )


def test_name_like_that_of_an_unnamed_run_is_refused_since_it_would_be_removed(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        saved_run(tmp_path, "20260101T000000Z-0123abcd")
    assert str(error.value) == (
        "run name '20260101T000000Z-0123abcd' looks like that of an unnamed run, to be removed some day. "
        "Choose another."
    )


def test_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    path = runs_folder(tmp_path) / "x.jsonl"
    path.write_text("")
    with pytest.raises(SpecError) as error:
        saved_run(tmp_path, "x")
    assert str(error.value) == (
        f"run name 'x' is taken by {path}. A saved run is never overwritten: choose another name."
    )


def test_runs_lie_out_of_the_way_of_version_control_and_backups(tmp_path: Path) -> None:
    folder = runs_folder(tmp_path / "new" / "root")
    home = tmp_path / "new" / "root" / ".ftbench"
    assert folder == home / "runs"
    assert folder.is_dir()
    assert (home / ".gitignore").read_text() == "*\n"
    assert (home / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_gitignore_that_the_user_took_away_stays_away(tmp_path: Path) -> None:
    runs_folder(tmp_path)
    (tmp_path / ".ftbench" / ".gitignore").unlink()
    runs_folder(tmp_path)
    assert not (tmp_path / ".ftbench" / ".gitignore").exists()


def test_copies_are_published_whole_over_older_ones(tmp_path: Path) -> None:
    run, out = tmp_path / "r.jsonl", tmp_path / "new" / "out.jsonl"
    for text in ("one\n", "two\n"):
        run.write_text(text)
        publish(run, [out, tmp_path / "copy"])
    assert [path.read_text() for path in (out, tmp_path / "copy")] == ["two\n", "two\n"]
    assert [path.name for path in out.parent.iterdir()] == ["out.jsonl"]


def test_copy_that_fails_leaves_the_older_one_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, out = tmp_path / "r.jsonl", tmp_path / "out" / "o.jsonl"
    run.write_text("new\n")
    out.parent.mkdir()
    out.write_text("old\n")

    def fill_disk(path: Path, _: bytes) -> int:
        path.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_disk)
    with pytest.raises(OSError, match="No space left"):
        publish(run, [out])
    assert [(path.name, path.read_text()) for path in out.parent.iterdir()] == [("o.jsonl", "old\n")]


def test_copy_into_a_pipe_or_through_a_link_replaces_neither(tmp_path: Path) -> None:
    run, target, link = tmp_path / "r.jsonl", tmp_path / "target", tmp_path / "link"
    run.write_text("new\n")
    target.write_text("old\n")
    link.symlink_to(target)
    publish(run, [link, Path(os.devnull)])
    assert (target.read_text(), link.is_symlink(), Path(os.devnull).is_file()) == ("new\n", True, False)


def test_test_that_is_run_again_has_its_last_result(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "r.jsonl", {})
    writer.add_result(make_result(fact="a", outcome="e"), test="test_it.py::test_a")
    writer.add_result(make_result(fact="a"), test="test_it.py::test_a")
    writer.finish({}, {})
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines if line["kind"] == "result"] == ["graded"]
