"""Draws without replacement: chances when a set of cases is all there is, and tables of two yes-or-no questions."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma


def hypergeometric_at_least(hits: int, population: int, marked: int, drawn: int) -> float:
    """The chance that at least so many of the cases drawn without replacement are marked.

    population: all cases; marked: of these; drawn: how many are drawn; both in [0, population].
    So, of a set that is itself what is gated, how likely these right answers would be if only `marked` of all its cases
    were right. Raises ValueError for a count out of range.
    """
    least, chances = _chances(population, marked, drawn)
    return min(1.0, sum(chances[max(0, hits - least) :]))


def fisher_p(table: Sequence[Sequence[int]]) -> float:
    """Fisher's exact two-sided p value: whether rows and columns of a table go together.

    table: 2 by 2, counts of independent cases. It is the chance of all tables with the same margins that are no more
    likely than this one. Raises ValueError for another shape or a negative count.
    Source: Fisher, J. R. Stat. Soc. 85 (1922), 87-94; the two-sided form of R and SciPy.
    """
    if len(table) != 2 or any(len(row) != 2 or min(row) < 0 for row in table):
        raise ValueError(f"need a table of 2 by 2 counts, got {table!r}")
    (a, b), (c, d) = table
    least, chances = _chances(a + b + c + d, a + c, a + b)
    seen = chances[a - least] * (1 + 1e-7)  # equally likely tables differ by roundings
    return min(1.0, sum(chance for chance in chances if chance <= seen))


def _chances(population: int, marked: int, drawn: int) -> tuple[int, list[float]]:
    """The least possible number of hits, and the chance of each number from there on."""
    if not 0 <= marked <= population or not 0 <= drawn <= population:
        raise ValueError(f"need marked and drawn in [0, population], got {marked}, {drawn} and {population}")
    least, most = max(0, drawn + marked - population), min(drawn, marked)
    whole = _log_choose(population, drawn)
    logs = [
        _log_choose(marked, k) + _log_choose(population - marked, drawn - k) - whole for k in range(least, most + 1)
    ]
    chances = [exp(one) for one in logs]
    total = sum(chances)  # 1 but for roundings of the logarithms, which are nearly the same for all
    return least, [chance / total for chance in chances]


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
