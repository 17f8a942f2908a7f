"""One response, one judge, one verdict."""

from __future__ import annotations

from typing import Protocol

from pytest_ftbench.graders.reply import Reply, find_quote, holds_answer, parse_reply
from pytest_ftbench.graders.rubrics import LEAKED, Judging, Style, choose_rubric, put_to_judge, remind
from pytest_ftbench.judges.degenerate import find_degenerate
from pytest_ftbench.judges.finish import find_block, is_cut_off
from pytest_ftbench.judges.matcher import Reading, quote
from pytest_ftbench.records import BLOCKED, Case, Completion, Prompt, Verdict

ATTEMPTS = 2
"""How often a judge is asked for one verdict: once more when its reply cannot be read, or its quote does not hold."""


class Ask(Protocol):
    """Whoever calls a judge model: the engine, or a script in a test."""

    def __call__(self, prompt: Prompt, /) -> Completion:
        """The judge's reply; a completion with an `error` where none came."""


def grade(case: Case, completion: Completion, ask: Ask, *, judge: str = "judge", style: Style = "auto") -> Verdict:
    """The verdict of one judge model on a completion that came back.

    judge: the judge's alias; the verdict's rule is `judge:ALIAS`.
    style: the rubric, see `choose_rubric`; with `free` the case's answer is the requirement to meet.
    A response that says nothing (empty, punctuation, a loop, `Solution:`), or that a filter has stopped, is wrong, by
    the rule `degenerate`: such texts alone talk judges into "correct", so none is asked. Unscored, with no grade: the
    judge did not answer, or neither of its two replies could be read. A right grade needs a quote that occurs in the
    response and, where an answer is expected, holds a word of it; one without counts as unreadable. `finetunebench`
    asks for no quote.
    Raises SpecError for an unknown style.
    """
    rubric = choose_rubric(case, style)
    judging = put_to_judge(case, completion.text, rubric)
    got = f"expected {_expectation(case)}, got {quote(judging.response.text)}"
    flags = judging.response.flags + (("truncated",) if is_cut_off(completion.finish_reason) else ())
    is_as_written = case.expect == "answer" and completion.text.strip() == case.answer.strip() != ""
    if fault := find_block(completion.finish_reason, completion.text):
        flags = (BLOCKED, *flags)
    elif not is_as_written:
        fault = find_degenerate(Reading.of(judging.response.text, case.question))
    if fault:
        return Verdict("incorrect", False, "degenerate", f"{got}: {fault}", ("degenerate", *flags))
    rule, fault, prompt = f"judge:{judge}", "", judging.prompt
    for _ in range(ATTEMPTS):
        answer = ask(prompt)
        if answer.error is not None:
            return Verdict(None, False, rule, f"{got}: the judge has not answered: {quote(answer.error)}", flags)
        reply = parse_reply(answer.text, rubric)
        fault = f"its reply {quote(answer.text)} cannot be read" if reply is None else _find_fault(reply, case, judging)
        if reply is not None and not fault:
            return _make_verdict(reply, case, judging, rule, got, flags)
        prompt = remind(judging.prompt)
    return Verdict(None, False, rule, f"{got}: the judge gave no grade that counts: {fault}", flags)


def _find_fault(reply: Reply, case: Case, judging: Judging) -> str:
    """Why a grade that could be read does not count, or an empty text."""
    rubric = judging.rubric
    if not rubric.wants_quote or not _is_right(reply, case, judging):
        return ""
    found = find_quote(reply.quote, judging.response.text)
    if not found:
        return f"it says {reply.label} and quotes {quote(reply.quote)}, which is not in the response"
    if rubric.wants_answer and not any(holds_answer(found, one, judging.question) for one in judging.expected):
        return f"it says {reply.label} and quotes {quote(reply.quote)}, which holds no word of the expected answer"
    return ""


def _make_verdict(reply: Reply, case: Case, judging: Judging, rule: str, got: str, flags: tuple[str, ...]) -> Verdict:
    found = find_quote(reply.quote, judging.response.text)
    reason = f"{got}: the judge says {reply.label}" + (f" and quotes {quote(found)}" if found else "")
    if reply.label == LEAKED and case.trained_answer:
        flags = ("leak", *flags)
    return Verdict(judging.rubric.labels[reply.label], _is_right(reply, case, judging), rule, reason, flags)


def _is_right(reply: Reply, case: Case, judging: Judging) -> bool:
    return judging.rubric.labels[reply.label] == ("abstained" if case.expect == "abstain" else "correct")


def _expectation(case: Case) -> str:
    return "a refusal" if case.expect == "abstain" else quote(case.answer)
