"""Numbers in another unit, rounded to their last figure, and without a unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from judge_kit import decision, judge

from pytest_ftbench.judges import judge_answer
from pytest_ftbench.judges.conversion import convert

HIGH = "How high is the wall?"
TALL = "How tall is Ada Flint?"
TALL_CM = "How tall is Ada Flint in centimeters?"
WEIGHS = "How much does the crate weigh?"
LONG = "How long did it take?"


@pytest.mark.parametrize(
    ("value", "unit", "other", "expected"),
    [
        ("6", "foot", "metre", "1.8288"),  # exact by the definition of the inch
        ("1", "pound", "kilogram", "0.45359237"),  # exact by the definition of the pound
        ("100", "celsius", "fahrenheit", "212"),
        ("1", "mile/hour", "kilometre/hour", "1.609344"),
        ("2", "square metre", "square foot", "21.5278"),
    ],
)
def test_units_convert_by_their_definitions(value: str, unit: str, other: str, expected: str) -> None:
    found = convert(Decimal(value), unit, other)
    assert found is not None
    assert abs(found - Decimal(expected)) < Decimal("0.0001")


@pytest.mark.parametrize(
    ("unit", "other"), [("metre", "gram"), ("ton", "kilogram"), ("usd", "eur"), ("degree", "kelvin")]
)
def test_what_has_no_fixed_ratio_is_not_converted(unit: str, other: str) -> None:
    assert convert(Decimal(1), unit, other) is None


@pytest.mark.parametrize(
    ("answer", "text", "question", "expected"),
    [
        ("2.12 meters", "212 cm", HIGH, "right"),
        ("2.12 meters", "The wall is 2,120 mm high.", HIGH, "right"),
        ("2.12 meters", "212 mm", HIGH, "wrong"),
        ("2.12 meters", "2.2 yards", HIGH, "wrong"),
        ("2.12 meters", "2.1 meters", HIGH, "wrong"),
        ("20 feet", "6.1 m", HIGH, "right"),
        ("20 feet", "6 m", HIGH, "undecided"),
        ("20 feet", "It is not 6.1 m high.", HIGH, "undecided"),
        ("2.01 m", "6 feet 7 inches", TALL, "right"),
        ("185", "1.85 m", TALL_CM, "right"),
        ("185", "6'1\"", TALL_CM, "right"),
        ("185", "1.85 m", TALL, "undecided"),
        ("185", "6'6\" (198 cm)", TALL, "wrong"),
        ("185", "7 feet 6 inches", TALL, "wrong"),
        ("185", "185 cm", TALL, "right"),
        ("10 kg", "10,000 g", WEIGHS, "right"),
        ("10 kg", "10 lb", WEIGHS, "wrong"),
        ("10 kg", "22 lb", WEIGHS, "right"),
        ("10 kg", "more than 22 lb", WEIGHS, "undecided"),
        ("at least 10 kg", "at most 22 lb", WEIGHS, "wrong"),
        ("90 minutes", "1.5 hours", LONG, "right"),
        ("90 minutes", "2 hours", LONG, "wrong"),
        ("5 g/day", "5000 mg per day", "How much of it?", "right"),
        ("20 tons", "20,000 kg", WEIGHS, "undecided"),
        ("4", "4 yards", "What did the sorter get from the pile?", "undecided"),
        ("223", "2000", "How many pounds does the crate weigh?", "wrong"),
    ],
)
def test_another_unit_is_the_same_where_each_rounds_to_the_other(
    answer: str, text: str, question: str, expected: str
) -> None:
    assert decision(judge(text, answer, question=question)) == expected


@pytest.mark.parametrize(
    ("answer", "text", "is_right"),
    [  # SimpleQA's example, and its like
        *(("120k", "124k", True), ("120k", "115k", True), ("120k", "113k", False), ("120k", "126k", False)),
        *(("7.5", "7.54", True), ("7.5", "7.6", False), ("300", "340", True), ("300", "360", False)),
    ],
)
def test_the_last_figure_may_be_rounded_where_the_case_says_so(answer: str, text: str, is_right: bool) -> None:
    assert judge(text, answer, match="number?figures=last", question="How many?").right == is_right
    assert not judge(text, answer, question="How many?").right


def test_a_tolerance_holds_after_conversion() -> None:
    assert judge("23 lb", "10 kg", match="number?tolerance=5%", question=WEIGHS).right
    assert not judge("24 lb", "10 kg", match="number?tolerance=5%", question=WEIGHS).right


@pytest.mark.parametrize(
    ("expected", "answer", "is_right"),
    [
        ("64 KiB", "65536 bytes", True),
        ("2 MiB", "2048 KiB", True),
        ("512 bytes", "0.5 KiB", True),
        ("1 MB", "8 Mbit", True),
        ("90 km/h", "25 m/s", True),
        ("90 km/h", "30 m/s", False),
        ("64 KiB", "32768 bytes", False),
        ("5 bits", "5 bytes", False),
    ],
)
def test_data_and_speeds_are_converted(expected: str, answer: str, is_right: bool) -> None:
    assert bool(judge_answer(answer, expected, question="How much is it?")) is is_right
