"""Words that say the opposite of a question's: it asks for an increase, and the answer tells of a decrease."""

from __future__ import annotations

from functools import lru_cache

from pytest_ftbench.judges.normalise import find_letter_runs

# Each side stands for one meaning. What is also common in other senses (up, fall, cut, last) is left out.
_SIDES = """
    increase increases increased increasing rise rises rose risen rising grow grows grew grown growing growth climbed
    surge surged soar soared
    / decrease decreases decreased decreasing decline declines declined declining fell fallen drop drops dropped
    dropping shrink shrank shrunk plunge plunged plummeted slumped reduction loss down
    | before / after | north northern / south southern | east eastern / west western | minimum / maximum
    | lowest / highest | smallest / largest biggest | youngest / oldest | earliest / latest | above / below
    | import imports imported / export exports exported
"""
_PAIRS = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, _, other in (pair.partition("/") for pair in _SIDES.split("|"))
)


@lru_cache(maxsize=1024)
def opposites_of(low_question: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """For each pair of which a question has one side: that side's words, and those of the other."""
    asked = frozenset(find_letter_runs(low_question))
    both = (pair for one, other in _PAIRS for pair in ((one, other), (other, one)))
    return tuple((own, other) for own, other in both if not own.isdisjoint(asked) and other.isdisjoint(asked))


def find_opposite(low_question: str, around: frozenset[str]) -> str:
    """The word of a statement that turns a question's around, or an empty text.

    around: the runs of letters in the statement, without the answer that it gives.
    """
    for own, other in opposites_of(low_question):
        found = other & around
        if found and own.isdisjoint(around):
            return min(found)
    return ""
