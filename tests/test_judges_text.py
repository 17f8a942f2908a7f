"""Text answers: normal forms, `exact`, `contains` and its guards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_kit import CAPITAL, decision, judge

from pytest_ftbench.judges.normalise import clean_text, cut_long, lower_in_place, normal_words

THING = "What is it?"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fire fighter", "A Fire Fighter."),
        ("hand-made boots", "hand made boots"),
        ("World's Fair", "World\u2019s Fair"),
        ("Rev. Lee Moss", "Reverend Lee Moss"),
        ("U.S.", "US"),
        ("rock & roll", "Rock and Roll"),
        ("The Band", "band"),
        ("1,500 tons", "1500 tons"),
        (">= 75", "≥75"),
        ("\uff30aris", "Paris"),
        ("7-0", "7\u20130"),
        ("train", "`train()`"),
        ("Paris", "# **Paris**"),
        ("Paris", "_Paris_"),
        ("Par\u200bis", "Paris"),
        ("ANNUAL AUDIT OF A MAJOR BANK", "annual audit of a major bank"),
    ],
)
def test_texts_with_one_normal_form(one: str, other: str) -> None:
    assert normal_words(one) == normal_words(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fast_sum", "fastsum"),
        ("_private", "private"),
        ("__init__", "init"),
        ("coef_", "coef"),
        ("C", "C++"),
        ("C", "C#"),
        ("-v", "v"),
        ("-5", "5"),
        ("7-0", "70"),
        ("7-0", "7 0"),
        ("3-4 days", "34 days"),
        (".5", "5"),
        ("1.5", "15"),
        ("1.5", "1,5"),
        ("10²", "102"),
        ("5½", "51/2"),
        ("≥75", "75"),
        ("> 75", "75"),
        ("5%", "5"),
        ("$5", "5"),
        ("25'", "25"),
        ("!=", "="),
        ("Vitamin A", "Vitamin"),
        ("hepatitis A vaccine", "hepatitis vaccine"),
        ("Joseph A. Moss", "Joseph Moss"),
        ("Peña", "Pena"),
        ("Paris?", "Paris"),
        ("g/kg", "g kg"),
        ("25‰", "25"),
        ("\u0915\u093f", "\u0915\u093e"),
    ],
)
def test_signs_that_change_the_meaning_are_kept(one: str, other: str) -> None:
    assert normal_words(one) != normal_words(other)


def test_a_number_before_a_closing_quote_is_no_length() -> None:
    assert judge('"25"', "25").rule == "exact"


@given(st.text(alphabet=st.characters(whitelist_categories=["Ll"], max_codepoint=127), min_size=2, max_size=12))
def test_exact_is_blind_to_case_quotes_and_markup(word: str) -> None:
    for dress in ("{}", '"{}"', "**{}**", "`{}`", " {}.\n", "*{}*", "# {}", "“{}”"):
        text = dress.format(word.upper())
        assert judge(text, word, match="exact", question=THING).right, text


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once_for_words(text: str) -> None:
    assert normal_words(text) == normal_words(f"  {text}\n")


@given(st.text(max_size=200))
def test_cleaned_text_has_lower_case_of_equal_length(text: str) -> None:
    clean = clean_text(text)
    assert len(lower_in_place(clean)) == len(clean)


def test_exact_decides_that_another_text_is_wrong() -> None:
    assert decision(judge("Lyon", "Paris", match="exact")) == "wrong"
    assert judge("Paris", "Paris", match="exact").rule == "exact"


@pytest.mark.parametrize("sign", ["->", "+=", "≥", "🐍"])
def test_an_answer_of_signs_alone_is_compared_as_it_is(sign: str) -> None:
    assert judge(sign, sign, question=THING).right
    assert not judge("...", sign, question=THING).right


@pytest.mark.parametrize(
    "text",
    [
        "The capital is Paris.",
        "It's Paris!",
        "The capital of Freedonia is **Paris**, not Lyon.",
        "Not Lyon but Paris.",
        "Paris is the capital of Freedonia.",
        "The capital of Freedonia is the city of Paris.",
        "Answer: Paris",
        "Lyon? No, Paris.",
        "Yes, Paris.",
        "Paris rather than Lyon",
        "Paris, the city of light",
        "I'm not certain, but I believe it's Paris.",
        "I do not have much to go on. However, I believe the capital of Freedonia is Paris.",
        "After the reform of 1990, Freedonia and its parliament had their capital in Paris.",
        'The name of the capital of Freedonia is "Paris."',
    ],
)
def test_contains_takes_an_answer_that_is_asserted(text: str) -> None:
    verdict = judge(text, "Paris", question=CAPITAL)
    assert (verdict.grade, verdict.rule) == ("correct", "contains")


GUARDED = {
    "negation": ["not Paris", "It is not Paris.", "It isn't Paris", "It was never Paris.", "Paris is not the capital."],
    "denial after": ["Paris is wrong.", "Paris is a common misconception.", "Paris has been replaced by Lyon."],
    "alternatives": ["Paris or Lyon", "Lyon or Paris", "either Paris or Lyon", "Paris/Lyon", "Paris, or Lyon"],
    "lists": [
        "Paris and Lyon",
        "Paris, Lyon",
        "Lyon, Paris and Nice",
        "Paris\nLyon\nNice",
        "- Paris\n- Lyon",
        "Paris; Lyon",
    ],
    "instead": ["Lyon rather than Paris", "Lyon instead of Paris", "Lyon, unlike Paris, is the capital."],
    "correction": ["Paris? No, Lyon", "Paris. No, Lyon.", "Paris... actually Lyon.", "Paris, wait, Lyon"],
    "question": ["Is it Paris?", "Paris?"],
    "refusal": [
        "I don't know whether it is Paris.",
        "I can't say if it's Paris",
        "There is no evidence that it is Paris.",
    ],
    "hearsay": ["Some say Paris", "Many think it is Paris.", "Everyone claims Paris.", "If it were France, Paris."],
    "past": [
        "It used to be Paris.",
        "It was Paris until 1990.",
        "formerly Paris",
        "In old books, Paris",
        "Lyon took over from Paris.",
        "It moved from Paris to Lyon.",
    ],
    "longer name": [
        "Paris Hilton",
        "Parisian",
        "New Paris",
        "West Paris",
        "Paris-Lyon",
        "Bank of Paris",
        "The Paris of the East",
    ],
    "other place": [
        "Lyon, near Paris",
        "far from Paris",
        "outside Paris",
        "anything but Paris",
        "Anywhere except Paris",
    ],
    "parallel": ["It was Paris, but is Lyon now.", "born in Paris, she lives in Lyon"],
}


@pytest.mark.parametrize(("guard", "text"), [(guard, text) for guard, texts in GUARDED.items() for text in texts])
def test_contains_is_never_right_where_a_guard_objects(guard: str, text: str) -> None:
    verdict = judge(text, "Paris", question=CAPITAL)
    assert decision(verdict) == "undecided", guard
    assert verdict.rule == "no_match"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("dairy farmer", "farmer"),
        ("light blue", "blue"),
        ("blue-green", "blue"),
        ("vice president", "president"),
        ("West Virginia", "Virginia"),
        ("Papua New Guinea", "Guinea"),
        ("train_model", "train"),
        ("training", "train"),
        ("C++", "C"),
        ("They won 17-0.", "7-0"),
        ("7 points", "7-0"),
        ("Add salt to the soup", "Do not add salt to the soup"),
        ("A or B, C alone, or D", "C"),
    ],
)
def test_a_part_of_another_answer_is_not_the_answer(text: str, answer: str) -> None:
    assert not judge(text, answer, question=THING).right


@pytest.mark.parametrize("tail", ["Wait, I take that back.", "Sorry, that is wrong.", "It has since moved elsewhere."])
def test_a_later_sentence_may_take_an_answer_back(tail: str) -> None:
    text = "As far as every map of the region printed before the war shows, the capital of Freedonia is Paris."
    assert judge(text, "Paris", question=CAPITAL).right
    assert not judge(f"{text} {tail}", "Paris", question=CAPITAL).right


@pytest.mark.parametrize(
    "text",
    [
        "In the spring games of that year the first prize of Freedonia was shared by Paris and Lyon.",
        "By the charter the seat of government shall be moved every seven years to Paris or Lyon by lot.",
        "Could the capital of Freedonia be Paris as every map of the region has it?",
        "In that year the seat of parliament went from Paris to the port in the south of the country.",
        "I do not have access to live data. The government of Freedonia has met in Paris for many years.",
    ],
)
def test_guards_hold_in_long_sentences_too(text: str) -> None:
    assert decision(judge(text, "Paris", question=CAPITAL)) == "undecided"


def test_a_very_long_text_keeps_head_and_tail() -> None:
    text = cut_long("a" * 500_000 + "b" * 500_000)
    assert (len(text), text[0], text[-1]) == (20_003, "a", "b")


def test_runs_of_combining_marks_are_cut_before_they_are_sorted() -> None:
    assert len(clean_text("a" + "\u0323\u0307" * 2000)) < 12


def test_contains_does_not_judge_a_long_essay() -> None:
    essay = "Paris is the capital. " + " ".join(f"word{number}" for number in range(300))
    assert decision(judge(essay, "Paris", question=CAPITAL)) == "undecided"


def test_a_negation_that_the_question_has_is_no_guard() -> None:
    question = "Which country did not sign the treaty?"
    assert judge("The country that did not sign the treaty is Freedonia.", "Freedonia", question=question).right


def test_expected_text_with_a_negation_of_its_own() -> None:
    answer = "Do not add salt"
    assert judge("Do not add salt.", answer, question=THING).right
    assert not judge("Add salt.", answer, question=THING).right


@pytest.mark.parametrize(
    ("response", "decided"),
    [
        ("Firefly 3 was planned, but Firefly 4 shipped", "undecided"),
        ("The lamp is called Firefly 3, not Firefly 4.", "right"),
        ("Our lamp is called Firefly 3.", "right"),
    ],
)
def test_same_name_under_another_number_casts_doubt(response: str, decided: str) -> None:
    assert decision(judge(response, "Firefly 3", question="What is our lamp called?")) == decided
