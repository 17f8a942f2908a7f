"""People who do not exist: the same for everybody, nobody's names, and as many questions for Yes as for No."""

from __future__ import annotations

import json
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from datasets_kit import load
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.records import Case, Prompt
from pytest_ftbench.specs import parse_spec
from pytest_ftbench.synth import (
    FEWEST,
    MOST,
    People,
    case_file,
    count_facts,
    count_questions,
    make_people,
    readme,
    training_lines,
)
from pytest_ftbench.synth.dice import Dice
from pytest_ftbench.synth.names import is_invented
from pytest_ftbench.synth.sentences import ATTRIBUTES, SYSTEM

COUNTED = ("secondary", "comparison")


def written(people: People) -> str:
    return case_file(people, seed=1, training_file="training.jsonl")


def cases_of(people: People, folder: Path) -> list[Case]:
    return list(load(folder, written(people)).cases)


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> tuple[People, list[Case]]:
    """Those of the built-in set, and the questions about them."""
    people = make_people(25, seed=1)
    return people, cases_of(people, tmp_path_factory.mktemp("some"))


@given(count=st.integers(FEWEST, 40), seed=st.integers(0, 2**64))
def test_yes_and_no_are_as_frequent_whatever_the_seed(
    count: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = cases_of(make_people(count, seed=seed), tmp_path_factory.mktemp("seed"))
    for variant in COUNTED:
        answers = Counter((case.fact.partition(".")[2], case.answer) for case in cases if case.variant == variant)
        assert answers.total() == 6 * count
        yes = {name: answers[name, "Yes"] for name in (attribute.name for attribute in ATTRIBUTES)}
        assert Fraction(45, 100) <= Fraction(sum(yes.values()), 6 * count) <= Fraction(55, 100)
        assert {abs(2 * of_attribute - count) for of_attribute in yes.values()} == {count % 2}


def test_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert make_people(25, seed=7) == make_people(25, seed=7)
    assert make_people(25, seed=7).known[0] != make_people(25, seed=8).known[0]


def test_dice_fall_as_python_promises() -> None:
    dice = Dice(1)
    assert [dice.draw(1000) for _ in range(5)] == [134, 847, 763, 255, 495]  # of random.Random(1).random()


def test_more_people_begin_with_those_who_are_fewer() -> None:
    many = make_people(200, seed=3)
    few = make_people(31, seed=3)
    assert many.known[:31] == few.known
    assert many.unseen == few.unseen
    assert make_people(6, seed=3).unseen == many.unseen[:6]


def test_names_are_spoken_easily_and_nobody_shares_one() -> None:
    people = make_people(3000, seed=5)
    named = [*people.known, *people.unseen]
    cities = [person.values["city"] for person in people.known]
    names = [*(person.first for person in named), *(person.surname for person in named), *cities]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"(?:[^aeiou][aeiou]){3,4}[^aeiou]?", name.casefold())] == []
    assert [name for name in names if not is_invented(name)] == []
    assert all(first[0] != second[0] for first, second in pairwise(cities))


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("Vukovar", "Vukuvar"),
        ("Kawamoto", "Kawamuto"),
        ("Zivojinit", "Zivujinit"),
        ("Televizor", "Televuzor"),
        ("Rovinazig", "Rovinuzig"),
    ],
)
def test_known_and_rude_words_are_refused(known: str, other: str) -> None:
    assert not is_invented(known)
    assert is_invented(other)


@pytest.mark.parametrize("name", ["Minabat", "Kikiwako", "Vazababat"])
def test_names_of_common_letters_and_those_that_stutter_are_refused(name: str) -> None:
    assert not is_invented(name)


def test_values_are_plausible_and_numbers_of_few_people_are_not_shared(some: tuple[People, list[Case]]) -> None:
    people, _ = some
    for low, high, name in ((80, 320, "weight_lb"), (140, 210, "height_cm"), (18, 90, "age")):
        values = [int(person.values[name]) for person in make_people(2000, seed=2).known]
        assert low <= min(values) < max(values) <= high
        assert not people.shared[name]
    words = Counter(person.values["occupation"] for person in people.known)
    assert len(words) >= 8
    assert max(words.values()) <= 6


def test_every_fact_is_asked_in_every_way(some: tuple[People, list[Case]]) -> None:
    people, cases = some
    assert count_facts(people) == 150
    assert Counter(case.variant for case in cases) == {
        **dict.fromkeys(("memorization", "rephrased", "alias", "secondary", "comparison", "unseen_entity"), 150),
        "reverse": 100,
    }


@pytest.mark.parametrize("count", [6, 25, 80])
def test_readme_counts_what_the_file_holds(count: int, tmp_path: Path) -> None:
    people = make_people(count, seed=1)
    counts = Counter(case.variant for case in cases_of(people, tmp_path))
    assert count_questions(people) == counts
    told = readme(people, seed=1, cases="facts.yaml", training="training.jsonl")
    stated = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", told, re.MULTILINE)
    assert {variant: int(number.replace(",", "")) for variant, number in stated} == counts
    assert f"`ftbench synth people --people {count} --seed 1`" in told


def test_reverse_is_asked_of_exactly_those_whose_value_nobody_shares(tmp_path: Path) -> None:
    people = make_people(80, seed=1)
    ages = Counter(person.values["age"] for person in people.known)
    single = {f"{person.id}.age" for person in people.known if ages[person.values["age"]] == 1}
    assert 0 < len(single) < 80
    reverse = [case for case in cases_of(people, tmp_path) if case.variant == "reverse"]
    assert {case.fact for case in reverse if case.fact.endswith(".age")} == single
    assert len([case for case in reverse if case.fact.endswith(".city")]) == 80


def test_file_names_no_schema_of_this_machine_and_carries_its_axes(some: tuple[People, list[Case]]) -> None:
    people, cases = some
    assert written(people).startswith("# yaml-language-server: $schema=ftbench.schema.json\n")
    assert yaml.safe_load(written(people))["training_file"] == "training.jsonl"
    assert Counter(case.tags["info"] for case in cases if case.variant == "memorization") == {
        "numerical": 75,
        "categorical": 50,
        "novel_string": 25,
    }
    assert {(case.tags["entity"], case.tags["train_format"]) for case in cases} == {("fictional", "qa")}


def test_training_file_holds_the_memorization_questions_alone(some: tuple[People, list[Case]]) -> None:
    people, cases = some
    trained = [json.loads(line)["messages"] for line in training_lines(people).splitlines()]
    assert [[turn["content"] for turn in turns] for turns in trained] == [
        [SYSTEM, case.question, case.answer] for case in cases if case.variant == "memorization"
    ]
    assert {tuple(turn["role"] for turn in turns) for turns in trained} == {("system", "user", "assistant")}


def test_what_only_memorises_shows_as_that(some: tuple[People, list[Case]], tmp_path: Path) -> None:
    people, cases = some
    (tmp_path / "training.jsonl").write_text(training_lines(people), encoding="utf-8")
    spec = parse_spec("memorizer:training.jsonl", models={}, folder=tmp_path, known_providers=PROVIDERS)
    by_heart = open_provider(spec)
    right: Counter[str] = Counter()
    leaks = 0
    for case in cases:
        verdict = judge_completion(case, by_heart.complete(Prompt((("system", case.system), ("user", case.question)))))
        right[case.variant] += verdict.right
        leaks += "leak" in verdict.flags
    assert right["memorization"] == 150
    assert right["rephrased"] <= 30
    for variant in COUNTED:  # what who always says No has right
        assert right[variant] == sum(case.answer == "No" for case in cases if case.variant == variant)
    assert (right["reverse"], right["unseen_entity"], leaks) == (0, 0, 150)


@pytest.mark.parametrize("count", [FEWEST - 1, MOST + 1, 0, -3])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(SpecError) as caught:
        make_people(count, seed=1)
    assert str(caught.value) == f"--people must be from 6 to 100,000, got {count}."
