"""The matcher `contains`: the expected answer as whole words of a longer text, and really asserted there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pytest_ftbench.judges.guards import is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.neighbours import Span, find_hit_doubt
from pytest_ftbench.judges.normalise import lacks_word, read_normal
from pytest_ftbench.judges.rivals import gives_other_value
from pytest_ftbench.judges.roles import find_role_doubt

_MOST_WORDS = 200


class ContainsMatcher:
    """Right when every mention passes the guards, wrong for a short value that is plainly another, else undecided."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        hits = find_hits(reading, expected)
        if not hits:
            return WRONG if gives_other_value(reading, expected) else UNDECIDED
        if len(reading.words) > _MOST_WORDS:
            return Finding("undecided", "it is too long to tell what it asserts")
        doubts = [find_hit_doubt(reading, hit, expected) for hit in hits]
        places = [(reading.tokens[first].start, reading.tokens[last].end) for first, last in hits]
        doubt = next(filter(None, doubts), "") or find_role_doubt(reading, places, expected)
        return Finding("undecided", f"the expected answer stands in it, but {doubt}") if doubt else RIGHT


def find_hits(reading: Reading, expected: str) -> list[Span]:
    """Where the expected answer's words stand in a row."""
    wanted, literal, _ = read_normal(expected)
    if not wanted or lacks_word(reading.clean, literal):
        return []
    words = reading.words
    count = len(wanted)
    return [
        (place, place + count - 1)
        for place, word in enumerate(words[: len(words) - count + 1])
        if word == wanted[0] and words[place : place + count] == wanted
    ]


def has_unshadowed_hit(reading: Reading, other: str, expected: str) -> bool:
    """Whether another answer stands in the text too, undenied, and not as part of the expected one."""
    hits = find_hits(reading, expected)
    return any(
        not any(first <= start and end <= last for first, last in hits)
        and not is_dismissed(reading, reading.tokens[start].start, reading.tokens[end].end)
        for start, end in find_hits(reading, other)
    )
