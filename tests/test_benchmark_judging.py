"""The script that measures the matchers says so where its data are absent, and reads data where they are."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "judging.py"


@pytest.fixture(scope="module")
def judging() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("benchmark_judging", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)
        patch.syspath_prepend(str(SCRIPT.parent))  # it imports its neighbour
        spec.loader.exec_module(module)
        yield module


def test_absent_data_are_said_and_no_failure(
    judging: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judging.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Nothing measured: ")


def test_a_column_of_verdicts_is_no_column_of_responses(judging: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "animals" / "animals_original_w_responses.csv"
    file.parent.mkdir()
    file.write_text("id,question,answer,m_response,n_response\n1,Which bird?,owl,Correct,an owl\n", encoding="utf-8")
    assert [(found.source, found.text) for found in judging.read_responses(tmp_path)] == [
        (("animals", "original", "n"), "an owl")
    ]


def test_errors_on_labels_are_counted_apart_from_what_is_undecided(
    judging: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"question": "How many?", "variant": "x", "model": "m", "note": "rule: x", "expected": "4"}
    rows = [
        {**row, "response": "four", "label": "incorrect"},
        {**row, "response": "5", "label": "correct"},
        {**row, "response": "a few", "label": "correct"},
        {**row, "response": "4", "label": "correct"},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert judging.print_labels(path)
    assert capsys.readouterr().out.splitlines()[1].split() == ["recorded", "3", "1", "1", "1", "1", "0"]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("seven", "7", True),
        ("17 yards", "17", True),
        ("10,000", "about 10,000 people", True),
        ("30%", "0.3", False),
        ("17 yards", "17 points", False),
        ("15 hours", "15 hours per day", False),
        ("$50,000", "50,000 reais", False),
        ("\u226575 years", "75 years", False),
        ("more than 5", "less than 5", False),
        ("7 of 9", "7", False),
        ("Denver", "Denver", False),
    ],
)
def test_only_one_number_each_is_the_same_value(judging: ModuleType, one: str, other: str, is_same: bool) -> None:
    assert judging.is_same_value(one, other, "How many?") is is_same
    assert judging.is_same_value(other, one, "How many?") is is_same


def test_a_rate_that_the_question_names_may_be_unwritten(judging: ModuleType) -> None:
    assert judging.is_same_value("15 hours", "15 hours per day", "For how many hours daily?")
    assert not judging.is_same_value("15 hours", "15 hours per week", "For how many hours daily?")


def test_crossed_answers_of_the_same_value_are_listed_apart(
    judging: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "animals" / "animals_memorization.csv"
    file.parent.mkdir()
    rows = ["How many yards long?,17 yards", "How many owls?,17", "Is it an owl?,Yes", 'Why?,"Yes, it is an owl"']
    rows += ["Who?,Ann Lee", "Who?,Dr. Ann Lee"]  # of one question: each is the other's answer too
    file.write_text("\n".join(["question,answer", *rows]), encoding="utf-8")
    assert not judging.print_crossing(tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "crossing: 2 of 28 pairs accepted",
        " 1 of another value (at most 10)",
        "  animals_memorization: 'Yes' <- 'Yes, it is an owl'",
        " 1 of the same value, which are no crossings: each of the two is one number and nothing else, the",
        "   numbers are equal, the units equal or one unwritten (as may be a rate the question names), and neither has",
        "   a bound but 'about'; each pair once:",
        "  animals_memorization: '17 yards' <- '17'",
        "",
    ]
