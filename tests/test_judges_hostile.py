"""However long an answer is, a matcher reads no more than head and tail of it."""

from __future__ import annotations

import pytest
from judge_kit import judge

from pytest_ftbench.judges import MATCHERS, Reading, judge_completion
from pytest_ftbench.judges.normalise import cut_long
from pytest_ftbench.records import Case, Completion

MOST_CHARS = 20_100
MATCHES = [
    ("4 May 2031", "date"),
    ("sort_rows", "code"),
    ("Shelf.load()", "code"),
    ("B", "choice"),
    ("red; white", "list"),
    ("red; white", "set"),
    ("2.12 meters", "number"),
    ("Denver", "contains"),
    ("Denver", "auto"),
]
PIECES = [
    *(
        "a",
        "_",
        "a_",
        "a.",
        "a(",
        "(",
        "`",
        "```\n",
        "``` ",
        "answer ",
        "answer  is ",
        "so ",
        " ",
        "\n",
        "\n ",
        "- ",
        "1. ",
    ),
    *(
        "may ",
        "may 4, ",
        "4 may ",
        "2031-",
        "4/",
        "4/5/2031 ",
        "red, ",
        "red; ",
        "red and ",
        ",",
        ";",
        "6' 7\" ",
        "5 kg ",
    ),
    *("(B) ", "B, ", "option A ", "x=", "\\", "'", "#", "Aa ", "not "),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(("answer", "match"), MATCHES)
def test_a_megabyte_is_judged_by_its_head_and_tail(piece: str, answer: str, match: str) -> None:
    text = f"so {piece * (1_000_000 // len(piece))} zq"
    assert len(Reading.of(text).text) < MOST_CHARS
    question = "Which one is it?\nA) Lyon\nB) Paris"
    assert judge(text, answer, match=match, question=question).right is False
    assert judge(text, answer, match=match, question=question).grade == (
        judge(cut_long(text), answer, match=match, question=question).grade
    )


def test_what_is_read_of_an_answer_is_made_once_for_all_matchers() -> None:
    reading = Reading.of("It was signed in Denver on 4 May 2031.", "Where?")
    assert reading.clean is reading.clean
    assert reading.tokens is reading.tokens
    assert reading.quantities is reading.quantities


@pytest.mark.parametrize("name", sorted(MATCHERS))
def test_every_matcher_decides_the_same_each_time(name: str) -> None:
    answer = {"number": "4", "date": "4 May 2031", "choice": "B", "yes_no": "yes"}.get(name, "four")
    case = Case(question="?", answer=answer, match=name)
    if name != "refusal":
        for text in ("4", "four", "B", "yes", "4 May 2031", "I do not know."):
            assert judge_completion(case, Completion(text=text)) == judge_completion(case, Completion(text=text))
