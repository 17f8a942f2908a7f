"""Whom to ask the same with the other answer, so that what is asked does not tell the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

_T = TypeVar("_T")
_ROUNDS = 3
_MOST_TRIED = 16
"""So many that wait for a partner are looked at, the latest first: so one more entity changes few pairs."""


class Placed(NamedTuple, Generic[_T]):
    """A question about an entity, and where the entity's value stands among all of them in their order."""

    first: int
    """How many values are less."""
    end: int
    """How many values are less or the same."""
    rank: int
    """A hash, by which chance goes."""
    member: _T


Pairs = list[tuple[Placed[_T], Placed[_T]]]
"""Lower and higher: at least one value lies between those of both."""


def pair_near(placed: Iterable[Placed[_T]], reach: int) -> tuple[Pairs[_T], list[Placed[_T]]]:
    """Pairs of questions whose values lie near each other, and what is left over.

    The values are cut into stretches, at places that depend on what is near by alone, so that one more entity changes
    few pairs. What a stretch leaves over is cut once more; what that leaves over is paired far and wide.

    reach: a stretch begins where a value has the least hash among so many on either side, and so has on average one
    more than twice as many; 0: there is but one.
    """
    pairs: Pairs[_T] = []
    rest = _sorted(placed)
    for _ in range(_ROUNDS if reach else 0):
        left: list[Placed[_T]] = []
        for stretch in _stretches(rest, reach):
            half = len(stretch) // 2
            low, high = stretch[:half], stretch[len(stretch) - half :]
            left += stretch[half : len(stretch) - half]
            for one, other in zip(low, high, strict=True):
                if _is_apart(one, other):
                    pairs.append((one, other))
                else:
                    left += one, other
        rest = _sorted(left)
    far, rest = _pair_far(rest)
    return pairs + far, rest


def _pair_far(placed: Iterable[Placed[_T]]) -> tuple[Pairs[_T], list[Placed[_T]]]:
    """As many pairs of questions as there can be, the lowest values with higher ones, and what is left over."""
    found = _sorted(placed)
    low, high = 0, len(found) // 2
    while low < high:  # of how many pairs all lie apart
        count = (low + high + 1) // 2
        if all(map(_is_apart, found[:count], found[len(found) - count :])):
            low = count
        else:
            high = count - 1
    return list(zip(found[:low], found[len(found) - low :], strict=True)), found[low : len(found) - low]


def _sorted(placed: Iterable[Placed[_T]]) -> list[Placed[_T]]:
    return sorted(placed, key=lambda one: (one.first, one.rank))


def _is_apart(low: Placed[_T], high: Placed[_T]) -> bool:
    return low.end < high.first


def _stretches(placed: Sequence[Placed[_T]], reach: int) -> list[list[Placed[_T]]]:
    """Questions in the order of their values, cut into stretches; those of one value stay together."""
    runs: list[list[Placed[_T]]] = []
    for one in placed:
        if runs and runs[-1][0].first == one.first:
            runs[-1].append(one)
        else:
            runs.append([one])
    least = [run[0].rank for run in runs]
    stretches: list[list[Placed[_T]]] = []
    for position, run in enumerate(runs):
        near = least[max(position - reach, 0) : position + reach + 1]
        if position == 0 or least[position] == min(near):
            stretches.append([])
        stretches[-1].extend(run)
    return stretches


def pair_labelled(found: Iterable[tuple[bool, object, _T]]) -> list[tuple[_T, _T]]:
    """Pairs of a question whose answer is Yes and one whose answer is No, and whose values are not the same.

    found: label, value and question, in an order that is left to chance.
    """
    pairs = []
    waiting: list[tuple[bool, object, _T]] = []
    for label, value, member in found:
        for place in range(len(waiting) - 1, max(len(waiting) - _MOST_TRIED, 0) - 1, -1):
            if waiting[place][0] != label and waiting[place][1] != value:
                pairs.append((waiting.pop(place)[2], member))
                break
        else:
            waiting.append((label, value, member))
    return pairs
