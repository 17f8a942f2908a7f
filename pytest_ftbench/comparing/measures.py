"""What gates can bound of two runs, over the cases that both have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from pytest_ftbench.comparing.changes import Changes, drop, grade, graded_fact, lost_results, uplift
from pytest_ftbench.comparing.pairing import Pair
from pytest_ftbench.gates.measure import Measure, Tally, share_of


def change_p(pairs: Sequence[Pair]) -> float:
    """How often chance alone changes accuracy so much, in either direction.

    The exact McNemar test where each fact has one case, else the sign-flip test over facts.
    """
    return Changes.of(pairs).p


def _lost(pairs: Sequence[Pair]) -> Measure:
    return share_of(_tally(pairs, partial(_has_turned, was=True)), misses=lost_results(pairs))


def _gained(pairs: Sequence[Pair]) -> Measure:
    return share_of(_tally(pairs, partial(_has_turned, was=False)), misses=())


def _retention(pairs: Sequence[Pair]) -> Measure:
    return _still(pairs, was=True)


def _acquire(pairs: Sequence[Pair]) -> Measure:
    return _still(pairs, was=False)


def _still(pairs: Sequence[Pair], *, was: bool) -> Measure:
    """Right now, of the cases that were right before, or wrong; whether a case was may be open as well."""
    misses = tuple(pair.now for pair in pairs if grade(pair.before) is was and grade(pair.now) is False)
    found = share_of(_tally(pairs, partial(_is_right, was=was)), misses=misses)
    if found.n:
        return found
    return replace(found, note=f"no case was {'right' if was else 'wrong'} before and has a grade now")


_Place = Literal[0, 1, 2]
"""Where a tally counts something: true, false, or not known."""


def _has_turned(before: bool | None, now: bool | None, *, was: bool) -> _Place | None:
    """Whether a case was so and is no longer; one grade that says no is enough."""
    if before is (not was) or now is was:
        return 1
    return 2 if before is None or now is None else 0


def _is_right(before: bool | None, now: bool | None, *, was: bool) -> _Place | None:
    """Whether a case is right now; None where it was not so before, which is open without a grade."""
    if before is None or (before is was and now is None):
        return 2
    return None if before is not was else 0 if now else 1


def _tally(pairs: Iterable[Pair], place_of: Callable[[bool | None, bool | None], _Place | None]) -> Tally:
    found: dict[tuple[str, str], list[int]] = {}
    for (suite, fact, before, now), count in Counter(map(graded_fact, pairs)).items():
        if (place := place_of(before, now)) is not None:
            found.setdefault((suite, fact), [0, 0, 0])[place] += count
    return Tally(tuple((true, false, open_) for true, false, open_ in found.values()))


MEASURES: Mapping[str, Callable[[Sequence[Pair]], Measure]] = {
    "drop": drop,
    "uplift": uplift,
    "lost": _lost,
    "gained": _gained,
    "retention": _retention,
    "acquire": _acquire,
}
"""By name, over the cases in both runs:

drop: accuracy before less accuracy now. uplift: the reverse. lost: cases that were right and are wrong, as a share of
all; gained: the reverse. retention: right now, of the cases that were right before. acquire: right now, of those that
were wrong.
Source for the last two: retention and acquisition of a fine-tune, as counts of right answers before and after.
"""
