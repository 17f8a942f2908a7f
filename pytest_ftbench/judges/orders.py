"""The guard against responses that speak to whoever grades them: what they name there is not their answer."""

from __future__ import annotations

from pytest_ftbench.judges.cues import cued
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.normalise import clean_text

_ORDERS = cued(
    r"<\W{0,10}(?:end\W{0,3})?resp"  # a fence of a judge's prompt
    r"|<\|[\w /-]{1,40}\||\[\s?/?\s?inst\s?\]|</?(?:s|sys|system|user|assistant)>"  # a change of roles
    r"|\b(?:grade|verdict|score)[\"'\\]{0,4}\s?[:=]\s?[\"'\\]{0,4}(?:correct|right|pass|abstained|a|1|100)\b"
    r"|\b(?:mark|grade|score|rate|judge|count|accept)\s(?:this|it|the|my|every|any|all)\b[^.\n]{0,60}\b(?:correct|right)\b"
    r"|\b(?:dear|note to the|attention,?|you are now an?)\s(?:\w+\s)?(?:grader|judge|evaluator)\b",
    "grade verdict score mark rate judge count accept dear note attention you",
    signs="<[",
)


def gives_orders(reading: Reading) -> bool:
    """Whether a response reads like a message to its grader: a forged fence, role or verdict, or a plea for a grade."""
    if reading.answer is reading.text:
        return _ORDERS.may_match(reading) and _ORDERS.pattern.search(reading.low) is not None
    return _ORDERS.pattern.search(clean_text(reading.text).lower()) is not None
