"""Level 1 case files: facts with their questions, in YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_ftbench.datasets import CaseFile, load_cases
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case


def load(folder: Path, content: str | bytes) -> CaseFile:
    (folder / "f.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_cases(folder / "f.yaml", suite="f", shown_as="f.yaml")


def fault_of(folder: Path, content: str | bytes) -> str:
    with pytest.raises(DataError) as error:
        load(folder, content)
    return str(error.value)


def answer_of(folder: Path, written: str) -> str:
    (case,) = load(folder, f"facts:\n  - question: Q?\n    answer: {written}\n").cases
    return case.answer


FULL = """\
system: Be brief.
match: contains
gates: ["accuracy >= 0.9", "abstain >= 0.5"]
facts:
  - id: days
    fact: Everybody gets 25 days.
    question: How many days?
    answer: 25
    aliases: [five weeks, ""]
    rephrased:
      - Days?
      - Number of days?
    date_change: How many days in 2041?
    match: number
    answer_before: 20
    precondition: unknown
    tags: {topic: pay, level: 1}
  - id: never
    question: How many years?
    expect: abstain
    system: Think.
    context: Nobody knows.
    rephrased: Years?
"""


def test_every_key_is_read_and_each_text_is_a_case_with_its_line(tmp_path: Path) -> None:
    file = load(tmp_path, FULL)
    five = ("five weeks",)
    days = {"fact": "days", "suite": "f", "system": "Be brief.", "answer_before": "20", "precondition": "unknown",
            "tags": {"topic": "pay", "level": "1"}, "context": "Everybody gets 25 days."}  # fmt: skip
    never = {"fact": "never", "suite": "f", "system": "Think.", "context": "Nobody knows.", "expect": "abstain"}
    rephrased = [case.id for case in file.cases if case.variant == "rephrased" and case.fact == "days"]
    assert file.gates == ("accuracy >= 0.9", "abstain >= 0.5")
    assert file.cases == (
        Case("How many days?", "25", aliases=five, id="memorization", match="number", place="f.yaml:7", **days),
        Case("Days?", "25", aliases=five, variant="rephrased", id=rephrased[0], match="number",
             place="f.yaml:11", **days),
        Case("Number of days?", "25", aliases=five, variant="rephrased", id=rephrased[1], match="number",
             place="f.yaml:12", **days),
        Case("How many days in 2041?", variant="date_change", id="date_change", expect="abstain", trained_answer="25",
             place="f.yaml:13", **days),
        Case("How many years?", id="memorization", place="f.yaml:19", **never),
        Case("Years?", variant="rephrased", id="rephrased", place="f.yaml:23", **never),
    )  # fmt: skip


def test_fact_without_an_id_goes_by_its_question_and_inherits_the_file(tmp_path: Path) -> None:
    (case,) = load(tmp_path, "system: S.\nmatch: number\nfacts: [{question: Q?, answer: 1, context: C}]").cases
    assert (case.fact, case.system, case.match, case.context) == ("Q?", "S.", "number", "C")


def test_one_gate_need_not_be_a_list(tmp_path: Path) -> None:
    content = "gates: accuracy[variant=rephrased] >= 0.9\nfacts: [{question: Q?, answer: 1}]"
    assert load(tmp_path, content).gates == ("accuracy[variant=rephrased] >= 0.9",)


WORDS = ["None", "NaN", "no", "No", "yes", "1.10", "0123", "0x1F", "12:30", "true", "null", "~", "1e3", "2024-01-01",
         "1_000"]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_answer_is_the_text_that_is_written(tmp_path: Path, word: str) -> None:
    assert [answer_of(tmp_path, written) for written in (word, f"'{word}'", f'"{word}"', f"!!str {word}")] == [word] * 4


def test_block_text_keeps_its_lines(tmp_path: Path) -> None:
    assert answer_of(tmp_path, "|\n      one\n      two\n") == "one\ntwo"


def test_answer_of_a_megabyte_is_read(tmp_path: Path) -> None:
    assert answer_of(tmp_path, "x" * 1_000_000) == "x" * 1_000_000


def test_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + FULL.replace("\n", "\r\n")) == load(tmp_path, FULL)


def test_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    content = (
        "facts:\n  - {question: Q?, answer: &a 25, tags: &t {topic: pay}}\n  - {question: R?, answer: *a, tags: *t}\n"
    )
    assert [(case.answer, case.tags) for case in load(tmp_path, content).cases] == [("25", {"topic": "pay"})] * 2


FACT = "facts:\n  - question: Q?\n    answer: A\n"
FACT_KEYS = (
    "id, about, fact, question, prompt, answer, aliases, rephrased, date_change, alias, reverse, doubt, secondary, "
    "comparison, applied, variants, expect, context, answer_before, requires, system, match, samples, precondition, "
    "tags, valid_from, review_by, source, note"
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("# nothing\n", "f.yaml: the file holds no value. Give it a mapping with 'facts'."),
        ("", "f.yaml: the file is empty. Give it at least one row."),
        ("- question: Q?\n", "f.yaml:1: expected a mapping with the key 'facts'. See the example in the README."),
        ("system: S.\n", "f.yaml:1: no key 'facts'. Add it."),
        ("facts: []\n", "f.yaml: holds no cases. Give it at least one question."),
        ("facts: none\n", "f.yaml:1: facts: must be a list, got 'none'."),
        ("facts:\n  - just text\n",
         "f.yaml:2: facts.0: must be a mapping with 'question' and 'answer', got 'just text'."),
        ("sytem: S.\nfacts: []\n", "f.yaml:1: unknown key 'sytem'. Did you mean 'system'? Allowed here: "
         "$schema, defaults, system, match, samples, gates, seed, training_file, licence, source, note, relations, "
         "entities, unseen, facts."),
        (FACT + "    rephrase: R?\n", "f.yaml:4: unknown key 'rephrase'. Did you mean "
         f"'rephrased'? Allowed here: {FACT_KEYS}."),
        (FACT + "    batch: 7\n", f"f.yaml:4: unknown key 'batch'. Allowed here: {FACT_KEYS}."),
        ("facts:\n  - answer: A\n", "f.yaml:2: no key 'question'. Add it."),
        ("facts:\n  - id: a\n    question: Q?\n",
         "f.yaml:2: the fact has no answer. Fill in 'answer', or set 'expect' to "
         "'abstain'."),
        ("facts:\n  - question: Q?\n    answer:\n",
         "f.yaml:3: the fact has no answer. Fill in 'answer', or set 'expect' to "
         "'abstain'."),
        ("facts:\n  - question:\n    answer: A\n",
         "f.yaml:2: memorization has no question. Write one, or remove the key."),
        (FACT + "    rephrased: [R?, '']\n", "f.yaml:4: rephrased has no question. Write "
         "one, or remove the key."),
        (FACT + "    date_change: +10y\n",
         "f.yaml:4: 'Q?' names no year that could be moved. Write the date_change question out."),
        (FACT + "    expect: maybe\n", "f.yaml:4: facts.0.expect: input should be "
         "'answer' or 'abstain', got 'maybe'."),
        ("facts:\n  - question: Q?\n    answer: [A, B]\n",
         "f.yaml:3: facts.0.answer: must be one text. Others that are as right go to 'aliases', got ['A', 'B']."),
        (FACT + "    tags: [pay]\n", "f.yaml:4: facts.0.tags: must be a mapping, got "
         "['pay']."),
        (FACT + "    tags: {a: [1]}\n", "f.yaml:4: facts.0.tags.a: must be text, got "
         "['1']."),
        ("facts:\n  - {answer: [A], qestion: Q?}\n", "f.yaml:2: unknown key 'qestion'. Did you mean 'question'?"),
        ("facts:\n  - {question: Q?, answer: [A], batch: 7}\nsytem: S.\n",
         "f.yaml:2: facts.0.answer: must be one text. Others that are as right go to 'aliases', "
         "got ['A']."),
        (FACT + "    batch: 7\nsytem: S.\n", f"f.yaml:4: unknown key 'batch'. Allowed here: {FACT_KEYS}."),
        (FACT + "    rephrased: [R?, {a: b}]\n", "f.yaml:4: facts.0.rephrased.1: must be text, got {'a': 'b'}."),
        ("gates: {a: b}\n" + FACT, "f.yaml:1: gates: must be a list, got {'a': 'b'}."),
        (FACT + "    answer: B\n", "f.yaml:4: key 'answer' stands twice. Keep one of "
         "them."),
        ("facts: []\nsystem: S.\nfacts: []\n", "f.yaml:3: key 'facts' stands twice. Keep one of them."),
        (FACT + "  - question: R?\n  answer: B\n", "f.yaml:5: not readable as YAML (did "
         "not find expected '-' indicator). Check indent and quotes."),
        ("facts:\n  - question: 'Q?\n    answer: A\n",
         "f.yaml:2: a quote begins here that does not end. Close it."),
        ("facts: []\n---\nfacts: []\n", "f.yaml:2: a second document begins. Keep one document in a file."),
        ("facts:\n  - question: Qé\x07?\n", "f.yaml:2: holds the control character 0x07. Remove it."),
        ("? [a]\n: b\n", "f.yaml:1: a key must be a word."),
        ("a: &a {}\n*a : b\n", "f.yaml:2: a key must be a word."),
        ("facts:\n  - question: !!python/object/apply:os.getcwd []\n",
         "f.yaml:2: tag '!!python/object/apply:os.getcwd' has "
         "no meaning here. Write plain text."),
        ("facts:\n  - question: !!binary aGk=\n", "f.yaml:2: tag '!!binary' has no meaning here. Write plain text."),
        ("facts: &f [*f]\n", "f.yaml:1: alias 'f' stands before the end of the value it names. Write the value out."),
        ("facts: *nowhere\n", "f.yaml:1: alias 'nowhere' stands before the end of the value it names. Write the value "
         "out."),
        ("facts: " + "[" * 100_000, "f.yaml:1: values nested more than 50 deep. Check the brackets."),
        ("facts:\n  " + "- " * 60 + "a\n", "f.yaml:2: values nested more than 50 deep. Check the brackets."),
    ],
)  # fmt: skip
def test_fault_is_named_with_line_and_remedy(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of(tmp_path, content) == fault


def test_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    content = "facts:\n  - question: Wo?\n    answer: München\n".encode("latin-1")
    assert fault_of(tmp_path, content) == "f.yaml:3: not UTF-8 (byte 0xfc). Save the file as UTF-8."


def test_aliases_that_multiply_are_refused_before_they_are_spelt_out(tmp_path: Path) -> None:
    content = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert fault_of(tmp_path, content) == "f.yaml:6: more than 1,000,000 values. Split the file, or check its aliases."


def test_value_shown_in_a_fault_is_shortened(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, f"facts:\n  - question: Q?\n    answer: [{', '.join(['word'] * 10_000)}]\n")
    assert len(fault) < 200


def test_fact_id_that_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    text = "facts:\n  - {id: x, question: a?, answer: b}\n  - {id: x, question: c?, answer: d}\n"
    assert fault_of(tmp_path, text) == "f.yaml:3: duplicate fact id 'x' (first on line 2). Give each its own id."
