"""The matcher `yes_no`: the first word decides, unless what follows says the opposite."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.languages import NO_WORDS, YES_WORDS, negates_elsewhere
from pytest_ftbench.judges.matcher import RIGHT, UNDECIDED, WRONG, Finding, Reading
from pytest_ftbench.judges.novelty import stem, stems
from pytest_ftbench.judges.vocabulary import FUNCTION_WORDS, word_set
from pytest_ftbench.patterns import pattern

_POLARITY = {
    **dict.fromkeys(("yes", "yeah", "yep", "yup", "true"), True),
    **dict.fromkeys(("no", "nope", "nah", "false"), False),
}
_FIRST_WORDS = {**_POLARITY, **dict.fromkeys(YES_WORDS, True), **dict.fromkeys(NO_WORDS, False)}
_LABEL = pattern(r"[\W_]*(?:(?:the|my|final|short|correct) ){0,3}(?:answer|a)(?: is\b|\s?:|\s-)[\W_]*|[\W_]+")
_FIRST = pattern(r"([^\W\d_]+)(?P<rest>.*)", re.DOTALL)
# What may follow without a comma: "No it does not", but not "No idea", "No one knows", "Yes or no".
_SUBJECT = pattern(r"\s+(?:he|she|it|they|we|you|i|there|this|that|these|those|the|his|her|its|their)\b")
_OTHER_WORD = pattern(
    r"(?:^\s*|[.!?;:,\n(-]\s*|\b(?:or|and|but|maybe|actually|wait)\s+)(yes|no|yeah|nope|true|false)\b"
    r"(?=\s*(?:[.,;:!?)\n-]|$)|\s+(?:it|he|she|they|that|this|we|i)\b)"
)
_TAKEN_BACK = pattern(r"\b(?:actually|wait|correction|scratch that|on second thought|or rather)\b")
_AUXILIARY = r"(?:is|are|was|were|am|does|do|did|has|have|had|can|could|will|would|should|may|might|must)"
_STRESS = r"(?:of course|certainly|definitely|absolutely|indeed|exactly|correct|sure|surely)"
# Whole answers that come to yes or no: "It is.", "Of course not.", "Never."
_SHORT_FORM = pattern(
    rf"(?:(?:{_STRESS},?\s+)?(?:it|he|she|they|that|this|there|we|you|i)\s+{_AUXILIARY}(?P<not>\s+not|n't)?"
    rf"|{_STRESS}(?P<never>\s+not)?|(?P<none>never|not at all|by no means))"
)
_POLAR = pattern(rf"\b(?:not|never|no|{_AUXILIARY}|{_STRESS}|right|affirmative|negative|positive)\b|n't\b")
"""What a short answer to a yes-or-no question may hold that is no other answer."""
_NEGATED = pattern(
    r"\b(?:not(?! only\b)|never|no longer|cannot|until|unless|neither|nor|but|however|although|though"
    r"|except)\b|n't\b"
)
_DENIES = pattern(
    r"\b(?:not|never|no|none|nothing|cannot|only|without|neither|nor|un\w+|instead|if|unless|until|former\w*)\b|n't\b"
)
_CLAUSE = pattern(r"[.;:!?,]|\bbut\b")
_STILL = word_set("too also now still always indeed actually today currently all even")
_WORDS = pattern(r"\w+")
_SHORT = 3
_READ = 400


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
        given = _FIRST_WORDS.get(found[1]) if found else None
        if found is None or given is None:
            return _read_without(reading, wanted)
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
        if given != wanted:
            return WRONG
        doubt = _find_contradiction(reading, rest, given)
        return Finding("undecided", doubt) if doubt else RIGHT


def _read_without(reading: Reading, wanted: bool) -> Finding:
    """What an answer comes to that does not begin with yes or no."""
    if found := _SHORT_FORM.fullmatch(reading.low.strip(" .!")):
        given = not (found["not"] or found["never"] or found["none"])
        return RIGHT if given == wanted else WRONG
    if len(reading.words) > _SHORT or _POLAR.search(reading.low):
        return Finding("undecided", "it does not begin with yes or no")
    return WRONG


def _find_contradiction(reading: Reading, rest: str, given: bool) -> str:
    """Why what follows a yes or no may take it back, or an empty text."""
    if reading.refuses:
        return "it refuses after its first word"
    if not given and rest.lstrip(". ")[:1].isdigit():
        return "its first word may be the short form of number"
    if given:
        found = _NEGATED.search(rest)
        negation = found[0] if found else negates_elsewhere(reading)
        return f"{negation!r} follows its yes" if negation and negation not in reading.low_question else ""
    asked = stems(reading.low_question)
    if any(_repeats(clause, asked) for clause in _CLAUSE.split(rest[:_READ])):
        return "its no goes on to affirm what was asked"
    return ""


def _repeats(clause: str, asked: frozenset[str]) -> bool:
    """Whether a clause says what the question asks: words of the question alone, and none that denies it."""
    words = [word for word in _WORDS.findall(clause) if word not in FUNCTION_WORDS]
    told = [word for word in words if word not in _STILL]
    return bool(told) and not _DENIES.search(clause) and all(stem(word) in asked for word in told)


def _is_taken_back(rest: str, given: bool) -> bool:
    """Whether a later yes or no of its own says the opposite."""
    if _TAKEN_BACK.search(rest):
        return True
    return any(_POLARITY[found[1]] != given for found in _OTHER_WORD.finditer(rest))


def _names_next(reading: Reading, found: re.Match[str]) -> bool:
    """Whether the next word is a name: "No Kim is not"."""
    return reading.clean[found.end(1) :].lstrip()[:1].isupper()
