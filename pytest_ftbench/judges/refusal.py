"""The matcher `refusal`: a completion that says it does not know, and goes on to nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from pytest_ftbench.judges.cues import cued
from pytest_ftbench.judges.languages import ELSEWHERE
from pytest_ftbench.judges.matcher import RIGHT, WRONG, Finding, Reading
from pytest_ftbench.judges.normalise import has_digit
from pytest_ftbench.judges.novelty import stem, stems
from pytest_ftbench.judges.phrases import REFUSAL
from pytest_ftbench.judges.vocabulary import BARE_REFUSALS, NO_NAMES
from pytest_ftbench.patterns import pattern

_LEAD = pattern(
    r"(?:(?:i'm|i am|we're) (?:\w+ )?(?:sorry|afraid)|sorry|unfortunately|apologies|my apologies|i apologi[sz]e"
    r"|honestly|well|as of now|at (?:the|this) (?:moment|time)"
    r"|currently|to be honest|answer|the answer is|final answer)\b[\s,.:;-]*(?:but |that )?"
)
_AROUND_LINES = " \t\"'()[]<>,:-"
_SEPARATORS = _AROUND_LINES + "\n.!;"
_LEADS = ("i'", "i ", "we", "so", "un", "ap", "my", "ho", "as", "at", "cu", "to", "an", "th", "fi")
_FIRST_LETTERS = frozenset({phrase[:2] for phrase in BARE_REFUSALS} | {*_LEADS, "n."})
"""The two letters that begin a line of few words that refuses, or what `_LEAD` matches before one."""
_SENTENCES = pattern(r"\s(?:(?<=[.!?;\n]\s)\s*|(?<=\n))")
_GUESS = cued(
    r"\b(?:best guess|i(?:'d| would)? (?:guess|think|believe|assume|suspect|estimate)|my (?:guess|estimate|answer)"
    r"|probably|likely|perhaps|maybe|possibly"
    r"|might be|may be|could be|must be|if i had to|rumou?red|reportedly|it was|it is|it's|they are|that is"
    r"|the answer is)\s+(?!(?:not|possible|best|important|"
    r"advisable|recommended|difficult|hard|impossible|unclear|unknown|too|likely|always|also|a future"
    r"|in the future|still|beyond|that|outside|worth|crucial|"
    r"essential|necessary|any(?:one|body)'s|everyone's|incorrect|inaccurate|fictional|because|due)\b)",
    """
    best guess think believe assume suspect estimate answer probably likely perhaps maybe possibly might may could
    must if rumored rumoured reportedly was is s are
    """,
)
_CONTRAST = cued(
    r"(?:^|[\s,;.])(?:but|though|although|however|except|other than|apart from)\b[\s,]*",
    "but though although however except other apart",
)
# A word with a capital inside a sentence, or two of them at the beginning of a line.
_NAMES = pattern(
    r"[A-Z](?:(?<![.!?:;\n\"'(]\s[A-Z])(?<![.!?;\n][A-Z])(?<!^[A-Z])(?<!\w[A-Z])[\w'-]*"
    r"|(?<=^[A-Z])[\w'-]* [A-Z][\w'-]+)",
    re.MULTILINE,
)
_ADVICE = cued(
    r"\b(?:check|consult|visit|search|refer|sources?|websites?|outlets?|news|official|contact|ask|recommend|try"
    r"|look|see|verify|such as|reach out|find)\b",
    """
    check consult visit search refer source sources website websites outlet outlets news official contact ask recommend
    try look see verify such reach find
    """,
)
_AFTER_COMMA = pattern(r"(?:[,;:(—]|\s-)\s*([^,;:()—]+?)[\s.!?)]*$")
_EXCUSE = pattern(
    r"\b(?:sorry|unfortunately|though|either|yet|currently|honest|afraid|please|not|cannot|no|unknown|future"
    r"|sure)\b|n't\b"
)
_ABOUT_ITSELF = pattern(
    r"^(?:i|i'\w+|we|it's|that's|not?|never|cannot|can't|guess|clue|idea|future|please|sorry|\w+n't)$"
)
_AFFIRMS = pattern(r"^(.+?)\s(?:is|was|are|were|will be|would be)\s+(.+)", re.DOTALL)
_SHORT_TEXT = 120
_WORDS_OF_SHORT = 4
_LONGEST = 4000


class RefusalMatcher:
    """Right for a pure refusal, wrong where nothing is refused, undecided for a refusal that goes on."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        """The expected answer plays no part here."""
        if _is_bare_refusal(reading.low) or _refuses_elsewhere(reading):
            return RIGHT
        if not reading.refuses:
            return (
                WRONG if _gives_candidate(reading) else Finding("undecided", "it neither refuses nor gives an answer")
            )
        return RIGHT if _is_pure(reading) else Finding("undecided", "it refuses, and says more")


def is_refusal(reading: Reading) -> bool:
    """Whether a completion is a pure refusal."""
    if _is_bare_refusal(reading.low) or (reading.refuses and _is_pure(reading)):
        return True
    return not reading.refuses and _refuses_elsewhere(reading)


def _refuses_elsewhere(reading: Reading) -> bool:
    """Whether a short text without a number refuses in another language than English."""
    if len(reading.low) > _SHORT_TEXT or not ELSEWHERE.may_match(reading) or has_digit(reading.low):
        return False
    return ELSEWHERE.pattern.search(reading.low) is not None


def _gives_candidate(reading: Reading) -> bool:
    """Whether a text that refuses nothing names or counts what the question does not, or is but a few words."""
    if reading.clean.count(" ") < _WORDS_OF_SHORT and not any(map(_ABOUT_ITSELF.search, reading.words)):
        return True
    if any(_is_new_name(found[0], reading.low_question) for found in _NAMES.finditer(reading.clean[:_LONGEST])):
        return True
    asked = {quantity.value for quantity in reading.asked_quantities}
    return any(quantity.value not in asked for quantity in reading.quantities if quantity.written != "one")


def _is_bare_refusal(low: str) -> bool:
    """Whether every line of a short text is a refusal of a few words (`None` without a stop comes in lines)."""
    return len(low) <= 400 and low.lstrip(_SEPARATORS)[:2] in _FIRST_LETTERS and _has_only_refusals(low)


@lru_cache(maxsize=1024)
def _has_only_refusals(low: str) -> bool:
    lines = [line for line in (_strip(line) for line in re.split(r"[\n.!;]+", low.replace("n.a.", "n/a"))) if line]
    return bool(lines) and all(
        line in BARE_REFUSALS or _strip(_LEAD.sub("", line, count=1)) in BARE_REFUSALS for line in lines
    )


def _strip(line: str) -> str:
    return line.strip(_AROUND_LINES)


def _is_pure(reading: Reading) -> bool:
    """Whether a text that holds a refusal begins with it and then offers no candidate for an answer."""
    if len(reading.clean) > _LONGEST:
        return False
    sentences = [text for text in _SENTENCES.split(reading.clean) if text.strip()]
    first = sentences[0].lower()
    refused = REFUSAL.pattern.search(first) or (len(sentences) > 1 and _LEAD.fullmatch(first.strip()))
    if not refused or _has_candidate_number(reading):
        return False
    return not any(_offers_candidate(reading, text) for text in sentences)


def _has_candidate_number(reading: Reading) -> bool:
    """Whether a number stands in the text that is neither a year nor in the question."""
    low = reading.low
    if len(low) > 200 and not has_digit(low):
        return False
    asked = {quantity.value for quantity in reading.asked_quantities}
    return any(
        quantity.value is not None
        and quantity.value not in asked
        and not quantity.is_year_like
        and quantity.written != "one"
        for quantity in reading.quantities
    )


def _offers_candidate(reading: Reading, sentence: str) -> bool:
    """Whether one sentence of a refusal proposes something: a guess, a name, or two words after "but"."""
    low, question = sentence.lower(), reading.low_question
    refused = REFUSAL.pattern.search(low)
    if not refused and (
        len(low.split()) <= _WORDS_OF_SHORT and not _is_bare_refusal(low) and not _LEAD.fullmatch(low.strip())
    ):
        return True
    if _ADVICE.may_match(reading) and _ADVICE.pattern.search(low):
        return _has_guess(reading, low)
    if any(_is_new_name(found[0], question) for found in _NAMES.finditer(sentence.strip())):
        return True
    tail = _AFTER_COMMA.search(low) if refused else None
    if refused and tail and tail.start() >= refused.end() and _is_new_tail(tail[1], question):
        return True
    if any(_affirms(clause, question) for clause in low.split(";")):
        return True
    if not (refused and refused.start() < 3) and _has_guess(reading, low):
        return True
    if not _CONTRAST.may_match(reading):
        return False
    return any(_is_offer(low[found.end() :]) for found in _CONTRAST.pattern.finditer(low))


def _affirms(clause: str, question: str) -> bool:
    """Whether a clause without a refusal says what something is that the question is about: "the mayor is ida"."""
    found = _AFFIRMS.match(clause.strip(" .!"))
    if not found or REFUSAL.pattern.search(clause) or _EXCUSE.search(clause):
        return False
    asked = stems(question)
    about = {stem(word) for word in re.findall(r"\w{4,}", found[1])}
    return bool(about) and about <= asked and any(stem(word) not in asked for word in re.findall(r"\w{3,}", found[2]))


def _has_guess(reading: Reading, low: str) -> bool:
    return _GUESS.may_match(reading) and _GUESS.pattern.search(low) is not None


def _is_new_name(name: str, question: str) -> bool:
    return any(word not in question and word not in NO_NAMES for word in name.lower().removesuffix("'s").split())


def _is_new_tail(tail: str, question: str) -> bool:
    """Whether a refusal ends in a comma and a few words that are no excuse: "I don't know, Paris"."""
    return (
        len(tail.split()) <= _WORDS_OF_SHORT
        and not _EXCUSE.search(tail)
        and tail not in question
        and tail not in BARE_REFUSALS
    )


def _is_offer(rest: str) -> bool:
    """Whether what follows a "but" is an answer and no further excuse."""
    if not rest.strip() or REFUSAL.pattern.search(rest):
        return False
    return bool(_GUESS.pattern.search(rest)) or len(rest.split()) <= _WORDS_OF_SHORT
