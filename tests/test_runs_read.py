"""Run files read back: what a killed session leaves, and what is no run file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from makers import make_result

from pytest_ftbench.errors import DataError
from pytest_ftbench.records import GateResult
from pytest_ftbench.runs import RunWriter, read_run, write_run

GATE = GateResult("accuracy >= 0.9", "e", "f.csv", "PASS", 1.0, 0.5, 1.0, 3, 3, 0, "")
CORRECTED = GateResult(
    "accuracy >= 0.8", "e", "f.csv", "PASS", 1.0, 0.5, 1.0, 3, 3, 0, "", 0.9, 0.4, 1.0, not_applicable=3
)
RESULTS = [
    make_result(fact="a", answer="Zürich\ud800\u2028", flags=("truncated",), tags={"topic": "pay"}),
    make_result(fact="b", outcome="e", answer=None),
    make_result(fact="c", outcome="n", answer=None, match="number", answer_before="24", context="", served_model="m"),
]

BROKEN = "run.jsonl:2: not a line of a run file (Unterminated string starting at: line 1 column 2 (char 1))."


def write(folder: Path, *, end: bool = True) -> Path:
    writer = RunWriter(folder / "run.jsonl", {"id": "r", "endpoints": []})
    for result in RESULTS:
        writer.add_result(result, test=result.fact)
    writer.add_gate(GATE)
    writer.add_gate(CORRECTED)
    writer.finish({}, {"exit_status": 0} if end else None)
    return writer.path


def fault(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_run(path, shown_as="run.jsonl")
    return str(caught.value)


def test_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    run = read_run(write(tmp_path))
    assert run.header == {"schema": 1, "id": "r", "endpoints": []}
    assert list(run.results) == RESULTS
    assert run.gates == (GATE, CORRECTED)
    assert run.end == {"exit_status": 0}


def test_run_written_again_is_the_same_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    write_run(tmp_path / "deeper" / "copy.jsonl", read_run(path))
    assert (tmp_path / "deeper" / "copy.jsonl").read_bytes() == path.read_bytes()
    assert [found.name for found in (tmp_path / "deeper").iterdir()] == ["copy.jsonl"]


def test_killed_session_leaves_what_was_written_before_the_cut(tmp_path: Path) -> None:
    path = write(tmp_path, end=False)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'"fact": "b"') + 30])
    run = read_run(path)
    assert [result.fact for result in run.results] == ["a"]
    assert run.end is None


def test_cut_within_a_character_is_a_cut_like_any_other(tmp_path: Path) -> None:
    path = write(tmp_path, end=False)
    path.write_bytes(path.read_bytes() + '{"kind": "result", "fact": "Zü'.encode()[:-1])
    assert len(read_run(path).results) == 3


def test_results_are_as_frozen_and_equal_as_any(tmp_path: Path) -> None:
    (first, *_) = read_run(write(tmp_path)).results
    assert type(first) is type(RESULTS[0])
    assert repr(first) == repr(RESULTS[0])
    with pytest.raises(AttributeError):
        first.fact = "b"  # type: ignore[misc]


def test_lines_and_fields_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path)
    header, *rest = path.read_text(encoding="utf-8").split("\n")[:2]
    rest = [json.dumps({**json.loads(line), "later": 1}) for line in rest]
    path.write_text("\n".join([header, json.dumps({"kind": "later"}), *rest]), encoding="utf-8")
    assert len(read_run(path).results) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("who?,me\n", "run.jsonl:1: not a line of a run file (Expecting value: line 1 column 1 (char 0))."),
        ("\n", "run.jsonl: the file is empty. Give it at least one row."),
        ("[1]\n", "run.jsonl:1: expected a JSON object, got list."),
        ('{"a": 1}\n', "run.jsonl:1: not a run file: the first line must have kind 'run' and a schema."),
        ('{"kind": "run", "schema": 1}\n{"kind\n{"kind": "end"}\n', BROKEN),
        (
            '{"kind": "run", "schema": 1}\n{"kind": "end"}\n\n["end"]\n',
            "run.jsonl:4: expected a JSON object, got list.",
        ),
        (
            '{"kind": "run", "schema": 9}\n',
            "run.jsonl:1: run file of schema 9; this version reads up to 1. Upgrade it.",
        ),
        (
            '{"kind": "run", "schema": 1}\n{"kind": "result", "case": "c"}\n',
            "run.jsonl: the result of case 'c' has no readable 'suite'. Was the file edited by hand?",
        ),
        (
            '{"kind": "run", "schema": 1}\n{"kind": "gate", "expr": "accuracy >= 1"}\n',
            "run.jsonl: the gate 'accuracy >= 1' has no 'endpoint'. Was the file edited by hand?",
        ),
    ],
)
def test_what_is_no_run_file_is_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(text, encoding="utf-8")
    assert fault(path) == told


def test_missing_file_is_told_in_one_line(tmp_path: Path) -> None:
    told = "run.jsonl: cannot be read (No such file or directory). Check the path."
    assert fault(tmp_path / "run.jsonl") == told


@pytest.mark.parametrize("field", [{"grade": "good"}, {"answer": 5}, {"right": None}, {"flags": "leak"}, {"tags": []}])
def test_field_that_is_not_what_it_must_be_is_named(field: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path)
    header, first, *_ = path.read_text(encoding="utf-8").split("\n")
    path.write_text(f"{header}\n{json.dumps({**json.loads(first), **field})}\n", encoding="utf-8")
    (name,) = field
    assert fault(path) == f"run.jsonl: the result of case 'case' has no readable {name!r}. Was the file edited by hand?"
