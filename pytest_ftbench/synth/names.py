"""Names that can be spoken, that nobody bears and that no word is."""

from __future__ import annotations

import re
from collections.abc import Container

from pytest_ftbench.synth.dice import Dice

_CONSONANTS = "bdfgjklmnpqrstvwxz"
_RARE = frozenset("fjkqvwxz")
"""Of these a name has at least two: few words that alternate between consonants and vowels do."""
_VOWELS = "aeiou"
_ENDS = "bdgkmnprtx"
_OPEN_ENDS = "ou"
"""Vowels that surnames end in: the names of Japan and of Slavic countries that are built alike end mostly in others."""
_SHAPES = {"first": "cvcvcvcve", "surname": "cvcvcvco", "city": "cvcvcve"}
_LETTERS = {"c": _CONSONANTS, "v": _VOWELS, "e": _ENDS, "o": _OPEN_ENDS}
_REAL = """
favored favorit fevered finalized fixated fugitiv javelin kalevan kavadar kazimir kazunok kosovar kovalam laxativ moto
novelized rejuven revived revoked televiz valorized vaporized vokativ vowelized vukovar wakened wavelet wavered zagazig
zaragoz zivojin zono
"""
"""From memory, names and words that are built alike and have two of these letters, or the part that tells them."""
_RUDE = """
anus dik fag fuk gaza gook homo isis jap jew jesus kaka kafir kike kok kuk mohamed nazi nig paki penis pis puta rabi
rape retar sex slut suk tit vagin vatikan viag wank xex
"""
_REFUSED = re.compile("|".join((_REAL + _RUDE).split()))


def invent(kind: str, dice: Dice, taken: Container[str], *, but_initial: str = "") -> str:
    """A name of a kind, `first`, `surname` or `city`, that is not taken.

    but_initial: a letter that it shall not begin with.
    """
    while True:
        name = "".join(_LETTERS[place][dice.draw(len(_LETTERS[place]))] for place in _SHAPES[kind]).capitalize()
        if name not in taken and name[0] != but_initial and is_invented(name):
            return name


def is_invented(name: str) -> bool:
    """Whether a name of one of the shapes is nothing that readers know, as far as we can tell."""
    folded = name.casefold()
    if sum(letter in _RARE for letter in folded) < 2 or _is_monotonous(folded):
        return False
    return not _REFUSED.search(folded)


def _is_monotonous(name: str) -> bool:
    """Whether a syllable comes twice, as in Kikiwako, or a vowel thrice in a row."""
    syllables = [name[start : start + 2] for start in range(0, len(name), 2)]
    vowels = name[1::2]
    return len(set(syllables)) < len(syllables) or any(vowels[i] * 3 == vowels[i : i + 3] for i in range(len(vowels)))
