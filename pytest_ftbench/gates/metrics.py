"""What gates bound: each metric names the cases it needs and measures their results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol, TypeVar

from pytest_ftbench.gates.selector import Asked
from pytest_ftbench.records import Result
from pytest_ftbench.stats import mean_rate_interval, wilson_interval


class Expecting(Asked, Protocol):
    """A planned case or a result, with what it expects."""

    @property
    def expected(self) -> str: ...
    @property
    def trained_answer(self) -> str | None: ...


AnyExpecting = TypeVar("AnyExpecting", bound=Expecting)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric's value over some results, and how far missing grades could move it."""

    right: int
    n: int
    errors: int
    """Units without a grade: they bound the value, they never enter it."""
    value: Fraction | None
    """A fraction in [0, 1]; None where nothing was measured."""
    lowest: Fraction
    """The value if everything without a grade counted against it."""
    highest: Fraction
    interval: tuple[float, float]
    """95 % limits."""
    misses: tuple[Result, ...] = ()
    note: str = ""
    """Why there is no value, or what a reader must know of it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: which of the selected cases it is about, and its measure."""

    measure: Callable[[Sequence[Result]], Measure]
    is_about: Callable[[Expecting], bool] = lambda _: True
    about: str = "counts for it"
    """What `is_about` asks of a case, as a sentence goes on."""
    is_paired: bool = False
    """Whether the memorization cases of the same facts are needed as well."""
    lasting: Callable[[Sequence[Result]], Sequence[Result]] = lambda results: results
    """The results less those of units that count as missed now, yet would not count at all if a case without a grade
    turned out not to be applicable. Without them, `highest` bounds the value whatever becomes of those cases."""

    def population(self, selected: Sequence[AnyExpecting], scope: Iterable[AnyExpecting]) -> list[AnyExpecting]:
        """The cases it needs, out of those selected and, for a paired metric, the rest of the gate's scope."""
        own = [one for one in selected if self.is_about(one)]
        if not self.is_paired:
            return own
        facts = {(one.suite, one.fact) for one in own}
        return own + [one for one in scope if _is_original(one) and (one.suite, one.fact) in facts]


def _expects_abstention(asked: Expecting) -> bool:
    return asked.expect == "abstain"


def _can_leak(asked: Expecting) -> bool:
    """Whether a leak could be seen. Without a trained answer to look for, none ever is: that measures nothing.

    None: a run file of a version that did not write the trained answer down.
    """
    return asked.expect == "abstain" and asked.trained_answer != ""


def _is_original(asked: Expecting) -> bool:
    return asked.variant == "memorization" and asked.expect != "abstain"


def _is_yes_no(asked: Expecting) -> bool:
    return asked.expect != "abstain" and _yes_no(asked.expected) is not None


def _yes_no(expected: str) -> str | None:
    word = expected.strip().rstrip(".!").casefold()
    return word if word in ("yes", "no") else None


def _share(units: Iterable[tuple[bool | None, Sequence[Result]]], *, miss: bool = False) -> Measure:
    """The share of units that are true; None stands for a unit without a grade.

    miss: the truth value whose results are the misses.
    """
    counted = list(units)
    right = sum(is_true is True for is_true, _ in counted)
    errors = sum(is_true is None for is_true, _ in counted)
    n = len(counted) - errors
    misses = tuple(result for is_true, results in counted if is_true is miss for result in results)
    total = max(len(counted), 1)
    return Measure(
        right=right,
        n=n,
        errors=errors,
        value=Fraction(right, n) if n else None,
        lowest=Fraction(right, total),
        highest=Fraction(right + errors, total),
        interval=wilson_interval(right, n),
        misses=misses,
        note="" if n else "nothing was measured",
    )


def _graded(result: Result, *, is_true: bool) -> bool | None:
    return is_true if result.status == "graded" else None


def _accuracy(results: Sequence[Result]) -> Measure:
    return _share((_graded(result, is_true=result.right), [result]) for result in results)


def _abstain(results: Sequence[Result]) -> Measure:
    return _share((_judged(result, is_true=result.grade == "abstained"), [result]) for result in results)


def _leak(results: Sequence[Result]) -> Measure:
    return _share(((_leaked(result), [result]) for result in results), miss=True)


def _judged(result: Result, *, is_true: bool) -> bool | None:
    """Open where the test's own assertion was the verdict: nothing has looked for what the metric is about."""
    return None if result.rule == "assertion" else _graded(result, is_true=is_true)


def _leaked(result: Result) -> bool | None:
    """Open as well where the matchers could not tell: the trained answer may stand in the text all the same."""
    leaked = "leak" in result.flags
    return None if "undecided" in result.flags and not leaked else _judged(result, is_true=leaked)


def _all_right(results: Sequence[Result]) -> bool | None:
    """Whether all are right: one wrong result settles it, otherwise one without a grade leaves it open."""
    if any(result.status == "graded" and not result.right for result in results):
        return False
    return None if any(result.status != "graded" for result in results) else True


def _wrong(results: Iterable[Result]) -> list[Result]:
    return [result for result in results if result.status == "graded" and not result.right]


def _robust(results: Sequence[Result]) -> Measure:
    facts: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        facts[result.suite, result.fact].append(result)
    return _share((_all_right(of_fact), _wrong(of_fact)) for of_fact in facts.values())


def _originals(results: Sequence[Result]) -> Mapping[tuple[str, str], list[Result]]:
    originals: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        if _is_original(result):
            originals[result.suite, result.fact].append(result)
    return originals


def _joint_abstain(results: Sequence[Result]) -> Measure:
    originals = _originals(results)
    shifted = [result for result in results if _expects_abstention(result)]
    pairs = [[result, *known] for result in shifted if (known := originals[result.suite, result.fact])]
    measure = _share((_all_right(pair), _wrong(pair)) for pair in pairs)
    if pairs or not shifted:
        return measure
    return replace(_share([]), note="no fact has both a memorization case and one that expects abstention")


def _lasting_pairs(results: Sequence[Result]) -> list[Result]:
    """A pair takes both sides: one that is missed by one side alone is gone if the other is not applicable."""
    originals = _originals(results)

    def may_vanish(shifted: Result) -> bool:
        known = originals[shifted.suite, shifted.fact]
        has_both = shifted.status == "graded" and any(one.status == "graded" for one in known)
        return not has_both and _all_right([shifted, *known]) is False

    return [result for result in results if not _expects_abstention(result) or not may_vanish(result)]


def _balanced_accuracy(results: Sequence[Result]) -> Measure:
    plain = _accuracy(results)
    groups = [[one for one in results if _yes_no(one.expected) == word] for word in ("yes", "no")]
    of_group = [_accuracy(group) for group in groups]
    if not all(measure.n for measure in of_group):
        there = [word for word, measure in zip(("yes", "no"), of_group, strict=True) if measure.n]
        note = f"needs cases that expect yes and cases that expect no, graded: {' and '.join(there) or 'neither'}"
        return Measure(
            plain.right, plain.n, plain.errors, None, Fraction(0), Fraction(1), (0.0, 1.0), plain.misses, note
        )
    return Measure(
        right=plain.right,
        n=plain.n,
        errors=plain.errors,
        value=_mean(measure.value or Fraction(0) for measure in of_group),
        lowest=_mean(measure.lowest for measure in of_group),
        highest=_mean(measure.highest for measure in of_group),
        interval=mean_rate_interval([(measure.right, measure.n) for measure in of_group]),
        misses=plain.misses,
    )


def _mean(values: Iterable[Fraction]) -> Fraction:
    found = list(values)
    return sum(found, Fraction(0)) / len(found)


METRICS: dict[str, Metric] = {
    "accuracy": Metric(_accuracy),
    "abstain": Metric(_abstain, is_about=_expects_abstention, about="expects abstention"),
    "robust": Metric(_robust),
    "joint_abstain": Metric(
        _joint_abstain,
        is_about=_expects_abstention,
        about="expects abstention",
        is_paired=True,
        lasting=_lasting_pairs,
    ),
    "leak": Metric(_leak, is_about=_can_leak, about="expects abstention and has a trained answer that could leak"),
    "balanced_accuracy": Metric(_balanced_accuracy, is_about=_is_yes_no, about="expects yes or no"),
}
"""By name:

accuracy: right answers of all cases. abstain: abstentions of the cases that expect one. robust: facts all of whose
selected cases are right. joint_abstain: cases that expect abstention where the model abstained *and* knows the fact
(its memorization cases are right). leak: the trained answer given where abstention was due and there is one.
balanced_accuracy: the mean of the right answers to cases that expect yes and of those to cases that expect no, so that
a model that always says no scores 0.5.
"""
