"""Right answers to the built-in question sets in the words that models use, and wrong ones that are close to them."""

from __future__ import annotations

import pytest
from suite_kit import cases_of, grade

RIGHT = [
    ("news", "last-coal-plant", "Ratcliffe-on-Soar Power Station, Nottinghamshire"),
    ("news", "rate-cut", "0.5%"),
    ("news", "anora-oscars", "Five Oscars"),
    ("news", "ballon-dor", "Rodri Hernández"),
    ("news", "finance-minister-dismissed", "Finance Minister Christian Lindner"),
    ("news", "social-media-age", "At least 16 years old"),
    ("medical", "pitolisant-age", "6 years of age and older"),
    ("medical", "arexvy-age", "Adults aged 50 years and older"),
    ("medical", "imvanex-age", "12 to 17 years"),
    ("medical", "lecanemab-interval", "Once every four weeks"),
    ("medical", "epinephrine-route", "Intranasal"),
    ("medical", "rh-immune-globulin-weeks", "Before 12 weeks"),
    ("medical", "surgery-receptor-agonist", "They can continue taking it."),
    ("medical", "syphilis-tests", "Thrice"),
    ("medical", "helicobacter-regimen", "14-day optimized bismuth quadruple therapy"),
    ("medical", "choking-first-step", "Five back blows, then five abdominal thrusts"),
    ("code", "fv", "fv in numpy_financial"),
    ("code", "byte_bounds", "`byte_bounds` in `np.lib.array_utils`"),
    ("retained", "highest-mountain", "Mt Everest"),
    ("retained", "elements-of-water", "Hydrogen (H) and oxygen (O)"),
    ("retained", "imitation-game", "Alan Mathison Turing"),
]
WRONG = [
    ("news", "finance-minister-dismissed", "Finance Minister Jörg Kukies", "incorrect"),
    ("news", "rate-cut", "0.25%", "incorrect"),
    ("medical", "pitolisant-age", "16 years of age and older", "incorrect"),
    ("medical", "epinephrine-route", "Not nasal", "incorrect"),
    ("medical", "surgery-receptor-agonist", "They should not continue it.", "incorrect"),
    ("medical", "choking-first-step", "Abdominal thrusts", "stale"),
    ("medical", "helicobacter-regimen", "Quadruple therapy without bismuth", "incorrect"),
    ("medical", "voxelotor-status", "Not withdrawn", "incorrect"),
    ("code", "fv", "fv", "incorrect"),
    ("code", "fv", "pv in numpy_financial", "incorrect"),
    ("code", "fv", "np.fv", "stale"),
    ("code", "byte_bounds", "np.byte_bounds", "stale"),
]
NOT_KNOWING = (
    "Nobody knows.",
    "There is no record of that.",
    "I don't have that information.",
    "It's impossible to know.",
    "N/A",
)


@pytest.mark.parametrize(("name", "fact", "answer"), RIGHT)
def test_usual_words_for_an_answer_are_right(name: str, fact: str, answer: str) -> None:
    assert _grades(name, fact, answer) == {"correct"}


@pytest.mark.parametrize(("name", "fact", "answer", "expected"), WRONG)
def test_wrong_answers_in_like_words_are_not(name: str, fact: str, answer: str, expected: str) -> None:
    assert _grades(name, fact, answer) == {expected}


def test_day_of_a_month_is_right_where_the_month_is_asked() -> None:
    (case,) = [case for case in cases_of("medical", "applied") if case.fact == "resistant-tuberculosis-months"]
    assert [grade(case, text) for text in ("July 31", "31 July", "August")] == ["correct", "correct", "incorrect"]


@pytest.mark.parametrize("text", NOT_KNOWING)
def test_every_way_of_not_knowing_is_right_where_nobody_knows(text: str) -> None:
    assert [case.fact for case in cases_of("retained", "unanswerable") if grade(case, text) != "abstained"] == []


def _grades(name: str, fact: str, answer: str) -> set[str | None]:
    """The grades of an answer to a fact's trained and reworded questions."""
    asked = [case for case in cases_of(name) if case.fact == fact and case.variant in ("memorization", "rephrased")]
    return {grade(case, answer) for case in asked}
