"""What cases are called: facts and ids that do not depend on the order of a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pytest_ftbench.errors import DataError
from pytest_ftbench.names import short_hash
from pytest_ftbench.records import Case


def identify(cases: Sequence[Case], *, suite: str | None = None) -> tuple[Case, ...]:
    """The cases with fact and id filled in, and the trained answer where abstention is due.

    suite: the question set they all belong to; None: each says its own.
    A case without a fact is its own: its id names the fact, or its question where there is no id. A case without an
    id is known by its variant, with a hash of its question where the fact has several of that variant. Rows that
    share an id but ask differently become `id`, `id#2`, ... in the order of their questions, not of the file.
    Raises DataError where the same question stands twice under one name.
    """
    named = _number_repeats([_with_owner(case, suite) for case in cases])
    if all(case.expect == "answer" for case in named):
        return tuple(named)
    siblings = defaultdict(list)
    for case in named:
        siblings[case.suite, case.fact].append(case)
    return tuple(_with_trained_answer(case, siblings[case.suite, case.fact]) for case in named)


def _with_owner(case: Case, suite: str | None) -> Case:
    fact = case.fact or case.id or case.question
    if suite is None or suite == case.suite:
        return case if fact == case.fact else replace(case, fact=fact)
    return replace(case, suite=suite, fact=fact)


def _number_repeats(cases: Sequence[Case]) -> list[Case]:
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        groups[_group(case)].append(index)
    named = list(cases)
    for indices in groups.values():
        if len(indices) > 1:
            for _, fault in find_doubles(cases[index] for index in indices):
                raise fault
            indices.sort(key=lambda index: _asked(cases[index]))
        for position, index in enumerate(indices, start=1):
            name = _id(cases[index], position=position, several=len(indices) > 1)
            if name != cases[index].id:
                named[index] = replace(cases[index], id=name)
    return _tell_apart(cases, named)


def _group(case: Case) -> tuple[str, str, str, str]:
    # Rows that only share an id may speak of several facts (a released benchmark has such ids).
    return case.suite, case.variant, case.id, "" if case.id else case.fact


def _id(case: Case, *, position: int, several: bool) -> str:
    if case.id:
        return case.id if position == 1 else f"{case.id}#{position}"
    return f"{case.variant}-{short_hash(*_asked(case))}" if several else case.variant


def _tell_apart(cases: Sequence[Case], named: list[Case]) -> list[Case]:
    """The named cases, no two alike: ids made here give way to those that were written.

    Made ids clash when a written one looks like them (`x#2` beside a repeated `x`, a `rephrased` beside a row of that
    variant without an id), or when the hashes of two of very many questions begin alike.
    """
    count = Counter(map(_name, named))
    if len(count) == len(named):
        return named
    return [
        replace(case, id=f"{case.id}-{short_hash(*_asked(case), digits=24)}")
        if count[_name(case)] > 1 and case.id != written.id
        else case
        for written, case in zip(cases, named, strict=True)
    ]


def _name(case: Case) -> tuple[str, str, str, str]:
    return case.suite, case.fact, case.variant, case.id


def find_doubles(cases: Iterable[Case]) -> Iterator[tuple[Case, DataError]]:
    """The cases that ask what an earlier one of their name asks, as read: with ids as written, or none."""
    first: dict[tuple[str, ...], Case] = {}
    for case in cases:
        earlier = first.setdefault((*_group(case), *_asked(case)), case)
        if earlier is not case:
            name = f"id {case.id!r}" if case.id else f"{case.variant} of {case.fact or case.question!r}"
            before = f"first on line {earlier.place.rpartition(':')[2]}" if earlier.place else "asked before"
            fault = f"duplicate case: {name} asks {case.question!r} twice ({before}). Remove one of them."
            yield case, DataError(case.place or case.suite, fault, kind="duplicate")


def _asked(case: Case) -> tuple[str, ...]:
    """What tells a case from others of its name, whatever the day."""
    if case.written:
        return case.written, case.written
    return case.question, case.text_to_send, *case.turns


def _with_trained_answer(case: Case, siblings: Iterable[Case]) -> Case:
    """What the fact's other cases expect is what a model that cannot tell them apart would answer here."""
    if case.expect != "abstain" or case.trained_answer:
        return case
    answers = {sibling.answer: None for sibling in siblings if sibling.expect == "answer" and _is_direct(sibling)}
    return replace(case, trained_answer=next(iter(answers))) if len(answers) == 1 else case


def _is_direct(case: Case) -> bool:
    return case.variant in ("memorization", "rephrased")
