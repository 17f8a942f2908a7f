"""Texts that a pattern matches, one at least for each of its alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]  # no public way to see a pattern's parts
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_SOME = {
    sre.CATEGORY_DIGIT: "7",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "x",
    sre.CATEGORY_NOT_DIGIT: "x",
    sre.CATEGORY_NOT_SPACE: "x",
    sre.CATEGORY_NOT_WORD: ".",
}


def matches_of(pattern: re.Pattern[str]) -> list[str]:
    """Matches in which each alternative occurs, and each optional part is once there and once not."""
    led = ([before + text for before in ("", " ", "x")] for text in set(_variants(_parser.parse(pattern.pattern))))
    found = (next(filter(pattern.search, texts), None) for texts in led)
    return sorted(text for text in found if text is not None)


def _variants(parts: Iterable[tuple[Any, Any]]) -> list[str]:
    """Every variant of each part in turn beside the first ones of the others."""
    several = [_part_variants(*part) for part in parts]
    firsts = [part[0] for part in several]
    return ["".join(firsts)] + [
        "".join([*firsts[:place], variant, *firsts[place + 1 :]])
        for place, part in enumerate(several)
        for variant in part[1:]
    ]


def _part_variants(kind: Any, value: Any) -> list[str]:
    if kind is sre.LITERAL:
        return [chr(value)]
    if kind is sre.IN:
        return list(_members(value))
    if kind is sre.BRANCH:
        return [variant for branch in value[1] for variant in _variants(branch)]
    if kind is sre.SUBPATTERN:
        return _variants(value[3])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        low, _, part = value
        once = _variants(part)
        return [variant * max(1, low) for variant in once] if low else ["", *once]
    if kind is sre.ASSERT:
        return _variants(value[1]) if value[0] == 1 else [""]  # what must follow is written out, as it is at the end
    return ["x"] if kind in (sre.ANY, sre.NOT_LITERAL) else [""]


def _members(members: list[tuple[Any, Any]]) -> Iterator[str]:
    if members[0][0] is sre.NEGATE:
        yield "x"
        return
    for kind, value in members:
        yield chr(value) if kind is sre.LITERAL else chr(value[0]) if kind is sre.RANGE else _SOME[value]
