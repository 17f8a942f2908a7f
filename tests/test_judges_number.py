"""The matcher `number` and the quantities that it reads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_kit import decision, judge

from pytest_ftbench.judges.number import read_expected
from pytest_ftbench.judges.number_words import read_number_words
from pytest_ftbench.judges.quantities import find_quantities

HOW_MUCH = "How much did it cost?"
HOW_HIGH = "How high is the wall?"


@pytest.mark.parametrize(
    "text",
    [
        "25 days.",
        "**25 days**",
        "Twenty-five",
        "twenty five days",
        "New employees get 25 days.",
        "They get 25 days, not 21.",
        "25 days (formerly 21 days)",
        "25 days, formerly 21 days.",
        "25 (up from 21)",
        "25 days rather than 21 days",
        "Employees now get 25 days instead of 21 days.",
        "about 25 days",
        "twenty-five (25) days",
        "I don't know, but 25 days",
        "I'm not sure, but I think it's 25 days.",
        "25 days\n\n(Note: as of October 26, 2023)",
        "In 2024, new employees get 25 days of paid leave.",
        "New employees get 25 days of paid leave as of January 1, 2024.",
    ],
)
def test_the_number_is_found_however_it_is_put(text: str) -> None:
    assert judge(text, "25").right


@pytest.mark.parametrize(
    "text",
    [
        *("21", "21 days", "It is 21 days, not 25.", "125", "25,000", "1,025", "2.5", "25.5", "0.25", "3.25", "25.1.3"),
        *("25 weeks", "25 hours", "$25", "25k", "25 thousand", "25 million", "twenty-five thousand", "-25", "minus 25"),
        *("one hundred twenty-five", "Twenty-fifth", "negative twenty-five", "25 and a half", "25½", "25th", "1 025"),
        *("25-30 days", "20 to 25 days", "between 20 and 25 days", "25/100", "25:1", "5 x 25", "10^25", "25²", "25e3"),
        *(
            "won 25-7",
            "25-0",
            "0-25",
            "12:25",
            "25 am",
            "the 25th of May",
            "May 25",
            "on 25 March",
            "2025",
            "v25",
            "25a",
        ),
        *("25%", "25'", "25' 3\"", "25‰", "±25", "1925", "covid-25", "section 25.3", "25'000", "25 000"),
    ],
)
def test_another_number_is_never_right_for_holding_the_digits(text: str) -> None:
    assert not judge(text, "25").right


@pytest.mark.parametrize(
    "text",
    [
        *("not 25", "It isn't 25 days.", "They do not get 25 days.", "25 days is wrong.", "Nobody gets 25 days."),
        *("21 or 25 days", "either 25 or 30", "25 days? No, 21.", "25 days. Actually, 21 days.", "Is it 25 days?"),
        *("It used to be 25 days.", "formerly 25 days", "25 days until 2020, now 30", "from 25 days to 30 days"),
        *("less than 25 days", "more than 25 days", "at least 25 days", "I don't know whether it is 25 days."),
        *("I cannot confirm that it is 25 days.", "Some people say 25 days.", "If they work two years, 25 days."),
        *("25 days. That was the old policy; it is now 21 days.", "There is no rule giving 25 days.", "Not sure. 25?"),
        "The leave was changed from 25 to 30 days",
    ],
)
def test_a_number_that_is_not_asserted_is_never_right(text: str) -> None:
    assert not judge(text, "25").right


@pytest.mark.parametrize(
    ("text", "answer", "question", "expected"),
    [
        ("$2,500,000", "$2.5 million", HOW_MUCH, "right"),
        ("2.5 million dollars", "$2.5 million", HOW_MUCH, "right"),
        ("-$2.5 million", "$2.5 million", HOW_MUCH, "wrong"),
        ("US$ 2.5 million", "$2.5 million", HOW_MUCH, "right"),
        ("Rs. 500", "500 rupees", HOW_MUCH, "right"),
        ("$500 Canadian", "$500", HOW_MUCH, "wrong"),
        ("USD 2.5m", "$2.5 million", HOW_MUCH, "right"),
        ("$2.5bn", "$2.5 million", HOW_MUCH, "wrong"),
        ("€2.5 million", "$2.5 million", HOW_MUCH, "wrong"),
        ("2.5", "$2.5 million", HOW_MUCH, "undecided"),
        ("5 people", "$5", HOW_MUCH, "undecided"),
        ("5 percent", "5%", "What rate?", "right"),
        ("5", "5%", "What rate?", "right"),
        ("5 percentage points", "5%", "What rate?", "wrong"),
        ("0.05", "5%", "What rate?", "undecided"),
        ("50%", "50", "How many members joined?", "undecided"),
        ("31 rebounds", "31", "How many points did she score?", "undecided"),
        ("12 ft", "12 feet", HOW_HIGH, "right"),
        ("12", "12 feet", HOW_HIGH, "right"),
        ("12 feet (3.66 meters)", "12 feet", HOW_HIGH, "right"),
        ("12 feet, and winds reach 90 mph", "12 feet", HOW_HIGH, "right"),
        ("12 meters", "12 feet", HOW_HIGH, "wrong"),
        ("12 square feet", "12 feet", HOW_HIGH, "wrong"),
        ("12 feet 6 inches", "12 feet", HOW_HIGH, "wrong"),
        ("3.66 meters", "12 feet", HOW_HIGH, "right"),
        ("2-4 feet", "12 feet", HOW_HIGH, "wrong"),
        ("2-4 feet", "4 feet", HOW_HIGH, "undecided"),
        ("140 kg", "140", "How many pounds does Kim weigh?", "wrong"),
        ("140 lbs", "140", "How many pounds does Kim weigh?", "right"),
        ("95°F", "95 degrees", "How many degrees Fahrenheit was it?", "right"),
        ("95 degrees Celsius", "95 degrees", "How many degrees Fahrenheit was it?", "wrong"),
        ("over $3 billion", "more than $3 billion", HOW_MUCH, "right"),
        ("$3 billion", "more than $3 billion", HOW_MUCH, "right"),
        ("less than $3 billion", "more than $3 billion", HOW_MUCH, "wrong"),
        ("9,000,000+ tons", "more than 9 million tons", HOW_MUCH, "right"),
        ("5 mg", "less than 5 mg", HOW_MUCH, "undecided"),
        ("65 years or older", "≥65 years", "From what age?", "right"),
        ("<65 years", "≥65 years", "From what age?", "wrong"),
        ("Age 40", "40 mg/day", "What dose?", "undecided"),
        ("40 mg per day", "40 mg/day", "What dose?", "right"),
        ("25 days per year", "25", "How many days off a year?", "right"),
        ("25 days per year", "25 days", "How many days of annual leave?", "right"),
        ("25 days per month", "25", "How many days off a year?", "undecided"),
        ("3.10", "3.1", "Which version?", "undecided"),
        ("It was founded in 1998.", "1998", "When was Acme founded?", "right"),
        ("On March 3, 1998.", "1998", "When was Acme founded?", "right"),
        ("It was founded in 1989.", "1998", "When was Acme founded?", "wrong"),
        ("1998 or 1999", "1998", "When was Acme founded?", "undecided"),
        ("1998-2003", "1998", "When did Acme exist?", "undecided"),
        ("one", "1", "How many?", "right"),
        ("one of the best", "1", "How many?", "undecided"),
        ("No one.", "1", "How many?", "undecided"),
        ("six", "6", "How many?", "right"),
        ("sixteen", "six", "How many?", "wrong"),
        ("104 (one hundred four)", "104", "How many?", "right"),
    ],
)
def test_number_vectors(text: str, answer: str, question: str, expected: str) -> None:
    assert decision(judge(text, answer, question=question, match="number")) == expected


def test_a_number_echoed_from_the_question_gives_way_to_another() -> None:
    question = "Of the 12 people who applied, how many were hired?"
    text = "Of the 12 people who applied, 7 were hired."
    assert decision(judge(text, "7", question=question)) == "right"
    assert decision(judge(text, "12", question=question)) == "wrong"


def test_a_sentence_that_only_echoes_the_number_is_undecided() -> None:
    question = "How many of the 12 applicants were hired?"
    assert (
        decision(judge("There were several among the 12 applicants, I am told.", "12", question=question))
        == "undecided"
    )
    assert judge("12", "12", question=question).right


@pytest.mark.parametrize(
    ("text", "match", "is_right"),
    [
        ("95", "number?tolerance=5%", True),
        ("94", "number?tolerance=5%", False),
        ("100.5", "number?tolerance=0.5", True),
        ("100.6", "number?tolerance=0.5", False),
        ("100 kilos", "number?unit=kg", True),
        ("100 lb", "number?unit=kg", False),
        ("about 98 kg", "number?tolerance=3&unit=kg", True),
    ],
)
def test_tolerance_and_unit(text: str, match: str, is_right: bool) -> None:
    assert judge(text, "100", match=match, question="How heavy is it?").right is is_right


@pytest.mark.parametrize(
    "answer",
    ["7-0", "MQ-9 drone", "5 a.m.", "18th", "50 Cent", "Six Flags", "3-4 days", "007", "2024 RW1", "Area 51", "a"],
)
def test_names_scores_and_ranges_are_no_expected_number(answer: str) -> None:
    assert read_expected(answer) is None


@pytest.mark.parametrize(
    "answer", ["25", "25 days", "$2.5 million", "four", "more than 4,000 hectares", "30 contact hours"]
)
def test_a_number_with_an_optional_unit_is_an_expected_number(answer: str) -> None:
    assert read_expected(answer) is not None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("one hundred forty two", 142),
        ("two thousand five", 2005),
        ("three million two hundred thousand", 3_200_000),
        ("hundred", 100),
        ("nineteen ninety eight", None),
        ("five six", None),
        ("twenty eleven", None),
        ("thousand million", None),
    ],
)
def test_number_words(words: str, value: int | None) -> None:
    assert read_number_words(words.split()) == value


@pytest.mark.parametrize("text", ["mq-9", "covid-19", "f16", "5:30 p.m.", "july 21", "on 3 march", "h2o"])
def test_what_only_looks_like_a_number_is_passed_over(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "parts", "unit"),
    [
        ("2-4 feet", [2, 4], "foot"),
        ("between 2 and 4 feet", [2, 4], "foot"),
        ("6 feet 7 inches", [6, 7], "foot+inch"),
        ("won 7-0", [7, 0], ""),
        ("4 x 100", [4, 100], ""),
    ],
)
def test_ranges_scores_and_mixed_units_are_one_compound(text: str, parts: list[int], unit: str) -> None:
    (found,) = find_quantities(text)
    assert (found.value, list(found.parts), found.unit) == (None, parts, unit)


@given(
    st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["{}", "{} days", "It is {}.", "They get {} days."])
)
def test_a_differing_single_number_is_never_right(wanted: int, given_number: int, frame: str) -> None:
    verdict = judge(frame.format(given_number), str(wanted))
    assert verdict.right == (wanted == given_number)


@given(st.integers(1, 10**12))
def test_thousands_separators_change_nothing(number: int) -> None:
    assert judge(f"They get {number:,} days.", str(number)).right
    assert judge(str(number), f"{number:,}").right


@given(st.decimals(0, 10**6, places=2), st.from_regex(r"[.,]?[1-9][0-9]{0,2}", fullmatch=True))
def test_more_digits_make_another_number(number: Decimal, tail: str) -> None:
    assert not judge(f"{number}{tail}", str(number), match="number").right
