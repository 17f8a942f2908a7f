"""What gates bound: each metric names the cases it needs and measures their results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from pytest_ftbench.gates.combined import balanced_accuracy, f_simpleqa_of, gap, youden_j
from pytest_ftbench.gates.measure import ONE, Measure, Unit, share, unmeasured
from pytest_ftbench.gates.units import (
    Expecting,
    abstained,
    agreeing_pairs,
    all_right,
    any_right,
    by_fact,
    can_leak,
    each,
    expects_abstention,
    expects_answer,
    fact_of,
    has_old_answer,
    is_original,
    is_other,
    is_yes_no,
    leaked,
    made_up,
    originals,
    right,
    stale,
    wrong,
    yes_no,
)
from pytest_ftbench.records import Result

AnyExpecting = TypeVar("AnyExpecting", bound=Expecting)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: which of the selected cases it is about, and its measure."""

    measure: Callable[[Sequence[Result]], Measure]
    is_about: Callable[[Expecting], bool] = lambda _: True
    about: str = "counts for it"
    """What `is_about` asks of a case, as a sentence goes on."""
    is_paired: bool = False
    """Whether the memorization cases of the same facts are needed as well."""
    lasting: Callable[[Sequence[Result]], Sequence[Result]] | None = lambda results: results
    """The results less those of units that count as missed now, yet would not count at all if a case without a grade
    turned out not to be applicable. Without them, `highest` bounds the value whatever becomes of those cases. None: a
    gate over it is never certain before all of its cases have a result."""
    lowest: Fraction = Fraction(0)
    """What its value can be at least; a fraction, as `highest`."""
    highest: Fraction = ONE
    is_of_right: bool = True
    """Whether it counts right and wrong answers, so that several samples of a case can be reduced to one."""
    is_compared: bool = False
    """Whether it is about a baseline and what is now, so that results of one run alone say nothing."""
    is_count: bool = False
    """Whether a whole bound counts cases; any other, or one in per cent, is a share of them."""
    has_limits: bool = True
    """Whether a gate may ask for a level of confidence."""

    def population(self, selected: Sequence[AnyExpecting], scope: Iterable[AnyExpecting]) -> list[AnyExpecting]:
        """The cases it needs, out of those selected and, for a paired metric, the rest of the gate's scope."""
        own = [one for one in selected if self.is_about(one)]
        if not self.is_paired:
            return own
        facts, there = {fact_of(one) for one in own}, {id(one) for one in own}
        return own + [one for one in scope if is_original(one) and fact_of(one) in facts and id(one) not in there]


def _accuracy(results: Sequence[Result]) -> Measure:
    return replace(share(each(results, right)), baseline=_constant_answer(results))


def _constant_answer(results: Sequence[Result]) -> str:
    """What always saying yes, or always no, would score where nothing else is expected."""
    expected = [yes_no(result.expected) if result.expect != "abstain" else None for result in results]
    if not expected or None in expected:
        return ""
    word = max(("yes", "no"), key=expected.count)
    return f"always {word!r}: {expected.count(word) / len(expected):.3f}"


def _robust(results: Sequence[Result]) -> Measure:
    facts = by_fact(results).items()
    return share(Unit(all_right(of_fact), fact, wrong(of_fact)) for fact, of_fact in facts)


def _any(results: Sequence[Result]) -> Measure:
    return share(Unit(any_right(of_fact), fact, wrong(of_fact)) for fact, of_fact in by_fact(results).items())


def _consistency(results: Sequence[Result]) -> Measure:
    units = agreeing_pairs(results)
    measure = share(units)
    misses = tuple({id(result): result for unit in units if unit.is_true is False for result in unit.results}.values())
    return replace(measure, misses=misses, note=measure.note if units else "no fact has two questions to compare")


def _joint_abstain(results: Sequence[Result]) -> Measure:
    known_by_fact = originals(results)
    shifted = [result for result in results if expects_abstention(result)]
    pairs = [[result, *known] for result in shifted if (known := known_by_fact.get(fact_of(result)))]
    measure = share(Unit(all_right(pair), fact_of(pair[0]), wrong(pair)) for pair in pairs)
    if pairs or not shifted:
        return measure
    return replace(share([]), note="no fact has both a memorization case and one that expects abstention")


def _lasting_pairs(results: Sequence[Result]) -> list[Result]:
    """A pair takes both sides: one that is missed by one side alone is gone if the other is not applicable."""
    known_by_fact = originals(results)

    def may_vanish(shifted: Result) -> bool:
        known = known_by_fact.get(fact_of(shifted), [])
        has_both = shifted.status == "graded" and any(one.status == "graded" for one in known)
        return not has_both and all_right([shifted, *known]) is False

    return [result for result in results if not expects_abstention(result) or not may_vanish(result)]


def _conditional(results: Sequence[Result]) -> Measure:
    """Cases whose fact is not memorised do not count; where that is open, so is the case."""
    known_by_fact = originals(results)
    units = []
    for result in results:
        known = known_by_fact.get(fact_of(result))
        if not is_other(result) or not known or (is_known := all_right(known)) is False:
            continue
        units.append(Unit(right(result) if is_known else None, fact_of(result), (result,)))
    measure = share(units)
    return measure if units else replace(measure, note="no fact is memorised, or none has another question too")


NO_BASELINE = "there is nothing to compare with: pass --ftbench-compare=RUN or --ftbench-baseline-model=SPEC"


def _compared(*, lowest: Fraction = Fraction(0), is_count: bool = False) -> Metric:
    """A metric over pairs of results, which `comparing` measures."""
    return Metric(
        lambda _: unmeasured(NO_BASELINE, low=lowest), lasting=None, lowest=lowest, is_compared=True, is_count=is_count
    )


METRICS: dict[str, Metric] = {
    "accuracy": Metric(_accuracy),
    "macro": Metric(_accuracy, lasting=None),
    "robust": Metric(_robust),
    "any": Metric(_any, lasting=None),
    "consistency": Metric(
        _consistency, is_about=expects_answer, about="expects an answer", lasting=None, is_of_right=False
    ),
    "abstain": Metric(
        lambda results: share(each(results, abstained)),
        is_about=expects_abstention,
        about="expects abstention",
        is_of_right=False,
    ),
    "joint_abstain": Metric(
        _joint_abstain,
        is_about=expects_abstention,
        about="expects abstention",
        is_paired=True,
        lasting=_lasting_pairs,
    ),
    "leak": Metric(
        lambda results: share(each(results, leaked), miss=True),
        is_about=can_leak,
        about="expects abstention and has a trained answer that could leak",
        is_of_right=False,
    ),
    "stale": Metric(
        lambda results: share(each(results, stale), miss=True),
        is_about=has_old_answer,
        about="has a superseded answer",
        is_of_right=False,
    ),
    "refusal": Metric(
        lambda results: share(each(results, abstained), miss=True),
        is_about=expects_answer,
        about="expects an answer",
        is_of_right=False,
    ),
    "hallucination": Metric(lambda results: share(each(results, made_up), miss=True), is_of_right=False),
    "balanced_accuracy": Metric(balanced_accuracy, is_about=is_yes_no, about="expects yes or no"),
    "youden_j": Metric(youden_j, is_about=is_yes_no, about="expects yes or no", lowest=-ONE),
    "f_simpleqa": Metric(
        f_simpleqa_of,
        is_about=expects_answer,
        about="expects an answer",
        lasting=None,
        is_of_right=False,
        has_limits=False,
    ),
    "conditional": Metric(
        _conditional,
        is_about=is_other,
        about="expects an answer and is not of the variant memorization",
        is_paired=True,
        lasting=None,
    ),
    "gap": Metric(
        gap,
        is_about=is_other,
        about="expects an answer and is not of the variant memorization",
        is_paired=True,
        lasting=None,
        lowest=-ONE,
    ),
    "drop": _compared(lowest=-ONE),
    "uplift": _compared(lowest=-ONE),
    "lost": _compared(is_count=True),
    "gained": _compared(is_count=True),
    "retention": _compared(),
    "acquire": _compared(),
}
"""By name:

accuracy: right answers of all cases. macro: the plain mean of the accuracies of groups, `macro[by=dataset]`.
robust, any: facts all, or any, of whose selected cases are right.
consistency: of the pairs of questions about one fact, those answered alike, right or wrong.
abstain: abstentions of the cases that expect one. joint_abstain: cases that expect abstention where the model abstained
*and* knows the fact (its memorization cases are right). leak: the trained answer given where abstention was due and
there is one. stale: the superseded answer given where there is one. refusal: abstentions of the cases that expect an
answer. hallucination: wrong answers given instead of none, of all cases.
balanced_accuracy: the mean of the right answers to cases that expect yes and of those to cases that expect no, so that
a model that always says no scores 0.5; youden_j: twice that less 1, so that it scores 0.
f_simpleqa: the harmonic mean of right answers among all cases and among those attempted.
conditional: right answers to other questions about the facts that are memorised. gap: accuracy on the memorization
cases less accuracy on the other questions about the same facts.
Against a baseline, over the cases that both have: drop, uplift: accuracy before less accuracy now, and the reverse.
lost, gained: cases that were right and are wrong, and the reverse. retention, acquire: right now, of the cases that
were right before, and of those that were wrong.
"""
