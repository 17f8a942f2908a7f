"""A sample of facts, whole facts at a time."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def fact_rank(fact: str, *, seed: int = 0) -> str:
    """What facts are sorted by to take a sample: the first N of any set of facts are a random sample of N.

    It depends on the fact's name and the seed alone, so the sample of several files is among the samples of each.
    """
    return sha256(f"ftbench-limit\x1f{seed}\x1f{fact}".encode("utf-8", "surrogatepass")).hexdigest()


def sample_facts(facts: Iterable[str], most: int, *, seed: int = 0) -> frozenset[str]:
    """The names of the `most` facts that rank first; all of them where there are no more."""
    return frozenset(sorted(set(facts), key=lambda fact: fact_rank(fact, seed=seed))[:most])
