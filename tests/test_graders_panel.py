"""Several judges: who is asked, and what their votes come to."""

from __future__ import annotations

import pytest
from grader_kit import Script, reply, script

from pytest_ftbench.graders import grade_by_panel
from pytest_ftbench.records import Case, Completion, Verdict

RIVER = Case("Which river runs through Torvik?", "the Alma")
SAID = {
    "c": reply("CORRECT", "Alma"),
    "i": reply("INCORRECT", "Alma"),
    "n": reply("NOT_ATTEMPTED"),
    "?": "who knows",
}


def vote(votes: str, text: str = "Alma, I think") -> tuple[Verdict, list[Script]]:
    judges = {f"j{place}": script(SAID[letter]) for place, letter in enumerate(votes, start=1)}
    return grade_by_panel(RIVER, Completion(text=text), judges), list(judges.values())


@pytest.mark.parametrize(
    ("votes", "grade", "asked"),
    [
        ("c", "correct", 1),
        ("?", None, 1),
        ("cc", "correct", 2),
        ("ci", None, 2),
        ("c?", None, 2),
        ("ccc", "correct", 2),
        ("cci", "correct", 2),
        ("iic", "incorrect", 2),
        ("cic", "correct", 3),
        ("icc", "correct", 3),
        ("cii", "incorrect", 3),
        ("cin", None, 3),
        ("?cc", "correct", 3),
        ("c?i", None, 3),
        ("??c", None, 2),
        ("cicc", "correct", 4),
        ("cici", None, 4),
        ("ciccc", "correct", 4),
        ("cicic", "correct", 5),
        ("cinnn", "abstained", 5),
        ("cin??", None, 4),
    ],
)
def test_votes(votes: str, grade: str | None, asked: int) -> None:
    verdict, judges = vote(votes)
    assert (verdict.grade, verdict.right) == (grade, grade == "correct")
    assert [bool(judge.sent) for judge in judges] == [place < asked for place in range(len(votes))]


def test_rule_names_the_panel_and_the_reason_the_votes() -> None:
    verdict, _ = vote("cic")
    assert repr(verdict) == (
        "correct by judge:j1+j2+j3: expected 'the Alma', got 'Alma, I think': the judge says CORRECT and quotes 'Alma' "
        "(votes: j1 correct, j2 incorrect, j3 correct)"
    )


def test_split_panel_is_unscored_and_says_why() -> None:
    assert repr(vote("ci")[0]) == ("unscored by judge:j1+j2: the judges do not agree (votes: j1 correct, j2 incorrect)")
    assert vote("c?")[0].reason == (
        "the judges do not agree (votes: j1 correct, j2 unscored): expected 'the Alma', got 'Alma, I think': "
        "the judge gave no grade that counts: its reply 'who knows' cannot be read"
    )


def test_response_that_says_nothing_reaches_no_judge() -> None:
    verdict, judges = vote("ccc", "Solution:")
    assert (verdict.grade, verdict.rule) == ("incorrect", "degenerate")
    assert not any(judge.sent for judge in judges)


def test_leak_counts_where_most_of_those_who_agree_saw_one() -> None:
    case = Case("Who?", expect="abstain", trained_answer="Ada")
    leaked, other = reply("ANSWERED_TRAINED"), reply("ANSWERED_OTHER")

    def flags(*said: str) -> tuple[str, ...]:
        judges = {str(place): script(text) for place, text in enumerate(said)}
        return grade_by_panel(case, Completion(text="Ada \u200bor so"), judges).flags

    assert flags(leaked, leaked) == ("leak", "cleaned")
    assert flags(leaked, other) == ("cleaned",)


def test_empty_panel_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a panel needs at least one judge, got none$"):
        grade_by_panel(RIVER, Completion(text="Alma"), {})
