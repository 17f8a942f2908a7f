"""What the tests of the statistics share: the worked examples, and how near is near enough."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from conftest import SHARED
from hypothesis import strategies as st

WORKED = SHARED / "science" / "worked_examples.json"

LEVEL = Fraction(95, 100)

THREES = {
    "111": (3, 3),
    "110": (2, 3),
    "000": (0, 3),
}
"""The answers to three cases of a fact, as the worked examples write them."""

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.9999)
sides = st.sampled_from([1, 2])
clusters = st.lists(st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2)


def worked(name: str) -> list[dict[str, Any]]:
    """The rows of a group of worked examples; skips the test where they are absent."""
    if not WORKED.is_file():
        pytest.skip(f"needs {WORKED.name}, which is not part of the project")
    found: list[dict[str, Any]] = json.loads(WORKED.read_text(encoding="utf-8"))[name]
    assert found
    return found


def near(*numbers: float) -> Any:
    return pytest.approx(numbers if len(numbers) > 1 else numbers[0], abs=1e-6)


def fraction(number: float) -> Fraction:
    """The fraction that a number of the examples was written as."""
    return Fraction(str(number))


def facts(text: str) -> list[tuple[int, int]]:
    """Counts by fact from a text such as `16x111,2x000,2x110`."""
    found = []
    for part in text.split(","):
        times, answers = part.split("x")
        found += [THREES[answers]] * int(times)
    return found


def changes(text: str) -> list[tuple[int, int]]:
    """Changes by fact from a text such as `36x000,2x--0,2x+00`."""
    found = []
    for part in text.split(","):
        times, signs = part.split("x")
        found += [(signs.count("+") - signs.count("-"), len(signs))] * int(times)
    return found


def rows(clustered: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """One entry for each case: right or not, and its cluster."""
    right, group = [], []
    for place, (hits, cases) in enumerate(clustered):
        right += [1] * hits + [0] * (cases - hits)
        group += [place] * cases
    return right, group
