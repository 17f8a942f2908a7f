"""The deterministic cascade: which matchers are asked, in which order, and what their findings come to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.choice import is_choice
from pytest_ftbench.judges.code import is_identifier, uses_too
from pytest_ftbench.judges.containment import has_unshadowed_hit
from pytest_ftbench.judges.date import is_date
from pytest_ftbench.judges.degenerate import find_degenerate
from pytest_ftbench.judges.exact import is_same_text
from pytest_ftbench.judges.finish import find_block, is_cut_off
from pytest_ftbench.judges.languages import negates_elsewhere
from pytest_ftbench.judges.matcher import RIGHT, Finding, Matcher, Reading, quote
from pytest_ftbench.judges.number import read_expected
from pytest_ftbench.judges.orders import gives_orders
from pytest_ftbench.judges.refusal import is_refusal
from pytest_ftbench.judges.settings import AUTO, parse_match
from pytest_ftbench.judges.wrappers import has_wrapper
from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.records import BLOCKED, Case, Completion, Grade, Verdict

_LITERAL = ("regex", "refusal")
"""Matchers whose expected answer is no plain answer: the superseded or trained one is judged by `auto` instead."""
_SEARCHING = ("contains", "code")
_WHOLE = ("exact", "code", "regex")
"""Matchers that look at all of the response, or at nothing but what the user or a parser picks out."""


_UNREAD = Finding("undecided", "it is too long to be read whole")


class _Ruling(NamedTuple):
    grade: Grade
    rule: str
    reason: str
    flags: tuple[str, ...] = ()


def judge_with(case: Case, completion: Completion, matchers: Mapping[str, Matcher]) -> Verdict:
    """The verdict on one completion. The order of the rules is stated here and nowhere else.

    Abstention due: degenerate, refusal, leak. Answer due: degenerate, the case's matcher (`auto`: equal text, then by
    the type of the expected answer), refusal, superseded answer, and last whether the matcher found another value.
    A completion that a filter has stopped is degenerate, whatever is left of it.
    """
    is_abstention = case.expect == "abstain"
    expected = "a refusal" if is_abstention else _quote_expected(case.answer)
    got = f"expected {expected}, got {quote(completion.text)}"
    is_as_written = not is_abstention and completion.text.strip() == case.answer.strip() != ""
    if fault := find_block(completion.finish_reason, completion.text):
        ruling = _Ruling("incorrect", "degenerate", f"{got}: {fault}", ("degenerate", BLOCKED))
    elif is_as_written and case.match == AUTO:  # as most answers of a model that has learned its facts
        ruling = _Ruling("correct", "exact", got)
    else:
        reading = Reading.of(completion.text, case.question, is_wrapped=not _has_wrapper(case.answer))
        if (fault := find_degenerate(reading)) and (is_abstention or not is_same_text(reading, case.answer)):
            ruling = _Ruling("incorrect", "degenerate", f"{got}: {fault}", ("degenerate",))
        elif is_abstention:
            ruling = _rule_abstention(case, reading, matchers, got)
        else:
            ruling = _rule_answer(case, reading, matchers, got)
    grade, rule, reason, flags = ruling
    if is_cut_off(completion.finish_reason):
        flags = (*flags, "truncated")
    return Verdict(grade, grade == ("abstained" if is_abstention else "correct"), rule, reason, flags)


def _rule_abstention(case: Case, reading: Reading, matchers: Mapping[str, Matcher], got: str) -> _Ruling:
    finding = matchers["refusal"].match(reading, "", {})
    if finding.decision != "undecided" and reading.is_cut:
        finding = _UNREAD
    if finding.decision == "right":
        return _Ruling("abstained", "refusal", got)
    for trained in (case.trained_answer, *case.aliases) if case.trained_answer else ():
        if _give(case, trained, reading, matchers):
            return _Ruling("incorrect", "refusal", f"{got}, the trained answer {quote(trained)}", ("leak",))
    if finding.decision == "wrong":
        return _Ruling("incorrect", "refusal", got)
    return _Ruling("incorrect", "no_match", _with_note(got, finding), ("undecided",))


def _rule_answer(case: Case, reading: Reading, matchers: Mapping[str, Matcher], got: str) -> _Ruling:
    rule, finding = _ask_for_any(case, reading, matchers)
    if reading.is_cut and finding.decision != "undecided" and reading.text.strip() != case.answer.strip():
        finding = _UNREAD
    doubt = _doubt(case, reading, rule) if finding.decision == "right" else ""
    if finding.decision == "right" and not doubt:
        return _Ruling("correct", rule, got)
    if doubt:
        finding = Finding("undecided", doubt)
    elif is_refusal(reading) and not reading.is_cut:
        return _Ruling("abstained", "refusal", got)
    elif case.answer_before and _give(case, case.answer_before, reading, matchers):
        return _Ruling("stale", "superseded", f"{got}, the superseded answer {quote(case.answer_before)}")
    if finding.decision == "wrong":
        return _Ruling("incorrect", rule, _with_note(got, finding))
    return _Ruling("incorrect", "no_match", _with_note(got, finding), ("undecided",))


def _ask_for_any(case: Case, reading: Reading, matchers: Mapping[str, Matcher]) -> tuple[str, Finding]:
    """What the matcher finds of the expected answer, or of the first alias of it that is there; wrong if of all."""
    rule, finding = ask_matcher(case.match, reading, case.answer, matchers)
    for alias in case.aliases:
        if finding.decision == "right":
            break
        other_rule, other = ask_matcher(case.match, reading, alias, matchers)
        if other.decision == "right" or finding.decision == "wrong":
            rule, finding = other_rule, other
    return rule, finding


def _doubt(case: Case, reading: Reading, rule: str) -> str:
    """Why a text in which a matcher has found the answer may not give it after all; empty where it does."""
    if _gives_old_too(case, reading, rule):
        return "it gives the superseded answer too"
    if rule in _WHOLE:
        return ""
    negation = negates_elsewhere(reading) if rule != "yes_no" else ""
    if negation and negation not in reading.low_question:
        return f"it says {negation!r}"
    return "it speaks to whoever grades it" if gives_orders(reading) else ""


def _gives_old_too(case: Case, reading: Reading, rule: str) -> bool:
    """Whether a text in which the answer was searched for asserts the superseded one too."""
    if not case.answer_before or rule not in _SEARCHING:
        return False
    if rule == "code" and uses_too(reading, case.answer_before, case.answer):
        return True
    return rule == "contains" and has_unshadowed_hit(reading, case.answer_before, case.answer)


def _give(case: Case, answer: str, reading: Reading, matchers: Mapping[str, Matcher]) -> bool:
    """Whether a completion gives another answer than the expected one, judged by the case's matcher if that can."""
    if case.match.partition("?")[0] not in _LITERAL:
        try:
            return ask_matcher(case.match, reading, answer, matchers)[1].decision == "right"
        except SpecError:
            pass  # the user wrote `match` for the expected answer: a superseded one may be of another type
    return ask_matcher(AUTO, reading, answer, matchers)[1].decision == "right"


def ask_matcher(match: str, reading: Reading, expected: str, matchers: Mapping[str, Matcher]) -> tuple[str, Finding]:
    """The name of the rule that decided, and its finding.

    Raises SpecError for an unknown matcher or setting, or an expected answer that the matcher cannot work with.
    """
    if match != AUTO:
        name, settings = parse_match(match, matchers)
        if name != AUTO:
            return name, matchers[name].match(reading, expected, settings)
    if reading.answer.strip() == expected.strip() != "":
        return "exact", RIGHT
    name = choose_matcher(expected, reading.question)
    if name != "code" and is_same_text(reading, expected):
        return "exact", RIGHT
    return name, matchers[name].match(reading, expected, {})


_quote_expected = lru_cache(maxsize=1024)(quote)
_has_wrapper = lru_cache(maxsize=1024)(has_wrapper)


@lru_cache(maxsize=1024)
def choose_matcher(expected: str, question: str = "") -> str:
    """The matcher that `auto` takes for an expected answer that the completion does not equal.

    An identifier has none of the freedom of other text: there equal means equal as written.
    """
    if polarity(expected) is not None:
        return "yes_no"
    if read_expected(expected) is not None:
        return "number"
    if is_date(expected):
        return "date"
    if is_choice(expected, question):
        return "choice"
    return "code" if is_identifier(expected, question.lower()) else "contains"


def _with_note(got: str, finding: Finding) -> str:
    return f"{got}: {finding.note}" if finding.note else got
