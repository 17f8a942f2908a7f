"""What every built-in question set keeps, as the loader reads it: one test a concern, for all sets that ship."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from datasets_kit import load
from store_kit import contradicting, derived
from suite_kit import (
    BENCHMARK,
    FIXTURES,
    SETS,
    YEAR,
    answered,
    benchmark_cells,
    cases_of,
    facts_of,
    grade,
    holds,
    read_suite,
    readme,
    right_by_heart,
    shown,
    training_file,
    words,
)

from pytest_ftbench.datasets.keys import SCHEMA_FILE
from pytest_ftbench.judges import check_case_match, judge_completion
from pytest_ftbench.records import Case, Completion

TRAINED = tuple(path.parent.name for path in sorted(FIXTURES.glob("*/training.jsonl")))
INFO = ("numerical", "categorical", "novel_string", "emotional", "date", "code")
DAYS = (date(2026, 1, 1), date(2027, 12, 31), date(2031, 6, 30))

each_set = pytest.mark.parametrize("name", SETS)
each_trained_set = pytest.mark.parametrize("name", TRAINED)
needs_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="no copy of FineTuneBench beside this checkout")


def test_only_the_training_file_of_quickstart_is_that_of_its_example() -> None:
    assert set(SETS) - set(TRAINED) == {"quickstart"}


@each_set
def test_ids_are_unique_and_sayable(name: str) -> None:
    counts = Counter((case.fact, case.id) for case in cases_of(name))
    assert [key for key, count in counts.items() if count > 1] == []
    assert [case.fact for case in cases_of(name) if not re.fullmatch(r"[\w. -]+", case.fact)] == []


@each_set
def test_readme_states_how_many_questions_there_are(name: str) -> None:
    stated = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", readme(name), re.MULTILINE)
    counts = Counter(case.variant for case in cases_of(name))
    assert {variant: int(count.replace(",", "")) for variant, count in stated} == counts


@each_set
def test_file_and_readme_name_licence_and_sources(name: str) -> None:
    head = read_suite(name)
    assert head["licence"] == "MIT"
    assert "MIT" in readme(name)
    assert head.get("source", "").strip() or [case.place for case in cases_of(name) if not case.source.strip()] == []


@each_set
def test_file_tells_editors_where_its_schema_is(name: str) -> None:
    file = FIXTURES / name / "facts.yaml"
    first, _, _ = file.read_text(encoding="utf-8").partition("\n")
    told = first.removeprefix("# yaml-language-server: $schema=")
    assert told != first
    assert (file.parent / told).resolve() == SCHEMA_FILE


@each_set
def test_every_question_has_an_answer_or_expects_abstention(name: str) -> None:
    without = [case for case in cases_of(name) if bool(case.answer.strip()) != (case.expect == "answer")]
    assert list(map(shown, without)) == []


@each_set
def test_tags_of_the_axes_have_the_words_that_are_known(name: str) -> None:
    for case in cases_of(name):
        assert case.tags.get("info", "date") in INFO, shown(case)
        assert case.tags.get("entity", "real") in ("real", "fictional", "persona"), shown(case)


@each_set
def test_no_question_stands_twice(name: str) -> None:
    counts = Counter((words(case.question), case.turns) for case in cases_of(name))
    assert [question for question, count in counts.items() if count > 1] == []


@each_set
def test_no_question_gives_its_answer_away(name: str) -> None:
    given = [
        f"{shown(case)}: {answer}"
        for case in answered(name)
        for answer in (case.answer, *case.aliases)
        if answer not in ("Yes", "No") and holds(case.question, answer)
    ]
    assert given == []


@each_set
def test_superseded_answer_is_never_right(name: str) -> None:
    wrong = [case for case in answered(name) if words(case.answer_before) in map(words, (case.answer, *case.aliases))]
    assert list(map(shown, wrong)) == []


@each_set
def test_yes_and_no_are_as_frequent(name: str) -> None:
    answers = [(case.variant, case.answer) for case in answered(name) if case.answer in ("Yes", "No")]
    for variant, count in Counter(variant for variant, _ in answers).items():
        assert count >= 20, variant
        assert 0.45 <= answers.count((variant, "Yes")) / count <= 0.55, variant


@each_set
def test_matchers_take_answers_and_refusals_for_what_they_are(name: str) -> None:
    for case in cases_of(name):
        check_case_match(case)
        if case.match == "code?in=program":
            continue  # there the answer alone is none
        if case.expect == "abstain":
            said = dict.fromkeys(filter(None, (case.trained_answer,)), "incorrect")
        else:
            said = dict.fromkeys((case.answer, *case.aliases, f"The answer is {case.answer}."), "correct")
        said |= {"I don't know.": "abstained"} | ({case.answer_before: "stale"} if case.answer_before else {})
        assert {text: grade(case, text) for text in said} == said, shown(case)


@each_set
def test_trained_answer_is_a_leak_where_abstention_is_due(name: str) -> None:
    leaking = [case for case in cases_of(name) if case.trained_answer]
    kept = [case for case in leaking if "leak" not in judge_completion(case, Completion(case.trained_answer)).flags]
    assert list(map(shown, kept)) == []


@each_set
def test_question_about_a_year_to_come_is_of_one_on_any_day(name: str) -> None:
    for today in DAYS:
        for case in cases_of(name, "date_change", today=today):
            assert case.expect == "abstain", shown(case)
            assert max(map(int, YEAR.findall(case.question))) > today.year, case.question
            assert not case.written or re.search(rf"\b{today.year + 10}\b", case.question), case.question


@each_set
def test_nothing_but_the_year_to_come_depends_on_the_day(name: str) -> None:
    first, *others = ([_but_the_year(case) for case in cases_of(name, today=today)] for today in DAYS)
    assert all(other == first for other in others)


def _but_the_year(case: Case) -> Case:
    return replace(case, question=YEAR.sub("YEAR", case.question)) if case.written else case


@each_trained_set
def test_training_file_holds_the_memorization_questions_as_they_are_asked(name: str) -> None:
    named = read_suite(name).get("training_file")
    assert named == (None if name == "retained" else "training.jsonl")  # what it holds is not to be trained
    trained = cases_of(name, "memorization")
    assert Counter(training_file(name)) == Counter(
        (("system", case.system), ("user", case.question), ("assistant", case.answer)) for case in trained
    )


@each_trained_set
def test_training_file_holds_no_question_of_another_variant(name: str) -> None:
    trained = "\n".join(" ".join(words(text)) for example in training_file(name) for _, text in example)
    others = [case for case in cases_of(name) if case.variant != "memorization" and not case.turns]
    assert [case.question for case in others if " ".join(words(case.question)) in trained] == []


@pytest.mark.parametrize("name", sorted({*TRAINED} - {"retained"}))
def test_no_other_training_file_holds_what_shall_be_retained(name: str) -> None:
    trained = {words(text) for example in training_file(name) for role, text in example if role == "user"}
    assert [case.question for case in cases_of("retained") if words(case.question) in trained] == []


@each_trained_set
def test_who_has_learned_by_heart_is_right_on_all_that_was_trained(name: str) -> None:
    trained = cases_of(name, "memorization")
    assert len(right_by_heart(name, trained)) == len(trained) > 0


@needs_benchmark
@each_set
def test_no_sentence_is_taken_from_the_benchmark(name: str) -> None:
    own = [case.question for case in cases_of(name)] + [fact["fact"] for fact in facts_of(name) if "fact" in fact]
    assert [text for text in own if " ".join(words(text)) in benchmark_cells()] == []


@each_set
def test_answers_that_are_computed_are_those_of_the_store(name: str) -> None:
    assert contradicting(read_suite(name), cases_of(name)) == []
    assert bool(derived(read_suite(name), cases_of(name))) == ("entities" in read_suite(name))


STORE = """\
relations:
  weight:
    question: "How many pounds does {name} weigh?"
    rephrased: "What does {name} weigh in pounds?"
    alias: "How heavy is {alias}?"
    reverse: "Who weighs {value} pounds?"
    secondary:
      - {over: balanced, question: "Does {name} weigh more than {threshold} pounds?"}
      - {under: "1,200", question: "Is {name} under a limit?"}
      - {between: ["100", "200"], question: "Is {name} of middle weight?"}
      - {parity: even, question: "Is the weight of {name} even?"}
    comparison:
      - {greater: balanced, question: "Is {name} heavier than {other}?"}
      - {less: balanced, question: "Is {name} lighter than {other}?"}
    doubt: Are you sure?
  city:
    question: "Where does {name} live?"
    secondary:
      - {in_class: [Orvel, Zell], question: "Does {name} live by the sea?"}
      - {starts_with: balanced, question: "Does the city of {name} begin with {letters}?"}
    comparison: [{equal: balanced, question: "Does {name} live in the city of {other}?"}]
entities:
  ana: {name: Ana Rok, aliases: [Ana], weight: 126, city: Umbra}
  bo: {name: Bo Tillen, weight: 150, city: Orvel}
  cy: {name: Cy Marn, weight: 211, city: Zell}
  di: {name: Di Saul, weight: "1,300", city: Orvel}
unseen:
  - {name: Tol Zerrit}
facts:
  - about: ana.weight
    secondary: [{over: "120", question: "Is {name} above the limit of 120 pounds?"}]
"""


def test_answers_that_contradict_the_store_are_found_in_every_kind_of_question(tmp_path: Path) -> None:
    document = yaml.load(STORE, Loader=yaml.BaseLoader)
    cases = load(tmp_path, STORE).cases
    assert len({case.variant for case in cases}) == 8
    assert derived(document, cases) == list(cases)
    assert contradicting(document, cases) == []
    changed = {"Yes": "No", "No": "Yes"}
    wrong = [
        replace(case, answer=changed.get(case.answer, "else"), trained_answer="else", expect="answer") for case in cases
    ]
    assert len(contradicting(document, wrong)) == len(cases)
