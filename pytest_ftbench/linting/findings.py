"""What can be wrong with a question set, by code, and one place where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

SILENCER = "noqa"
"""The tag that holds the codes, or kinds of them, which are not told of a case, and why."""
_CODE = pattern(r"\bFTB\d+\b")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong."""

    about: str
    """In a sentence."""
    is_error: bool = True
    """Whether what is measured is certainly wrong; else a person has to look."""


CODES: Mapping[str, Rule] = {
    "FTB001": Rule("a file, or a row or fact of it, cannot be read"),
    "FTB101": Rule(
        "a fact, or the same question, stands twice under one name, in one file or in two of the same suite"
    ),
    "FTB102": Rule("rows share an id, which is then numbered by their questions", is_error=False),
    "FTB103": Rule("`requires` names a variant that the fact does not have, or goes in a circle"),
    "FTB201": Rule("an answer contradicts the entity store"),
    "FTB202": Rule("somebody is compared with himself"),
    "FTB203": Rule("what is compared is the same: a tie"),
    "FTB204": Rule("two entities share an alias, or one's alias is the other's name", is_error=False),
    "FTB205": Rule("the same question stands twice with answers that contradict each other"),
    "FTB206": Rule("two entities share a name, or an alias that is asked by, so that a question means either"),
    "FTB301": Rule("more than 60 % of at least 20 yes/no answers are the same", is_error=False),
    "FTB302": Rule("at least 5 questions of a relation and variant have one answer", is_error=False),
    "FTB401": Rule("the question gives the answer away", is_error=False),
    "FTB402": Rule("a question that tests generalisation is the one that was trained"),
    "FTB403": Rule("a `date_change` question asks what is asked elsewhere with an answer"),
    "FTB404": Rule("a `date_change` question is about a time that has come"),
    "FTB405": Rule("a rephrased question calls the entity by another name than the trained one", is_error=False),
    "FTB406": Rule("a number is asked for whose unit is said nowhere", is_error=False),
    "FTB501": Rule("`answer_before` is the answer"),
    "FTB502": Rule("an answer reads as if abstention were due", is_error=False),
    "FTB503": Rule("verdicts (`Correct`, `Incorrect`) stand where answers belong", is_error=False),
    "FTB504": Rule("the `match` cannot work with the answer"),
    "FTB505": Rule("an answer is an error value of a spreadsheet (`#N/A`, `#REF!`, `#####`)"),
    "FTB601": Rule("the day of `review_by` is over", is_error=False),
    "FTB602": Rule(
        "abstention is due, but `precondition: unknown` drops it where the baseline abstains", is_error=False
    ),
    "FTB603": Rule("a tag `noqa` names no code, or one that there is not", is_error=False),
}
"""By code. Its first digit: 0 reading, 1 names, 2 contradictions, 3 balance, 4 questions, 5 answers, 6 upkeep."""

_BY_KIND = {
    "duplicate": "FTB101",
    "requires": "FTB103",
    "self_comparison": "FTB202",
    "tie": "FTB203",
    "shared_name": "FTB206",
    "": "FTB001",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong, at one place."""

    file: str
    line: int
    """From 1."""
    code: str
    message: str
    """What is wrong, and what to do about it."""
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Those of the case, or entity, where it stands."""
    is_error: bool = field(default=True, compare=False)
    is_refusal: bool = field(default=False, compare=False)
    """Whether a session would refuse the file for it. Such a one is always told."""

    @property
    def is_silenced(self) -> bool:
        """Whether the tag SILENCER of the place names its code, or the kind of it."""
        told = self.tags.get(SILENCER, "")
        return bool(told) and not self.is_refusal and self.code.startswith(codes_in(told))


def codes_in(text: str) -> tuple[str, ...]:
    """The codes, or beginnings of codes, that a text holds."""
    return tuple(_CODE.findall(text.upper()))


def is_known(code: str) -> bool:
    """Whether it is a code, or the beginning of one."""
    return any(known.startswith(code) for known in CODES)


def find(code: str, where: Case | str, message: str, *, tags: Mapping[str, str] | None = None) -> Finding:
    """A finding at a case, or at a place `file:line`."""
    place, own = (where.place, where.tags) if isinstance(where, Case) else (where, {})
    file, line = _split(place)
    return Finding(file, line, code, message, own if tags is None else tags, CODES[code].is_error)


def find_fault(fault: DataError) -> Finding:
    """The finding that a refusal comes to."""
    file, line = _split(fault.place)
    return Finding(file, line, _BY_KIND[fault.kind], fault.fault, is_refusal=True)


def _split(place: str) -> tuple[str, int]:
    file, colon, line = place.rpartition(":")
    return (file, int(line)) if colon and line.isdecimal() and file else (place, 1)


def parse_codes(texts: Iterable[str], *, option: str) -> tuple[str, ...]:
    """The codes that texts name, by whole codes or their beginnings, with commas between them.

    Raises SpecError for one that no code begins with.
    """
    named = [code.strip().upper() for text in texts for code in text.split(",") if code.strip()]
    for name in named:
        if not is_known(name):
            raise SpecError(f"{option}: unknown code {name!r}. 'ftbench lint --codes' lists all.")
    return tuple(code for code in CODES if code.startswith(tuple(named)))
