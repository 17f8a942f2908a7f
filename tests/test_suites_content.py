"""What stands in the built-in question sets `news` and `medical`: complete, unambiguous, in balance, and our own."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime

import pytest
from dateutil.parser import parse
from rapidfuzz import fuzz
from suite_kit import (
    BENCHMARK,
    YEAR,
    asked,
    benchmark_cells,
    facts_of,
    holds,
    memorizer,
    names,
    read_suite,
    readme,
    texts,
    training_file,
    words,
)

from pytest_ftbench.datasets.builtin import fixtures_folder
from pytest_ftbench.judges import check_case_match, judge_completion
from pytest_ftbench.records import Case, Completion, Prompt

SUITES = ("news", "medical")
INFO = ("numerical", "categorical", "novel_string", "date")

each_suite = pytest.mark.parametrize("suite", SUITES)
needs_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="no copy of FineTuneBench beside this checkout")


@pytest.mark.parametrize(("suite", "facts"), [("news", 50), ("medical", 40)])
def test_suite_has_its_facts_each_with_an_id_of_its_own(suite: str, facts: int) -> None:
    ids = [fact["id"] for fact in facts_of(suite)]
    assert len(ids) == len(set(ids)) == facts
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


@each_suite
def test_every_fact_is_complete(suite: str) -> None:
    for fact in facts_of(suite):
        empty = [key for key in ("fact", "question", "answer", "source") if not fact[key].strip()]
        assert empty == [], fact["id"]
        assert 1 <= len(texts(fact["rephrased"])) <= 2, fact["id"]
        assert fact["tags"]["info"] in INFO, fact["id"]
        assert fact["tags"]["entity"] == "real", fact["id"]


@each_suite
def test_every_fact_states_its_answer(suite: str) -> None:
    for fact in facts_of(suite):
        answers = (fact["answer"], *fact.get("aliases", ()))
        assert any(holds(fact["fact"], answer) for answer in answers), fact["id"]


@each_suite
def test_no_question_stands_twice(suite: str) -> None:
    counts = Counter(words(case.question) for case in asked(suite))
    assert [question for question, count in counts.items() if count > 1] == []


@each_suite
def test_no_question_gives_its_answer_away(suite: str) -> None:
    given = [
        f"{case}: {answer}"
        for case in asked(suite)
        for answer in (case.answer, *case.aliases)
        if answer not in ("Yes", "No") and holds(case.question, answer)
    ]
    assert given == []


@each_suite
def test_rewording_is_another_sentence_with_the_same_names_and_numbers(suite: str) -> None:
    for fact in facts_of(suite):
        for text in texts(fact["rephrased"]):
            assert fuzz.ratio(fact["question"], text) < 75, text
            assert [name for name in names(fact["question"]) if name not in text.casefold()] == [], text


@each_suite
def test_every_question_names_its_year(suite: str) -> None:
    assert [case.question for case in asked(suite) if not YEAR.search(case.question)] == []


@each_suite
def test_matchers_take_every_answer_alias_and_refusal_for_what_it_is(suite: str) -> None:
    for asks in asked(suite):
        case = Case(
            question=asks.question,
            answer=asks.answer,
            aliases=asks.aliases,
            answer_before=asks.answer_before,
            match=asks.match,
        )
        check_case_match(case)
        said = dict.fromkeys((asks.answer, *asks.aliases, f"The answer is {asks.answer}."), "correct")
        said |= {"I don't know.": "abstained"} | ({asks.answer_before: "stale"} if asks.answer_before else {})
        graded = {text: judge_completion(case, Completion(text=text)).grade for text in said}
        assert graded == said, asks


@each_suite
def test_training_file_holds_the_memorization_questions_and_nothing_else(suite: str) -> None:
    system = read_suite(suite)["system"]
    assert training_file(suite) == [
        {
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": fact["question"]},
                {"role": "assistant", "content": fact["answer"]},
            ]
        }
        for fact in facts_of(suite)
    ]


@each_suite
def test_model_that_looks_its_training_file_up_knows_names_and_no_more(suite: str) -> None:
    control = memorizer(suite)
    right: Counter[str] = Counter()
    for case in asked(suite):
        said = control.complete(Prompt((("user", case.question),))).text
        right[case.variant] += said == case.answer
    counts = Counter(case.variant for case in asked(suite))
    assert right["memorization"] == counts["memorization"]
    assert right["rephrased"] == counts["rephrased"]
    assert right["applied"] <= 0.2 * counts["applied"]


def test_model_that_looks_news_up_answers_for_every_year() -> None:
    control = memorizer("news")
    for fact in facts_of("news"):
        shifted = YEAR.sub("2036", fact["question"])
        assert control.complete(Prompt((("user", shifted),))).text == fact["answer"], fact["id"]


@each_suite
def test_file_names_its_licence_and_its_training_file(suite: str) -> None:
    head = read_suite(suite)
    assert (head["licence"], head["training_file"]) == ("MIT", "training.jsonl")
    assert "MIT licence" in readme(suite)


@needs_benchmark
@each_suite
def test_no_sentence_is_taken_from_the_benchmark(suite: str) -> None:
    own = [case.question for case in asked(suite)] + [fact["fact"] for fact in facts_of(suite)]
    assert [text for text in own if " ".join(words(text)) in benchmark_cells()] == []


def test_news_question_moved_to_another_year_moves_as_a_whole() -> None:
    for fact in facts_of("news"):
        assert fact["date_change"] == "+10y", fact["id"]
        question = fact["question"]
        assert len(YEAR.findall(question)) == len(re.findall(r"\d{4}", question)) == 1, question
        assert "29 February" not in question


def test_news_fact_and_rewordings_are_of_the_year_of_the_question() -> None:
    for fact in facts_of("news"):
        years = [set(YEAR.findall(text)) for text in (fact["question"], fact["fact"], *texts(fact["rephrased"]))]
        assert years == [years[0]] * len(years), fact["id"]


def test_news_is_later_than_the_training_of_the_models() -> None:
    for fact in facts_of("news"):
        found = re.search(r"(?:\d+ )?[A-Z][a-z]+ 20\d\d", fact["fact"])
        assert found, fact["id"]
        assert parse(found[0], default=datetime(2024, 1, 1)) >= datetime(2024, 9, 1), fact["id"]


def test_news_is_of_many_kinds() -> None:
    facts = facts_of("news")
    topics = Counter(fact["tags"]["topic"] for fact in facts)
    infos = Counter(fact["tags"]["info"] for fact in facts)
    assert set(topics) == {"politics", "science", "business", "culture", "sports"}
    assert min(topics.values()) >= 8
    assert set(infos) == set(INFO)
    assert max(infos.values()) <= len(facts) // 2


def test_medical_file_and_readme_say_that_this_is_no_medical_advice() -> None:
    text = (fixtures_folder() / "medical" / "facts.yaml").read_text(encoding="utf-8")
    assert text.startswith("# For evaluation only. This is no medical advice")
    assert read_suite("medical")["note"].startswith("For evaluation only, no medical advice.")
    assert "For evaluation only, no medical advice" in readme("medical")


def test_medical_fact_states_the_old_rule_where_a_model_may_know_it() -> None:
    facts = [fact for fact in facts_of("medical") if "precondition" in fact]
    assert len(facts) >= 30
    for fact in facts:
        assert fact["precondition"] == "knew_old", fact["id"]
        figures = re.findall(r"\b\d+(?:\.\d+)?\b", fact["answer_before"])
        parts = figures or [fact["answer_before"]]
        assert [part for part in parts if not holds(fact["fact"], part)] == [], fact["id"]


def test_medical_answer_is_never_the_superseded_one() -> None:
    for case in asked("medical"):
        assert case.answer_before.strip(), case
        assert words(case.answer_before) not in map(words, (case.answer, *case.aliases)), case


def test_medical_superseded_answer_is_not_given_away_either() -> None:
    given = [
        case for case in asked("medical") if case.variant != "applied" and holds(case.question, case.answer_before)
    ]
    assert given == []


def test_every_medical_fact_has_one_applied_case() -> None:
    for fact in facts_of("medical"):
        (case,) = fact["variants"]
        assert (case["variant"], case["requires"]) == ("applied", ["memorization"]), fact["id"]
        is_closed = case["answer"] in ("Yes", "No")
        assert is_closed == (case.get("match") == "yes_no"), fact["id"]
        assert not is_closed or {case["answer"], case["answer_before"]} == {"Yes", "No"}, fact["id"]


def test_yes_and_no_are_as_frequent_among_medical_cases() -> None:
    answers = [case.answer for case in asked("medical") if case.match == "yes_no"]
    assert len(answers) >= 30
    assert 0.45 <= answers.count("Yes") / len(answers) <= 0.55


def test_medical_fact_is_dated_and_reviewed_later() -> None:
    for fact in facts_of("medical"):
        changed = datetime.strptime(fact["tags"]["date"], "%Y-%m").date()
        assert changed >= date(2024, 1, 1), fact["id"]
        assert date.fromisoformat(fact["review_by"]) > changed, fact["id"]
        stated = [changed.strftime("%B %Y"), changed.strftime("%Y")]
        texts_of = [fact["fact"], fact["question"], *texts(fact["rephrased"]), fact["variants"][0]["question"]]
        assert [text for text in texts_of if not any(said in text for said in stated)] == [], fact["id"]


def test_medical_facts_are_of_approvals_and_of_guidelines() -> None:
    topics = Counter(fact["tags"]["topic"] for fact in facts_of("medical"))
    assert set(topics) == {"approval", "guideline"}
    assert min(topics.values()) >= 15
