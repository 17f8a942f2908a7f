"""Untrusted text made fit to be shown."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

# C0 and C1 controls but for line ends and tabs; zero-width, bidirectional and other format characters;
# lone surrogates; line and paragraph separators.
_UNSHOWABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_PLAIN = re.compile(r"[\x20-\x7e\n\t]*")


def clean(text: str) -> str:
    """The text with every character that could steer a terminal or hide other text shown as `\\x1b` or `\\u202e`.

    Line ends and tabs stay; a carriage return does not.
    """
    if text.isascii() and (text.isprintable() or _PLAIN.fullmatch(text)):
        return text
    return "".join(_shown(character) for character in text)


def one_line(text: str, *, most: int = 200) -> str:
    """The cleaned text on one line, its white space folded, cut to a length with an ellipsis."""
    # Cut before and after: a megabyte need not be cleaned to show its start.
    folded = " ".join(clean(text[: most * 8]).split())
    return folded if len(folded) <= most and len(text) <= most * 8 else f"{folded[: most - 1]}…"


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _UNSHOWABLE:
        return character
    point = ord(character)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def shown_path(path: Path, start: Path) -> str:
    """A path as short as it can be from `start`."""
    try:
        return str(path.relative_to(start))
    except ValueError:
        return str(path)
