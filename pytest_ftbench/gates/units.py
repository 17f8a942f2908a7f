"""What the metrics count: which results make up a unit, and whether it is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Protocol

from pytest_ftbench.gates.measure import Unit
from pytest_ftbench.gates.selector import Asked
from pytest_ftbench.judges.exact import is_same_text
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.records import BLOCKED, Result


class Expecting(Asked, Protocol):
    """A planned case or a result, with what it expects."""

    @property
    def expected(self) -> str: ...
    @property
    def trained_answer(self) -> str | None: ...
    @property
    def answer_before(self) -> str | None: ...


def fact_of(one: Expecting) -> Hashable:
    """What results of one fact share; a case without a fact is its own."""
    return (one.suite, one.fact) if one.fact else (one.suite, one.fact, one.variant, one.case)


def by_fact(results: Iterable[Result]) -> Mapping[Hashable, list[Result]]:
    """The results of each fact."""
    facts: dict[Hashable, list[Result]] = defaultdict(list)
    for result in results:
        facts[fact_of(result)].append(result)
    return facts


def expects_abstention(asked: Expecting) -> bool:
    """Whether not to know is right."""
    return asked.expect == "abstain"


def expects_answer(asked: Expecting) -> bool:
    """Whether there is a right answer."""
    return asked.expect != "abstain"


def is_original(asked: Expecting) -> bool:
    """Whether it is the question that the model was trained on."""
    return asked.variant == "memorization" and asked.expect != "abstain"


def is_other(asked: Expecting) -> bool:
    """Whether it expects an answer and is not that question."""
    return asked.variant != "memorization" and asked.expect != "abstain"


def can_leak(asked: Expecting) -> bool:
    """Whether a leak could be seen. Without a trained answer to look for, none ever is: that measures nothing.

    None: a run file of a version that did not write the trained answer down.
    """
    return asked.expect == "abstain" and asked.trained_answer != ""


def has_old_answer(asked: Expecting) -> bool:
    """Whether there is a superseded answer; None as above."""
    return asked.expect != "abstain" and asked.answer_before != ""


def is_yes_no(asked: Expecting) -> bool:
    """Whether the expected answer is yes or no."""
    return asked.expect != "abstain" and yes_no(asked.expected) is not None


def yes_no(expected: str) -> str | None:
    """`yes` or `no`, where that is all that is expected."""
    word = expected.strip().rstrip(".!").casefold()
    return word if word in ("yes", "no") else None


def each(results: Iterable[Result], is_true: Callable[[Result], bool | None]) -> list[Unit]:
    """Each result as a unit of its own."""
    return [Unit(is_true(result), fact_of(result), (result,)) for result in results]


def graded(result: Result, *, is_true: bool) -> bool | None:
    """The truth value of a result that has a grade."""
    return is_true if result.status == "graded" else None


def right(result: Result) -> bool | None:
    return graded(result, is_true=result.right)


def judged(result: Result, *, is_true: bool) -> bool | None:
    """Open where nothing has looked for what the metric is about, since the test's own assertion was the verdict, or
    where nobody can: a filter of the service has kept back what the model said."""
    is_open = result.rule == "assertion" or BLOCKED in result.flags
    return None if is_open else graded(result, is_true=is_true)


def abstained(result: Result) -> bool | None:
    return judged(result, is_true=result.grade == "abstained")


def stale(result: Result) -> bool | None:
    return judged(result, is_true=result.grade == "stale")


def made_up(result: Result) -> bool | None:
    """Whether it answers, and wrongly; what says nothing at all is no claim."""
    return judged(result, is_true=result.grade in ("incorrect", "stale") and "degenerate" not in result.flags)


def leaked(result: Result) -> bool | None:
    """Open as well where the matchers could not tell: the trained answer may stand in the text all the same."""
    has_leaked = "leak" in result.flags
    return None if "undecided" in result.flags and not has_leaked else judged(result, is_true=has_leaked)


def all_right(results: Sequence[Result]) -> bool | None:
    """Whether all are right: one wrong result settles it, otherwise one without a grade leaves it open."""
    if any(result.status == "graded" and not result.right for result in results):
        return False
    return None if any(result.status != "graded" for result in results) else True


def any_right(results: Sequence[Result]) -> bool | None:
    """Whether one is right: one right result settles it, otherwise one without a grade leaves it open."""
    if any(result.status == "graded" and result.right for result in results):
        return True
    return None if any(result.status != "graded" for result in results) else False


def wrong(results: Iterable[Result]) -> list[Result]:
    """Those that are wrong."""
    return [result for result in results if result.status == "graded" and not result.right]


def originals(results: Iterable[Result]) -> Mapping[Hashable, list[Result]]:
    """The memorization cases of each fact."""
    return by_fact(result for result in results if is_original(result))


def agreeing_pairs(results: Sequence[Result]) -> list[Unit]:
    """Each pair of answers to different questions about a fact: whether they say the same, right or wrong."""
    units = []
    for fact, of_fact in by_fact(results).items():
        for one, other in combinations(of_fact, 2):
            if (one.variant, one.case) != (other.variant, other.case):
                units.append(Unit(_agree(one, other), fact, (one, other)))
    return units


def _agree(one: Result, other: Result) -> bool | None:
    """Both right, both declining, or the same text but for case, punctuation and articles."""
    if one.status != "graded" or other.status != "graded":
        return None
    if one.right or other.right or "abstained" in (one.grade, other.grade):
        return (one.right, one.grade) == (other.right, other.grade)
    return is_same_text(Reading.of(one.answer or ""), other.answer or "")
