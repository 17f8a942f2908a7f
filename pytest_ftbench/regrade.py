"""Recorded answers judged again, without asking for them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pytest_ftbench.errors import SpecError
from pytest_ftbench.evaluate import OWN_ASSERTION
from pytest_ftbench.judges import MATCHERS
from pytest_ftbench.prompts import content_hash
from pytest_ftbench.records import Case, Completion, Result, Verdict
from pytest_ftbench.requirements import RULE, settle_requirements

Grader = Callable[[Case, Completion], Verdict]
"""What judges an answer: the matchers alone, or with a judge model behind them.

Raises SpecError for a case whose matcher it does not have.
"""

OWN_RULES = frozenset({*MATCHERS, "degenerate", "superseded", "no_match"})
"""The rules by which our matchers decide; any other stands for somebody's matcher or for a judge model."""

NO_ANSWER = "no answer"
NOT_APPLICABLE = "not applicable"
OWN_TEST = "decided by the test's own assertion"
UNKNOWN_MATCHER = "matcher not known here"
UNKNOWN_CASE = "matcher not recorded"
UNDECIDED = "put to a judge, and still undecided without it"


@dataclass(frozen=True, slots=True)
class Change:
    """A result whose verdict is another one now."""

    before: Result
    after: Result

    @property
    def is_of_grade(self) -> bool:
        """Whether the grade differs, and not only the rule or the flags."""
        return self.before.grade != self.after.grade

    @property
    def turn(self) -> int:
        """1 where the answer is right now and was not, -1 the other way round, else 0."""
        return self.after.right - self.before.right


@dataclass(frozen=True, slots=True)
class Regrading:
    """What judging a run again came to."""

    results: tuple[Result, ...]
    """All of the run's, in its order, with today's verdicts."""
    changes: tuple[Change, ...]
    """In the order of the run."""
    kept: Mapping[str, int]
    """How many results were kept as they were, by the reason."""

    @property
    def judged(self) -> int:
        """How many answers were judged again."""
        return len(self.results) - sum(self.kept.values())


def judged_cases(results: Iterable[Result]) -> Iterator[tuple[Case, Completion]]:
    """The cases and answers of those results that `regrade` judges."""
    for result in results:
        if isinstance(found := _case_and_answer(result), tuple):
            yield found


def regrade(results: Iterable[Result], grade: Grader) -> Regrading:
    """The results with the verdicts that `grade` gives their answers today.

    Kept as they are: results without an answer, of a test's own assertion, of a matcher that is not known here; and
    where a judge model was asked, and is not now, what the matchers still leave undecided.
    Whether a case counts that requires others is decided anew, by the verdicts that these have today.
    """
    recorded = list(results)
    judged: list[Result] = []
    kept: Counter[str] = Counter()
    for before in recorded:
        after = _judge(before, grade)
        kept.update([after] if isinstance(after, str) else ())
        judged.append(before if isinstance(after, str) else after)
    settled = settle_requirements(judged, recorded=recorded)
    pairs = zip(recorded, settled, strict=True)
    changes = [Change(before, after) for before, after in pairs if _verdict(before) != _verdict(after)]
    return Regrading(tuple(settled), tuple(changes), kept)


def case_of(result: Result) -> Case | None:
    """The case that a result is of, as far as a verdict depends on it; None where the run does not say enough.

    A run of an older version does not name the matcher; that it was `auto` can be seen from the hash of the content.
    """
    case = Case(
        question=result.question,
        answer=result.expected if result.expect == "answer" else "",
        fact=result.fact,
        variant=result.variant,
        id=result.case,
        suite=result.suite,
        prompt=result.prompt or "",
        system=result.system or "",
        expect="abstain" if result.expect == "abstain" else "answer",
        match=result.match or "auto",
        aliases=result.aliases,
        turns=result.turns,
        requires=result.requires,
        answer_before=result.answer_before or "",
        context=result.context or "",
        trained_answer=result.trained_answer or "",
        tags=result.tags,
    )
    if result.match is None and (content_hash(case) != result.content or result.grade == "stale"):
        return None
    return case


def _case_and_answer(before: Result) -> tuple[Case, Completion] | str:
    """What there is to judge, or why the result is kept as it is."""
    may_count = before.status in ("graded", "unscored") or before.rule == RULE
    if not may_count or before.answer is None:
        return NOT_APPLICABLE if before.status == "not_applicable" else NO_ANSWER
    if before.rule == OWN_ASSERTION:
        return OWN_TEST
    case = case_of(before)
    if case is None:
        return UNKNOWN_CASE
    return case, Completion(before.answer, before.finish_reason, before.served_model)


def _judge(before: Result, grade: Grader) -> Result | str:
    """The result with today's verdict, or why it is kept as it is."""
    found = _case_and_answer(before)
    if isinstance(found, str):
        return found
    try:
        verdict = grade(*found)
    except SpecError:
        return UNKNOWN_MATCHER
    if "undecided" in verdict.flags and before.rule not in (*OWN_RULES, RULE):
        return UNDECIDED
    return replace(
        before,
        status="graded" if verdict.grade is not None else "unscored",
        grade=verdict.grade,
        right=verdict.right,
        rule=verdict.rule,
        reason=verdict.reason,
        flags=verdict.flags,
    )


def _verdict(result: Result) -> tuple[object, ...]:
    return result.status, result.grade, result.right, result.rule, result.flags
