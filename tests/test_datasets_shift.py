"""Questions about years that have not come yet, and what values are compared by."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from datasets_kit import PEOPLE, load
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.shift import shift_years
from pytest_ftbench.datasets.values import read_date, read_number
from pytest_ftbench.prompts import content_hash

IN_2030 = date(2030, 5, 17)


@pytest.mark.parametrize(
    ("question", "moved"),
    [
        ("Who won in 2024?", "Who won in 2040?"),
        ("On September 12, 2024, who won?", "On September 12, 2040, who won?"),
        ("Who won on 2024-09-12?", "Who won on 2040-09-12?"),
        ("Who won between 2019 and 2024?", "Who won between 2040 and 2045?"),
        ("Who won from 2019-2024?", "Who won from 2040-2045?"),
        ("In 2024, who was chosen to host the World Cup 2034?", "In 2040, who was chosen to host the World Cup 2050?"),
        ("Who won the season 2023/24?", "Who won the season 2040/41?"),
        ("Who won the season 1999/00?", "Who won the season 2040/41?"),
        ("Who won the season 2023-24?", "Who won the season 2040-41?"),
        ("Who won in the 2010s?", "Who won in the 2040s?"),
        ("Which champion of 2013 won in the 2010s?", "Which champion of 2043 won in the 2040s?"),
        ("Who won (2024)?", "Who won (2040)?"),
        ("Who won in 2024's final?", "Who won in 2040's final?"),
        ("Who won $2000, or 1,999 euros, in 2024?", "Who won $2000, or 1,999 euros, in 2040?"),
        ("Who won 2000.5 or 2000% in 2024?", "Who won 2000.5 or 2000% in 2040?"),
        ("Who won A2024 in 2024?", "Who won A2024 in 2040?"),
        ("Who won in 2025?", "Who won in 2040?"),
        ("Who will win in 2060?", "Who will win in 2040?"),
    ],
)
def test_earliest_year_becomes_that_many_years_after_the_run(question: str, moved: str) -> None:
    assert shift_years(question, 10, today=IN_2030) == moved


@given(st.lists(st.integers(1500, 2199), min_size=2, max_size=2), st.integers(1, 500), st.dates())
def test_shifted_question_is_never_past(named: list[int], years: int, today: date) -> None:
    one, other = named
    moved = shift_years(f"Who, chosen in {one}, won the final of {other}?", years, today=today)
    found = [int(number) for number in re.findall(r"\d+", moved)]
    assert min(found) == today.year + years
    assert found[1] - found[0] == other - one


@pytest.mark.parametrize(
    "part",
    ["ran 1500 m", "ran the 1500m", "ran the 1500 metres", "ran the 1500-metre race", "swam the 1500 freestyle",
     "built 2000 seats", "built 1,500 seats", "led 2000 soldiers", "sold Windows 2000", "won 2000 votes",
     "sold more than 1999", "crossed article 2000", "drank 1500 ml"],
)  # fmt: skip
def test_numbers_that_are_no_years_stay(part: str) -> None:
    assert shift_years(f"Who {part} in 2024?", 1, today=IN_2030) == f"Who {part} in 2031?"


@pytest.mark.parametrize(
    "year",
    ["the 2024 Olympics", "the 2024 elections", "the 2024 G20", "the 2024 100 m final", "the 2024 women's final",
     "the World Cup 2024 starts", "September 12 2024 trains stopped", "in 2024 trains stopped", "K-pop's 2024 K-stars"],
)  # fmt: skip
def test_years_before_plurals_and_units_of_others_move(year: str) -> None:
    assert shift_years(f"What of {year}?", 1, today=IN_2030) == f"What of {year.replace('2024', '2031')}?"


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        *((f"Who won {part}?", f"{part[-len(number):]!r} in 'Who won {part}?' may be a year or not.")
          for part, number in (("the 1500", "1500"), ("in 2011-12", "2011-12"), ("in 2019-24", "2019-24"))),
        ("Who has 2000 benches?", "'2000' in 'Who has 2000 benches?' may be a year or not."),
        ("In 2024 people voted for whom?", "'2024' in 'In 2024 people voted for whom?' may be a year or not."),
        *((f"Who won on {day}?", f"'Who won on {day}?' names a day that few years have.")
          for day in ("29 February 2024", "February 29th, 2024", "Feb. 29, 2024", "2024-02-29")),
        ("Who ran 1500 m?", "'Who ran 1500 m?' names no year that could be moved."),
    ],
)  # fmt: skip
def test_what_may_be_no_year_and_days_that_years_lack_are_refused(question: str, fault: str) -> None:
    with pytest.raises(ShapeError) as caught:
        shift_years(question, 3, today=IN_2030)
    assert str(caught.value) == f"{fault} Write the date_change question out."


CONTENT = """\
facts:
  - id: final
    question: Who won the final of 2024?
    answer: Umbra
    date_change: [+10y, +20y]
"""


def test_date_change_moves_the_question_by_the_day_of_the_run(tmp_path: Path) -> None:
    _, ten, twenty = load(tmp_path, CONTENT).cases
    assert (ten.question, twenty.question) == ("Who won the final of 2040?", "Who won the final of 2050?")
    assert {(case.expect, case.answer, case.trained_answer) for case in (ten, twenty)} == {("abstain", "", "Umbra")}
    (direct, later, _) = load(tmp_path, CONTENT, today=date(2031, 1, 1)).cases
    assert (direct.question, later.question) == ("Who won the final of 2024?", "Who won the final of 2041?")


def test_case_whose_year_moves_keeps_its_name_and_content(tmp_path: Path) -> None:
    this, next_ = (load(tmp_path, CONTENT, today=date(year, 1, 1)).cases for year in (2030, 2031))
    assert [case.id for case in this] == [case.id for case in next_]
    assert [content_hash(case) for case in this] == [content_hash(case) for case in next_]
    assert len({content_hash(case) for case in this}) == 3


def test_today_is_the_day_of_the_run_unless_told_otherwise(tmp_path: Path) -> None:
    _, ten, _ = load(tmp_path, CONTENT, today=None).cases
    assert ten.question == f"Who won the final of {date.today().year + 10}?"


def test_prompt_is_moved_with_the_question(tmp_path: Path) -> None:
    content = "facts: [{question: In 2024?, prompt: ' Q: In 2024? A:', answer: A, date_change: +1y}]\n"
    _, case = load(tmp_path, content).cases
    assert (case.question, case.prompt) == ("In 2031?", " Q: In 2031? A:")


def test_date_change_of_a_relation_is_moved_or_written_out(tmp_path: Path) -> None:
    dates = "date_change: [+10y, 'What will {name} weigh in 2041?']"
    relation = f"relations: {{weight: {{question: 'What did {{name}} weigh in 2024?', {dates}}}}}\n"
    found = [case for case in load(tmp_path, relation + PEOPLE).cases if case.fact == "ana.weight"]
    assert [case.question for case in found[1:]] == [
        "What did Ana Rok weigh in 2040?",
        "What will Ana Rok weigh in 2041?",
    ]
    assert {case.trained_answer for case in found[1:]} == {"126"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" 5 ", 5), ("-5", -5), ("+5", 5), ("\N{MINUS SIGN}5", -5), ("1,000", 1000), ("1,000,000.5", 1000000.5),
     ("0.5", 0.5), ("5 lb", 5), ("5lb", 5), ("5 LB", 5), ("007", 7), ("5.", None), (".5", None), ("1,00", None),
     ("1_000", None), ("1e3", None), ("5 kg", None), ("NaN", None), ("five", None), ("", None),
     ("\N{DEVANAGARI DIGIT FIVE}", None)],
)  # fmt: skip
def test_what_is_a_number(text: str, number: float | None) -> None:
    assert read_number(text, unit="lb") == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [("2024", (2024,)), ("2024-09", (2024, 9)), ("2024-09-12", (2024, 9, 12)), ("12 September 2024", (2024, 9, 12)),
     ("Sep 12, 2024", (2024, 9, 12)), ("september 2024", (2024, 9)), ("12  SEP 2024", (2024, 9, 12)),
     ("09/12/2024", None), ("2024-13", None), ("2024-02-30", None), ("31 June 2024", None), ("12 Sept 2024", None),
     ("Umbra 2024", None), ("soon", None)],
)  # fmt: skip
def test_what_is_a_date(text: str, parts: tuple[int, ...] | None) -> None:
    assert read_date(text) == parts


@pytest.mark.parametrize(
    ("order", "values", "threshold", "answers"),
    [
        ("date", ("2024-09-12", "12 September 2025", "March 1, 2024"), "2024-06-01", "Yes Yes No"),
        ("date", ("1999", "2024", "2001"), "2000", "No Yes Yes"),
        ("text", ("umbra", "Orvel", "Zell"), "P", "Yes No Yes"),
        ("number", ("1,000", "90", "-5"), "100", "Yes No No"),
        ("text", ("\u00c9cija", "Z\u00fcrich", "\u0141omza", "\u00d8rsta", "''t Zand"), "M", "No Yes No Yes Yes"),
        ("text", ("E\u0301cija", "\u0419\u043e\u0448\u043a\u0430\u0440"), "\u0418", "No Yes"),
    ],
)
def test_values_compare_by_the_order_of_the_relation(
    tmp_path: Path, order: str, values: tuple[str, ...], threshold: str, answers: str
) -> None:
    rule = f"{{over: '{threshold}', question: 'Is {{name}} after {{threshold}}?'}}"
    entities = "".join(f"  e{index}: {{name: E{index}, w: '{value}'}}\n" for index, value in enumerate(values))
    content = f"relations: {{w: {{order: {order}, secondary: [{rule}]}}}}\nentities:\n{entities}"
    assert [case.answer for case in load(tmp_path, content).cases] == answers.split()
