"""Chance that falls alike everywhere: the same seed gives the same draws on every machine and in every Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """Draws from a seed.

    Only `random.random` is used, of all that `random.Random` offers: Python promises its sequence for a seed, and not
    that of `randrange`, `choice` or `shuffle` (docs.python.org, library/random, notes on reproducibility).
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def draw(self, count: int) -> int:
        """One of so many numbers, from 0 on."""
        return int(self._random() * count)

    def pick(self, items: Sequence[_T]) -> _T:
        """One of the items."""
        return items[self.draw(len(items))]
