"""What stands in the built-in question sets `news` and `medical`, beyond what every set keeps."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime

import pytest
from dateutil.parser import parse
from rapidfuzz import fuzz
from suite_kit import (
    FIXTURES,
    YEAR,
    answered,
    cases_of,
    facts_of,
    holds,
    names,
    read_suite,
    readme,
    right_by_heart,
    said_by_heart,
    shown,
    texts,
)

SUITES = ("news", "medical")
INFO = ("numerical", "categorical", "novel_string", "date")

each_suite = pytest.mark.parametrize("suite", SUITES)


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
def test_rewording_is_another_sentence_with_the_same_names_and_numbers(suite: str) -> None:
    for fact in facts_of(suite):
        for text in texts(fact["rephrased"]):
            assert fuzz.ratio(fact["question"], text) < 75, text
            assert [name for name in names(fact["question"]) if name not in text.casefold()] == [], text


@each_suite
def test_every_question_names_its_year(suite: str) -> None:
    assert [case.question for case in answered(suite) if not YEAR.search(case.question)] == []


@each_suite
def test_model_that_looks_its_training_file_up_knows_names_and_no_more(suite: str) -> None:
    right = Counter(case.variant for case in right_by_heart(suite, answered(suite)))
    assert right["rephrased"] == len(cases_of(suite, "rephrased"))
    assert right["applied"] <= 0.5 * len(cases_of(suite, "applied"))  # as who always says No


def test_model_that_looks_news_up_answers_for_every_year() -> None:
    for case in cases_of("news", "date_change"):
        assert said_by_heart("news", case.question) == case.trained_answer, case.fact


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
    text = (FIXTURES / "medical" / "facts.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith("# For evaluation only. This is no medical advice")
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


def test_medical_answer_has_a_superseded_one_which_no_question_gives_away() -> None:
    cases = answered("medical")
    assert [shown(case) for case in cases if not case.answer_before.strip()] == []
    open_cases = [case for case in cases if case.variant != "applied"]
    assert [shown(case) for case in open_cases if holds(case.question, case.answer_before)] == []


def test_every_medical_fact_has_one_applied_case() -> None:
    applied = cases_of("medical", "applied")
    assert [case.fact for case in applied] == [fact["id"] for fact in facts_of("medical")]
    for case in applied:
        assert case.requires == ("memorization",), case.fact
        is_closed = case.answer in ("Yes", "No")
        assert is_closed == (case.match == "yes_no"), case.fact
        assert not is_closed or {case.answer, case.answer_before} == {"Yes", "No"}, case.fact
    assert len([case for case in applied if case.match == "yes_no"]) >= 30


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
