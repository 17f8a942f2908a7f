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
