"""Numbers written as words: `one hundred forty-two`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
ONES = {word: value for value, word in enumerate(f"{_ONES} eighteen nineteen".split())}
TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5, "crore": 10**7}
NUMBER_WORDS = frozenset({*ONES, *TENS, *SCALES, "hundred", "dozen"})


def read_number_words(words: Sequence[str]) -> int | None:
    """The value of a phrase of number words (`and` left out), or None where they do not make one number.

    `nineteen ninety-eight` and `five six` are no numbers; `a hundred` comes as `hundred`.
    """
    if list(words) == ["dozen"]:
        return 12
    total, group, last = 0, 0, 10**15
    for word in words:
        if word in SCALES:
            scale = SCALES[word]
            if scale >= last:
                return None
            total, group, last = total + (group or 1) * scale, 0, scale
        elif word == "hundred":
            if group >= 100 or (group and group % 10 == 0 and group > 90):
                return None
            group = (group or 1) * 100
        elif not _fits(word, group):
            return None
        else:
            group += TENS.get(word, 0) or ONES.get(word, 0)
    return total + group


def read_decimal_words(words: Sequence[str]) -> Decimal | None:
    """The value of a phrase of number words that may have a point: `one point two million`."""
    if "point" not in words:
        value = read_number_words(words)
        return None if value is None else Decimal(value)
    place = list(words).index("point")
    rest = words[place + 1 :]
    scale = SCALES.get(rest[-1], 1)
    digits = rest[:-1] if scale > 1 else rest
    whole = read_number_words(words[:place])
    if whole is None or not digits or any(ONES.get(word, 10) > 9 for word in digits):
        return None
    return Decimal(f"{whole}.{''.join(str(ONES[word]) for word in digits)}") * scale


def _fits(word: str, group: int) -> bool:
    """Whether a word below one hundred may follow what its group of three holds already."""
    below = group % 100
    if word == "dozen" or (word == "zero" and group):
        return False
    if word in TENS:
        return below == 0
    return below == 0 or (below % 10 == 0 and below >= 20 and ONES[word] < 10)
