"""Normal forms of text: what may differ between two answers that say the same.

Dropped: case, articles, punctuation, possessives, Markdown, surrounding quotes and whitespace. Kept, because they
change the meaning: accents, digits with their separators, underscores, and the signs of `C++`, `-5`, `7-0`, `≥75`,
`$5`, `5%`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pytest_ftbench.patterns import pattern

_HEAD, _TAIL = 15_000, 5_000
_COMBINING_RUN = 8

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
_HAS_MARKUP = pattern(r"[*`~_#•>]|^[ \t]*[-+][ \t]", re.MULTILINE)
_QUOTED = pattern(r"""(["'])([^"']*)\1[.!,]*""")


def cut_long(text: str) -> str:
    """Head and tail of a text of more than 20,000 characters: no honest answer is that long."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n…\n{text[-_TAIL:]}"


def clean_text(text: str) -> str:
    """The text in NFKC, with plain quotes and dashes, without Markdown and invisible characters; case is kept."""
    if not text.isascii():
        text = _THIN_BLANK_IN_NUMBER.sub(",", text).translate(_BEFORE_NFKC)
        text = cut_long(unicodedata.normalize("NFKC", _cut_combining_runs(text)))
    if _HAS_MARKUP.search(text):
        text = _MARKUP.sub("", _UNDERLINED.sub(r"\2", text))
    text = text.strip()
    quoted = _QUOTED.fullmatch(text) if text[:1] in ("'", '"') else None
    return quoted[2].strip() if quoted else text


def _cut_combining_runs(text: str) -> str:
    """The text with at most eight combining marks in a row: sorting a long run takes quadratic time."""
    if len(text) < 1000:
        return text
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _COMBINING_RUN:
            kept.append(char)
    return "".join(kept)


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


_TOKEN = pattern(
    r"(?<!\w)\.\d+|\d+(?:[.,]\d+)+(?!\w)|(?<!\w)(?:[^\W\d_]\.){2,}"  # .5 and 1,500.5 and U.S.
    r"|\w+(?:'(?!s\b)\w+)*"  # don't, fast_ica; the possessive 's is left over
    r"|!=|(?<=\d)['\"](?!\w)|[?*+\-#%<>≤≥=±$€£¥₹&/^°|@\\]"
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


def tokenize(clean: str) -> list[Token]:
    """The words and signs of a cleaned text that carry meaning.

    A hyphen between letters parts words; next to digits it stays (`7-0`). An article counts only where it is last
    (`vitamin A`) or a capital inside a sentence (`hepatitis A vaccine`).
    """
    text = _POSSESSIVE.sub(lambda found: " " * len(found[0]), clean) if "'" in clean else clean
    if "-" in text:
        text = _LETTER_HYPHEN.sub(" ", text)
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        raw, start, end = found[0], found.start(), found.end()
        word = raw.casefold()
        if len(raw) == 1 and not raw.isalnum() and raw != "_":
            word = _normal_sign(raw, tokens, start, text)
            if not word:
                continue
        elif "," in raw and _THOUSANDS.fullmatch(raw):
            word = raw.replace(",", "")
        elif raw[-1] == ".":
            word = word.replace(".", "")
        elif word in _TITLES and text[end : end + 1] == "." and text[end + 1 : end + 3].strip():
            word = _TITLES[word]
        tokens.append(Token(word, start, end))
    return [
        token
        for place, token in enumerate(tokens)
        if token.word not in _ARTICLES or not _is_idle_article(token, place, tokens, text)
    ]


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
    if place == len(tokens) - 1 or text[token.end] == ".":
        return False
    return token.word != "a" or place == 0 or text[token.start] == "a" or text.isupper()


@lru_cache(maxsize=1024)
def tokenize_short(clean: str) -> tuple[Token, ...]:
    """The tokens of a text that may well come again: `Yes`, `25 days`."""
    return tuple(tokenize(clean))


@lru_cache(maxsize=1024)
def normal_words(text: str) -> tuple[str, ...]:
    """The normal forms of a text's tokens: two answers with the same ones are the same answer."""
    return tuple(token.word for token in tokenize(clean_text(text)))
