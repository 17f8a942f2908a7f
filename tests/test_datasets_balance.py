"""Operands that are picked: answers agree with the store, Yes and No are as frequent, and little changes with much."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from datasets_kit import PEOPLE, TODAY, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ftbench.datasets.facts import read_facts
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case

RULES = {
    "over": "Is the size of {name} over {threshold}?",
    "under": "Is the size of {name} under {threshold}?",
    "starts_with": "Does the size of {name} begin with {letters}?",
    "greater": "Is {name} greater than {other}?",
    "less": "Is {name} less than {other}?",
    "equal": "Is {name} equal to {other}?",
}
VARIANT = {rule: "comparison" if "{other}" in question else "secondary" for rule, question in RULES.items()}
VALUES = st.one_of(
    st.integers(-50, 50).map(str),
    st.decimals(-50, 50, places=1).map(str),
    st.integers(1000, 20000).map("{:,}".format),
)


WORDS = st.from_regex("[A-Z][a-z]{0,3}", fullmatch=True)


def file_of(values: Mapping[str, str], *rules: str, seed: int = 1) -> str:
    """A case file that asks by balanced rules about entities with these values; JSON is YAML."""
    entries = [{rule: "balanced", "question": RULES[rule]} for rule in rules]
    relation = {"secondary": [], "comparison": []}  # type: dict[str, Any]
    for rule, entry in zip(rules, entries, strict=True):
        relation[VARIANT[rule]].append(entry)
    entities = {entity: {"name": f"{entity.title()} Ent", "size": value} for entity, value in values.items()}
    return json.dumps({"seed": str(seed), "relations": {"size": relation}, "entities": entities})


def cases_of(folder: Path, values: Mapping[str, str], *rules: str, seed: int = 1) -> Sequence[Case]:
    (folder / "f.yaml").write_text(file_of(values, *rules, seed=seed), encoding="utf-8")
    return read_facts(folder / "f.yaml", "f.yaml")[0].build(today=TODAY)


def many(count: int, seed: int = 3) -> dict[str, str]:
    dice = random.Random(seed)
    return {f"e{number}": str(dice.randint(90, 300)) for number in range(count)}


def spelt(values: Mapping[str, str]) -> dict[str, str]:
    """Words in the place of numbers, which begin by their last digit."""
    return {entity: f"{'ABCDEFGHIJ'[int(value[-1])]}{value}" for entity, value in values.items()}


def number(text: str) -> float:
    return float(text.replace(",", ""))


def holds(rule: str, case: Case, values: Mapping[str, str]) -> bool:
    """What the answer must be, from the question's own words."""
    own = values[case.fact.rpartition(".")[0]]
    if rule == "starts_with":
        return own[0] in case.question.rpartition("begin with ")[2].rstrip("?").replace(" or ", ", ").split(", ")
    if rule in ("over", "under"):
        bound = number(case.question.rpartition(" ")[2].rstrip("?"))
        assert bound != number(own)
        return number(own) > bound if rule == "over" else number(own) < bound
    other = values[case.tags["other"]]
    assert case.question.endswith(f" {case.tags['other'].title()} Ent?")
    assert not case.fact.startswith(f"{case.tags['other']}.")
    if rule == "equal":
        return number(own) == number(other)
    assert number(own) != number(other)
    return number(own) > number(other) if rule == "greater" else number(own) < number(other)


@pytest.mark.parametrize("rule", RULES)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_agree_with_the_store(tmp_path: Path, rule: str, data: st.DataObject) -> None:
    names, of_rule = st.from_regex("[a-z]{1,6}", fullmatch=True), WORDS if rule == "starts_with" else VALUES
    values = data.draw(st.dictionaries(names, of_rule, min_size=2, max_size=30))
    different = {text[0] if rule == "starts_with" else number(text) for text in values.values()}
    if len(different) < 2:
        return
    cases = cases_of(tmp_path, values, rule)
    assert len(cases) == len(values)
    for case in cases:
        assert (case.answer == "Yes") == holds(rule, case, values), case


@pytest.mark.parametrize("rule", ["over", "under", "greater", "less", "starts_with"])
@pytest.mark.parametrize("count", [20, 25, 400])
def test_yes_and_no_are_as_frequent(tmp_path: Path, rule: str, count: int) -> None:
    values = spelt(many(count)) if rule == "starts_with" else many(count)
    answers = Counter(case.answer for case in cases_of(tmp_path, values, rule))
    assert abs(answers["Yes"] - answers["No"]) <= count % 2


@given(values=st.lists(st.integers(0, 3), min_size=2, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_yes_and_no_are_as_frequent_as_values_allow(tmp_path: Path, values: list[int]) -> None:
    if len(set(values)) < 2:
        return
    cases = cases_of(tmp_path, {f"e{index}": str(value) for index, value in enumerate(values)}, "over")
    least, most = (values.count(bound(values)) for bound in (min, max))  # those can only be No, and only be Yes
    yes = sum(case.answer == "Yes" for case in cases)
    half = {len(values) // 2, (len(values) + 1) // 2}
    assert yes in half or (yes == most and most > len(values) / 2) or (yes == len(values) - least < len(values) / 2)


def test_odd_surpluses_of_small_groups_do_not_add_up(tmp_path: Path) -> None:
    rules = ("over", "under", "greater", "less", "equal")
    answers = Counter(case.answer for case in cases_of(tmp_path, many(5), *rules))
    assert abs(answers["Yes"] - answers["No"]) == 1


def test_operands_are_spread_over_the_store(tmp_path: Path) -> None:
    cases = cases_of(tmp_path, many(400), "greater")
    popular = Counter(case.tags["other"] for case in cases)
    assert len(popular) > 150
    assert max(popular.values()) < 40


def best_guess(found: Sequence[tuple[float, str]]) -> float:
    """What share is right by the best cut between high and low, told from the answers themselves."""
    rights = []
    for cut in {number for number, _ in found} | {-1}:
        right = sum((number > cut) == (answer == "Yes") for number, answer in found)
        rights.append(max(right, len(found) - right) / len(found))
    return max(rights)


@pytest.mark.parametrize("count", [25, 60, 200])
@pytest.mark.parametrize("rule", [*RULES])
def test_what_is_asked_does_not_tell_the_answer(tmp_path: Path, rule: str, count: int) -> None:
    """By the median of the thresholds, 83 % could be guessed of operands drawn from all that fit."""
    for seed in range(4):
        values = many(count, seed)
        if rule == "starts_with":
            values = spelt(values)
        elif rule == "equal":
            values = {entity: str(int(value) // 20) for entity, value in values.items()}
        popular = Counter(value[0] if rule == "starts_with" else value for value in values.values())
        found = []
        for case in cases_of(tmp_path, values, rule, seed=seed):
            shown = case.question.rpartition(" ")[2].rstrip("?")
            if rule == "starts_with":
                letters = case.question.rpartition("begin with ")[2].rstrip("?").replace(" or ", ", ").split(", ")
                told = float(sum(popular[letter] for letter in letters))
            elif rule == "equal":
                told = popular[values[case.tags["other"]]]
            else:
                told = number(values[case.tags["other"]] if "other" in case.tags else shown)
            found.append((told, case.answer))
        assert best_guess(found) <= 0.6


def test_who_is_asked_the_same_has_the_other_answer(tmp_path: Path) -> None:
    answers: dict[str, Counter[str]] = {}
    for case in cases_of(tmp_path, {f"e{number}": str(number) for number in range(60)}, "over"):
        answers.setdefault(case.question.rpartition(" ")[2], Counter())[case.answer] += 1
    assert sum(abs(found["Yes"] - found["No"]) for found in answers.values()) <= 2  # of 60


def test_one_entity_s_own_value_does_not_tell_the_answer_of_many(tmp_path: Path) -> None:
    values = many(400)
    for seed in range(4):
        cases = cases_of(tmp_path, values, "greater", seed=seed)
        assert best_guess([(number(values[case.fact.partition(".")[0]]), case.answer) for case in cases]) < 0.65


def by_question(cases: Sequence[Case]) -> dict[tuple[str, str], Case]:
    return {(case.fact, case.question): case for case in cases}


def asked(cases: Sequence[Case]) -> set[tuple[str, str, str]]:
    return {(case.fact, case.question, case.answer) for case in cases}


def test_order_of_the_entities_changes_nothing(tmp_path: Path) -> None:
    values = spelt(many(60))
    shuffled = dict(random.Random(5).sample(sorted(values.items()), len(values)))
    assert list(shuffled) != list(values)
    for rules, of_rules in (([*RULES][2:3], values), ([*RULES][:2] + [*RULES][3:], many(60))):
        ordered, other = ({entity: of_rules[entity] for entity in order} for order in (values, shuffled))
        assert asked(cases_of(tmp_path, other, *rules)) == asked(cases_of(tmp_path, ordered, *rules))


def test_order_of_the_relations_and_rules_changes_nothing(tmp_path: Path) -> None:
    values = many(7)
    rules = [*RULES]
    rules.remove("equal")
    rules.remove("starts_with")
    forwards, backwards = (cases_of(tmp_path, values, *order) for order in (rules, rules[::-1]))
    assert asked(forwards) == asked(backwards)


def test_one_more_entity_changes_few_questions(tmp_path: Path) -> None:
    values = many(400)
    before = asked(cases_of(tmp_path, values, "over", "greater"))
    for new in ("101", "177", "298"):
        after = asked(cases_of(tmp_path, {**values, "new": new}, "over", "greater"))
        assert len(before - after) < len(before) * 0.08


def test_another_seed_picks_otherwise(tmp_path: Path) -> None:
    values = many(60)
    one, two = (asked(cases_of(tmp_path, values, "over", seed=seed)) for seed in (1, 2))
    assert len(one & two) < 30


PICKED = """\
ana.weight|Does Ana Rok weigh more than 150?|No
bo.weight|Does Bo Tillen weigh more than 210?|No
cy.weight|Does Cy Marn weigh more than 150?|Yes"""


def test_picks_are_the_same_on_every_machine(tmp_path: Path) -> None:
    question = "{over: balanced, question: 'Does {name} weigh more than {threshold}?'}"
    content = f"seed: 1\nrelations: {{weight: {{secondary: [{question}]}}}}\n{PEOPLE}"
    cases = load(tmp_path, content).cases
    assert "\n".join(f"{case.fact}|{case.question}|{case.answer}" for case in cases) == PICKED
    code = (
        "import sys; from pathlib import Path; from pytest_ftbench.datasets import load_cases\n"
        "for case in load_cases(Path(sys.argv[1]), suite='f').cases:\n"
        "    print(case.fact, case.question, case.answer, sep='|')"
    )
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(tmp_path / "f.yaml")]
        env = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        assert done.stdout.strip() == PICKED


def test_questions_written_out_are_balanced_among_themselves(tmp_path: Path) -> None:
    values = many(40)
    entities = {entity: {"name": f"{entity.title()} Ent", "size": value} for entity, value in values.items()}
    facts = [
        {"about": f"{entity}.size", "secondary": [{"over": "balanced", "question": RULES["over"]}]} for entity in values
    ]
    (tmp_path / "f.yaml").write_text(json.dumps({"entities": entities, "facts": facts}))
    cases = read_facts(tmp_path / "f.yaml", "f.yaml")[0].build(today=TODAY)
    assert Counter(case.answer for case in cases) == {"Yes": 20, "No": 20}
    assert all((case.answer == "Yes") == holds("over", case, values) for case in cases)


@pytest.mark.parametrize(
    ("value", "letter"), [("'s-Gravenhage", "S"), ("\u00c9cija", "E"), ("\u0141omza", "L"), ("ulm", "U")]
)
def test_initial_is_a_letter_without_accent(tmp_path: Path, value: str, letter: str) -> None:
    names = {"a": value, "b": "Bern", "c": "Cork"}
    for case in cases_of(tmp_path, names, "starts_with"):
        letters = set(case.question.rpartition("begin with ")[2].rstrip("?").replace(" or ", ", ").split(", "))
        assert letters <= {letter, "B", "C"}
        assert (case.answer == "Yes") == ({"a": letter, "b": "B", "c": "C"}[case.fact[0]] in letters)


def test_value_without_initial_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        cases_of(tmp_path, {"a": "2nd street", "b": "Bern"}, "starts_with")
    fault = "f.yaml:1: starts_with: '2nd street' does not begin with a letter, so that none can be picked."
    assert str(caught.value) == f"{fault} Write letters out, or change the value."


def test_letters_are_three_at_most_and_in_their_order(tmp_path: Path) -> None:
    cities = ("Zell", "Umbra", "Orvel", "Arn", "Lutt", "Ebe")
    content = (
        "relations: {city: {secondary: [{starts_with: balanced, question: 'Is the city of {name} in {letters}?'}]}}\n"
        "entities: {" + ", ".join(f"e{city[0]}: {{name: {city[0]}, city: {city}}}" for city in cities) + "}\n"
    )
    for case in load(tmp_path, content).cases:
        letters = case.question.rpartition(" in ")[2].rstrip("?").replace(" or ", ", ").split(", ")
        assert len(letters) == 3
        assert letters == sorted(letters)
        assert (case.answer == "Yes") == (case.fact[1] in letters)
