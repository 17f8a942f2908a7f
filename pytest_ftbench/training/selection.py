"""Which facts of question sets are trained, which are held out, and which cannot be trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pytest_ftbench.datasets.sampling import holdout_place
from pytest_ftbench.datasets.suites import Suite
from pytest_ftbench.records import Case
from pytest_ftbench.training.holdout import HeldOut
from pytest_ftbench.training.lessons import Unfit

TRAINED_VARIANT = "memorization"
"""The questions as they are trained; all others are there to see what has come of it."""

Fact = tuple[str, str]
"""A question set and the name of a fact in it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Every fact of the question sets is in one of these, or has some of its questions in two."""

    trained: tuple[Case, ...]
    held_out: tuple[Fact, ...]
    left_out: dict[Fact, str]
    """Each with the reason."""


def select(suites: Sequence[Suite], *, share: float, seed: int, texts_of: Callable[[Case], Sequence[str]]) -> Selection:
    """Divides the facts of question sets.

    share: what is held out of them, by `holdout_place`, in [0, 1).
    texts_of: what a question puts into a training file; one that says word for word what a held-out fact asks or states
    is left out. Raises Unfit for a question that is not to be trained.
    """
    cases: dict[Fact, list[Case]] = {name: [] for suite in suites for name in suite.file.names}
    for suite in suites:
        for case in suite.file.cases:
            if case.variant == TRAINED_VARIANT:
                cases[case.suite, case.fact].append(case)
    held_out = [fact for fact in cases if cases[fact] and holdout_place(fact[1], seed=seed) < share]
    hidden = HeldOut(case for fact in held_out for case in cases.pop(fact))
    trained: list[Case] = []
    left_out: dict[Fact, str] = {}
    for fact, own in cases.items():
        fit, reason = _divide(own, hidden, texts_of)
        trained += fit
        if reason:
            left_out[fact] = reason
    return Selection(tuple(trained), tuple(held_out), left_out)


def _divide(
    cases: Iterable[Case], hidden: HeldOut, texts_of: Callable[[Case], Sequence[str]]
) -> tuple[list[Case], str]:
    """Those of a fact's questions that can be trained, and why another cannot, or the fact."""
    fit: list[Case] = []
    reason = ""
    for case in cases:
        try:
            _check(case)
            if (other := hidden.found_in(*texts_of(case))) is not None:
                raise Unfit(f"it would say what the held-out fact {other!r} says")
            fit.append(case)
        except Unfit as unfit:
            reason = str(unfit)
    return fit, reason if reason or fit else "it has no question of the variant memorization"


def _check(case: Case) -> None:
    if case.expect == "abstain":
        raise Unfit("it expects abstention")
    if case.turns:
        raise Unfit("it is asked in several turns")
    if case.match.partition("?")[0] == "regex":
        raise Unfit("its answer is a pattern")
