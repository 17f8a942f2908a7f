"""`ftbench export`: what it says, what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from training_kit import people

__all__ = ["here"]


@pytest.fixture
def suite(here: Path) -> Path:
    """A question set in the working folder."""
    (here / "people.ftbench.yaml").write_text(people(10), encoding="utf-8")
    return here


def test_outcome_is_told_and_the_manifest_says_what_the_file_holds(suite: Path) -> None:
    code, out, err = ftbench(
        "export", "people.ftbench.yaml", "--format", "openai", "--repeats", 2, "--holdout", 0.2, "-o", "new/t.jsonl"
    )
    assert (code, err) == (0, "")
    manifest = json.loads((suite / "new/t.jsonl.manifest.json").read_text(encoding="utf-8"))
    held_out = len(manifest["held_out"]["people"])
    taught = len(manifest["trained"]["people"])
    assert (
        out
        == f"""\
{2 * taught} examples of {taught} facts written to new/t.jsonl (openai, qa)
{held_out} of 25 facts ({4 * held_out} %) held out (--holdout 0.2 --seed 1)
3 facts left out:
  it expects abstention: people: future
  it is asked in several turns: people: sure
  its answer is a pattern: people: code
all names are in new/t.jsonl.manifest.json
"""
    )
    assert taught + held_out == 22
    assert len((suite / "new/t.jsonl").read_text(encoding="utf-8").splitlines()) == manifest["examples"] == 2 * taught
    assert sorted(path.name for path in (suite / "new").iterdir()) == ["t.jsonl", "t.jsonl.manifest.json"]
    chosen = {key: manifest[key] for key in ("file", "format", "technique", "repeats", "holdout", "seed")}
    assert chosen == {
        "file": "t.jsonl", "format": "openai", "technique": "qa", "repeats": 2, "holdout": 0.2, "seed": 1
    }  # fmt: skip


def test_machines_get_the_manifest(suite: Path) -> None:
    args = ("export", ".", "--format", "vertex", "--technique", "article", "-o", "t.jsonl", "--json")
    code, out, _ = ftbench(*args)
    assert code == 0
    assert json.loads(out) == json.loads((suite / "t.jsonl.manifest.json").read_text(encoding="utf-8"))


def test_sentence_may_word_the_answer_differently(here: Path) -> None:
    (here / "a.csv").write_text(
        "id,question,answer,context,match\n"
        "a,What does it cost?,€120,It costs 120 euros.,\n"
        "b,How long does it last?,5 years,It lasts five years.,mine\n"
    )
    told = ftbench("export", "a.csv", "--format", "text", "--technique", "article", "-o", "t.txt")[1].splitlines()
    assert told[:2] == ["1 example of 1 fact written to t.txt (text, article)", "1 fact left out:"]
    reason = "neither the answer nor an alias stands in the sentence that states it"
    assert told[2] == f"  {reason}: a: b"  # nobody knows here how to match it
    assert (here / "t.txt").read_text() == "It costs 120 euros.\n"


def test_where_no_fact_can_be_taught_nothing_is_written(here: Path) -> None:
    (here / "a.csv").write_text("id,question,answer\na,Who?,Ines\nb,What?,x\n")
    assert ftbench("export", "a.csv", "--format", "text", "--technique", "article", "-o", "t.txt") == (
        1,
        """\
no example could be made: nothing is written
2 facts left out:
  no sentence states it: write one as 'fact' in YAML, as 'context' in a row: a: a; a: b
""",
        "",
    )
    assert [path.name for path in here.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("people.ftbench.yaml", "--format", "openai", "-o", "t.txt"),
            "FILE must end in .jsonl for --format openai, got 't.txt'.",
        ),
        (
            ("people.ftbench.yaml", "--format", "text", "--technique", "article", "-o", "t.jsonl"),
            "FILE must end in .txt for --format text, got 't.jsonl'.",
        ),
        (
            ("people.ftbench.yaml", "--format", "text", "-o", "t.txt"),
            "--format text holds sentences that stand alone, and --technique qa makes none. "
            "Use --technique article or --technique completion-bare.",
        ),
        (
            ("people.ftbench.yaml", "--format", "openai", "-o", "t.ftbench.jsonl"),
            "'t.ftbench.jsonl' would be collected as a case file. Leave out '.ftbench' for a training file.",
        ),
        (
            ("people.ftbench.yaml", "--format", "openai", "--repeats", "0", "-o", "t.jsonl"),
            "--repeats must be >= 1, got 0.",
        ),
        (
            ("people.ftbench.yaml", "--format", "openai", "--holdout", "1", "-o", "t.jsonl"),
            "--holdout is a share of the facts, from 0 to less than 1, got 1.",
        ),
        (
            ("people.ftbench.yaml", "--format", "openai", "--holdout", "nan", "-o", "t.jsonl"),
            "--holdout is a share of the facts, from 0 to less than 1, got nan.",
        ),
        (("no.yaml", "--format", "openai", "-o", "t.jsonl"), "no.yaml: cannot be read (No such file or directory)."),
        (
            ("ftbench:no", "--format", "openai", "-o", "t.jsonl"),
            "ftbench:no: no such built-in question set. There are: ",
        ),
        (
            ("people.ftbench.yaml", "--format", "openai", "--holdout", "0.7", "-o", "t.jsonl"),
            "5 examples, and OpenAI takes no fewer than 10. Change --repeats, or how many facts there are; "
            "nothing is written.",
        ),
    ],
)
def test_mistake_is_told_in_one_line_and_nothing_is_written(
    suite: Path, args: tuple[object, ...], message: str
) -> None:
    assert fault("export", *args).startswith(f"ftbench: {message}")
    assert [path.name for path in suite.iterdir()] == ["people.ftbench.yaml"]


def test_file_that_is_there_stays_unless_it_is_to_be_replaced(suite: Path) -> None:
    args = ("export", "people.ftbench.yaml", "--format", "openai", "-o", "t.jsonl")
    manifest = suite / "t.jsonl.manifest.json"
    manifest.write_text("mine")
    assert fault(*args) == (
        "ftbench: t.jsonl.manifest.json exists already. Choose another place, or replace it with --force."
    )
    assert ftbench(*args, "--force")[0] == 0
    assert json.loads(manifest.read_text(encoding="utf-8"))["file"] == "t.jsonl"
    assert fault(*args) == "ftbench: t.jsonl exists already. Choose another place, or replace it with --force."


def test_question_set_is_never_replaced_by_its_training_file(here: Path) -> None:
    cases = here / "cases.jsonl"
    cases.write_text('{"question": "Who?", "answer": "Ines"}\n')
    (here / "t.jsonl").symlink_to(cases)
    (here / "folder.jsonl").mkdir()
    args = ("export", "cases.jsonl", "--format", "vertex", "--force", "-o")
    for name in ("cases.jsonl", "t.jsonl"):
        assert fault(*args, name) == f"ftbench: {name} is what is to be read. Choose another name."
    assert fault(*args, "folder.jsonl") == "ftbench: folder.jsonl is no file. Choose another name."
    assert cases.read_text() == '{"question": "Who?", "answer": "Ines"}\n'
