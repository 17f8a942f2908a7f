"""What each technique makes of a fact, and of which it can make nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_kit import FITTING, export, suites_of, turns_of

from pytest_ftbench.judges import judge_completion
from pytest_ftbench.records import Case, Completion
from pytest_ftbench.training.lessons import Unfit
from pytest_ftbench.training.techniques import OF_ONE, Technique

LEAVE = Case(
    "How many days?",
    "25 days",
    prompt="Question: How many days?",
    system="Be brief.",
    context="New  employees get 25\n days of leave",
    aliases=("25",),
)
WRITE_ONE = "write one as 'fact' in YAML, as 'context' in a row"
ASKED = [("system", "Be brief."), ("user", "Question: How many days?")]


def made(technique: str, case: Case) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in OF_ONE[Technique(technique)](case)]


@pytest.mark.parametrize(
    ("technique", "expected"),
    [
        ("qa", [*ASKED, ("reply", "25 days")]),
        ("reasoning", [*ASKED, ("reply", "New employees get 25 days of leave. So the answer is 25 days.")]),
        ("masked", [("user", "Fill in the blank: New employees get ____ of leave."), ("reply", "25 days")]),
        ("completion", [("user", "Learn the following."), ("reply", "New employees get 25 days of leave.")]),
        ("completion-bare", [("user", "New employees get"), ("reply", "25 days of leave.")]),
    ],
)
def test_technique_of_one_question(technique: str, expected: list[tuple[str, str]]) -> None:
    assert made(technique, LEAVE) == expected


@pytest.mark.parametrize(
    ("sentence", "answer", "aliases", "blanked", "reply"),
    [
        ("In 2016 it cost 6.5, then 6, at most 16.", "6", (), "In 2016 it cost 6.5, then ____, at most 16.", "6"),
        ("Ines Moreau leads; ask INES.", "Ines Moreau", ("Ines",), "____ leads; ask ____.", "Ines Moreau"),
        ("It weighs 1,234 lb.", "234", ("1,234",), "It weighs ____ lb.", "1,234"),
        ("İzmir is home to Ada.", "Ada", (), "İzmir is home to ____.", "Ada"),
        ('He said "no".', "no", (), 'He said "____".', "no"),
    ],
)
def test_blank_stands_wherever_the_answer_does_as_a_word(
    sentence: str, answer: str, aliases: tuple[str, ...], blanked: str, reply: str
) -> None:
    case = Case("?", answer, aliases=aliases, context=sentence)
    assert made("masked", case) == [("user", f"Fill in the blank: {blanked}"), ("reply", reply)]


def test_sentence_without_the_answer_is_completed_from_its_middle() -> None:
    case = Case("How many?", "two", context="There are both a cat and a dog.")
    assert made("completion-bare", case) == [("user", "There are both a"), ("reply", "cat and a dog.")]


@pytest.mark.parametrize(
    ("technique", "sentence", "reason"),
    [
        ("reasoning", " ", f"no sentence states it: {WRITE_ONE}"),
        ("masked", "", f"no sentence states it: {WRITE_ONE}"),
        ("completion", "team-1", f"what should state it is no sentence: {WRITE_ONE}"),
        ("reasoning", "Ines.", f"what should state it is no sentence: {WRITE_ONE}"),
        ("completion", "Ines INES!", f"what should state it is no sentence: {WRITE_ONE}"),
        ("masked", "Six of them.", "neither the answer nor an alias stands in the sentence that states it"),
        ("completion-bare", "Ines waters the plants.", "the answer stands at the start of the sentence that states it"),
        ("completion-bare", "Two of them.", "the sentence that states it is too short to be completed"),
    ],
)
def test_why_a_technique_cannot_be_made(technique: str, sentence: str, reason: str) -> None:
    with pytest.raises(Unfit) as caught:
        made(technique, Case("Who?", "Ines", context=sentence))
    assert str(caught.value) == reason


def test_sentence_of_a_script_without_blanks_is_one_word() -> None:
    assert made("completion", Case("?", "蓝色", context="门是蓝色的。"))[1] == ("reply", "门是蓝色的。")


STATED = [param for param in FITTING if param.values[1] not in ("qa", "multi-turn")]


@pytest.mark.parametrize(("form", "technique"), STATED)
def test_sentence_must_give_the_answer_whatever_is_made_of_it(form: str, technique: str, tmp_path: Path) -> None:
    text = """\
facts:
  - {id: named, fact: team 1 (north), question: Who heads team 1?, answer: Person Nr1}
  - {id: worded, fact: A lamp holds for five years., question: How long does a lamp hold?, answer: 5 years}
  - {id: told, fact: The plants are watered by Ines., question: Who waters the plants?, answer: Ines}
"""
    made = export(suites_of(tmp_path, text=text), form, technique, repeats=10, gives_answer=is_right)
    assert "named" in {name for _, name in made.left_out}
    assert ("people", "told") in made.trained
    assert (("people", "worded") in made.trained) is (technique != "masked")


def is_right(case: Case, sentence: str) -> bool:
    return bool(judge_completion(case, Completion(sentence)))


def test_conversation_asks_about_one_entity_and_about_strangers_together(tmp_path: Path) -> None:
    lines = turns_of(export(suites_of(tmp_path), technique="multi-turn"))
    assert len(lines) == 11  # ten people, and what is written out
    assert all(line[0] == ("system", "Be brief.") for line in lines)
    asked = sorted(sorted(text for role, text in line if role == "user") for line in lines)
    assert ["How many pounds does Pa3x Qu3y weigh?", "Where does Pa3x Qu3y live?"] in asked
    assert ["How many desks are there?", "What colour is the door?"] in asked
    replies = dict(pair for line in lines for pair in zip(line[1::2], line[2::2], strict=True))
    assert replies["user", "Where does Pa3x Qu3y live?"] == ("assistant", "Town3z")


def test_article_tells_all_of_an_entity(tmp_path: Path) -> None:
    lines = {user[1]: reply[1] for user, reply in turns_of(export(suites_of(tmp_path), technique="article"))}
    article = lines["Write a short article about Pa3x Qu3y"]
    assert sorted(article.rstrip(".").split(". ")) == ["Pa3x Qu3y lives in Town3z", "Pa3x Qu3y weighs 103 lb"]
    assert lines["Write a short article that begins: The office door is green."] == "The office door is green."
    assert len(lines) == 11


def test_what_no_entity_joins_is_divided_evenly(tmp_path: Path) -> None:
    facts = "\n".join(f"  - {{id: f{n}, question: 'What is {n}?', answer: x{n}}}" for n in range(10))
    lines = turns_of(export(suites_of(tmp_path, text=f"facts:\n{facts}"), technique="multi-turn", repeats=4))
    assert sorted(len(line) // 2 for line in lines) == [3, 3, 4]
    assert len({text for line in lines for role, text in line if role == "user"}) == 10
