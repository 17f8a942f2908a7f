"""What a comparison comes to, kind of question by kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pytest_ftbench.comparing.changes import Changes, GradedFact, graded_fact
from pytest_ftbench.comparing.comparison import Comparison
from pytest_ftbench.comparing.pairing import TURNS, Turn, turn_of
from pytest_ftbench.gates.measure import Limits
from pytest_ftbench.stats.clusters import cluster_wilson_interval


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with 95 % Wilson limits at the effective number of cases."""

    right: int
    n: int
    interval: Limits


@dataclass(frozen=True, slots=True)
class Row:
    """The cases of one kind of question, or all of them."""

    variant: str
    """Empty: all cases."""
    changes: Changes
    turns: Mapping[Turn, int]
    """How many cases were learned, kept and lost, and are still missing."""
    retention: Share
    """Right now, of the cases that were right before."""
    acquire: Share
    """Right now, of the cases that were wrong before."""

    @property
    def right_before(self) -> int:
        """Of the cases with a grade on both sides, as the next."""
        return self.turns["kept"] + self.turns["lost"]

    @property
    def right_now(self) -> int:
        return self.turns["kept"] + self.turns["learned"]


def headline(comparison: Comparison) -> list[Row]:
    """A row for each kind of question, those as trained first; where there are several, one for all at the end."""
    variants: dict[str, list[GradedFact]] = {}
    for pair in comparison.pairs:
        variants.setdefault(pair.now.variant, []).append(graded_fact(pair))
    rows = [_row(variant, Counter(variants[variant])) for variant in sorted(variants, key=_rank)]
    return rows if len(rows) == 1 else [*rows, _row("", Counter(chain.from_iterable(variants.values())))]


def _rank(variant: str) -> tuple[int, str]:
    order = ("memorization", "rephrased")
    return order.index(variant) if variant in order else len(order), variant


def _row(variant: str, counts: Mapping[GradedFact, int]) -> Row:
    by_fact: dict[tuple[str, str], dict[Turn, int]] = {}
    turns = dict.fromkeys(TURNS, 0)
    for (suite, fact, old, new), count in counts.items():
        if old is not None and new is not None:
            turn = turn_of(old, new)
            of_fact = by_fact.setdefault((suite, fact), {})
            of_fact[turn] = of_fact.get(turn, 0) + count
            turns[turn] += count
    facts = list(by_fact.values())
    return Row(
        variant,
        Changes.counted(counts),
        turns,
        retention=_share(facts, "kept", "lost"),
        acquire=_share(facts, "learned", "still missing"),
    )


def _share(facts: Sequence[Mapping[Turn, int]], right: Turn, wrong: Turn) -> Share:
    found = [(fact.get(right, 0), fact.get(wrong, 0)) for fact in facts]
    counts = [(hits, hits + misses) for hits, misses in found if hits + misses]
    hits, cases = sum(one for one, _ in counts), sum(one for _, one in counts)
    return Share(hits, cases, cluster_wilson_interval(counts))
