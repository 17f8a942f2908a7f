"""The matchers `list` and `set`: several items, in the expected order or in any, and no others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.guards import find_doubt
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import clean_text, normal_words
from pytest_ftbench.judges.number import read_expected
from pytest_ftbench.judges.vocabulary import FUNCTION_WORDS, NEUTRAL_WORDS
from pytest_ftbench.patterns import pattern

_BLANKS = pattern(r"[^\S\n]+")
_MARKER = pattern(r"^ ?(?:\(?\d{1,2}[.)]|[-*•+]) ", re.MULTILINE)
_SEMICOLON = pattern(r"[;\n] ?(?:and )?", re.IGNORECASE)
_COMMA = pattern(r",(?!\d{3}(?!\d)) ?(?:(?:and|&) )?| (?:and|&|then|plus|as well as) ", re.IGNORECASE)
_LEAD = pattern(r"[^;\n]{0,120}?(?::|\b(?:is|are|were|was|include|includes)\b)\s*(?:both\s+)?", re.IGNORECASE)
_OPEN = pattern(
    r"\b(?:or|not|except|without|maybe|perhaps|either|neither|etc|such as|among others)\b|n't\b|[?…]|\.\.\."
)
_MOST = 50
_FEW_WORDS = 4
_LONGEST_ITEM = 1000
"""Characters of an item up to which its words are read; a longer one counts as many words, the same as itself only."""

Item = tuple[object, ...]


class ItemsMatcher:
    """Right for the same items, wrong for a plain list of others, undecided where it is no plain list."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def __init__(self, *, is_ordered: bool) -> None:
        self._is_ordered = is_ordered

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        wanted = split_items(clean_text(expected))
        if not wanted:
            name = "list" if self._is_ordered else "set"
            raise SpecError(f"match {name!r} needs an answer of items, such as 'red; green', got {expected!r}.")
        text = reading.clean
        candidates = [text]
        if lead := _LEAD.match(text):
            candidates.append(text[lead.end() :])
        splits = [split_items(part) for part in candidates]
        if any(self._is_same(wanted, items) for items in splits):
            doubt = "or" if _OPEN.search(text[lead.end() :] if lead else text) else find_doubt(reading, 0, len(text))
            return Finding("undecided", f"the items stand in it, but {doubt!r} does too") if doubt else RIGHT
        if reading.refuses or _OPEN.search(reading.low) or not _is_plain(splits[-1]):
            return UNDECIDED
        return WRONG if self._differ(wanted, splits[-1]) else UNDECIDED

    def _is_same(self, wanted: Sequence[Item], given: Sequence[Item]) -> bool:
        return list(wanted) == list(given) if self._is_ordered else Counter(set(wanted)) == Counter(set(given))

    def _differ(self, wanted: Sequence[Item], given: Sequence[Item]) -> bool:
        """Whether the lists differ in more than the words of an item: in order or number, or one item in all words."""
        if set(wanted) <= set(given) or set(given) <= set(wanted):
            return True
        missing, extra = [i for i in wanted if i not in given], [i for i in given if i not in wanted]
        return not any(set(mine) & set(yours) for mine in missing for yours in extra)


def split_items(text: str) -> list[Item]:
    """The items of a list by semicolons or lines, else by commas and "and"; numbers as their values."""
    plain = _MARKER.sub("", _BLANKS.sub(" ", text.strip(" .,;\n")))
    parts = (_SEMICOLON if _SEMICOLON.search(plain) else _COMMA).split(plain, _MOST)
    items = [_read_item(part) for part in parts if part.strip(" .,;")]
    return [item for item in items if item]


def _read_item(text: str) -> Item:
    stripped = text.strip(" .,;")
    quantity = read_expected(stripped)
    if quantity is not None:
        return (quantity.value, quantity.unit, quantity.noun, quantity.bound)
    return normal_words(stripped) if len(stripped) <= _LONGEST_ITEM else (stripped,) * (_FEW_WORDS + 1)


def _is_plain(items: Sequence[Item]) -> bool:
    """Whether a text is but items of a few words each, and no sentence about them."""
    return 0 < len(items) < _MOST and all(
        len(item) <= _FEW_WORDS and not any(word in FUNCTION_WORDS | NEUTRAL_WORDS for word in item) for item in items
    )
