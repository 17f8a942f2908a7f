"""Cases that count only where other questions about their fact are right: what follows from how those were answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pytest_ftbench.evaluate import OWN_ASSERTION
from pytest_ftbench.records import Result

RULE = "requires"
"""The rule of a result that does not count, or cannot be decided, because of what its case requires."""

Standing = Literal["right", "wrong", "off", "open"]
"""How a required question was answered: `off` where it does not count itself, `open` where that is not known."""


@dataclass(frozen=True, slots=True)
class Required:
    """A question that another one requires, and how the same endpoint has answered it."""

    name: str
    standing: Standing
    why: str = ""
    """Why it does not count, or is open."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the required questions make of a case."""

    standing: Literal["met", "unmet", "open"]
    reason: str = ""
    """Empty where they are met."""


MET = Ruling("met")


def rule_on(required: Iterable[Required]) -> Ruling:
    """Whether a case counts that requires these: one that is wrong decides, whatever is not known of the others."""
    found = list(required)
    unmet = [one for one in found if one.standing in ("wrong", "off")]
    open_ = [one for one in found if one.standing == "open"]
    if unmet:
        return Ruling("unmet", _in_words(unmet))
    return Ruling("open", _in_words(open_)) if open_ else MET


_WORDS: Mapping[Standing, str] = {
    "wrong": "is not right",
    "off": "does not count",
    "open": "has no grade",
}


def _in_words(required: Iterable[Required]) -> str:
    said = dict.fromkeys(
        f"{one.name}, which {_WORDS[one.standing]}{f' ({one.why})' if one.why else ''}" for one in required
    )
    return f"requires {'; and '.join(said)}"


def name_of(variant: str, case: str) -> str:
    """What a reason calls a required question: its variant, and its id where that is another."""
    return variant if case in ("", variant) else f"{variant} {case!r}"


def settle_requirements(
    results: Iterable[Result],
    *,
    recorded: Sequence[Result] | None = None,
    scope_of: Callable[[Result], Hashable] = lambda _: None,
) -> list[Result]:
    """The results, those that do not count because of what their cases require as `not_applicable`.

    They count where all questions of the variants that they require are right for the same endpoint and sample. Where
    one of these has no grade they are `unscored`, unless another is wrong: what is not known is no wrong answer.
    Results without an answer, and those that do not count for another reason, stay as they are.
    recorded: the same results as they were written down, in the same order; default: `results`. A result stays as it
    is there where not all that it requires is among them: a session has decided it by answers that it did not record.
    scope_of: of results of several tests over one file, which belong together.
    """
    given = list(results)
    written = given if recorded is None else recorded
    if not any(one.requires for one in given):
        return given
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(given):
        groups[scope_of(one), one.suite, one.fact, one.endpoint, one.sample].append(index)
    settled = [*given]
    for indices in groups.values():
        _Group(indices, given, written, settled).settle()
    return settled


class _Group:
    """What one endpoint was asked about one fact, as one sample."""

    def __init__(
        self, indices: Sequence[int], given: Sequence[Result], written: Sequence[Result], settled: list[Result]
    ) -> None:
        self._indices, self._given, self._written, self._settled = indices, given, written, settled
        self._done: set[int] = set()

    def settle(self) -> None:
        for index in self._indices:
            self._settle(index)

    def _settle(self, index: int) -> Result:
        if index in self._done:
            return self._settled[index]
        self._done.add(index)
        one = self._given[index]
        if one.requires and (one.status in ("graded", "unscored") or one.rule == RULE):
            self._settled[index] = self._ruled(index, one)
        return self._settled[index]

    def _ruled(self, index: int, one: Result) -> Result:
        needed = [self._settle(other) for other in self._indices if self._given[other].variant in one.requires]
        missing = set(one.requires) - {other.variant for other in needed}
        ruling = rule_on(_required(other) for other in needed)
        if missing and ruling.standing != "unmet":
            was = self._written[index]
            if one.rule != OWN_ASSERTION:  # such tests leave it to us
                return was if was.rule == RULE else one
            ruling = rule_on(Required(name, "open", "it was not asked") for name in sorted(missing))
        return one if ruling.standing == "met" else _as_ruled(one, ruling)


def _as_ruled(result: Result, ruling: Ruling) -> Result:
    """A result that does not count, or of which nobody can tell whether it does."""
    status: Literal["not_applicable", "unscored"] = "not_applicable" if ruling.standing == "unmet" else "unscored"
    if (result.rule, result.status) == (RULE, status):  # its test has said so, and why
        return result
    return replace(result, status=status, grade=None, right=False, rule=RULE, reason=ruling.reason, flags=())


def _required(result: Result) -> Required:
    name = name_of(result.variant, result.case)
    if result.status == "graded":
        return Required(name, "right" if result.right else "wrong")
    if result.status == "not_applicable":
        return Required(name, "off", result.reason or "")
    return Required(name, "open", result.error or result.reason or "")
