"""Whether a text asserts what stands in it: negation, hindsight, hearsay, corrections and refusals around a span.

Spans are positions in `Reading.low`. The guards err on the side of doubt: the worst they can do is to leave a right
answer undecided, the worst their absence can do is to pass a wrong one.
"""

from __future__ import annotations

import re

from pytest_ftbench.judges.cues import cued
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.normalise import find_letter_runs
from pytest_ftbench.judges.opposites import find_opposite, opposites_of
from pytest_ftbench.judges.phrases import REFUSAL
from pytest_ftbench.patterns import pattern

_NEAR = 70
_FAR = 400

_FILLER = (
    r"(?:(?:the|an?|in|at|to|by|for|of|on|from|with|as|about|exactly|actually|really|just|simply|being|be|is|was"
    r"|called"
    r"|named|any|even|mr|mrs|ms|dr|rev|prof|st)\.?\s+|[\"'(\[]\s*|[$€£]\s*)*"
)
# What stands right before a span and denies it, or puts it in the past.
_DISMISSED_BEFORE = cued(
    r"(?:\b(?:not|never|neither|nor|cannot|no longer|isn't|wasn't|aren't|weren't|don't|doesn't|didn't|hasn't|won't"
    r"|rather than|instead of|in place of|as opposed to|(?<!none )other than|unlike|except(?:ing)?(?: for)?"
    r"|excluding|besides|but not"
    r"|replac(?:es|ed|ing)|supersed(?:es|ed|ing)|succe(?:eds|eded|eding)|formerly|previously|originally|initially"
    r"|used to be|no more|up from|down from|t(?:ook|aking|akes) over from|raised from|lowered from|increased from"
    r"|reduced from|changed from"
    r"|away from"
    r"|better than|worse than|different from)\b[,:]?\s+)" + _FILLER + r"$",
    """
    not never neither nor cannot no t than instead place opposed unlike except excepting excluding besides replaces
    replaced replacing supersedes superseded superseding succeeds succeeded succeeding formerly previously originally
    initially used from
    """,
)
# "changed from 21 days to 25": the part before `to` is the past.
_FROM_BEFORE = pattern(r"\bfrom\s+" + _FILLER + r"$")
_TO_AFTER = pattern(r"[^.;!?\n]{0,20}?\bto\b")
# "until 2020", "at first", "in the past" after a span, or the question mark that makes a query of it.
_DISMISSED_AFTER = cued(
    r"[\"')\]]*\s*(?:\?|\((?:old|former|formerly|previous|previously|outdated|deprecated|wrong|incorrect"
    r"|not)\b[^()\d]{0,20}\)"
    r"|,?\s*(?:until|till)\b|,?\s*(?:at first|in the past|originally|previously|formerly"
    r"|initially)\b(?=[\s,.;]*(?:$|[.;,]|but|and)))",
    """
    old former formerly previous previously outdated deprecated wrong incorrect not until till first past originally
    initially
    """,
    signs="?",
)
_SENTENCE_END = pattern(
    r"[!?;\n.](?:(?<!\.)|(?<!\b[a-z]\.)(?<!\b(?:mr|dr|ms|st|jr|vs)\.)(?<!\b(?:mrs|rev|gen|sen|gov)\.)"
    r"(?=[\s\"')]|$))"
)
_TURN = pattern(r"\b(?:but|however|instead|actually|nevertheless|nonetheless|still|yet)\b(?! not\b)")
_DOUBT_BEFORE = cued(
    r"\b(?:not|no(?! *,)|never|neither|nor|cannot|nothing|nobody|without|unlike|except|either|whether|if|unless"
    r"|suppose"
    r"|den(?:y|ies|ied)|false(?:ly)?|wrong(?:ly)?|incorrect(?:ly)?|mistak(?:es?|en(?:ly)?|ing)|misconception|myth|rumou?r(?:s|ed)?"
    r"|contrary"
    r"|alleged(?:ly)?|supposed(?:ly)?|claim(?:s|ed)?|rul(?:e|es|ed|ing) out|anything but|far from|used to|formerly"
    r"|previously|originally|former answer|old answer|outdated"
    r"|(?:some|many|most|few|people|they|you|others?) (?:might |may |would |could |often |still )?(?:say|think"
    r"|believe|claim|assume|expect|guess)"
    r"|as opposed to|rather than|instead of)\b|n't\b",
    """
    not no never neither nor cannot nothing nobody without unlike except either whether if unless suppose deny
    denies denied false falsely wrong wrongly incorrect incorrectly mistake mistakes mistaken mistakenly mistaking
    misconception myth rumor rumors rumored rumour rumours rumoured contrary alleged allegedly supposed supposedly
    claim claims claimed rule rules ruled ruling anything far used formerly previously originally former old
    outdated say think believe assume expect guess opposed than instead t
    """,
)
_DOUBT_AFTER = cued(
    r"\b(?:is|was|are|were|do|does|did|has|have|had|will|would|can|could|should|might|may)\s+(?:\w+\s+)?not\b|n't\b"
    r"|\b(?:cannot|never|no longer|wrong|incorrect|false|untrue|mistaken|misconception|myth|rumou?r|outdated"
    r"|obsolete|deprecated"
    r"|unlikely|disputed|denied|unconfirmed|unknown|until|used to|or not)\b"
    r"|\b(?:in|with|under|by) (?:the |an? )?(?:old|older|earlier|previous|prior|former)\b"
    r"|\bbefore\b(?=(?: \w+){1,3} (?:took|became|replaced|succeeded|was|were|moved|changed)\b)"
    r"|\b(?:previously|formerly|at first)(?=\s*(?:$|[.,;)]))|\b(?:the|an?|our|their|its) (?:old|previous|former"
    r"|prior|earlier|original)\b"
    r"|\b(?:is|was|has been|have been|been|gets?|got) (?:\w+ )?(?:replaced|renamed|superseded|removed|abolished"
    r"|succeeded|changed|dropped)\b",
    """
    not t cannot never no wrong incorrect false untrue mistaken misconception myth rumor rumors rumored rumour rumours
    rumoured outdated obsolete deprecated unlikely disputed denied unconfirmed unknown until used old older earlier
    previous prior former before previously formerly first original replaced renamed superseded removed abolished
    succeeded changed dropped
    """,
)
_CORRECTED_AFTER = cued(
    r"(?:[.!?;:,\n(]|\s-)\s*[\"'(]*(?:no|nope|wait|actually|sorry|correction|scratch|apologies|oops|hmm|i mean"
    r"|or rather"
    r"|rather|on second thoughts?|i take (?:it|that) back|my mistake|just kidding)\b"
    r"|\b(?:that|this|it|which)(?: is|'s| was) (?:not|wrong|incorrect|false|no longer|outdated|(?:now )?obsolete"
    r"|(?:the|an|my) (?:old|former|previous|wrong|outdated))\b"
    r"|\b(?:is|are|was|were|it's) (?:now|since)\b|\b(?:now|since) (?:is|are|been|moved|replaced|changed|renamed"
    r"|called)\b"
    r"|\b(?:as of|since) (?:then|now|recently)\b|\b(?:has|have|had) since\b|\b(?:changed|renamed|updated|revised"
    r"|corrected|raised|lowered|increased|reduced|moved) to\b",
    """
    no nope wait actually sorry correction scratch apologies oops hmm mean rather thought thoughts back mistake kidding
    not wrong incorrect false obsolete outdated old former previous now since then recently changed renamed updated
    revised corrected raised lowered increased reduced moved
    """,
)
_STILL_ANSWERS = pattern(
    r"\b(?:but|however|though|although|that said|nevertheless|nonetheless|still|yet|guess|believe|think|likely"
    r"|probably"
    r"|perhaps|possibly|maybe|assume|estimate|recall|remember)\b"
)


def is_dismissed(reading: Reading, start: int, end: int) -> bool:
    """Whether the words right around a span deny it, put it in the past or ask for it."""
    low = reading.low
    if _DISMISSED_AFTER.may_match(reading) and _DISMISSED_AFTER.pattern.match(low, end):
        return True
    if not _DISMISSED_BEFORE.may_match(reading):
        return False
    before = low[max(0, start - _NEAR) : start]
    if _DISMISSED_BEFORE.pattern.search(before):
        return True
    return "from" in before and bool(_FROM_BEFORE.search(before) and _TO_AFTER.match(low, end))


def find_doubt(reading: Reading, start: int, end: int) -> str:
    """Why a span may not be what the text asserts, or an empty text."""
    if is_dismissed(reading, start, end):
        return "denied, asked or put in the past"
    if doubt := _find_doubt_before(reading, start) or _find_doubt_after(reading, end):
        return doubt
    if opposite := _find_opposite(reading, start, end):
        return f"beside {opposite!r}"
    low = reading.low
    if _CORRECTED_AFTER.may_match(reading) and (found := _CORRECTED_AFTER.pattern.search(low, end, end + _FAR)):
        return f"before {found[0].strip(' .,;:!?')!r}"
    return _find_refusal_doubt(low, start) if reading.refuses else ""


def _find_doubt_before(reading: Reading, start: int) -> str:
    """What the sentence says before a span and after its last turn ("but") that puts the span in doubt."""
    if not _DOUBT_BEFORE.may_match(reading):
        return ""
    low = reading.low
    begin = _sentence_start(low, start)
    turn = max((found.end() for found in _TURN.finditer(low[begin:start])), default=0)
    found = _DOUBT_BEFORE.pattern.search(low[begin + turn : start])
    return f"after {found[0]!r}" if found and not _is_echo(found, reading.low_question) else ""


def _find_doubt_after(reading: Reading, end: int) -> str:
    """What the rest of the sentence says that puts a span in doubt."""
    low, is_asking = reading.low, "?" in reading.low
    if not (is_asking or _DOUBT_AFTER.may_match(reading)):
        return ""
    stop = _sentence_stop(low, end)
    if (found := _DOUBT_AFTER.pattern.search(low, end, stop)) and not _is_echo(found, reading.low_question):
        return f"before {found[0]!r}"
    return "in a question" if low[stop : stop + 1] == "?" else ""


def _find_opposite(reading: Reading, start: int, end: int) -> str:
    """The word in the sentence of a span that says the opposite of the question's, or an empty text."""
    question, low = reading.low_question, reading.low
    if all(other.isdisjoint(reading.letter_runs) for _, other in opposites_of(question)):
        return ""
    begin, stop = find_sentence(low, start, end)
    return find_opposite(question, frozenset(find_letter_runs(f"{low[begin:start]} {low[end:stop]}")))


def _find_refusal_doubt(low: str, start: int) -> str:
    for found in REFUSAL.pattern.finditer(low, max(0, start - 2 * _FAR), start + 2 * _FAR):
        if found.start() > start or not _STILL_ANSWERS.search(low, found.end(), start):
            return f"beside {found[0]!r}"
    return ""


def find_sentence(low: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a span begins and ends, or the 400 characters on either side of it."""
    return _sentence_start(low, start), _sentence_stop(low, end)


def _sentence_start(low: str, position: int) -> int:
    begin = max(0, position - _FAR)
    return max((found.end() for found in _SENTENCE_END.finditer(low, begin, position)), default=begin)


def _sentence_stop(low: str, position: int) -> int:
    found = _SENTENCE_END.search(low, position, position + _FAR)
    return found.start() if found else min(len(low), position + _FAR)


def _is_echo(found: re.Match[str], question: str) -> bool:
    """Whether the question has the words already: "Who did not sign?" makes nothing of a "not" in the answer."""
    return found[0] in question
