"""`ftbench lint` on files that a session refuses: all that is wrong is told at once, whatever is selected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from command_kit import ftbench, here
from finetunebench_kit import make_release, news

from pytest_ftbench.linting import Linted, lint

__all__ = ["here"]

TODAY = date(2026, 5, 17)
PEOPLE = """\
relations:
  age: {question: 'How old is {name}?'}
entities:
  ana: {name: Ana Rok, age: 31}
  bo: {name: Bo Tillen, age: 46}
"""
BEFORE = "  - {id: last, question: Who is it?, answer: Ana, answer_before: ana}\n"
"""A fact in which something else is wrong: FTB501."""


def lint_text(folder: Path, text: str, name: str = "f.yaml", **how: object) -> Linted:
    (folder / name).write_text(text, encoding="utf-8")
    return lint([name], folder=folder, today=TODAY, **how)  # type: ignore[arg-type]  # options by their names


def found(linted: Linted) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in linted.findings]


@pytest.mark.parametrize("options", [("--ignore", "FTB001"), ("--select", "FTB201"), ("--ignore", "FTB")])
@pytest.mark.parametrize(
    "text",
    [
        "facts: [\n",
        "facts: []\n",
        "facts: [{question: Who?, answre: Ana}]\n",
        "facts: [{id: a, question: Who?, answer: Ana}, {id: a, question: Whom?, answer: Ana}]\n",
        "facts: [{question: Who?, answer: Ana, requires: alias, tags: {noqa: FTB103}}]\n",
        "facts: [{question: Who?, answer: Ana, match: number, tags: {noqa: FTB504}}]\n",
        PEOPLE.replace("Bo Tillen", "Ana Rok"),
    ],
)
def test_what_a_session_refuses_counts_whatever_is_selected(here: Path, text: str, options: tuple[str, ...]) -> None:
    (here / "f.yaml").write_text(text, encoding="utf-8")
    code, out, _ = ftbench("lint", "f.yaml", *options)
    assert (code, "1 error and 0 warnings" in out) == (1, True), out


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        ("  - {id: a, question: Who?, answer: Ana}\n" * 3, [(7, "FTB101"), (8, "FTB101")]),
        ("  - {about: ana.age, rephrased: 'Of what age is {name}?'}\n" * 2, [(7, "FTB101")]),
        ("  - {about: cy.age}\n  - {about: ana.hight}\n", [(6, "FTB001"), (7, "FTB001")]),
        ("  - {question: Who?, answre: Ana}\n  - {answer: Ana}\n", [(6, "FTB001"), (7, "FTB001")]),
        ("  - {about: ana.age, answer: '5'}\n", [(6, "FTB001")]),
        ("  - {question: Who?, answer: Ana, sampels: 2}\n", [(6, "FTB001")]),
    ],
)
def test_faults_of_facts_do_not_hide_each_other_or_the_rest(
    tmp_path: Path, facts: str, faults: list[tuple[int, str]]
) -> None:
    linted = lint_text(tmp_path, f"{PEOPLE}facts:\n{facts}{BEFORE}")
    at = [(line + 1, code) for line, code in faults]
    assert found(linted) == [*at, (7 + facts.count("\n"), "FTB501")]
    assert linted.cases >= 3


def test_entities_that_share_a_name_do_not_hide_the_rest_and_are_told_once(tmp_path: Path) -> None:
    text = PEOPLE + "  cy: {name: ana rok, age: 52}\n  dan: {name: Ana Rok, age: 60}\n"
    text += f"facts:\n{BEFORE}  - {{about: dan.age, rephrased: 'Of what age is {{name}}?'}}\n"
    linted = lint_text(tmp_path, text)
    assert found(linted) == [(6, "FTB206"), (7, "FTB206"), (9, "FTB501")]
    assert linted.cases == 3  # not asked twice with two answers


def test_alias_that_two_entities_share_is_an_error_where_it_is_asked_by(tmp_path: Path) -> None:
    text = PEOPLE.replace(", age", ", aliases: [A], age")
    assert [(one.line, one.code, one.is_error) for one in lint_text(tmp_path, text).findings] == [(5, "FTB204", False)]
    asked = text.replace("name}?'", "name}?', alias: 'How old is {alias}?'")
    found_there = [(one.line, one.code, one.is_error) for one in lint_text(tmp_path, asked).findings]
    assert found_there == [(4, "FTB206", True), (5, "FTB206", True)]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("age: 46}", "age: [46]}", [5]),
        ("{name: Bo Tillen", "{nam: Bo Tillen", [5]),
        ("relations:", "relations:\n  tags: {question: 'What of {name}?'}\n  'a.b': {}", [2, 3]),
        ("old is {name}", "old is she", [2]),
    ],
)
def test_facts_outside_a_store_that_cannot_be_read_are_still_looked_at(
    tmp_path: Path, old: str, new: str, lines: list[int]
) -> None:
    text = f"{PEOPLE}facts:\n  - {{about: bo.age, rephrased: 'Of what age is {{name}}?'}}\n{BEFORE}".replace(old, new)
    assert found(lint_text(tmp_path, text)) == [*((line, "FTB001") for line in lines), (text.count("\n"), "FTB501")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"sytem: S.\nsamples: none\nfacts:\n{BEFORE}", [(1, "FTB001"), (2, "FTB001"), (4, "FTB501")]),
        (f"system: S.\ndefaults: {{system: T.}}\nfacts:\n{BEFORE}", [(1, "FTB001"), (4, "FTB501")]),
        (f"{PEOPLE}unseen:\n  - {{name: Ana Rok}}\n  - {{name: Tol, age: 5}}\nfacts:\n{BEFORE}",
         [(7, "FTB001"), (8, "FTB001"), (10, "FTB501")]),
        (f"{PEOPLE}unseen: [{{name: Tol}}]\nfacts:\n{BEFORE}".replace("{question: 'How old is {name}?'}", "{unit: y}"),
         [(6, "FTB001"), (8, "FTB501")]),
        (f"{PEOPLE}facts:\n{BEFORE}".replace("entities:", "  size: {question: 'How tall is {name}?'}\nentities:"),
         [(3, "FTB001"), (8, "FTB501")]),
        (f"{PEOPLE}facts:\n{BEFORE}".replace(", age", ", size: 5, age").replace(
            "entities:", "  size: {question: 'How old is {name}?'}\nentities:"), [(3, "FTB001"), (8, "FTB501")]),
        ("facts: 5\n", [(1, "FTB001")]),
    ],
)  # fmt: skip
def test_faults_of_other_keys_do_not_hide_the_rest(tmp_path: Path, text: str, expected: list[tuple[int, str]]) -> None:
    assert found(lint_text(tmp_path, text)) == expected


@pytest.mark.parametrize("order", ["", ", order: number"])
def test_operand_that_cannot_be_picked_is_told_once_and_hides_nothing(tmp_path: Path, order: str) -> None:
    rule = f"'{order}, secondary: [{{over: balanced, question: 'Is {{name}} over {{threshold}}?'}}]"
    text = f"{PEOPLE}facts:\n{BEFORE}".replace("name}?'", f"name}}?{rule}").replace("age: 46", "age: many")
    linted = lint_text(tmp_path, text)
    assert found(linted) == [(5, "FTB001"), (7, "FTB501")]
    assert linted.cases == 3


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("f.csv", "question,answer,expect\n,Ana,\nWho?,,\nWho?,Ana,maybe\nWho?,Ana,,,\nWhom?,None,\n", [2, 3, 4, 5]),
        ("f.csv", 'question,answer\nWhom?,None\n"Who?,Ana\n', [3]),
        ("f.jsonl", '{"question": "Who?"}\nno\n{"qestion": "Who?", "answer": "A"}\n{"question": "Q?", "answer": []}\n'
         '[]\n{"question": "Who?", "answer": "None"}\n', [1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_faults_of_rows_do_not_hide_each_other_or_the_rest(
    tmp_path: Path, name: str, text: str, lines: list[int]
) -> None:
    linted = lint_text(tmp_path, text, name)
    assert [line for line, code in found(linted) if code == "FTB001"] == lines
    assert [code for _, code in found(linted)].count("FTB502") == 1


def test_row_of_which_all_are_refused_is_one_finding_each(tmp_path: Path) -> None:
    assert found(lint_text(tmp_path, "question,answer\n,Ana\n,Bo\n", "f.csv")) == [(2, "FTB001"), (3, "FTB001")]


@pytest.mark.parametrize("command", ["lint", "audit"])
def test_source_that_is_not_there_is_named_as_such(here: Path, command: str) -> None:
    (here / "notes").write_text("", encoding="utf-8")
    told = "".join(ftbench(command, "nowhere")[1:])
    assert "nowhere" in told
    assert "there is no such file or folder. Check the path." in told
    assert "no reader for '' files" in "".join(ftbench(command, "notes")[1:])


def test_rows_that_a_release_is_read_without_are_told_as_selected(tmp_path: Path) -> None:
    asked, other = news()["latest_news_memorization"][:2]
    make_release(tmp_path, latest_news_memorization=[asked, {**other, "answer": " "}])
    linted = lint(["finetunebench:."], folder=tmp_path, today=TODAY)
    assert any("the row has no 'answer'" in finding.message and finding.is_error for finding in linted.findings)
    assert lint(["finetunebench:."], folder=tmp_path, today=TODAY, codes=["FTB503"]).findings == ()
