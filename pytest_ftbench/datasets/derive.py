"""Yes or No, computed from the entity store, and what a question needs to be asked that way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytest_ftbench.datasets.entries import Rule
from pytest_ftbench.datasets.keys import BALANCED
from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.store import Column, Store, digest
from pytest_ftbench.datasets.values import Key, folded, sorted_by
from pytest_ftbench.names import meant_name

_MOST_LETTERS = 3
_MOST_NEAR = 3
"""Where nobody is asked the same with the other answer, so many of the next values are picked from."""
_ASCENDING = ("over", "greater")
"""Rules that hold of a value which is greater than what it is held against."""
_ORDERED = (*_ASCENDING, "under", "less", "between")


class Derived(NamedTuple):
    """What a rule says of one entity."""

    holds: bool
    fields: Mapping[str, str]
    """What the question's placeholders stand for."""
    other: str = ""
    """The id of the entity that it is compared with."""


class Balance(NamedTuple):
    """What a rule with a balanced operand is to come to for an entity, and how that is picked."""

    label: bool
    point: int
    """A hash: chance goes by it."""
    beside: str = ""
    """The entity that is asked the same and has the other answer; empty: none is."""


def is_ordered(kind: str) -> bool:
    """Whether rules of a kind need values of which one is more than another."""
    return kind in _ORDERED


def is_ascending(kind: str) -> bool:
    """Whether rules of a kind hold of what is greater than what it is held against."""
    return kind in _ASCENDING


def possible_labels(rule: Rule, column: Column, entity: str) -> tuple[bool, bool]:
    """Whether some operand makes the rule hold of an entity, and whether some makes it not hold.

    rule: one whose operand is balanced.
    """
    _check_order(rule, column)
    if rule.kind == "starts_with":
        is_open = len(column.initials) > 1
        return is_open, is_open
    low, high = column.places[entity]
    below, above = low, len(column.ranked) - high
    if rule.kind == "equal":
        return high - low > 1, below + above > 0
    return (below > 0, above > 0) if rule.kind in _ASCENDING else (above > 0, below > 0)


def derive(rule: Rule, column: Column, entity: str, store: Store, *, balance: Balance | None) -> Derived:
    """The rule applied to an entity's value.

    balance: what a balanced operand is picked by. Raises ShapeError for a tie, an entity compared with itself, a value
    that cannot be compared that way, and an operand that there is not.
    """
    _check_order(rule, column)
    if rule.is_balanced:
        assert balance is not None  # every balanced rule was given one
        return _derive_balanced(rule, column, entity, store, balance)
    if rule.kind in ("greater", "less", "equal"):
        return _compare(rule, column, entity, rule.operands[0], store)
    return _ONE_VALUE[rule.kind](rule, column, entity)


def _check_order(rule: Rule, column: Column) -> None:
    if rule.kind in _ORDERED:
        column.refuse_unordered(rule.kind)


def _derive_balanced(rule: Rule, column: Column, entity: str, store: Store, balance: Balance) -> Derived:
    if rule.kind == "starts_with":
        return Derived(balance.label, {"letters": _listed(_pick_letters(column, entity, balance))})
    pick = _pick_same_or_not if rule.kind == "equal" else _pick_apart
    other = pick(column, entity, balance, balance.label == (rule.kind in _ASCENDING))
    if rule.kind in ("over", "under"):
        return Derived(balance.label, {"threshold": column.values[other]})
    return Derived(balance.label, {"other": store.entities[other].name}, other)


def _pick_apart(column: Column, entity: str, balance: Balance, is_above: bool) -> str:
    """Somebody between an entity and the one beside it; beside none, one of the next, below or above."""
    low, high = column.places[entity]
    if balance.beside:
        first, end = column.places[balance.beside]
        return column.pick(balance.point, min(high, end), max(low, first))
    if is_above:
        return column.pick(balance.point, max(low - _MOST_NEAR, 0), low)
    return column.pick(balance.point, high, min(high + _MOST_NEAR, len(column.ranked)))


def _pick_same_or_not(column: Column, entity: str, balance: Balance, _: bool) -> str:
    """Another with the value of the one of whom it is to hold; where it holds of none, one with another value."""
    if balance.label or balance.beside:
        held = entity if balance.label else balance.beside
        return column.pick(balance.point, *column.places[held], but=held)
    low, high = column.places[entity]
    size = len(column.ranked)
    is_lower = balance.point % (low + size - high) < low
    return column.pick(balance.point, 0, low) if is_lower else column.pick(balance.point, high, size)


def _compare(rule: Rule, column: Column, entity: str, other: str, store: Store) -> Derived:
    store.check_entity(other, (), words=(BALANCED,))
    if other not in column.values:
        raise ShapeError(f"{other!r} has no {column.name!r} to compare with. Give it a value, or take another entity.")
    if other == entity:
        raise ShapeError(f"{entity!r} is compared with itself. Take another entity.", kind="self_comparison")
    key, held = column.keys[entity], column.keys[other]
    if rule.kind != "equal" and column.is_tied(key, held):
        fault = f"{entity!r} and {other!r} have the same {column.name!r}, {column.values[entity]!r}: a tie."
        raise ShapeError(f"{fault} Take another entity, or ask whether they are 'equal'.", kind="tie")
    holds = key == held if rule.kind == "equal" else key > held if rule.kind in _ASCENDING else key < held
    return Derived(holds, {"other": store.entities[other].name}, other)


def _hold_against(rule: Rule, column: Column, entity: str) -> Derived:
    (threshold,) = rule.operands
    key, held = column.keys[entity], _operand(threshold, column, rule)
    if column.is_tied(key, held):
        fault = f"the {column.name!r} of {entity!r} is {column.values[entity]!r}, the same as the threshold: a tie."
        raise ShapeError(f"{fault} Take another threshold.", kind="tie")
    return Derived(key > held if rule.kind in _ASCENDING else key < held, {"threshold": threshold})


def _lie_between(rule: Rule, column: Column, entity: str) -> Derived:
    low, high = (_operand(bound, column, rule) for bound in rule.operands)
    if low > high:
        raise ShapeError(f"between: {rule.operands[0]!r} is more than {rule.operands[1]!r}. Turn them round.")
    key = column.keys[entity]
    if column.is_tied(key, low) or column.is_tied(key, high):
        fault = f"the {column.name!r} of {entity!r} is {column.values[entity]!r}, the same as a bound: a tie."
        raise ShapeError(f"{fault} Take other bounds.", kind="tie")
    fields = dict(zip(("low", "high"), rule.operands, strict=True))
    return Derived(low < key < high, fields)


def _is_in_class(rule: Rule, column: Column, entity: str) -> Derived:
    members = {column.key_of(member) if column.order else folded(member) for member in rule.operands}
    return Derived(column.keys[entity] in members, {})


def _starts_with(rule: Rule, column: Column, entity: str) -> Derived:
    value = sorted_by(column.values[entity])
    fields = {"letters": _listed(rule.operands)}
    return Derived(any(value.startswith(sorted_by(letter)) for letter in rule.operands), fields)


def _has_parity(rule: Rule, column: Column, entity: str) -> Derived:
    value = column.keys[entity]
    if column.order != "number" or value % 1:
        raise ShapeError(
            f"the {column.name!r} of {entity!r} is {column.values[entity]!r}, neither even nor odd. Ask otherwise."
        )
    return Derived(value % 2 == (rule.operands[0] == "odd"), {})


_ONE_VALUE = {
    "over": _hold_against,
    "under": _hold_against,
    "between": _lie_between,
    "in_class": _is_in_class,
    "starts_with": _starts_with,
    "parity": _has_parity,
}


def _operand(text: str, column: Column, rule: Rule) -> Key:
    key = column.key_of(text)
    if key is None:
        wanted = "a number" if column.order == "number" else "a date as exact as the others"
        hint = f"Did you mean {BALANCED!r}?" if meant_name(text, (BALANCED,)) else "Write one."
        raise ShapeError(f"{rule.kind}: {text!r} is not {wanted}, which values of {column.name!r} are. {hint}")
    return key


def _pick_letters(column: Column, entity: str, balance: Balance) -> list[str]:
    """The initial of the one of whom it is to hold, and others; that of one of whom it is not to hold is not among."""
    initials = column.initial_of
    held = entity if balance.label else balance.beside
    refused = {initials[one] for one in (entity, balance.beside) if one}
    others = sorted(column.initials - refused, key=lambda letter: digest(str(balance.point), letter))
    letters = [initials[held], *others] if held else others
    return sorted(letters[:_MOST_LETTERS])


def _listed(words: tuple[str, ...] | list[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
