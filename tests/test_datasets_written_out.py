"""Facts that are written out: those that add to the entity store, and the further keys of a fact."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets_kit import PEOPLE, asked, fault_of, load

from pytest_ftbench.records import Case

WEIGHT = 'relations: {weight: {fact: "{name} has {value}.", question: "How heavy is {name}?", unit: lb}}\n'


def case_of(cases: tuple[Case, ...], variant: str) -> Case:
    (found,) = (case for case in cases if case.variant == variant)
    return found


def test_fact_about_the_store_adds_its_questions_to_those_of_the_relation(tmp_path: Path) -> None:
    content = WEIGHT + PEOPLE + (
        "facts:\n"
        "  - about: ana.weight\n"
        "    source: https://example.org\n"
        "    aliases: 126 pounds\n"
        "    rephrased: What does {name} weigh?\n"
        "    alias: How heavy is {alias}?\n"
        "    reverse: Who weighs {value} lb?\n"
        "    secondary: [{over: 120, question: 'Is {alias} over {threshold}?'}]\n"
        "    comparison: [{less: cy, question: 'Is {name} lighter than {other}?'}]\n"
        "    applied: [{question: 'May {name}, of {value} lb, use a lift for 120?', answer: 'No', match: yes_no}]\n"
    )  # fmt: skip
    cases = load(tmp_path, content).cases
    ana = [case for case in cases if case.fact == "ana.weight"]
    assert {case.fact for case in cases} == {"ana.weight", "bo.weight", "cy.weight"}
    assert [(case.variant, case.question, case.answer, case.aliases, case.match, case.place) for case in ana] == [
        ("memorization", "How heavy is Ana Rok?", "126", ("126 pounds",), "number?unit=lb", "f.yaml:3"),
        ("rephrased", "What does Ana Rok weigh?", "126", ("126 pounds",), "number?unit=lb", "f.yaml:10"),
        ("alias", "How heavy is Ana?", "126", ("126 pounds",), "number?unit=lb", "f.yaml:11"),
        ("reverse", "Who weighs 126 lb?", "Ana Rok", ("Ana",), "auto", "f.yaml:12"),
        ("secondary", "Is Ana over 120?", "Yes", (), "yes_no", "f.yaml:13"),
        ("comparison", "Is Ana Rok lighter than Cy Marn?", "Yes", (), "yes_no", "f.yaml:14"),
        ("applied", "May Ana Rok, of 126 lb, use a lift for 120?", "No", (), "yes_no", "f.yaml:15"),
    ]
    assert {(case.source, case.context) for case in ana} == {("https://example.org", "Ana Rok has 126.")}
    assert case_of(cases, "comparison").tags == {"other": "cy"}


def test_question_of_a_fact_about_the_store_takes_the_place_of_the_relations(tmp_path: Path) -> None:
    content = WEIGHT + PEOPLE + "facts: [{about: ana.weight, question: 'What is the weight of {name}?'}]\n"
    assert asked(load(tmp_path, content).cases, "memorization") == {
        "ana.weight": ("What is the weight of Ana Rok?", "126"),
        "bo.weight": ("How heavy is Bo Tillen?", "150"),
        "cy.weight": ("How heavy is Cy Marn?", "210"),
    }


def test_fact_about_an_attribute_without_a_relation(tmp_path: Path) -> None:
    content = PEOPLE + "facts: [{about: ana.city, question: 'Where does {name} live?'}]\n"
    (case,) = load(tmp_path, content).cases
    assert (case.fact, case.question, case.answer, case.place) == ("ana.city", "Where does Ana Rok live?", "Umbra",
                                                                  "f.yaml:5")  # fmt: skip


PLAIN = """\
facts:
  - id: age
    question: From which age was it allowed in 2024?
    answer: 6 years
    aliases: [six]
    match: number
    answer_before: 18 years
    precondition: knew_old
    valid_from: 2024-06-01
    review_by: 2026-06-01
    source: https://example.org
    fact: Six is enough.
"""


def test_fact_carries_its_dates_and_source_into_each_case(tmp_path: Path) -> None:
    for case in load(tmp_path, PLAIN + "    rephrased: In 2024, what age?\n    date_change: +10y\n").cases:
        found = (case.valid_from, case.review_by, case.source, case.precondition, case.answer_before)
        assert found == ("2024-06-01", "2026-06-01", "https://example.org", "knew_old", "18 years")


def test_variant_with_an_answer_of_its_own_takes_over_nothing_that_belongs_to_the_facts(tmp_path: Path) -> None:
    more = "    applied: [{question: 'A child of 7?', answer: 'Yes', requires: memorization, precondition: none}]\n"
    case = case_of(load(tmp_path, PLAIN + more).cases, "applied")
    assert (case.answer, case.aliases, case.match, case.answer_before, case.precondition) == ("Yes", (), "auto", "", "")
    assert (case.context, case.requires, case.source) == ("Six is enough.", ("memorization",), "https://example.org")


def test_variant_with_the_same_answer_is_judged_like_the_fact(tmp_path: Path) -> None:
    more = "    variants: [{variant: cloze, question: 'It is allowed from ... on.', answer: 6 years}]\n"
    case = case_of(load(tmp_path, PLAIN + more).cases, "cloze")
    assert (case.answer, case.aliases, case.match, case.answer_before) == ("6 years", ("six",), "number", "18 years")


def test_variant_may_say_all_that_a_case_has(tmp_path: Path) -> None:
    more = (
        "    variants:\n"
        "      - {variant: coding, id: one, question: Q?, prompt: ' P ', answer: f, aliases: g, match: code,\n"
        "         answer_before: h, precondition: unknown, requires: [memorization], valid_from: 2025-01-01,\n"
        "         review_by: 2027-01-01, source: s, context: c, system: S, samples: 3, tags: {a: b}}\n"
    )
    assert case_of(load(tmp_path, PLAIN + more).cases, "coding") == Case(
        "Q?", "f", fact="age", variant="coding", id="one", suite="f", prompt=" P ", system="S", match="code",
        aliases=("g",), answer_before="h", precondition="unknown", context="c", tags={"a": "b"}, place="f.yaml:14",
        samples=3, requires=("memorization",), valid_from="2025-01-01", review_by="2027-01-01", source="s",
    )  # fmt: skip


def test_variant_without_a_question_changes_those_of_its_name(tmp_path: Path) -> None:
    more = "    rephrased: [R?, S?]\n    variants: [{variant: rephrased, match: contains, tags: {a: b}}]\n"
    cases = load(tmp_path, PLAIN + more).cases
    assert [(case.variant, case.match, case.tags) for case in cases] == [
        ("memorization", "number", {}),
        ("rephrased", "contains", {"a": "b"}),
        ("rephrased", "contains", {"a": "b"}),
    ]


def test_relation_may_set_what_holds_for_one_of_its_variants(tmp_path: Path) -> None:
    variants = "variants: [{variant: alias, samples: 3}]"
    relation = f"relations: {{weight: {{question: '{{name}}?', alias: '{{alias}}?', {variants}}}}}\n"
    cases = load(tmp_path, relation + PEOPLE).cases
    assert {(case.variant, case.samples) for case in cases} == {("memorization", None), ("alias", 3)}


def test_variant_that_abstains_leaks_the_facts_answer(tmp_path: Path) -> None:
    more = "    variants: [{variant: false_premise, question: Why not?, expect: abstain}]\n"
    case = case_of(load(tmp_path, PLAIN + more).cases, "false_premise")
    assert (case.expect, case.answer, case.trained_answer, case.match) == ("abstain", "", "6 years", "auto")


def test_braces_of_a_fact_outside_the_store_are_braces(tmp_path: Path) -> None:
    content = "facts: [{question: 'What is {name} in f\"{x}\"?', answer: '{a}'}]\n"
    (case,) = load(tmp_path, content).cases
    assert (case.question, case.answer) == ('What is {name} in f"{x}"?', "{a}")


def test_doubled_braces_of_a_template_are_braces(tmp_path: Path) -> None:
    content = PEOPLE + "facts: [{about: ana.city, question: 'Where does {{name}} live, {name}?'}]\n"
    (case,) = load(tmp_path, content).cases
    assert case.question == "Where does {name} live, Ana Rok?"


def test_turns_begin_with_what_is_sent(tmp_path: Path) -> None:
    content = (
        "facts:\n  - question: Q?\n    prompt: 'Question: Q?'\n    answer: A\n    variants:\n"
        "      - {variant: doubt, turns: ['{question}', Sure?]}\n"
        "      - {variant: other, question: R?, turns: ['Hello.', '{question} {x}']}\n"
    )
    first, doubt, other = load(tmp_path, content).cases
    assert (first.prompt, first.turns) == ("Question: Q?", ())
    assert (doubt.question, doubt.prompt, doubt.turns) == ("Q?", "", ("Question: Q?", "Sure?"))
    assert (other.question, other.turns) == ("R?", ("Hello.", "R? {x}"))


def test_requirements_of_a_fact_do_not_hold_for_what_it_requires(tmp_path: Path) -> None:
    more = "    requires: [memorization, rephrased]\n    rephrased: R?\n    doubt: Sure?\n"
    cases = load(tmp_path, PLAIN + more).cases
    assert {case.variant: case.requires for case in cases} == {
        "memorization": (),
        "rephrased": (),
        "doubt": ("memorization", "rephrased"),
    }


def test_defaults_hold_where_nothing_nearer_does(tmp_path: Path) -> None:
    content = (
        "defaults: {system: D, match: exact, samples: 3, precondition: unknown, tags: {a: d, b: d, c: d, e: d},\n"
        "           valid_from: 2024-01-01, review_by: 2025-01-01, source: d}\n"
        "relations:\n"
        "  weight: {question: '{name}?', tags: {b: r, c: r, e: r}, valid_from: 2024-02-02}\n"
        "  city: {question: 'Where is {name}?', precondition: none, match: contains}\n"
        "entities: {ana: {name: Ana, weight: 5, city: Zell, tags: {c: n, e: n}}}\n"
        "facts:\n"
        "  - {about: ana.weight, tags: {e: f}, samples: 2}\n"
        "  - {id: x, question: Q?, answer: A, system: F}\n"
    )
    weight, city, plain = load(tmp_path, content).cases
    assert weight.tags == {"a": "d", "b": "r", "c": "n", "e": "f"}
    assert (weight.system, weight.match, weight.samples, weight.precondition) == ("D", "exact", 2, "unknown")
    assert (weight.valid_from, weight.review_by, weight.source) == ("2024-02-02", "2025-01-01", "d")
    assert (city.precondition, city.match, city.samples) == ("", "contains", 3)
    assert (plain.system, plain.match, plain.tags["a"]) == ("F", "exact", "d")


@pytest.mark.parametrize("at_top", ["system: S", "match: exact", "samples: 2", "source: s"])
def test_what_stands_at_the_top_holds_for_all(tmp_path: Path, at_top: str) -> None:
    (case,) = load(tmp_path, f"{at_top}\nfacts: [{{question: Q?, answer: A}}]\n").cases
    key, value = at_top.split(": ")
    assert str(getattr(case, key)) == value
    defaults = f"defaults: {{{at_top}}}\n"
    assert fault_of(tmp_path, f"{defaults}{at_top}\nfacts: []\n") == (
        f"f.yaml:2: {key!r} stands in 'defaults' as well. Keep one of them."
    )


def test_training_file_is_told_with_the_cases(tmp_path: Path) -> None:
    file = load(tmp_path, "training_file: training.jsonl\nlicence: MIT\nnote: n\n$schema: s\n" + PLAIN)
    assert (file.training_file, file.facts) == ("training.jsonl", 1)


def test_each_entity_and_fact_has_its_own_settings(tmp_path: Path) -> None:
    content = (
        "relations: {weight: {question: '{name}?'}}\n"
        "entities:\n"
        "  ana: {name: Ana, weight: 5, tags: {a: ana}}\n"
        "  bo: {name: Bo, weight: 6}\n"
        "  cy: {name: Cy, weight: 7}\n"
        "  di: {name: Di, weight: 8}\n"
        "facts: [{about: cy.weight, tags: {a: cy}}, {about: di.weight, tags: {a: di}}]\n"
    )
    cases = load(tmp_path, content).cases
    assert [case.tags for case in cases] == [{"a": "ana"}, {}, {"a": "cy"}, {"a": "di"}]


def test_conversations_that_begin_alike_are_told_apart_by_their_turns(tmp_path: Path) -> None:
    turns = ("Sure?", "Really?")
    more = "".join(f"      - {{variant: doubt, turns: ['{{question}}', '{turn}']}}\n" for turn in turns)
    _, *doubts = load(tmp_path, f"{PLAIN}    variants:\n{more}").cases
    assert [case.turns[1] for case in doubts] == ["Sure?", "Really?"]
    assert len({case.id for case in doubts}) == 2
    twice = f"{PLAIN}    variants:\n{more}{more}"
    assert "duplicate case: doubt of 'age' asks 'From which age was it allowed in 2024?' twice" in fault_of(
        tmp_path, twice
    )


def test_fact_that_nobody_was_taught_needs_no_question_of_its_own(tmp_path: Path) -> None:
    variants = "variants: [{variant: unanswerable, question: Who won?, expect: abstain}]"
    (case,) = load(tmp_path, f"facts: [{{id: toss, {variants}}}]\n").cases
    assert (case.fact, case.variant, case.question, case.expect) == ("toss", "unanswerable", "Who won?", "abstain")
    assert "id" in fault_of(tmp_path, f"facts: [{{{variants}}}]\n")
