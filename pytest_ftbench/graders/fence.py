"""What a judge is shown of a response: cleaned, cut, and inside a fence that it cannot close.

The fence's code is the same each time the same response is judged, because answers of judges are kept by the prompt
that was sent: a code drawn at random would pay for every verdict again. It is a hash of what is judged, and holds no
secret. Whoever writes the response could compute it if the response were not hashed too; as it is, a response that
holds its own code is a fixed point of SHA-256, 64 bits of it. Nothing rests on that alone: whatever looks like a fence,
a change of roles or a verdict is taken apart before the response is shown, with any code or none. Spelling counts by
its looks: other scripts' brackets and letters that look like ours are read as ours.

What is neutralised keeps its length and stays legible: `<<RESP 1f>>` is shown as `((RESP 1f))`, `"grade":` as
`'grade':`.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass

from pytest_ftbench.patterns import pattern

HEAD, TAIL = 6_000, 2_000
"""Characters kept of a long response."""
CUT_MARK = "\n[... the middle of the response is left out here ...]\n"
LONGEST = HEAD + TAIL + len(CUT_MARK)

# Blank or unseen, and yet letters, marks or symbols to Unicode: fillers, joiners, variation selectors.
_UNSEEN = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_LONGEST_RAW = (150_000, 50_000)
"""What is looked at of a longer one, head and tail: a megabyte need not be read to show 8,000 characters."""

_LOOKALIKES = {
    **dict.fromkeys("‹«〈《⟨⟪≪〈˂ᐸ❮❬⧼", "<"),  # noqa: RUF001 - the characters meant
    **dict.fromkeys("›»〉》⟩⟫≫〉˃ᐳ❯❭⧽", ">"),  # noqa: RUF001 - the characters meant
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("│¦∣ǀ", "|"),  # noqa: RUF001 - the characters meant
    **dict(zip("аеорсԁѕіјѵгРЕЅСОАΕΡΟΑ", "aeopcdsijvrpescoaepoa", strict=True)),  # noqa: RUF001 - the characters meant
}
_FENCE = pattern(r"<\W{0,10}(?:end\W{0,3})?resp[^<>\n]{0,80}>{0,4}")
_ROLE = pattern(
    r"<\|[\w\s/-]{1,40}\|>|<\W{0,3}(?:s|sys|system|user|assistant|human|bos|eos|start_of_turn|end_of_turn)\W{0,3}>"
    r"|\[\s?/?\s?inst\s?\]"
)
_VERDICT = pattern(r'["\\]{1,4}\s{0,9}(?:grade|verdict|quote)\s{0,9}["\\]{1,4}(?=\s{0,9}:)')
_TAMED = str.maketrans('<>[]{}"\\', "()()()'/")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text as a judge may see it, and what had to be done to it."""

    text: str
    flags: tuple[str, ...]
    """Any of `cleaned` (unseen characters taken out), `forged` (a fence, role or verdict neutralised), `cut`."""


def clean_response(text: str) -> Cleaned:
    """The text without unseen characters, forgeries and, if it is long, its middle. Cleaning twice changes nothing.

    Taken out: control, format (zero-width, bidirectional, tags), unassigned, private and half characters. Every kind of
    line end becomes a line feed, every blank a space or tab.
    """
    raw = _cut(text, *_LONGEST_RAW)
    seen, has_unseen = _strip_unseen(raw)
    whole = _cut(seen, HEAD, TAIL)
    tamed = _tame(whole)
    is_cut = raw != text or whole != seen
    noticed = (("cleaned", has_unseen), ("forged", tamed != whole), ("cut", is_cut))
    return Cleaned(tamed, tuple(flag for flag, holds in noticed if holds))


def fence_code(version: str, question: str, expected: str, response: str) -> str:
    """The 16 hexadecimal digits in the fence around a response: a hash of what is judged, and by which rubric.

    version: of the rubric. response: as it is shown, cleaned.
    """
    judged = json.dumps((version, question, expected, response))
    return hashlib.sha256(judged.encode()).hexdigest()[:16]


def fence_lines(code: str) -> tuple[str, str]:
    """The lines before and after a response."""
    return f"<<RESP {code}>>", f"<</RESP {code}>>"


def fold(text: str) -> str:
    """The text as a reader would take it, in small letters and of the same length: `＜ＲЕЅР` is `<resp`."""  # noqa: RUF002 - the characters meant
    return text.lower() if text.isascii() else "".join(map(_fold_one, text))


def _fold_one(char: str) -> str:
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    small = unicodedata.normalize("NFKC", char).lower()
    return small if len(small) == 1 else char


def _strip_unseen(text: str) -> tuple[str, bool]:
    """The text without what a person would not see, and whether there was any of that."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text.strip(), False
    kept = [shown for char in text if (shown := _shown(char))]
    return "".join(kept).strip(), len(kept) < len(text)


def _shown(char: str) -> str:
    if char in "\n\t":
        return char
    if char.isprintable():
        return "" if char in _UNSEEN else char
    if char in _LINE_ENDS:
        return "\n"
    return " " if unicodedata.category(char) == "Zs" else ""


def _cut(text: str, head: int, tail: int) -> str:
    """Head and tail of a text that is longer than both together and the mark between them."""
    return text if len(text) <= head + tail + len(CUT_MARK) else f"{text[:head]}{CUT_MARK}{text[-tail:]}"


def _tame(text: str) -> str:
    """The text with the brackets and quotes of every forgery replaced by harmless ones."""
    for forgery in (_FENCE, _ROLE, _VERDICT):
        folded = fold(text)
        for found in forgery.finditer(folded):
            start, end = found.span()
            tamed = zip(folded[start:end], found[0].translate(_TAMED), text[start:end], strict=True)
            text = text[:start] + "".join(new if new != old else own for old, new, own in tamed) + text[end:]
    return text
