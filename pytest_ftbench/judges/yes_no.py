"""The matcher `yes_no`: the first word decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.patterns import pattern

_POLARITY = {
    **dict.fromkeys(("yes", "yeah", "yep", "yup", "true"), True),
    **dict.fromkeys(("no", "nope", "nah", "false"), False),
}
_LABEL = pattern(r"[\W_]*(?:(?:the|my|final|short|correct) ){0,3}(?:answer|a)(?: is\b|\s?:|\s-)[\W_]*|[\W_]+")
_FIRST = pattern(r"([^\W\d_]+)(?P<rest>.*)", re.DOTALL)
# What may follow without a comma: "No it does not", but not "No idea", "No one knows", "Yes or no".
_SUBJECT = pattern(r"\s+(?:he|she|it|they|we|you|i|there|this|that|these|those|the|his|her|its|their)\b")
_OTHER_WORD = pattern(
    r"(?:^\s*|[.!?;:,\n(-]\s*|\b(?:or|and|but|maybe|actually|wait)\s+)(yes|no|yeah|nope|true|false)\b"
    r"(?=\s*(?:[.,;:!?)\n-]|$)|\s+(?:it|he|she|they|that|this|we|i)\b)"
)
_TAKEN_BACK = pattern(r"\b(?:actually|wait|correction|scratch that|on second thought|or rather)\b")
_SHORT = 3


def polarity(text: str) -> bool | None:
    """True for a bare yes, False for a bare no, None for any other expected answer."""
    return _POLARITY.get(text.strip().strip(".!").casefold())


class YesNoMatcher:
    """Right or wrong by the first word; another short answer is wrong, a sentence without yes or no undecided."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        wanted = polarity(expected)
        if wanted is None:
            raise SpecError(f"match 'yes_no' needs the answer yes or no, got {expected!r}. Write one of them.")
        low = reading.low
        label = _LABEL.match(low)
        found = _FIRST.match(low, label.end() if label else 0)
        given = _POLARITY.get(found[1]) if found else None
        if found is None or given is None:
            return WRONG if len(reading.words) <= _SHORT else Finding("undecided", "it does not begin with yes or no")
        rest = found["rest"]
        if rest[:1].isalnum() or rest[:1] in ("_", "'", "/") or (rest[:1] == "-" and rest[1:2].isalpha()):
            return UNDECIDED
        if rest.lstrip().startswith("?") or _is_taken_back(rest, given):
            return Finding("undecided", "it takes its first word back")
        if (
            rest[:1] == " "
            and rest.lstrip()[:1].isalnum()
            and not _SUBJECT.match(rest)
            and not _names_next(reading, found)
        ):
            return Finding("undecided", "its first word may belong to the next")
        return RIGHT if given == wanted else WRONG


def _is_taken_back(rest: str, given: bool) -> bool:
    """Whether a later yes or no of its own says the opposite."""
    if _TAKEN_BACK.search(rest):
        return True
    return any(_POLARITY[found[1]] != given for found in _OTHER_WORD.finditer(rest))


def _names_next(reading: Reading, found: re.Match[str]) -> bool:
    """Whether the next word is a name: "No Kim is not"."""
    return reading.clean[found.end(1) :].lstrip()[:1].isupper()
