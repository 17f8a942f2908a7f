"""Names that people type: node names from free text, and the nearest known spelling."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_NOT_IN_NAMES = re.compile(r"[^\w.+/-]+")
_LONGEST = 80


def node_name(text: str) -> str:
    """The text as part of a node id: letters of any script, digits and `_ . + / -`; everything else becomes `-`.

    What pytest, its `-k` expressions or xdist would take for syntax (`::`, brackets, quotes, blanks) is gone, so the
    name can be typed. A text that is too long, or leaves nothing, is told apart by the start of its hash.
    """
    plain = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFC", text)).strip("-/")
    if len(plain) > _LONGEST:
        return f"{plain[:_LONGEST].rstrip('-')}-{short_hash(text)}"
    return plain or short_hash(text)


def node_names(texts: Sequence[str]) -> list[str]:
    """Distinct node names for distinct texts, whatever their order: those that would clash carry their hash."""
    name_of = {text: node_name(text) for text in texts}
    for digits in (6, 24):  # six tell most apart; thousands of long texts that begin alike need more
        clashing = set(repeated(name.casefold() for name in name_of.values()))
        for text, name in name_of.items():
            if name.casefold() in clashing:
                name_of[text] = f"{node_name(text)}-{short_hash(text, digits=digits)}"
    return [name_of[text] for text in texts]


def short_hash(*parts: str, digits: int = 6) -> str:
    """A few hexadecimal digits that tell texts apart in a name."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def repeated(texts: Iterable[str]) -> list[str]:
    """The texts that occur more than once, in order of first occurrence."""
    return [text for text, count in Counter(texts).items() if count > 1]


def meant_name(word: str, known: Iterable[str]) -> str | None:
    """The known name that differs from the word in case alone, else the `near_miss`, where case matters in names."""
    names = list(known)
    folded = word.casefold()
    alike = (name for name in names if name != word and name.casefold() == folded)
    return next(alike, None) or near_miss(word, names)


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """The known name that the word nearly spells, of several the nearest, or None.

    A slip is one insertion, deletion, substitution or swap of neighbours (two of them in names of six letters and
    more) that leaves the first letter in place or swaps the first two: `anwser` is a slip for `answer`, while `batch`
    is a word of its own beside `match`.
    """
    from rapidfuzz.distance import OSA

    folded = word.casefold()
    near: dict[str, int] = {}
    for name in known:
        allowed = 0 if len(name) < 4 else 1 if len(name) < 6 else 2
        starts_alike = folded[:1] == name[:1] or folded[:2] == name[1::-1]
        if starts_alike and folded != name and (slips := OSA.distance(folded, name)) <= allowed:
            near[name] = slips
    return min(near, key=near.__getitem__, default=None)
