"""The runs that a project keeps: how one is found, and that none is lost when another takes its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_kit import store
from makers import make_result

from pytest_ftbench.errors import SpecError
from pytest_ftbench.runs import runs_folder, saved_run
from pytest_ftbench.saved_runs import find_run, list_runs, nearest_runs, replace_saved

OLD, NEW = "20260101T000000Z-0000000a", "20260102T000000Z-0000000b"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = runs_folder(tmp_path)
    for name in (OLD, NEW, "release-12", "base"):
        (folder / f"{name}.jsonl").write_text(name)
    return folder


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("release-12", "release-12"),
        ("last", NEW),
        ("0000000a", OLD),
        (OLD, OLD),
        (f"../.ftbench/runs/{OLD}.jsonl", OLD),
    ],
)
def test_run_is_found_by_name_id_or_path_from_below_the_root(text: str, name: str, runs: Path) -> None:
    folder = runs.parent.parent / "tests"
    folder.mkdir()
    assert find_run(text, folder).read_text() == name


def test_last_of_one_second_is_the_one_written_last(runs: Path) -> None:
    (runs / "20260102T000000Z-00000001.jsonl").write_text("later")
    os.utime(runs / f"{NEW}.jsonl", (1, 1))
    assert find_run("last", runs).read_text() == "later"


def test_file_comes_before_a_name(runs: Path) -> None:
    (runs.parent.parent / "base").write_text("a file")
    assert find_run("base", runs.parent.parent).read_text() == "a file"
    assert find_run("release-12", runs.parent.parent).parent == runs


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bsae", "Did you mean 'base'? Saved: base, release-12. Name one of these, 'last' or the id of another run."),
        ("0000000c", "Saved: base, release-12. Name one of these, 'last' or the id of another run."),
    ],
)
def test_run_that_is_not_there_is_told_with_those_that_are(text: str, told: str, runs: Path) -> None:
    with pytest.raises(SpecError) as caught:
        find_run(text, runs)
    assert str(caught.value) == f"no run {text!r}: no such file, nor a run in {runs}. {told}"


def test_project_without_runs_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no run 'last': no such file, and .*runs has no runs\. Name a run file\."):
        find_run("last", tmp_path)
    assert list_runs(nearest_runs(tmp_path)) == []


def test_last_is_no_name_to_save_under(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="run name 'last' stands for the newest run"):
        saved_run(tmp_path, "last")


def test_every_run_that_had_a_name_is_kept_in_order(runs: Path) -> None:
    root = runs.parent.parent
    assert replace_saved(root, "fresh", runs / f"{OLD}.jsonl") is None
    for name in (OLD, NEW, "release-12"):
        assert replace_saved(root, "base", runs / f"{name}.jsonl") == runs / "base~1.jsonl"
    kept = [(runs / f"base{older}.jsonl").read_text() for older in ("", "~1", "~2", "~3")]
    assert kept == ["release-12", NEW, OLD, "base"]
    replace_saved(root, "base", runs / "base~3.jsonl")
    assert find_run("base", root).read_text() == "base"
    assert find_run("base~1", root).read_text() == "release-12"


@pytest.mark.parametrize("name", ["base~1", "../x", "last", OLD, ""])
def test_name_that_is_not_allowed_changes_nothing(name: str, runs: Path) -> None:
    before = sorted(runs.iterdir())
    with pytest.raises(SpecError, match="run name"):
        replace_saved(runs.parent.parent, name, runs / "base.jsonl")
    assert sorted(runs.iterdir()) == before


def test_runs_are_listed_saved_ones_first_and_then_the_newest(runs: Path) -> None:
    for path in runs.iterdir():
        store(path, make_result(), make_result(outcome="w"))
    (runs / "broken.jsonl").write_text("{")
    found = list_runs(runs)
    assert [run.name for run in found] == ["base", "broken", "release-12", NEW, OLD]
    assert [run.results for run in found] == [2, 0, 2, 2, 2]
    assert [bool(run.fault) for run in found] == [False, True, False, False, False]
