"""Verdicts without a judge model: a cascade of matchers that answer right, wrong or undecided."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.cascade import ask_matcher, judge_with
from pytest_ftbench.judges.choice import ChoiceMatcher
from pytest_ftbench.judges.code import CodeMatcher
from pytest_ftbench.judges.containment import ContainsMatcher
from pytest_ftbench.judges.date import DateMatcher
from pytest_ftbench.judges.exact import ExactMatcher
from pytest_ftbench.judges.items import ItemsMatcher
from pytest_ftbench.judges.matcher import Finding, Matcher, Reading
from pytest_ftbench.judges.number import NumberMatcher
from pytest_ftbench.judges.refusal import RefusalMatcher
from pytest_ftbench.judges.regex import RegexMatcher
from pytest_ftbench.judges.settings import parse_match
from pytest_ftbench.judges.yes_no import YesNoMatcher
from pytest_ftbench.records import Case, Completion, Verdict

__all__ = [
    "MATCHERS",
    "Finding",
    "Matcher",
    "Reading",
    "check_case_match",
    "judge_answer",
    "judge_completion",
]

MATCHERS: Mapping[str, Matcher] = {
    "exact": ExactMatcher(),
    "number": NumberMatcher(),
    "yes_no": YesNoMatcher(),
    "date": DateMatcher(),
    "code": CodeMatcher(),
    "choice": ChoiceMatcher(),
    "list": ItemsMatcher(is_ordered=True),
    "set": ItemsMatcher(is_ordered=False),
    "refusal": RefusalMatcher(),
    "contains": ContainsMatcher(),
    "regex": RegexMatcher(),
}
"""The matchers that `match` may name, besides `auto`. A user's own join by `{**MATCHERS, "name": matcher}`."""


def judge_completion(case: Case, completion: Completion, *, matchers: Mapping[str, Matcher] = MATCHERS) -> Verdict:
    """The verdict on a completion, by matchers alone.

    completion: one that came back; `completion.error` is None.
    matchers: by name; must hold those of MATCHERS.
    A verdict that no matcher decided is incorrect, by the rule `no_match`, with the flag `undecided`.
    Raises SpecError where `check_case_match` does.
    """
    return judge_with(case, completion, matchers)


def judge_answer(
    answer: str | Completion,
    expected: str,
    *,
    question: str | None = None,
    match: str = "auto",
    matchers: Mapping[str, Matcher] = MATCHERS,
) -> Verdict:
    """The verdict on a text or completion, given what it should say; `judge_completion` for use inside a test.

    Raises SpecError where `check_case_match` does.
    """
    case = Case(question=question or "", answer=expected, match=match)
    check_case_match(case, matchers=matchers)
    return judge_completion(case, Completion(text=answer) if isinstance(answer, str) else answer, matchers=matchers)


def check_case_match(case: Case, *, matchers: Mapping[str, Matcher] = MATCHERS) -> None:
    """Nothing, or SpecError where the case's `match` is unknown or cannot work with the case's answer.

    The message begins with the case's place, if it has one.
    """
    try:
        name, _ = parse_match(case.match, matchers)
        if case.expect == "abstain":
            return
        if name == "refusal":
            raise SpecError("match 'refusal' is for cases that expect no answer. Write expect: abstain.")
        for answer in (case.answer, *case.aliases):
            ask_matcher(case.match, Reading.of("?"), answer, matchers)
    except SpecError as fault:
        raise SpecError(f"{case.place}: {fault}" if case.place else str(fault)) from None
