"""Several samples of one case: what they come to, where a gate counts cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from pytest_ftbench.errors import SpecError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Grade, Result

MEAN = "mean"
"""Each sample counts by itself, those of a fact as one cluster; what a gate does unless it says otherwise."""
_AT_LEAST = pattern(r"at_least_([1-9]\d{0,3})")

_REDUCERS: dict[str, Callable[[int, int], bool]] = {
    "majority": lambda right, samples: 2 * right > samples,
    "any": lambda right, _: right > 0,
    "all": lambda right, samples: right == samples,
}


def check_reducer(name: str) -> None:
    """Raise SpecError for a reducer that does not exist."""
    if name != MEAN and name not in _REDUCERS and not _AT_LEAST.fullmatch(name):
        raise SpecError(f"unknown reducer {name!r}. There are: {', '.join((MEAN, *_REDUCERS, 'at_least_2', '...'))}.")


def reduce_samples(results: Sequence[Result], reducer: str) -> list[Result]:
    """One result for each case, right where the reducer says so of its samples.

    reducer: `majority` (more than half), `any`, `all`, `at_least_K`; `mean` leaves the results as they are. A sample
    without a grade could be right or wrong: where that decides, the case has no grade. Where no sample of a case can be
    counted, nor can the case.
    """
    if reducer == MEAN:
        return list(results)
    is_right = _rule(reducer)
    cases: dict[Hashable, list[Result]] = defaultdict(list)
    for result in results:
        cases[result.suite, result.fact, result.variant, result.case, result.content].append(result)
    return [_reduced(samples, is_right) for samples in cases.values()]


def _rule(reducer: str) -> Callable[[int, int], bool]:
    found = _AT_LEAST.fullmatch(reducer)
    if found is None:
        return _REDUCERS[reducer]
    least = int(found[1])
    return lambda right, _: right >= least


def _reduced(samples: Sequence[Result], is_right: Callable[[int, int], bool]) -> Result:
    graded = [one for one in samples if one.status == "graded"]
    right, missing = sum(one.right for one in graded), len(samples) - len(graded)
    outcomes = {is_right(right + more, len(samples)) for more in range(missing + 1)}
    if len(outcomes) == 2:
        return next(one for one in samples if one.status != "graded")
    holds = outcomes.pop()
    like = next((one for one in graded if one.right is holds), samples[0])
    return like if like.status == "graded" and like.right is holds else _as_decided(samples[0], holds=holds)


def _as_decided(result: Result, *, holds: bool) -> Result:
    """No sample is like what they come to together: at_least_2 of one right sample is wrong."""
    right_grade: Grade = "abstained" if result.expect == "abstain" else "correct"
    return replace(result, status="graded", right=holds, grade=right_grade if holds else "incorrect")
