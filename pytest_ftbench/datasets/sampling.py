"""Which facts: a sample of them, or a share that is held out, whole facts at a time."""

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


HOLDOUT_SEED = 1
"""The split of facts that gates choose checkpoints by. Another one would be another split: what was chosen and decided
before could not be compared."""
_HALF = 0.5


def holdout_place(fact: str, *, seed: int = HOLDOUT_SEED) -> float:
    """Where a fact stands in [0, 1); of facts held out in the share S are those below S.

    By the hash of its name and the seed alone: all questions about a fact go together, in whichever file they stand,
    adding facts moves none, and what is held out at a share is held out at every larger one.
    """
    digest = sha256(f"ftbench-holdout-{seed}\x1f{fact}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6]) / 2**48


def is_in_holdout_half(fact: str) -> bool:
    """Whether a fact is of the half that the best checkpoint is chosen on."""
    return holdout_place(fact) < _HALF
