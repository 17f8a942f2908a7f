"""Normal forms of text: what may differ between two answers that say the same.

Dropped: case, articles, punctuation, possessives, Markdown, surrounding quotes and whitespace. Kept, because they
change the meaning: accents, digits with their separators, underscores, and the signs of `C++`, `-5`, `7-0`, `≥75`,
`$5`, `5%`.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pytest_ftbench.patterns import pattern

_HEAD, _TAIL = 15_000, 5_000
_LONGEST_FORM = 18
"""Characters that NFKC makes of one at most; see the Unicode standard's annex 15, section 9.1."""
_LONG = 1000
_COMBINING_RUN = 8
_HIGH_RUN = pattern(r"[^\x00-\u02ff]{9}")
"""Nine characters that could all be combining marks."""
_BLANK_RUN = pattern(r"\s{21,}+")
_LETTER_RUN = pattern(r"[a-z]+")
_ALL_BUT_LETTERS = "".join(chr(code) if chr(code) in string.ascii_lowercase else " " for code in range(128))
"""A table for `str.translate`, three times as quick as the pattern."""
_DIGIT = pattern(r"\d")

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"))
_INVISIBLE |= dict.fromkeys(range(0x2066, 0x206A))
_FRACTIONS = (0xBC, 0xBD, 0xBE, *range(0x2150, 0x215F))
_FRACTION_SLASH = "\u2044"
# Before NFKC, which would turn 10² into 102 and 5½ into 51/2.
_BEFORE_NFKC: dict[int, str | None] = {
    **_INVISIBLE,
    **{ord(sign): f"^{digit}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: f" {unicodedata.normalize('NFKC', chr(sign)).replace(_FRACTION_SLASH, '/')}" for sign in _FRACTIONS},
    **dict.fromkeys(map(ord, "‘’‛ʼ′´"), "'"),  # noqa: RUF001 - the characters meant
    **dict.fromkeys(map(ord, "“”„‟«»″"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–−"), "-"),  # noqa: RUF001 - the characters meant
}
_THIN_BLANK_IN_NUMBER = pattern(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_MARKUP = pattern(
    r"^[ \t]*(?:[-*+•][ \t]+|>[ \t]+(?![\d$€£])|\#{1,6}[ \t]+)"  # bullets, quotes and headings at the start of a line
    r"|\*\*+|`+|~~"
    r"|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])",  # *emphasis*, but not 4*5
    re.MULTILINE,
)
# _Emphasis_ and _two words_, but neither _private nor __init__ nor coef_.
_UNDERLINED = pattern(r"(?<!\w)(__?)((?=[A-Z]|[^_\n]{0,80}\s)[^\s_](?:[^_\n]{0,80}[^\s_])?)\1(?!\w)")
_MARKS = pattern(r"[*`~_#•>]")
_LIST_MARKS = pattern(r"^[ \t]*[-+][ \t]", re.MULTILINE)
_QUOTED = pattern(r"""(["'])([^"']*)\1[.!,]*""")


def cut_long(text: str) -> str:
    """Head and tail of a text of more than 20,000 characters: no honest answer is that long."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n…\n{text[-_TAIL:]}"


def is_cut(text: str) -> bool:
    """Whether a text that `cut_long` gave lacks its middle, or will once it is cleaned: one sign may become many."""
    most = _HEAD + _TAIL
    if len(text) > most:
        return True
    can_grow = len(text) * _LONGEST_FORM > most and not text.isascii()
    return can_grow and len(unicodedata.normalize("NFKC", _cut_combining_runs(text))) > most


def clean_text(text: str) -> str:
    """The text in NFKC, with plain quotes and dashes, without Markdown and invisible characters; case is kept."""
    if not text.isascii():
        text = _THIN_BLANK_IN_NUMBER.sub(",", text).translate(_BEFORE_NFKC)
        text = cut_long(unicodedata.normalize("NFKC", _cut_combining_runs(text)))
    if _MARKS.search(text) or (("- " in text or "-\t" in text or "+" in text) and _LIST_MARKS.search(text)):
        text = _MARKUP.sub("", _UNDERLINED.sub(r"\2", text))
    if len(text) >= _LONG:  # after the marks, as what is left of many empty ones is blanks
        text = _BLANK_RUN.sub(_shorten_blanks, text)
    text = text.strip()
    quoted = _QUOTED.fullmatch(text) if text and text[0] in "'\"" else None
    return quoted[2].strip() if quoted else text


def _shorten_blanks(found: re.Match[str]) -> str:
    """One blank or line end for more than twenty blanks: what looks for blanks may look again from each of them."""
    return "\n" if "\n" in found[0] else " "


def _cut_combining_runs(text: str) -> str:
    """The text with at most eight combining marks in a row: sorting a long run takes quadratic time."""
    if len(text) < _LONG or not _HIGH_RUN.search(text):
        return text
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _COMBINING_RUN:
            kept.append(char)
    return "".join(kept)


def has_digit(text: str) -> bool:
    """Whether a text has a digit of any script."""
    return _DIGIT.search(text) is not None or (not text.isascii() and any(map(str.isdigit, text)))


def find_letter_runs(low: str) -> list[str]:
    """Every run of the letters a to z in a lower-case text: what needs one that is not there needs no search."""
    return low.translate(_ALL_BUT_LETTERS).split() if low.isascii() else _LETTER_RUN.findall(low)


def lower_in_place(text: str) -> str:
    """The text in lower case with every character in its place (`İ` alone would become two)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


class Token(NamedTuple):
    """One word, number or sign of a cleaned text."""

    word: str
    """Its normal form."""
    start: int
    end: int


# Each part begins with a character of its own and looks back from there: so most parts need not be tried.
_TOKEN = pattern(
    r"[^\W\d_]{2,}+(?![\w'])"  # most words, which the parts below would read alike
    r"|\.(?<!\w\.)\d+|\d+(?:[.,]\d+)+(?!\w)|[^\W\d_](?<!\w.)\.(?:[^\W\d_]\.)+"  # .5 and 1,500.5 and U.S.
    r"|\w+(?:'(?!s\b)\w+)*"  # don't, fast_ica; the possessive 's is left over
    r"|!=|['\"](?<=\d.)(?!\w)|[?*+\-#%<>≤≥=±$€£¥₹&/^°|@\\]"
    r"|[^\x00-\x7f\w\s…•·¿¡—©®™、。「」]"  # any other sign, and the vowel signs of scripts that write them apart
)
_POSSESSIVE = pattern(r"'s\b|(?<=s)'(?!\w)", re.IGNORECASE)
_THOUSANDS = pattern(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_TITLES = {
    **{"dr": "doctor", "rev": "reverend", "prof": "professor", "sen": "senator", "gov": "governor", "gen": "general"},
    **{"capt": "captain", "lt": "lieutenant", "sgt": "sergeant", "col": "colonel", "pres": "president"},
}
FULL_TITLES = frozenset(_TITLES.values())
"""Titles that a text may abbreviate."""
_ARTICLES = {"a", "an", "the"}
_LETTER_HYPHEN = pattern(r"(?<=[^\W_])-(?=[^\W\d_])|(?<=[^\W\d_])-(?=\w)")
_TWO_SIGNS = {"<": "≤", ">": "≥"}


def tokenize(clean: str, *, most: int | None = None) -> list[Token]:
    """The words and signs of a cleaned text that carry meaning; of a text with more than `most`, the first of them.

    A hyphen between letters parts words; next to digits it stays (`7-0`). An article counts only where it is last
    (`vitamin A`) or a capital inside a sentence (`hepatitis A vaccine`).
    """
    text = _POSSESSIVE.sub(lambda found: " " * len(found[0]), clean) if "'" in clean else clean
    if "-" in text:
        text = _LETTER_HYPHEN.sub(" ", text)
    tokens: list[Token] = []
    has_articles = False
    for found in islice(_TOKEN.finditer(text), most):
        raw, (start, end) = found[0], found.span()
        word = raw.casefold()
        if not word.isalpha():
            word = _normal_sign(raw, tokens, start, text) if _is_sign(raw) else _normal_mixture(raw, word)
            if not word:
                continue
        elif word in _ARTICLES:
            has_articles = True
        elif word in _TITLES and text[end : end + 1] == "." and text[end + 1 : end + 3].strip():
            word = _TITLES[word]
        tokens.append(Token(word, start, end))
    if not has_articles:
        return tokens
    return [
        token
        for place, token in enumerate(tokens)
        if token.word not in _ARTICLES or not _is_idle_article(token, place, tokens, text)
    ]


def _is_sign(raw: str) -> bool:
    return len(raw) == 1 and not raw.isalnum() and raw != "_"


def _normal_mixture(raw: str, word: str) -> str:
    """The normal form of what is not all letters: `1,500` without its comma, `U.S.` without its stops."""
    if "," in raw and _THOUSANDS.fullmatch(raw):
        return raw.replace(",", "")
    return word.replace(".", "") if raw[-1] == "." else word


def _normal_sign(raw: str, tokens: list[Token], start: int, text: str) -> str:
    """The sign as it counts, or nothing: dashes between words are punctuation, `>=` is one sign."""
    if raw == "&":
        return "and"
    if raw == "-":
        before, after = text[start - 1 : start], text[start + 1 : start + 2]
        loose = text[start + 1 : start + 3].strip()[:1].isdigit() and text[:start].rstrip()[-1:].isdigit()
        is_option = after.isalpha() and not before.strip()
        return "-" if (after.isdigit() or before == "-" or after == "-" or loose or is_option) else ""
    if raw == "=" and tokens and tokens[-1].end == start and tokens[-1].word in _TWO_SIGNS:
        sign = tokens.pop()
        tokens.append(Token(_TWO_SIGNS[sign.word], sign.start, start + 1))
        return ""
    return raw


def _is_idle_article(token: Token, place: int, tokens: list[Token], text: str) -> bool:
    if place == len(tokens) - 1 or not text[token.end].isspace():  # `A$5` has no article
        return False
    return token.word != "a" or place == 0 or text[token.start] == "a" or text.isupper()


@lru_cache(maxsize=1024)
def tokenize_short(clean: str) -> tuple[Token, ...]:
    """The tokens of a text that may well come again: `Yes`, `25 days`."""
    return tuple(tokenize(clean))


_DOTTED = pattern(r"\.(?<=[^\W\d_]\.)[^\W\d_]\.")
_CHANGED = FULL_TITLES | {"and"}


def lacks_word(clean: str, word: str) -> bool:
    """Whether no normal form of a cleaned text is this literal word of another, told without reading its words."""
    if not word or word in (clean.lower() if clean.isascii() else clean.casefold()):
        return False
    return clean.count(".") < 2 or not _DOTTED.search(clean)  # `U.S.` is "us"


@lru_cache(maxsize=1024)
def normal_words(text: str) -> tuple[str, ...]:
    """The normal forms of a text's tokens: two answers with the same ones are the same answer."""
    return tuple(token.word for token in tokenize(clean_text(text)))


class Normal(NamedTuple):
    """The normal form of an expected answer, and what tells soon that a text does not have it."""

    words: tuple[str, ...]
    literal: str
    """The longest word that a text can only have by having it as it is, or an empty text."""
    letter_runs: frozenset[str]


@lru_cache(maxsize=1024)
def read_normal(expected: str) -> Normal:
    """What is to be known of an expected answer; kept, as many completions are compared with it."""
    words = normal_words(expected)
    runs = frozenset(run for word in words for run in find_letter_runs(word))
    return Normal(words, max(filter(_is_literal, words), key=len, default=""), runs)


def _is_literal(word: str) -> bool:
    """Whether it never comes of an abbreviated title, `&` or a number with thousands separators."""
    return word.isascii() and ((word.isalpha() and word not in _CHANGED) or (word.isdecimal() and len(word) < 4))
