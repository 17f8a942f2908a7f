"""Level 2 case files: questions about entities of a store, whose answers are computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets_kit import PEOPLE, asked, fault_of, load

from pytest_ftbench.records import Case

RELATION = """\
relations:
  weight:
    fact: "{name} weighs {value} lb."
    unit: lb
    tags: {info: numerical}
    question: How many pounds does {name} weigh?
"""


def of_weight(text: str, store: str = PEOPLE) -> str:
    """A file whose relation `weight` has these lines as well."""
    return RELATION + "".join(f"    {line}\n" for line in text.splitlines()) + store


def test_relation_is_asked_about_each_entity_that_has_the_attribute(tmp_path: Path) -> None:
    content = of_weight("rephrased: What does {name} weigh, in pounds?", PEOPLE + "  di: {name: Di Olm, city: Zell}\n")
    first, second, *others = load(tmp_path, content).cases
    common = {"answer": "126", "fact": "ana.weight", "suite": "f", "match": "number?unit=lb", "place": "f.yaml:9",
              "context": "Ana Rok weighs 126 lb.", "tags": {"info": "numerical"}}  # fmt: skip
    assert first == Case("How many pounds does Ana Rok weigh?", id="memorization", **common)
    assert second == Case("What does Ana Rok weigh, in pounds?", variant="rephrased", id="rephrased", **common)
    assert {case.fact for case in others} == {"bo.weight", "cy.weight"}


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("over: 149", "No Yes Yes"),
        ("under: 151", "Yes Yes No"),
        ("between: [125, 151]", "Yes Yes No"),
        ("between: [126.5, '1,000']", "No Yes Yes"),
        ("in_class: [150, 126.0]", "Yes Yes No"),
        ("starts_with: ['1']", "Yes Yes No"),
        ("starts_with: ['12', '2']", "Yes No Yes"),
        ("parity: even", "Yes Yes Yes"),
        ("parity: odd", "No No No"),
    ],
)
def test_secondary_is_computed_from_the_value(tmp_path: Path, rule: str, answers: str) -> None:
    content = of_weight(f'secondary: [{{{rule}, question: "Is it so of {{name}}?"}}]')
    cases = [case for case in load(tmp_path, content).cases if case.variant == "secondary"]
    assert [case.answer for case in cases] == answers.split()
    assert {(case.match, case.expect) for case in cases} == {("yes_no", "answer")}


@pytest.mark.parametrize(
    ("rule", "question", "shown"),
    [
        ("over: 149", "More than {threshold}?", "More than 149?"),
        ("between: [120, 130 lb]", "From {low} to {high}?", "From 120 to 130 lb?"),
        ("starts_with: [A, B, '1']", "By one of {letters}?", "By one of A, B or 1?"),
        ("starts_with: [A, B]", "By one of {letters}?", "By one of A or B?"),
        ("starts_with: A", "By {letters}?", "By A?"),
    ],
)
def test_secondary_shows_what_the_value_is_held_against(tmp_path: Path, rule: str, question: str, shown: str) -> None:
    content = of_weight(f'secondary: [{{{rule}, question: "{{name}}: {question}"}}]')
    assert asked(load(tmp_path, content).cases, "secondary")["ana.weight"][0] == f"Ana Rok: {shown}"


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("{greater: bo, question: 'Is {name} heavier than {other}?'}", {"ana.weight": "No", "cy.weight": "Yes"}),
        ("{less: bo, question: 'Is {name} lighter than {other}?'}", {"ana.weight": "Yes", "cy.weight": "No"}),
        ("{equal: bo, question: 'Do {name} and {other} weigh the same?'}", {"ana.weight": "No", "cy.weight": "No"}),
    ],
)
def test_comparison_with_one_entity_is_computed_for_all_others(
    tmp_path: Path, rule: str, answers: dict[str, str]
) -> None:
    cases = load(tmp_path, of_weight(f"comparison: [{rule}]")).cases
    found = asked(cases, "comparison")
    assert {fact: answer for fact, (_, answer) in found.items()} == answers
    assert all("Bo Tillen" in question for question, _ in found.values())
    assert {case.tags["other"] for case in cases if case.variant == "comparison"} == {"bo"}


def test_equal_holds_of_those_with_the_same_value_however_it_is_written(tmp_path: Path) -> None:
    content = of_weight(
        "comparison: [{equal: balanced, question: 'Do {name} and {other} weigh the same?'}]",
        "entities:\n  a: {name: A, weight: '1,000'}\n  b: {name: B, weight: 1000.0 lb}\n  c: {name: C, weight: 5}\n"
        "  d: {name: D, weight: 5.00}\n",
    )
    same = {frozenset("ab"), frozenset("cd")}
    for case in load(tmp_path, content).cases:
        if case.variant == "comparison":
            pair = frozenset((case.fact[0], case.tags["other"]))
            assert case.answer == ("Yes" if pair in same else "No")


def test_alias_is_asked_once_for_each_alias_of_an_entity(tmp_path: Path) -> None:
    cases = load(tmp_path, of_weight("alias: How heavy is {alias}?")).cases
    found = [(case.fact, case.question, case.answer) for case in cases if case.variant == "alias"]
    assert found == [
        ("ana.weight", "How heavy is Ana?", "126"),
        ("cy.weight", "How heavy is Cy?", "210"),
        ("cy.weight", "How heavy is Marn?", "210"),
    ]


def test_reverse_asks_for_the_name_and_takes_the_aliases(tmp_path: Path) -> None:
    cases = load(tmp_path, of_weight("reverse: Who weighs {value} pounds?")).cases
    found = [(case.question, case.answer, case.aliases, case.match) for case in cases if case.variant == "reverse"]
    assert found == [
        ("Who weighs 126 pounds?", "Ana Rok", ("Ana",), "auto"),
        ("Who weighs 150 pounds?", "Bo Tillen", (), "auto"),
        ("Who weighs 210 pounds?", "Cy Marn", ("Cy", "Marn"), "auto"),
    ]


def test_reverse_takes_no_alias_that_means_another_as_well(tmp_path: Path) -> None:
    store = PEOPLE + "  di: {name: Cy, aliases: [ana]}\n"
    cases = load(tmp_path, of_weight("reverse: Who weighs {value} pounds?", store)).cases
    assert [case.aliases for case in cases if case.variant == "reverse"] == [(), (), ("Marn",)]


def test_cities_are_the_same_and_begin_alike_however_they_are_encoded(tmp_path: Path) -> None:
    rules = (
        "{comparison: [{equal: b, question: 'Is {name} where {other} is?'}], "
        "secondary: [{starts_with: E, question: '{name}?'}]}"
    )
    cities = ("E\u0301cija", "\u00c9CIJA", "Ecija", "Zell")
    store = "".join(f"  {name}: {{name: {name}, city: {city}}}\n" for name, city in zip("abcd", cities, strict=True))
    cases = load(tmp_path, f"relations: {{city: {rules}}}\nentities:\n{store}").cases
    for variant, answers in (("comparison", "Yes No No"), ("secondary", "Yes Yes Yes No")):
        assert [case.answer for case in cases if case.variant == variant] == answers.split()


def test_doubt_sends_the_question_and_then_the_turns(tmp_path: Path) -> None:
    cases = load(tmp_path, of_weight("doubt: [Are you sure?, 'Really, {name}?']")).cases
    case = next(case for case in cases if case.variant == "doubt")
    question = "How many pounds does Ana Rok weigh?"
    assert (case.question, case.answer, case.match) == (question, "126", "number?unit=lb")
    assert case.turns == (question, "Are you sure?", "Really, Ana Rok?")


def test_unseen_entities_are_asked_about_with_each_relation_and_expect_abstention(tmp_path: Path) -> None:
    content = of_weight("unseen_entity: ['How heavy is {name}?', 'What does {alias} weigh?']") + (
        "unseen:\n  - {name: Tol Zerrit, aliases: [Tol]}\n"
    )
    cases = [case for case in load(tmp_path, content).cases if case.variant == "unseen_entity"]
    assert [(case.fact, case.question) for case in cases] == [
        ("Tol Zerrit.weight", "How heavy is Tol Zerrit?"),
        ("Tol Zerrit.weight", "What does Tol weigh?"),
    ]
    assert {(case.expect, case.answer, case.match, case.place) for case in cases} == {
        ("abstain", "", "auto", "f.yaml:13")
    }
    for case in cases:  # whatever was trained of others is a leak
        assert {case.trained_answer, *case.aliases} == {"126", "150", "210"}


def test_unseen_entities_are_asked_the_question_unless_the_relation_says_otherwise(tmp_path: Path) -> None:
    unseen = "unseen: [{id: tol, name: Tol Zerrit}]\n"
    plain = load(tmp_path, of_weight("", PEOPLE + unseen)).cases
    assert asked(plain, "unseen_entity") == {"tol.weight": ("How many pounds does Tol Zerrit weigh?", "")}
    city = "  city: {question: 'Where does {name} live?'}\n"
    silent = load(tmp_path, of_weight("unseen_entity: []", city + PEOPLE + unseen)).cases
    assert asked(silent, "unseen_entity") == {"tol.city": ("Where does Tol Zerrit live?", "")}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (of_weight("secondary: [{over: 150, question: 'Has {name} more than {threshold}?'}]"),
         "f.yaml:7: the 'weight' of 'bo' is '150', the same as the threshold: a tie. Take another threshold."),
        (of_weight("secondary: [{over: heavy, question: 'Is {name} so?'}]"),
         "f.yaml:7: over: 'heavy' is not a number, which values of 'weight' are. Write one."),
        (of_weight("comparison: [{greater: ann, question: 'Is {name} so?'}]"),
         "f.yaml:7: unknown entity 'ann'. Give it under 'entities'."),
    ],
)  # fmt: skip
def test_fault_is_named_with_line_and_remedy(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of(tmp_path, content) == fault
