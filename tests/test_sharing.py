"""Answers that go from one store to another as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cache_kit import open_silent
from test_answerlines import ANSWER, IDENTITY, request, row

from pytest_ftbench.answerlines import LONGEST_LINE, answer_line, header_line
from pytest_ftbench.cache import Entry
from pytest_ftbench.errors import DataError
from pytest_ftbench.prompts import canonical, key_of
from pytest_ftbench.sharing import Exported, Imported, StoredModel, count_stored, export_answers, import_answers

NOW = datetime(2026, 11, 21, 12, 0, 0, 999, tzinfo=UTC)


def anything(_: Mapping[str, Any]) -> bool:
    return True


def store(folder: Path, *rows: tuple[str, Entry]) -> Path:
    with open_silent(folder) as opened:
        opened.add_all(dict(rows))
    return folder


def export(folder: Path, path: Path, is_wanted: Any = anything) -> Exported:
    with open_silent(folder) as opened:
        return export_answers(opened, path, is_wanted=is_wanted)


def bring(folder: Path, path: Path, **how: Any) -> Imported:
    with open_silent(folder) as opened:
        return import_answers(opened, path, now=NOW, **how)


def held(folder: Path) -> dict[str, Entry]:
    with open_silent(folder) as opened:
        return dict(opened.entries())


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join([header_line(), *lines]))
    return path


ROWS = [row(f"Question {number}?", text=f"answer {number}") for number in range(250)]  # more than one transaction


def test_answers_come_out_sorted_and_the_same_each_time_whatever_their_order(tmp_path: Path) -> None:
    one, other = store(tmp_path / "a", *ROWS), store(tmp_path / "b", *reversed(ROWS))
    assert export(one, tmp_path / "a.jsonl") == export(other, tmp_path / "b.jsonl") == Exported(250, 0, 0)
    text = (tmp_path / "a.jsonl").read_bytes()
    assert text == (tmp_path / "b.jsonl").read_bytes()
    assert text == header_line() + b"".join(answer_line(*each) for each in sorted(ROWS, key=lambda each: each[0]))


def test_imported_answers_are_those_exported_and_know_that_they_came_from_a_file(tmp_path: Path) -> None:
    export(store(tmp_path / "a", *ROWS), tmp_path / "a.jsonl")
    assert bring(tmp_path / "b", tmp_path / "a.jsonl") == Imported(250, 0, 0, ())
    came = {"imported_at": "2026-11-21T12:00:00+00:00"}
    assert held(tmp_path / "b") == {
        key: Entry({**entry.value, **came}, entry.written_at, entry.version) for key, entry in ROWS
    }
    export(tmp_path / "b", tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_answer_that_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    mine, theirs, new = row(text="mine"), row(text="theirs"), row("Else?")
    path = write(tmp_path / "a.jsonl", answer_line(*theirs), answer_line(*new))
    store(tmp_path / "c", mine)
    assert bring(tmp_path / "c", path) == Imported(1, 1, 0, ())
    assert held(tmp_path / "c")[mine[0]].value["text"] == "mine"
    assert bring(tmp_path / "c", path, replaces=True) == Imported(2, 0, 0, ())
    assert held(tmp_path / "c")[mine[0]].value["text"] == "theirs"


def test_bad_line_is_named_and_costs_no_other(tmp_path: Path) -> None:
    good, other = row("One?"), row("Two?")
    forged = answer_line(*row("Three?")).replace(b"Three?", b"Four?")
    path = write(
        tmp_path / "a.jsonl", answer_line(*good), b"\n", forged, b"x" * (LONGEST_LINE + 5) + b"\n", b"{}\n",
        answer_line(*other), answer_line(*row("Five?"))[:-9],
    )  # fmt: skip
    found = bring(tmp_path / "c", path)
    assert (found.stored, found.kept, found.refused) == (2, 0, 4)
    assert [fault.removeprefix(f"{path}:") for fault in found.faults][:3] == [
        "4: Its key does not follow from its request: one of the two has been changed.",
        "5: It is longer than 8 MiB.",
        "6: Its kind is None, not 'answer'.",
    ]
    assert found.faults[3].startswith(f"{path}:8: It is not a line of JSON (")
    assert held(tmp_path / "c").keys() == {good[0], other[0]}


def test_only_the_first_faults_are_told_and_all_are_counted(tmp_path: Path) -> None:
    found = bring(tmp_path / "c", write(tmp_path / "a.jsonl", b"{}\n" * 1000))
    assert (found.refused, len(found.faults)) == (1000, 20)


def test_joined_files_are_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", answer_line(*row("One?")), header_line(), answer_line(*row("Two?")))
    assert bring(tmp_path / "c", path) == Imported(2, 0, 0, ())


@pytest.mark.parametrize(("replaces", "text"), [(False, "first"), (True, "second")])
def test_of_two_answers_in_a_file_the_first_counts_as_being_there(replaces: bool, text: str, tmp_path: Path) -> None:
    rows = [answer_line(*row(text="first")), answer_line(*row(text="second"))]
    path = write(tmp_path / "a.jsonl", *rows)
    found = bring(tmp_path / "c", path, replaces=replaces)
    assert (found.stored, found.kept) == (1, 1)
    (entry,) = held(tmp_path / "c").values()
    assert entry.value["text"] == text


def test_only_wanted_answers_are_written_and_rows_of_early_versions_are_counted(tmp_path: Path) -> None:
    asked = request(identity={**IDENTITY, "model": "n"})
    early = key_of("early"), Entry(ANSWER, "2026-01-01T00:00:00+00:00", "0.0.9")
    other = key_of(asked), Entry({**ANSWER, "request": asked}, "2026-02-01T00:00:00+00:00", "0.1.0")
    store(tmp_path / "c", row(), early, other)
    found = export(tmp_path / "c", tmp_path / "a.jsonl", lambda identity: identity["model"] == "n")
    assert found == Exported(1, 1, 1)
    assert [json.loads(line)["key"] for line in (tmp_path / "a.jsonl").read_text().splitlines()[1:]] == [other[0]]
    with open_silent(tmp_path / "c") as opened:
        assert count_stored(opened) == [
            StoredModel("", "", "", 1, 0, "2026-01-01T00:00:00+00:00"),
            StoredModel("openai", "m", "http://a/v1", 1, 0, "2026-01-02T03:04:05+00:00"),
            StoredModel("openai", "n", "http://a/v1", 1, 0, "2026-02-01T00:00:00+00:00"),
        ]


@pytest.mark.parametrize("kind", ["deployment_of", "checkpoints_of"])
def test_what_is_said_of_a_model_goes_with_its_answers_and_is_none_itself(tmp_path: Path, kind: str) -> None:
    note = canonical({kind: IDENTITY})
    known = key_of(note), Entry({**ANSWER, "text": "models/7@2", "request": note}, "2026-01-01T00:00:00+00:00", "0.1.0")
    asked = request(identity={**IDENTITY, "deployment": "models/7@2"})
    answer = key_of(asked), Entry({**ANSWER, "request": asked}, "2026-01-02T00:00:00+00:00", "0.1.0")
    store(tmp_path / "c", known, answer)
    assert export(tmp_path / "c", tmp_path / "a.jsonl", lambda identity: identity["model"] == "m") == Exported(1, 0, 0)
    assert bring(tmp_path / "d", tmp_path / "a.jsonl") == Imported(1, 0, 0, ())
    assert held(tmp_path / "d")[known[0]].value["text"] == "models/7@2"
    with open_silent(tmp_path / "d") as opened:
        assert [model.answers for model in count_stored(opened)] == [1]


def test_nothing_to_write_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", answer_line(*row()))
    before = path.read_bytes()
    assert export(store(tmp_path / "c"), path) == Exported(0, 0, 0)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.jsonl", "c"]


def test_earlier_export_is_replaced_and_any_other_file_is_not(tmp_path: Path) -> None:
    store(tmp_path / "c", *ROWS)
    path = write(tmp_path / "a.jsonl")
    assert export(tmp_path / "c", path).written == 250
    for text in ("", "my notes\n", '{"kind": "run", "schema": 1}\n'):
        path.write_text(text)
        with pytest.raises(DataError) as caught:
            export(tmp_path / "c", path)
        assert str(caught.value) == (
            f"{path}: exists, and is no export of answers. Choose another name, or remove it first."
        )
        assert path.read_text() == text


def test_link_is_neither_written_through_nor_read(tmp_path: Path) -> None:
    store(tmp_path / "c", row())
    victim = write(tmp_path / "victim.jsonl", answer_line(*row("Else?")))
    (tmp_path / "link.jsonl").symlink_to(victim)
    (tmp_path / "dangling.jsonl").symlink_to(tmp_path / "nowhere")
    before = victim.read_bytes()
    for name in ("link.jsonl", "dangling.jsonl"):
        with pytest.raises(DataError, match="a symbolic link"):
            export(tmp_path / "c", tmp_path / name)
        with pytest.raises(DataError, match="a symbolic link"):
            bring(tmp_path / "c", tmp_path / name)
    assert victim.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe_directory_and_missing_file_are_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(DataError, match="not a plain file"):
            bring(tmp_path / "c", tmp_path / name)
        with pytest.raises(DataError, match="not a plain file"):
            export(tmp_path / "c", tmp_path / name)
    with pytest.raises(DataError, match=r"cannot be read \(No such file or directory\)"):
        bring(tmp_path / "c", tmp_path / "missing")
    with pytest.raises(DataError, match="cannot be written"):
        export(store(tmp_path / "d", row()), write(tmp_path / "a.jsonl") / "b.jsonl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no export of answers. ftbench cache export writes one; a run file is served by"),
        ('{"kind": "run", "schema": 1}\n', ":1: no export of answers."),
        ('{"kind": "answers", "schema": 2}\n', ":1: answers of schema 2; this version reads up to 1. Upgrade it."),
    ],
)
def test_file_that_is_no_export_is_refused_as_a_whole(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        bring(tmp_path / "c", path)
    assert message in str(caught.value)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(header_line())
        for number in range(400):
            file.write(answer_line(*row(f"Question {number}?", text="x" * 50_000)))
    tracemalloc.start()
    try:
        bring(tmp_path / "c", path)
        export(tmp_path / "c", tmp_path / "b.jsonl")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < path.stat().st_size / 3
