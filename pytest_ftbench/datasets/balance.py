"""Yes and No in equal numbers: which facts' questions are to come to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pytest_ftbench.datasets.derive import Balance, possible_labels
from pytest_ftbench.datasets.entries import Entry, Rule
from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.store import Column, Store, digest


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

    Where an entity's value allows only one, as the greatest does, it has that. Of the others those with the smallest
    hashes of (seed, fact, variant, question) become Yes, as many as make half; so a new entity turns few answers. The
    surplus of a group of odd size goes to what is rarer so far, groups being taken in alphabetical order.
    Raises ShapeError where all values are the same, so that nothing can be picked.
    """
    plan: Plan = {}
    surplus = 0  # of Yes over No
    for group in sorted(groups):
        column = store.column(group.attribute)
        free: list[tuple[int, Member]] = []
        yes = total = 0
        for member in groups[group]:
            rule = member.entry.rule
            assert rule is not None  # groups are made of rules
            can_hold, can_fail = _possible(rule, column, member)
            rank = digest(seed, f"{member.entity}.{group.attribute}", member.entry.variant, member.question)
            total += 1
            if can_hold and can_fail:
                free.append((rank, member))
            else:
                yes += can_hold
                plan[_name(group, member)] = Balance(can_hold, _stir(rank))
        wanted = (total + (surplus < 0)) // 2 - yes
        for position, (rank, member) in enumerate(sorted(free, key=lambda one: (one[0], one[1].entity))):
            plan[_name(group, member)] = Balance(position < wanted, _stir(rank))
        yes += min(max(wanted, 0), len(free))
        surplus += 2 * yes - total
    return plan


def _stir(rank: int) -> int:
    """A point of the ring that says nothing of the rank, by which the label goes.

    Source of the factor: Knuth, The Art of Computer Programming 3, section 6.4, multiplicative hashing.
    """
    return rank * 0x9E3779B97F4A7C15 % 2**64


def _name(group: Group, member: Member) -> tuple[str, ...]:
    return group.attribute, group.kind, member.entity, member.question


def _possible(rule: Rule, column: Column, member: Member) -> tuple[bool, bool]:
    try:
        labels = possible_labels(rule, column, member.entity)
    except ShapeError as fault:
        raise fault if fault.path else fault.below(*member.entry.path) from None
    if not any(labels):
        told = f"{rule.kind}: balanced finds no other {column.name!r} to hold that of {member.entity!r} against"
        raise ShapeError(f"{told}. Write out what to hold it against, or remove the question.", *member.entry.path)
    return labels
