"""The matcher `refusal`: a completion that says it does not know, and goes on to nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from pytest_ftbench.judges.matcher import RIGHT, WRONG, Finding, Reading
from pytest_ftbench.judges.vocabulary import BARE_REFUSALS, NO_NAMES
from pytest_ftbench.patterns import pattern

_NO = r"(?:not|n't|never)"
_KNOWLEDGE = (
    r"(?:information|info|data|details?|records?|evidence|knowledge|answers?|mentions?|reports?|sources?|access|idea"
    r"|clue|memory)"
)
REFUSAL = pattern(
    r"\bi(?:'m| am)? (?:really |currently |just |simply |honestly )?(?:do not|don't|did not|didn't) (?:actually "
    r"|really |currently |yet )?"
    r"(?:know|have|possess|recall|remember|recogni[sz]e)\b"
    r"|\b(?:i|we) (?:(?:currently|still|really|simply|just|honestly) )?(?:cannot|can't|can not|could not|couldn't"
    r"|am unable to|are unable to|am not able to)"
    r" (?:\w+ )?(?:answer|provide|say|tell|determine|find|confirm|verify|predict|give|access|help|assist|locate"
    r"|recall|identify|share|know|offer|comment|speculate|state|be (?:sure|certain))\b"
    r"|\b(?:i'm|i am) (?:sorry, )?(?:unable|not able) to\b|\b(?:i'm|i am|we are) (?:\w+ )?(?:not (?:sure|certain"
    r"|aware|familiar)|unsure|uncertain|unaware)\b"
    r"|\bi (?:have|'ve|got) no (?:\w+ ){0,2}" + _KNOWLEDGE + r"\b"
    r"|\b(?:there is|there's|there are|there was|there were) (?:currently |as yet |still )?(?:no|not any"
    r"|insufficient|not enough) (?:[\w-]+ ){0,4}"
    r"(?:" + _KNOWLEDGE + r"|way|known|available|person|such)\b"
    r"|\bno (?:[\w-]+ ){0,3}"
    + _KNOWLEDGE
    + r" (?:[\w-]+ ){0,4}(?:available|found|exists?|given|provided|known|released)\b"
    r"|\b(?:no one|nobody) (?:knows|can (?:know|say|tell))\b|\bonly time will tell\b|\bgod knows\b"
    r"|\b(?:impossible|too (?:early|soon)|not possible) (?:for (?:me|anyone) )?to (?:know|say|determine|tell"
    r"|predict|answer)\b"
    r"|\b(?:cannot|can't|can not|could not) (?:yet )?be (?:answered|determined|known|verified|provided|confirmed"
    r"|predicted|established)\b"
    r"|\b(?:has|have|had)(?: not|n't) (?:yet )?(?:been (?:\w+ )?(?:announced|released|published|determined|decided"
    r"|disclosed|confirmed|made|specified|reported)"
    r"|occurred|happened|taken place)\b"
    r"|\b(?:is|are|was|were|remains?)(?: (?:currently|still|as yet|as of now))? (?:unknown|unanswerable"
    r"|undetermined|unavailable|unspecified|undisclosed)\b(?! (?:to|for|by|in))"
    r"|\b(?:is|are|was|were)(?: not|n't) (?:yet |currently |publicly )*(?:known|available|announced|determined"
    r"|specified|answerable|disclosed|decided|clear|released|established)\b"
    r"|\bas an ai\b|\bmy (?:knowledge|training)(?: data)?(?: cut-?off)? (?:is|was|ends|ended|only|does|stops"
    r"|cut-?off)\b|\bbeyond my knowledge\b"
)
_LEAD = pattern(
    r"(?:(?:i'm|i am|we're) (?:\w+ )?(?:sorry|afraid)|sorry|unfortunately|apologies|my apologies|i apologi[sz]e"
    r"|honestly|well|as of now|at (?:the|this) (?:moment|time)"
    r"|currently|to be honest|answer|the answer is|final answer)\b[\s,.:;-]*(?:but |that )?"
)
_SENTENCES = pattern(r"(?<=[.!?;\n])\s+|\n")
_GUESS = pattern(
    r"\b(?:best guess|i(?:'d| would)? (?:guess|think|believe|assume|suspect|estimate)|my (?:guess|estimate|answer)"
    r"|probably|likely|perhaps|maybe|possibly"
    r"|might be|may be|could be|must be|if i had to|rumou?red|reportedly|it was|it is|it's|they are|that is"
    r"|the answer is)\s+(?!(?:not|possible|best|important|"
    r"advisable|recommended|difficult|hard|impossible|unclear|unknown|too|likely|always|also|a future"
    r"|in the future|still|beyond|that|outside|worth|crucial|"
    r"essential|necessary|incorrect|inaccurate|fictional|because|due)\b)"
)
_CONTRAST = pattern(r"(?:^|[\s,;.])(?:but|though|although|however|except|other than|apart from)\b[\s,]*")
_NAMES = pattern(r"(?<![.!?:;\n\"'(]\s)(?<![.!?;\n])(?<!^)\b[A-Z][\w'-]*|^[A-Z][\w'-]* [A-Z][\w'-]+", re.MULTILINE)
_ADVICE = pattern(
    r"\b(?:check|consult|visit|search|refer|sources?|websites?|outlets?|news|official|contact|ask|recommend|try"
    r"|look|see|verify|such as|reach out|find)\b"
)
_AFTER_COMMA = pattern(r"(?:[,;:(—]|\s-)\s*([^,;:()—]+?)[\s.!?)]*$")
_EXCUSE = pattern(
    r"\b(?:sorry|unfortunately|though|either|yet|currently|honest|afraid|please|not|cannot|no|unknown|future"
    r"|sure)\b|n't\b"
)
_WORDS_OF_SHORT = 4
_READ = 4000


class RefusalMatcher:
    """Right for a pure refusal, wrong where nothing is refused, undecided for a refusal that goes on."""

    settings: Mapping[str, Callable[[str], object]] = {}

    def match(self, reading: Reading, expected: str, settings: Mapping[str, object]) -> Finding:  # noqa: ARG002 - the protocol's
        """The expected answer plays no part here."""
        if _is_bare_refusal(reading.low):
            return RIGHT
        if not REFUSAL.search(reading.low):
            return WRONG
        return RIGHT if _is_pure(reading) else Finding("undecided", "it refuses, and says more")


def is_refusal(reading: Reading) -> bool:
    """Whether a completion is a pure refusal."""
    return _is_bare_refusal(reading.low) or bool(REFUSAL.search(reading.low) and _is_pure(reading))


def _is_bare_refusal(low: str) -> bool:
    """Whether every line of a short text is a refusal of a few words (`None` without a stop comes in lines)."""
    return len(low) <= 400 and _has_only_refusals(low)


@lru_cache(maxsize=1024)
def _has_only_refusals(low: str) -> bool:
    lines = [line for line in (_strip(line) for line in re.split(r"[\n.!;]+", low.replace("n.a.", "n/a"))) if line]
    return bool(lines) and all(
        line in BARE_REFUSALS or _strip(_LEAD.sub("", line, count=1)) in BARE_REFUSALS for line in lines
    )


def _strip(line: str) -> str:
    return line.strip(" \t\"'()[]<>,:-")


def _is_pure(reading: Reading) -> bool:
    """Whether a text that holds a refusal begins with it and then offers no candidate for an answer."""
    sentences = [text for text in _SENTENCES.split(reading.clean[:_READ]) if text.strip()]
    refused = REFUSAL.search(sentences[0].lower()) or (
        len(sentences) > 1 and _LEAD.fullmatch(sentences[0].lower().strip())
    )
    if not refused or _has_candidate_number(reading):
        return False
    return not any(_offers_candidate(text, reading.low_question) for text in sentences)


def _has_candidate_number(reading: Reading) -> bool:
    """Whether a number stands in the text that is neither a year nor in the question."""
    low = reading.low[:_READ]
    if not any(map(str.isdigit, low)) and len(low) > 200:
        return False
    asked = {quantity.value for quantity in reading.asked_quantities}
    return any(
        quantity.value is not None
        and quantity.value not in asked
        and not quantity.is_year_like
        and quantity.written != "one"
        for quantity in reading.quantities
        if quantity.start < _READ
    )


def _offers_candidate(sentence: str, question: str) -> bool:
    """Whether one sentence of a refusal proposes something: a guess, a name, or two words after "but"."""
    low = sentence.lower()
    refused = REFUSAL.search(low)
    if not refused and (
        len(low.split()) <= _WORDS_OF_SHORT and not _is_bare_refusal(low) and not _LEAD.fullmatch(low.strip())
    ):
        return True
    if _ADVICE.search(low):
        return bool(_GUESS.search(low))
    if any(_is_new_name(found[0], question) for found in _NAMES.finditer(sentence.strip())):
        return True
    tail = _AFTER_COMMA.search(low)
    if refused and tail and tail.start() >= refused.end() and _is_new_tail(tail[1], question):
        return True
    if _GUESS.search(low) and not (refused and refused.start() < 3):
        return True
    return any(_is_offer(low[found.end() :]) for found in _CONTRAST.finditer(low))


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
    if not rest.strip() or REFUSAL.search(rest):
        return False
    return bool(_GUESS.search(rest)) or len(rest.split()) <= _WORDS_OF_SHORT
