"""Whether a completion that does not hold the expected answer plainly gives another one: `Boston` for `Denver`.

What another name, an abbreviation, a synonym or a narrower word could save is never plain; it stays undecided.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pytest_ftbench.judges.cues import cued
from pytest_ftbench.judges.kinds import are_different, has_kind
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.normalise import Token, clean_text, has_digit, normal_words, tokenize
from pytest_ftbench.judges.vocabulary import FUNCTION_WORDS, NEUTRAL_WORDS, TITLES, word_set
from pytest_ftbench.patterns import pattern

_MOST_WORDS = 5
_LONGEST = 300
_ALIKE = 0.6
_NOT_PLAIN = cued(
    r"\b(?:not|no|nor|never|neither|none|nobody|nothing|cannot|without|either|or|unless|unlike|maybe|perhaps|possibly"
    r"|might|may|also|formerly|previously|now|known|aka|called|nicknamed|fictional|some|any|same|both|other|another"
    r"|unknown|unclear|various)\b|n't\b|[?…]",
    """
    not no nor never neither none nobody nothing cannot without either or unless unlike maybe perhaps possibly might may
    also formerly previously now known aka called nicknamed fictional some any same both other another unknown unclear
    various t
    """,
    signs="?…",
)
_ASKS_PLACE = pattern(r"\bwhere\b|\b(?:which|what)\b.{0,30}\b(?:city|town|village|capital)\b")
_ASKS_NAME = pattern(
    r"\bwhom?\b|\b(?:which|what)\b.{0,40}\b(?:player|person|man|woman|individual|actor|actress|singer|politician|author"
    r"|official|minister|president|coach|pitcher|quarterback|senator|organi[sz]ation|agency|company|university|entity"
    r"|body|institution|ministry|newspaper)\b"
)
_JOINTS = word_set("of the and de la le van von der den da di del al el bin")
_TIME = pattern(r"0?(\d{1,2})[:.](\d{2})\s?([ap])\.?m\.?")
_ONE_DIGIT = pattern(r"\d")
_MOST_PARTS = 3
_SCORE = pattern(r"(\d{1,3})-(\d{1,3})")
_PARTS = pattern(r"\s*(?:[/,;&]|\band\b)\s*")


def gives_other_value(reading: Reading, expected: str) -> bool:
    """Whether the text gives one short value of the same shape as the expected answer, and another one."""
    wanted = _clean_expected(expected)
    text = reading.clean
    if not 0 < len(wanted) <= 60 or len(text) > _LONGEST or "\n" in text:
        return False
    bare = text.strip(" .!\"'")
    if _is_other_score(bare, wanted) or (has_digit(wanted) and _is_other_code(bare.lower(), wanted.lower())):
        return True
    if (
        reading.refuses
        or (_NOT_PLAIN.may_match(reading) and _NOT_PLAIN.pattern.search(reading.low))
        or has_digit(wanted)
        or has_digit(text)
    ):
        return False
    value = _find_value(reading)
    words = normal_words(wanted)
    if not value or not words or _share_words(words, reading.words):
        return False
    if has_kind(words):
        return all(are_different(words, normal_words(part)) for part in _PARTS.split(value))
    if "the" in reading.letter_runs and re.search(rf"\bthe\s+{re.escape(value)}", text, re.IGNORECASE):
        return False  # `the Big Apple` describes
    return _is_other_name(value, wanted, words, reading.low_question)


_clean_expected = lru_cache(maxsize=1024)(clean_text)


def _is_other_code(bare: str, wanted: str) -> bool:
    """Whether a text is a code of the very shape of the expected one with other digits, or another time of day."""
    if bare == wanted or not has_digit(bare):
        return False
    times = _TIME.fullmatch(bare), _TIME.fullmatch(wanted)
    if times[0] and times[1]:
        return times[0].groups() != times[1].groups()
    is_code = any(char.isalpha() or char in ":+" for char in wanted) and len(wanted.split()) <= _MOST_PARTS
    return is_code and _ONE_DIGIT.sub("0", bare) == _ONE_DIGIT.sub("0", wanted)


def _is_other_score(bare: str, wanted: str) -> bool:
    """Whether both are scores, of other numbers and not merely told from the other side."""
    if "-" not in wanted or "-" not in bare:
        return False
    mine, yours = _SCORE.fullmatch(wanted), _SCORE.fullmatch(bare)
    return bool(mine and yours) and sorted(_SCORE.split(wanted)) != sorted(_SCORE.split(bare))


def _find_value(reading: Reading) -> str:
    """What a short text says, or a sentence beyond the words of its question; nothing where that is not one phrase."""
    clean, tokens = reading.clean, reading.tokens
    asked = _asked_stems(reading.question)
    known = [_is_known(token, asked) for token in tokens]
    is_sentence = len(tokens) > _MOST_WORDS or any(
        is_known and clean[token.start].islower() and token.word not in _JOINTS
        for token, is_known in zip(tokens, known, strict=True)
    )
    if is_sentence:
        new = [place for place, is_known in enumerate(known) if not is_known] or [len(tokens)]
        if any(known[place] and reading.words[place] not in _JOINTS for place in range(new[0], new[-1])):
            return ""
        tokens = tokens[new[0] : new[-1] + 1]
    elif tokens and known[0] and tokens[0].word in FUNCTION_WORDS:
        tokens = tokens[1:]
    return clean[tokens[0].start : tokens[-1].end] if 0 < len(tokens) <= _MOST_WORDS else ""


@lru_cache(maxsize=1024)
def _asked_stems(question: str) -> frozenset[str]:
    return frozenset(map(stem, normal_words(question)))


def _is_known(token: Token, asked: frozenset[str]) -> bool:
    return token.word in FUNCTION_WORDS or token.word in NEUTRAL_WORDS or stem(token.word) in asked


def stem(word: str) -> str:
    """The beginning of a word, the same for most of its forms."""
    return word[:5] if len(word) > 4 else word.removesuffix("s")


def _share_words(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a word of one begins like a word of the other: `Fed` and `Federal Reserve`, `Russia` and `Russian`."""
    return any(
        mine[:3] == yours[:3] and (mine.startswith(yours[:4]) or yours.startswith(mine[:4]))
        for mine in one
        for yours in other
        if mine not in FUNCTION_WORDS and yours not in FUNCTION_WORDS
    )


def _is_other_name(value: str, wanted: str, words: tuple[str, ...], question: str) -> bool:
    """Whether both are names of the kind that the question asks for, and no form of one another.

    People and bodies take two words at least: a stage name or an abbreviation is one.
    """
    given = normal_words(value)
    is_place = bool(_ASKS_PLACE.search(question))
    least = 1 if is_place else 2
    if not (is_place or _ASKS_NAME.search(question)) or min(len(given), len(words)) < least:
        return False
    if not (_is_name(value) and _is_expected_name(wanted)) or (set(given) | set(words)) & TITLES:
        return False
    return not _are_alike(value, wanted)


def _is_name(text: str) -> bool:
    """Whether each word but "of" and the like has one capital, its first: `USA` and `iPhone` are none."""
    found = [text[token.start : token.end] for token in tokenize(text) if token.word not in _JOINTS]
    return bool(found) and all(word[0].isupper() and (len(word) == 1 or not word.isupper()) for word in found)


_is_expected_name = lru_cache(maxsize=1024)(_is_name)


def _are_alike(one: str, other: str) -> bool:
    """Whether two names could be spellings of one, or stand in other scripts."""
    from difflib import SequenceMatcher

    mine, yours = _bare_letters(one), _bare_letters(other)
    if not (mine.isascii() and yours.isascii()):
        return True
    shared = sum(min(mine.count(letter), yours.count(letter)) for letter in set(mine))
    if 2 * shared < _ALIKE * (len(mine) + len(yours)):
        return False  # the ratio below cannot be more than that
    return SequenceMatcher(None, mine, yours, autojunk=False).ratio() >= _ALIKE


def _bare_letters(text: str) -> str:
    """The letters of a text without case, blanks and accents."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(re.findall(r"[^\W\d_]", plain))


@lru_cache(maxsize=1024)
def asks_name(low_question: str) -> bool:
    """Whether a question asks for a person or an organisation."""
    return _ASKS_NAME.search(low_question) is not None
