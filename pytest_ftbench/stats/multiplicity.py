"""Several claims at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's adjusted p values: claiming all that are at most alpha is wrong about any with a chance of alpha at most.

    chances: p values in [0, 1], of tests that may depend on each other in any way. Returns them in the same order;
    empty for none. For claims that something fails: a release that needs every gate to pass needs no adjustment.
    Raises ValueError for a p value out of range.
    Source: Holm, Scand. J. Stat. 6 (1979), 65-70; Berger, Technometrics 24 (1982), 295-300, for why passes need none.
    """
    if any(not 0 <= chance <= 1 for chance in chances):
        raise ValueError(f"p values lie in [0, 1], got {list(chances)!r}")
    adjusted = [0.0] * len(chances)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - rank)))
        adjusted[place] = highest
    return adjusted
