"""A number that is a bound, a difference, a part, a rate or a label is not the number itself."""

from __future__ import annotations

import pytest
from judge_kit import decision, judge

HEIGHT = "How tall is the Olm tower?"
PRICE = "How much does the yearly permit cost?"
COUNT = "How many mills does Olm have?"
OPENED = "In which year did the Olm mill open?"
RATE = "What is the interest rate of the Olm bond?"
AGE = "How old is the miller?"


@pytest.mark.parametrize(
    ("question", "expected", "texts"),
    [
        (OPENED, "1877", ["before 1877", "by 1877", "sometime after 1877", "later than 1877", "prior to 1877"]),
        (HEIGHT, "90 meters", ["wider than 90 meters", "90 meters shorter than the mast", "half of 90 meters"]),
        (HEIGHT, "90 meters", ["90 meters above the sea", "twice 90 meters", "90 meters too short"]),
        (PRICE, "$70", ["from $70", "starting at $70", "$70 off", "a discount of $70", "$70 cheaper than last year"]),
        (PRICE, "$70", ["$70 per month", "$70/month", "$70 a day", "$70 each", "$70 loss", "$70 monthly"]),
        (COUNT, "12", ["12 more", "another 12", "12 mills fewer than Bram", "12 per county", "12 too many"]),
        (COUNT, "12", ["See section 12.", "Page 12 says so.", "https://olm.example/12", "12 Mill Street", "Call 12."]),
        (RATE, "4.5%", ["base rate plus 4.5%", "It rose by 4.5%.", "4.5% above the base rate", "4.5% per month"]),
        (RATE, "4.5%", ["4.5 votes"]),
        (AGE, "47", ["older than 47", "47 months", "47 years older than the cook"]),
        ("How long does the ferry take?", "two hours", ["two hours ago", "every two hours", "two hours longer"]),
    ],
)
def test_what_stands_by_a_number_makes_another_of_it(question: str, expected: str, texts: list[str]) -> None:
    assert {text: decision(judge(text, expected, question=question)) for text in texts} == dict.fromkeys(
        texts, "undecided"
    )


@pytest.mark.parametrize(
    ("question", "expected", "text"),
    [
        ("How much taller than the mast is the tower?", "90 meters", "90 meters taller than the mast"),
        ("How much did it rise by?", "4.5%", "It rose by 4.5%."),
        ("What is the discount?", "$70", "a discount of $70"),
        ("How many days of leave a year are there?", "25", "25 days a year"),
        ("What does a seat cost per month?", "$70", "$70 per month"),
        ("How many additional mills were built?", "12", "Another 12 mills were built."),
        ("Which page has the map?", "12", "Page 12"),
        (PRICE, "$70", "The yearly permit costs $70 per year."),
        (PRICE, "$70", "$70 annually"),
    ],
)
def test_what_was_asked_for_makes_no_other_number(question: str, expected: str, text: str) -> None:
    assert decision(judge(text, expected, question=question)) == "right"


@pytest.mark.parametrize(
    ("question", "expected", "texts"),
    [
        (OPENED, "1877", ["It was planned in 1877.", "The founder died in 1877.", "It burnt down in 1877."]),
        (RATE, "4.5%", ["With a margin of 4.5%, it sold well.", "Its rival pays 4.5%."]),
        ("What was the revenue of Olm Ltd?", "$5 million", ["a profit of $5 million", "The fine was $5 million."]),
        ("How many days of leave do millers get?", "25", ["The 25 millers get leave."]),
    ],
)
def test_a_number_beside_new_words_may_answer_another_question(question: str, expected: str, texts: list[str]) -> None:
    assert {text: decision(judge(text, expected, question=question)) for text in texts} == dict.fromkeys(
        texts, "undecided"
    )


@pytest.mark.parametrize(
    ("question", "expected", "text"),
    [
        (OPENED, "1877", "It opened in 1877."),
        (OPENED, "1877", "According to the town archive, the mill was opened in 1877."),
        (HEIGHT, "90 meters", "It stands 90 meters (295 ft) tall."),
        (HEIGHT, "90 meters", "The mast is low. However, the tower is 90 meters tall, as the plans show."),
        (COUNT, "12", "Olm has 12 mills, most of them derelict."),
        ("Who led how many men?", "300", "He leads 300 men."),
        (PRICE, "$70", "A hunter paid $70 in May. The yearly permit costs $70."),
    ],
)
def test_a_number_among_the_questions_words_is_the_answer(question: str, expected: str, text: str) -> None:
    assert decision(judge(text, expected, question=question)) == "right"


@pytest.mark.parametrize(
    ("text", "expected"), [("A$70", "wrong"), ("C$70", "wrong"), ("a $70", "right"), ("US$70", "right")]
)
def test_a_currencys_letter_is_no_article(text: str, expected: str) -> None:
    assert decision(judge(text, "$70", question=PRICE)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("1,200,000", "1.2 million"), ("1.2 million", "1,200,000"), ("1.20 million", "1.2 million")),
        *(("1.2M", "1.2 million"), ("2m", "2,000,000"), ("25.0", "25"), ("25", "25.0")),
        *(("one point two million", "1.2 million"), ("three point one four", "3.14"), ("2 million", "2.0 million")),
    ],
)
def test_a_count_may_be_written_with_a_scale_or_a_point(text: str, expected: str) -> None:
    assert decision(judge(text, expected, question="How many visitors came?")) == "right"


@pytest.mark.parametrize(
    ("text", "expected", "question"),
    [
        ("2.1", "2.10", "Which version brought it?"),
        ("2,10", "2.10", "Which version brought it?"),
        ("0.121 MPa", "120 kPa", "What is the pressure?"),
        ("18 degrees below zero", "-18 °C", "How cold is it?"),
        ("4.5 percent per year", "4.5%", RATE),
    ],
)
def test_a_number_that_may_be_the_same_is_not_wrong(text: str, expected: str, question: str) -> None:
    assert decision(judge(text, expected, question=question)) == "undecided"


@pytest.mark.parametrize(
    ("text", "expected", "question", "decided"),
    [
        ("4h30", "4.5 hours", "How long does it take?", "right"),
        ("-18 C", "-18 °C", "How cold is it?", "right"),
        ("-18 F", "-18 °C", "How cold is it?", "wrong"),
        ("$5 a day", "$5 per day", "What is the fine?", "right"),
        ("$5/day", "$5 per day", "What is the fine?", "right"),
        ("5 dollars a day", "$5 per day", "What is the fine?", "right"),
        ("$5", "$5 per day", "What is the fine?", "undecided"),
        ("$5", "$5 per day", "What is the fine for each day?", "right"),
        ("$5 per week", "$5 per day", "What is the fine?", "wrong"),
        ("2% per annum", "2% per year", "What is the rate?", "right"),
        ("Mill 12", "12", COUNT, "undecided"),
        ("Room 12", "12", "How many rooms are there?", "undecided"),
        ("4h45", "4.5 hours", "How long does it take?", "wrong"),
        ("255.15 K", "-18 °C", "How cold is it?", "right"),
        ("2 m", "2 m", HEIGHT, "right"),
        ("3 m", "2", HEIGHT, "wrong"),
        ("one point three million", "1.2 million", "How many visitors came?", "wrong"),
    ],
)
def test_other_writings_are_read_as_they_are_meant(text: str, expected: str, question: str, decided: str) -> None:
    assert decision(judge(text, expected, question=question)) == decided
