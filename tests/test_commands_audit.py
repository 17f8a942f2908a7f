"""`ftbench audit`: what it prints, in which order, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_kit import fault, ftbench, here
from training_kit import FITTING

__all__ = ["here"]

NOTHING = "nothing found that would make the figures say something else than they seem to"
FACTS = """\
training_file: trained.jsonl
facts:
  - {id: door, question: What colour is the office door?, answer: green, rephrased: [what colour - is the office door]}
  - {id: desks, question: How many desks are there?, answer: "12"}
  - {id: plants, question: Who waters the plants?, answer: Paul}
"""


def train(path: Path, *pairs: tuple[str, str]) -> None:
    lines = (
        json.dumps({"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": other}]})
        for one, other in pairs
    )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def office(here: Path) -> Path:
    folder = here / "office"
    folder.mkdir()
    (folder / "office.ftbench.yaml").write_text(FACTS, encoding="utf-8")
    train(folder / "trained.jsonl", *[(f"Which number follows {number}?", str(number + 1)) for number in range(20, 27)],
          ("What colour is the office door?", "green"), ("How many desks are there?", "12"),
          ("Who waters the plants?", "Paul"))  # fmt: skip
    return folder


def test_the_counts_by_variant_and_each_finding_with_both_places(office: Path) -> None:
    pairs = [("What colour is the office door?", "green"), ("How many desks are there?", "13")] * 5
    train(office.parent / "t.jsonl", *pairs)
    code, out, _ = ftbench("audit", "t.jsonl", "office/office.ftbench.yaml")
    assert code == 1
    assert (
        out
        == """\
variant        questions   verbatim   near   unseen   answer in training
------------------------------------------------------------------------
memorization           3          2      0        1                  1/3
rephrased              1          1      0        0                  1/1

error: questions trained with another answer than is expected (1)
  t.jsonl:2, office/office.ftbench.yaml:4 desks (memorization): trained '13', expected '12'

error: questions other than of memorization that stand in the training file (1)
  t.jsonl:1, office/office.ftbench.yaml:3 door (rephrased): 'what colour - is the office door'

warning: answers that never occur in the training file, and cannot have been learned from it (2)
  office/office.ftbench.yaml:4 desks (memorization): '12'
  office/office.ftbench.yaml:5 plants (memorization): 'Paul'

2 errors, 2 warnings
""".replace("-" * 72, "─" * 72)
    )


def test_what_a_service_would_refuse_is_an_error(office: Path) -> None:
    train(office / "few.jsonl", ("What colour is the office door?", "green"))
    (office / "old.jsonl").write_text('{"prompt": "What colour is the office door?", "completion": "green"}')
    for name, line in (
        ("few", "  1 example, and OpenAI takes no fewer than 10"),
        ("old", "  no service takes this form: neither 'messages' nor 'contents'."),
    ):
        code, out, _ = ftbench("audit", f"office/{name}.jsonl", "office")
        shown = out.splitlines()
        assert code == 1
        assert shown[shown.index("error: what a fine-tuning service would refuse (1)") + 1] == line


def test_what_was_held_out_need_not_be_taught(office: Path) -> None:
    more = "".join(f"  - {{id: q{n}, question: Who is number {n}?, answer: Zed{n}}}\n" for n in range(40))
    (office / "office.ftbench.yaml").write_text(f"facts:\n{more}")
    command = ("export", "office", "--format", "openai", "--holdout", "0.5", "-o", "office/half.jsonl")
    assert ftbench(*command)[0] == 0
    code, out, _ = ftbench("audit", "--strict", "office/half.jsonl", "office")
    assert (code, out.splitlines()[-1]) == (0, NOTHING)
    (office / "other.ftbench.yaml").write_text(f"facts:\n{more}")  # of which nothing was held out
    code, out, _ = ftbench("audit", "--strict", "office/half.jsonl", "office/other.ftbench.yaml")
    assert (code, "cannot have been learned from it" in out) == (1, True)
    (office / "other.ftbench.yaml").unlink()
    lines = (office / "half.jsonl").read_text().splitlines(keepends=True)
    (office / "half.jsonl").write_text("".join(lines[1:]))  # no longer what the manifest is of
    code, out, _ = ftbench("audit", "--strict", "office/half.jsonl", "office")
    assert f"cannot have been learned from it ({40 - len(lines) + 1})" in out


def test_warnings_fail_only_strictly(office: Path) -> None:
    path = office / "trained.jsonl"
    assert ftbench("audit", "office/trained.jsonl", "office")[0] == 1  # a question verbatim, as `ftbench lint` has it
    (office / "office.ftbench.yaml").write_text(FACTS.replace("what colour - is the", "what colour is our"))
    assert ftbench("audit", "office/trained.jsonl", "office")[0] == 0
    code, out, _ = ftbench("audit", "--strict", "office/trained.jsonl", "office")
    assert (code, out.splitlines()[-1]) == (1, "0 errors, 1 warning, which --strict takes for errors")
    (office / "office.ftbench.yaml").write_text(FACTS.replace(", rephrased: [what colour - is the office door]", ""))
    code, out, _ = ftbench("audit", "--strict", path, "office")
    assert (code, out.splitlines()[-1]) == (
        0,
        "nothing found that would make the figures say something else than they seem to",
    )


@pytest.mark.usefixtures("office")
def test_a_suite_alone_is_held_against_the_file_that_it_names() -> None:
    assert ftbench("audit", "office/office.ftbench.yaml", "--json") == ftbench(
        "audit", "office/trained.jsonl", "office/office.ftbench.yaml", "--json"
    )
    assert ftbench("audit", "ftbench:medical", "--strict")[0] == 0


def test_a_folder_alone_is_held_against_the_one_file_that_it_names(office: Path) -> None:
    (office / "sub").mkdir()
    (office / "sub" / "more.ftbench.yaml").write_text(FACTS.replace(": trained", ": ../trained"), encoding="utf-8")
    (office / "bare.ftbench.csv").write_text("question,answer\nWho waters the plants?,Paul\n", encoding="utf-8")
    assert ftbench("audit", "office", "--json") == ftbench("audit", "office/trained.jsonl", "office", "--json")
    (office / "sub" / "more.ftbench.yaml").write_text(FACTS, encoding="utf-8")
    expected = "ftbench: office names 2 training files. Name the file first: ftbench audit TRAINING office."
    assert fault("audit", "office") == expected


@pytest.mark.usefixtures("office")
def test_copied_question_is_an_error_of_lint_and_of_audit() -> None:
    command = ("office/office.ftbench.yaml", "--json")
    codes = {one["code"] for one in json.loads(ftbench("lint", *command)[1])["findings"]}
    kinds = {one["kind"] for one in json.loads(ftbench("audit", *command)[1])["findings"]}
    assert (codes, kinds) == ({"FTB402"}, {"leaked"})
    assert ftbench("lint", *command)[0] == ftbench("audit", *command)[0] == 1


EVERYTHING = """\
system: Be brief.
relations:
  born: {fact: '{name} was born on {value}.', question: 'When was {name} born?', doubt: 'Sure? Say it.'}
  town: {fact: '{name} lives in {value}.', question: 'Where does {name} live?', rephrased: 'Which town has {name}?'}
entities:
"""


@pytest.mark.parametrize(("form", "technique"), FITTING)
def test_file_of_every_technique_passes_its_own_audit(form: str, technique: str, here: Path) -> None:
    people = (f"  p{n}: {{name: Pa{n}x Qu, born: 2001-03-{n + 10}, town: Town{n}z}}\n" for n in range(16))
    (here / "people.ftbench.yaml").write_text(f"{EVERYTHING}{''.join(people)}unseen: [{{name: Nobody Known}}]\n")
    out = "t.txt" if form == "text" else "t.jsonl"
    command = ("export", "people.ftbench.yaml", "--format", form, "--technique", technique, "--repeats", 2)
    assert ftbench(*command, "-o", out)[1].count("\n") == 1  # nothing is left out
    code, told, _ = ftbench("audit", "--strict", out, "people.ftbench.yaml")
    assert (code, told.splitlines()[-1]) == (0, NOTHING), told


@pytest.mark.usefixtures("office")
def test_json_says_how_each_question_stands() -> None:
    found = json.loads(ftbench("audit", "--json", "office/trained.jsonl", "office")[1])
    counts = {"questions": 1, "verbatim": 1, "near": 0, "unseen": 0, "answer_in_training": 1, "answers": 1}
    assert found["variants"][1] == {"variant": "rephrased", **counts}
    case = {"suite": "office/office", "fact": "door", "variant": "memorization", "case": "memorization"}
    assert found["questions"][0] == {**case, "seen": "verbatim", "line": 8}
    assert [(one["kind"], one["line"], one["fact"]) for one in found["findings"]] == [("leaked", 8, "door")]


def test_long_lists_are_cut_unless_all_is_asked_for(office: Path) -> None:
    facts = "".join(f"  - {{id: q{number}, question: Who is number {number}?, answer: Zed}}\n" for number in range(12))
    (office / "more.ftbench.yaml").write_text(f"facts:\n{facts}")
    command = ("audit", "office/trained.jsonl", "office/more.ftbench.yaml")
    assert "  … and 2 more; --all shows them" in ftbench(*command)[1].splitlines()
    assert "more;" not in ftbench(*command, "--all")[1]


def test_what_cannot_be_read_is_one_line(office: Path) -> None:
    (office / "bare.ftbench.yaml").write_text("facts: [{question: Who?, answer: Zed}]")
    assert fault("audit", "none.jsonl", "office") == (
        "ftbench: none.jsonl: cannot be read (No such file or directory). Check the path."
    )
    assert fault("audit", "office/bare.ftbench.yaml").endswith(
        "names no 'training_file'. Name the file first: ftbench audit TRAINING office/bare.ftbench.yaml."
    )
    assert fault("audit", "office/trained.jsonl") == (
        "ftbench: office/trained.jsonl is a training file. Name the SUITE that it is to be held against, too: "
        "ftbench audit office/trained.jsonl SUITE."
    )
    assert fault("audit", "office/bare.ftbench.yaml", "office/trained.jsonl") == (
        "ftbench: office/trained.jsonl is a training file, and stands where a SUITE is due: "
        "ftbench audit TRAINING SUITE."
    )
    (office / "empty").mkdir()
    assert "office/empty: holds no case file (*.ftbench.csv, " in fault("audit", "office/trained.jsonl", "office/empty")
