"""A name in another role than the one asked for is not the answer."""

from __future__ import annotations

import pytest
from judge_kit import decision, judge

MAYOR = "Who is the mayor of Olm?"
WINNER = "Which club won the 2031 mill cup?"
SEAT = "Which town is the seat of the mill guild?"
FOUNDER = "Who founded the mill?"
LEADER = "Who leads the mill guild?"


@pytest.mark.parametrize(
    ("question", "expected", "texts"),
    [
        (
            WINNER,
            "Bram Rovers",
            [
                "Olm Town won 3-1 against Bram Rovers.",
                "The cup was won by Olm Town over Bram Rovers.",
                "Bram Rovers reached the final, which Olm Town won.",
                "Bram Rovers should have won.",
                "Olm Town won; Bram Rovers was the runner-up.",
                "Bram Rovers\nOlm Town\nHolt City",
            ],
        ),
        (
            MAYOR,
            "Ida Voss",
            [
                "Jon Berg has been mayor ever since Ida Voss left.",
                "Jon Berg took over when Ida Voss left.",
                "Ida Voss was offered the office, Jon Berg took it.",
                "Ida Voss declined, so Jon Berg is the mayor.",
                "Ida Voss's deputy, Jon Berg, is the mayor.",
                "Ida Voss reports to the mayor, Jon Berg.",
                "Ida Voss ❌",
                "Who is Ida Voss",
                "Ida Voss works there.",
                "Anyone but Ida Voss",
            ],
        ),
        (
            SEAT,
            "Holt",
            [
                "It is 40 miles from Holt.",
                "It was founded in Holt and moved its seat to Bram in 2019.",
                "Holt is where the mill is, but the seat is in Bram.",
            ],
        ),
        (
            FOUNDER,
            "Ida Voss",
            [
                "Ida Voss bought it from the founder, Jon Berg.",
                "Jon Berg founded it and sold it to Ida Voss.",
                "The founder sold it to Ida Voss in 1990.",
                "Ida Voss's mill was founded by her father.",
            ],
        ),
        (
            LEADER,
            "Ida Voss",
            ["Ida Voss led the mill guild.", "Ida Voss leads the guild (2010-2015).", "In 2015, Ida Voss handed over."],
        ),
        ("In which month does the fair begin?", "June", ["The fair begins in May and ends in June."]),
        ("What is Ida's trade?", "glass painter", ["She studied to be a glass painter but became a miller."]),
        (
            "What is the dose?",
            "5 mg twice daily",
            ["5 mg twice daily for children; adults take 9 mg.", "2 x 5 mg twice daily"],
        ),
        ("In which place did the boat finish?", "third", ["third to last", "third from the bottom"]),
        ("When is the meeting?", "Friday", ["every Friday"]),
    ],
)
def test_a_mention_in_another_role_decides_nothing(question: str, expected: str, texts: list[str]) -> None:
    assert {text: decision(judge(text, expected, question=question)) for text in texts} == dict.fromkeys(
        texts, "undecided"
    )


@pytest.mark.parametrize(
    ("question", "expected", "text"),
    [
        (MAYOR, "Ida Voss", "The mayor of Olm is Ida Voss."),
        (MAYOR, "Ida Voss", "Ida Voss is the mayor of Olm, in Northern Freedonia."),
        (MAYOR, "Ida Voss", "My answer is Ida Voss."),
        (MAYOR, "Ida Voss", "The mayor is not Jon Berg but Ida Voss."),
        (WINNER, "Bram Rovers", "Bram Rovers won the 2031 mill cup."),
        (FOUNDER, "Ida Voss", "It was founded by Ida Voss."),
        (FOUNDER, "Ida Voss", "Ida Voss founded it in 1987."),
        (LEADER, "Ida Voss", "It is led by Ida Voss."),
        (LEADER, "Ida Voss", "The leader is Ida Voss."),
        ("Who led the guild in 1990?", "Ida Voss", "Ida Voss led the guild."),
        ("Who wrote the play?", "Ida Voss", "It was written by Ida Voss."),
        ("Whom did Olm Town beat?", "Bram Rovers", "Olm Town beat Bram Rovers."),
        ("Where does Ida live?", "Holt", "She lives in Holt."),
    ],
)
def test_a_mention_in_the_role_asked_for_is_the_answer(question: str, expected: str, text: str) -> None:
    assert decision(judge(text, expected, question=question)) == "right"
