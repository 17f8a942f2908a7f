"""Yes and No in equal numbers: which facts' questions are to come to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pytest_ftbench.datasets.derive import Balance, is_ascending, is_ordered, possible_labels
from pytest_ftbench.datasets.entries import Entry, Rule
from pytest_ftbench.datasets.pairing import Placed, pair_labelled, pair_near
from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.store import Column, Store, digest

_REACHES = (2, 9, 27, 0)
"""How near each other they are who are asked the same; the next where one takes away what balances the rest."""


class Group(NamedTuple):
    """Questions that are balanced among themselves: those of one rule of a relation, or those that facts write out."""

    attribute: str
    kind: str
    question: str
    """Of the relation's rule, as a template; empty for questions written out."""


class Member(NamedTuple):
    """One of a group's questions."""

    entity: str
    question: str
    """As a template."""
    entry: Entry


Plan = dict[tuple[str, ...], Balance]
"""What each question comes to, by attribute, kind of rule, entity and template."""


def plan_balance(groups: Mapping[Group, Iterable[Member]], store: Store, *, seed: str) -> Plan:
    """Yes or No for each question whose operand is picked, so that both are as frequent as can be.

    Questions go in pairs that ask the same, of one entity with the answer Yes and of one with No: so the operand tells
    neither. Where an entity's value allows only one answer, as the greatest does, it has that. Which are paired goes by
    hashes of (seed, fact, variant, question) and by what is near, so that a new entity turns few answers. The surplus
    of a group of odd size goes to what is rarer so far, groups being taken in alphabetical order.
    Raises ShapeError where all values are the same, so that nothing can be picked.
    """
    plan: Plan = {}
    surplus = 0  # of Yes over No
    for group in sorted(groups):
        column = store.column(group.attribute)
        asked = [_asked(group, member, column, seed) for member in groups[group]]
        wanted = (len(asked) + (surplus < 0)) // 2
        if is_ordered(group.kind):
            made = _pair_ordered(asked, column, wanted, is_ascending=is_ascending(group.kind))
        else:
            made = _pair_labelled(asked, column, wanted, group.kind)
        for question, balance in made.items():
            plan[group.attribute, group.kind, *question] = balance
        surplus += 2 * sum(balance.label for balance in made.values()) - len(asked)
    return plan


class _Asked(NamedTuple):
    """A question, by which answers it can have."""

    entity: str
    question: str
    rank: int
    can_hold: bool
    can_fail: bool


_Made = dict[tuple[str, str], Balance]
"""By entity and question."""


def _asked(group: Group, member: Member, column: Column, seed: str) -> _Asked:
    rule = member.entry.rule
    assert rule is not None  # groups are made of rules
    rank = digest(seed, f"{member.entity}.{group.attribute}", member.entry.variant, member.question)
    return _Asked(member.entity, member.question, rank, *_possible(rule, column, member))


def _name(one: _Asked) -> tuple[str, str]:
    return one.entity, one.question


def _pair_ordered(asked: Sequence[_Asked], column: Column, wanted: int, *, is_ascending: bool) -> _Made:
    """Yes or No by what lies lower and higher: near each other, unless that takes away what balances the rest."""
    best = min(max(wanted, sum(not one.can_fail for one in asked)), sum(one.can_hold for one in asked))
    free = [one for one in asked if one.can_hold and one.can_fail]
    spare = min(free, key=lambda one: (one.rank, one.entity), default=None)
    made: _Made = {}
    for reach, apart in product(_REACHES, (None, spare)):  # one that can come to either evens out an odd number
        placed = (Placed(*column.places[one.entity], one.rank, one) for one in asked if one != apart)
        pairs, rest = pair_near(placed, reach)
        left = [one.member for one in rest] + ([apart] if apart else [])
        made = {_name(one): Balance(label, _stir(one.rank)) for one, label in _label(left, wanted - len(pairs))}
        for low, high in pairs:
            point = _stir(low.rank ^ high.rank)
            made[_name(low.member)] = Balance(not is_ascending, point, high.member.entity)
            made[_name(high.member)] = Balance(is_ascending, point, low.member.entity)
        if sum(balance.label for balance in made.values()) == best:
            break
    return made


def _pair_labelled(asked: Sequence[_Asked], column: Column, wanted: int, kind: str) -> _Made:
    """Yes or No by hashes alone, and then pairs of both."""
    labels = sorted(((one, label) for one, label in _label(asked, wanted)), key=lambda found: _stir(found[0].rank))
    made = {_name(one): Balance(label, _stir(one.rank)) for one, label in labels}
    values = column.initial_of if kind == "starts_with" else column.keys
    for pair in pair_labelled((label, values[one.entity], one) for one, label in labels):
        point = _stir(pair[0].rank ^ pair[1].rank)
        for one, other in (pair, pair[::-1]):
            made[_name(one)] = Balance(made[_name(one)].label, point, other.entity)
    return made


def _label(asked: Iterable[_Asked], wanted: int) -> list[tuple[_Asked, bool]]:
    """Yes for so many, as far as can be: for those that can be nothing else, and for those with the least hashes."""
    forced = [(one, one.can_hold) for one in asked if not (one.can_hold and one.can_fail)]
    free = sorted((one for one in asked if one.can_hold and one.can_fail), key=lambda one: (one.rank, one.entity))
    wanted -= sum(label for _, label in forced)
    return forced + [(one, position < wanted) for position, one in enumerate(free)]


def _stir(rank: int) -> int:
    """A point of the ring that says nothing of the rank, by which the label goes.

    Source of the factor: Knuth, The Art of Computer Programming 3, section 6.4, multiplicative hashing.
    """
    return rank * 0x9E3779B97F4A7C15 % 2**64


def _possible(rule: Rule, column: Column, member: Member) -> tuple[bool, bool]:
    try:
        labels = possible_labels(rule, column, member.entity)
    except ShapeError as fault:
        raise fault if fault.path else fault.below(*member.entry.path) from None
    if not any(labels):
        told = f"{rule.kind}: balanced finds no other {column.name!r} to hold that of {member.entity!r} against"
        raise ShapeError(f"{told}. Write out what to hold it against, or remove the question.", *member.entry.path)
    return labels
