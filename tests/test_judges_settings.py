"""What `match` may say, how it is refused, and matchers of a user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from judge_kit import LEAVE

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges import (
    MATCHERS,
    Finding,
    Reading,
    check_case_match,
    judge_answer,
    judge_completion,
)
from pytest_ftbench.judges.settings import parse_match
from pytest_ftbench.records import Case, Completion


@pytest.mark.parametrize(
    ("match", "message"),
    [
        (
            "nubmer",
            "match 'nubmer': unknown matcher 'nubmer' (did you mean 'number'?). "
            "Known: auto, choice, code, contains, date, exact, list, number, refusal, regex, set, yes_no.",
        ),
        (
            "number?tolerence=5",
            "match 'number?tolerence=5': unknown setting 'tolerence' (did you mean 'tolerance'?). "
            "Known: tolerance, unit, figures.",
        ),
        ("exact?x=1", "match 'exact?x=1': unknown setting 'x'. 'exact' takes none."),
        ("auto?x=1", "match 'auto?x=1': unknown setting 'x'. 'auto' takes none."),
        (
            "number?tolerance=much",
            "match 'number?tolerance=much': tolerance must be a number of 0 or more, or a percentage such as 5%, "
            "got 'much'.",
        ),
        ("number?tolerance", "match 'number?tolerance': setting 'tolerance' has no value. Write tolerance=VALUE once."),
        (
            "number?unit=kg&unit=g",
            "match 'number?unit=kg&unit=g': setting 'unit' is given twice. Write unit=VALUE once.",
        ),
        ("code?in=prose", "match 'code?in=prose': in must be program, got 'prose'."),
        ("regex?flags=q", "match 'regex?flags=q': flags must be any of the letters i, m, s, x, got 'q'."),
    ],
)
def test_a_bad_match_is_refused_with_what_is_allowed(match: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_match(match, MATCHERS)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "match", ["auto", "number?tolerance=5%", "number?tolerance=0.5&unit=kg", "regex?flags=im", "exact"]
)
def test_a_good_match_passes(match: str) -> None:
    parse_match(match, MATCHERS)


@pytest.mark.parametrize(
    ("match", "answer", "fault"),
    [
        ("regex", "(unclosed", "the answer '(unclosed' is no regular expression"),
        ("number", "Paris", "match 'number' needs an answer that is one number"),
        ("yes_no", "maybe", "match 'yes_no' needs the answer yes or no, got 'maybe'"),
        ("refusal", "25", "match 'refusal' is for cases that expect no answer"),
    ],
)
def test_a_match_that_cannot_work_with_the_answer_is_refused(match: str, answer: str, fault: str) -> None:
    case = Case(question="?", answer=answer, match=match, place="facts/leave.csv:3")
    with pytest.raises(SpecError) as caught:
        check_case_match(case)
    assert str(caught.value).startswith(f"facts/leave.csv:3: {fault}")


def test_an_abstention_keeps_the_match_of_its_fact() -> None:
    check_case_match(Case(question="?", expect="abstain", match="number?tolerance=5%"))
    check_case_match(Case(question="?", answer="25", match="number"))


class _Shouting:
    """A user's matcher: right when the answer is in capitals."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        return Finding("right" if reading.text.isupper() else "wrong")


def test_a_users_matcher_joins_those_there_are() -> None:
    matchers = {**MATCHERS, "shouting": _Shouting()}
    case = Case(question="?", answer="x", match="shouting")
    check_case_match(case, matchers=matchers)
    assert judge_completion(case, Completion(text="YES"), matchers=matchers).rule == "shouting"
    assert not judge_completion(case, Completion(text="yes"), matchers=matchers)


def test_judge_answer_judges_a_text() -> None:
    assert judge_answer("25 days", "25", question=LEAVE)
    assert not judge_answer("21 days", "25")
    assert judge_answer("PARIS", "paris", match="regex?flags=i").rule == "regex"
