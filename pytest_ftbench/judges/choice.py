"""The matcher `choice`: the letter of an option, or the option in words where the question lists it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.guards import find_doubt, is_dismissed
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import clean_text, normal_words
from pytest_ftbench.patterns import pattern

_EXPECTED = pattern(r"\(?([A-Za-z])\s*(?:[).:]|$)\s*(.*)", re.DOTALL)
_OPTION = pattern(r"(?:(?<=\n)|(?<=[\s(;,])|^)\(?([A-Z])[).:]\s+(.+?)(?=\s*(?:[\n;,(]|\s\(?[A-Z][).:]\s|$))")
_LABEL = pattern(
    r"(?:(?:so|therefore|thus)?,?\s*(?:the|my)?\s*(?:final |correct |best |right )*(?:answer|option|choice)s?"
    r"(?:\s+is)?\s*(?:option\b|choice\b)?\s*[:=-]?\s*|it(?:'s| is)\s+)",
    re.IGNORECASE,
)
_BARE = pattern(r"[(\[\"']*([A-Za-z])(?:[)\].:\"']+|(?=\s*$)|(?=\s*-\s)|(?=\s+\())\s*-?\s*", re.DOTALL)
_NAMED = pattern(r"(?:\b(?:[Aa]nswer|[Oo]ption|[Cc]hoice)(?: is)?(?: option)? ?:? ?\(?|(?<!\w)\()([A-Z])\b(?!['\w])\)?")
_LABEL_CHARS = 80
_LONGEST_OPTION = 4000
_MOST_NAMED = 20


class ChoiceMatcher:
    """Right or wrong where one option is given, undecided where several are or none can be told."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        options = find_options(reading.question)
        wanted, words = read_choice(expected, options)
        if not wanted:
            raise SpecError(
                f"match 'choice' needs an answer that is the letter of an option, such as B, got {expected!r}."
            )
        options = {wanted: words, **options} if words else dict(options)
        return _decide(reading, wanted, options)


def _decide(reading: Reading, wanted: str, options: Mapping[str, tuple[str, ...]]) -> Finding:
    text = reading.clean
    label = _LABEL.match(text, 0, _LABEL_CHARS)
    bare = _BARE.match(text, label.end() if label else 0)
    if bare and (bare[1].isupper() or bare.end() == len(text)):
        return _decide_bare(reading, bare, wanted, options)
    rest = text[_end(label) :]
    given = normal_words(rest) if len(rest) <= _LONGEST_OPTION else ()
    if stated := [letter for letter, words in options.items() if words and given == words]:
        return RIGHT if stated == [wanted] else WRONG if wanted not in stated else UNDECIDED
    mentions = islice(_NAMED.finditer(text), _MOST_NAMED + 1)
    named = [found for found in mentions if not is_dismissed(reading, found.start(1), found.end(1))]
    letters = {found[1] for found in named}
    if len(letters) != 1 or len(named) > _MOST_NAMED or reading.refuses:
        return Finding("undecided", "it names several options") if letters else UNDECIDED
    if any(find_doubt(reading, found.start(1), found.end(1)) for found in named):
        return UNDECIDED
    return RIGHT if letters == {wanted} else WRONG


def _decide_bare(reading: Reading, bare: re.Match[str], wanted: str, options: Mapping[str, tuple[str, ...]]) -> Finding:
    """A letter that begins the answer: what follows must be its own option, or a text that names no other."""
    letter, rest = bare[1].upper(), reading.clean[bare.end() :]
    words = normal_words(rest[:200])
    others = [other for other, option in options.items() if other != letter and option and words == option]
    named = {found[1] for found in _NAMED.finditer(rest)} | set(re.findall(r"(?<![\w.])([A-Z])[).:](?=\s|$)", rest))
    if others or named - {letter} or re.match(r"\s*(?:,|/|&|and\b|or\b)", rest) or find_doubt(reading, *bare.span(1)):
        return Finding("undecided", "it names several options")
    return RIGHT if letter == wanted else WRONG


def _end(label: re.Match[str] | None) -> int:
    return label.end() if label else 0


def read_choice(expected: str, options: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    """The letter that an expected answer names, and its option's words if given: `B`, `(b)`, `B. Paris`, or `Paris`."""
    text = clean_text(expected)
    found = _EXPECTED.fullmatch(text)
    if found and (len(text) <= 4 or found[1].isupper()):
        return found[1].upper(), normal_words(found[2]) if found[2].strip() else ()
    letters = [letter for letter, words in options.items() if words == normal_words(text)]
    return (letters[0], ()) if len(letters) == 1 else ("", ())


def is_choice(expected: str, question: str) -> bool:
    """Whether an expected answer is a letter, and the question lists options of which it is one."""
    return len(expected.strip()) <= 4 and read_choice(expected, {})[0] in find_options(question)


@lru_cache(maxsize=1024)
def find_options(question: str) -> Mapping[str, tuple[str, ...]]:
    """The options that a question lists, `A) Lyon B) Paris`: letters to normal forms; none unless A and B are there."""
    found = {option[1]: normal_words(option[2]) for option in _OPTION.finditer(question[-_LONGEST_OPTION:])}
    letters = sorted(found)
    is_list = len(letters) > 1 and letters == [chr(ord("A") + place) for place in range(len(letters))]
    return found if is_list else {}
