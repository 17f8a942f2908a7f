"""What is asked about a fact, and what the answer should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pytest_ftbench.datasets.derive import Balance, derive
from pytest_ftbench.datasets.entries import Entity, Entry
from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.shift import read_shift, shift_years
from pytest_ftbench.datasets.store import Store, digest
from pytest_ftbench.datasets.subjects import Subject
from pytest_ftbench.datasets.templates import fill
from pytest_ftbench.records import Expect

_MOST_TRAINED = 200
"""In an answer about somebody unseen so many trained values are looked for at most: judging takes time for each."""
_ABSTAINING = ("date_change", "unseen_entity")
"""Variants that expect abstention unless they say otherwise."""
_COMPARING = ("greater", "less", "equal")
_Fields = Mapping[str, str]


class Asked(NamedTuple):
    """One question and its answer, before settings are inherited."""

    entry: Entry
    question: str
    expect: Expect
    answer: str
    aliases: tuple[str, ...] = ()
    is_own: bool = False
    """The answer is not the fact's, so that the fact's matcher and superseded answer are not its own."""
    trained_answer: str = ""
    turns: tuple[str, ...] = ()
    prompt: str = ""
    written: str = ""
    other: str = ""


class Asker:
    """Finds the questions about facts of one file."""

    def __init__(self, store: Store, plan: Mapping[tuple[str, ...], Balance], today: date) -> None:
        self._store, self._plan, self._today = store, plan, today
        self._trained_values: dict[str, list[str]] = {}

    def ask(self, subject: Subject, entry: Entry, fields: _Fields | None) -> Sequence[Asked]:
        """The questions that an entry comes to.

        fields: what `fields_of` the subject gives. Raises ShapeError for an answer that cannot be computed; without a
        path where the entry itself is to blame.
        """
        if fields is None or subject.entity is None:
            return (self._ask_plain(subject, entry),)
        if subject.is_unseen:
            trained, *others = self._trained(subject.attribute) or [""]
            return (self._ask(entry, fields, subject, expect="abstain", answer=trained, trained_aliases=tuple(others)),)
        if entry.rule is not None:
            return () if _is_about_itself(subject, entry) else self._ask_derived(subject, entry, fields)
        if entry.variant == "alias" and entry.question is not None:
            return self._ask_aliases(subject, subject.entity, entry, fields)
        if entry.variant == "reverse" and entry.answer is None:
            self._refuse_ambiguous(subject)
            name, aliases = subject.entity.name, self._store.own_aliases(subject.entity_id)
            return (self._ask(entry, fields, subject, answer=name, aliases=aliases, is_own=True),)
        own = subject.plain.aliases if subject.plain else ()
        return (self._ask(entry, fields, subject, answer=fields["value"], aliases=own),)

    def _ask_plain(self, subject: Subject, entry: Entry) -> Asked:
        plain = subject.plain
        assert plain is not None  # what else would make it a fact
        if entry.rule is not None:
            fault = f"{entry.rule.kind!r} is computed from the entity store. Say by 'about: ENTITY.ATTRIBUTE' of what."
            raise ShapeError(fault)
        if entry.variant == "reverse" and entry.answer is None:
            raise ShapeError("a reverse question has an answer of its own. Fill in 'answer'.")
        return self._ask(entry, None, subject, answer=plain.answer, aliases=plain.aliases, expect=plain.expect)

    def _ask_aliases(self, subject: Subject, entity: Entity, entry: Entry, fields: _Fields) -> list[Asked]:
        if "{alias}" not in (entry.question or ""):
            raise ShapeError(f"an alias question must name {{alias}}, got {entry.question!r}.")
        if not entity.aliases and entry.path[0] == "facts":
            raise ShapeError(f"{subject.entity_id!r} has no aliases. Give it one, or remove the question.")
        for alias in entity.aliases:
            if other := self._store.namesake(alias, subject.entity_id, subject.attribute):
                fault = f"{subject.entity_id!r} and {other!r} are both called {alias!r}, so that alias questions mean"
                told = f"{fault} either. Give them different aliases."
                raise ShapeError(told, *entity.path, "aliases", kind="shared_name")
        own = subject.plain.aliases if subject.plain else ()
        return [
            self._ask(entry, {**fields, "alias": alias}, subject, answer=fields["value"], aliases=own)
            for alias in entity.aliases
        ]

    def _ask_derived(self, subject: Subject, entry: Entry, fields: _Fields) -> Sequence[Asked]:
        """The question whose answer is computed; none where its operand could not be picked."""
        rule, entity = entry.rule, subject.entity_id
        assert rule is not None  # or it would be asked otherwise
        if entry.question is None:
            raise ShapeError(f"{entry.variant} has no question. Write one, or remove the key.")
        balance = self._plan.get((subject.attribute, rule.kind, entity, entry.question)) if rule.is_balanced else None
        if rule.is_balanced and balance is None:
            return ()
        found = derive(rule, self._store.column(subject.attribute), entity, self._store, balance=balance)
        answer = "Yes" if found.holds else "No"
        return (self._ask(entry, {**fields, **found.fields}, subject, answer=answer, is_own=True, other=found.other),)

    def _ask(
        self,
        entry: Entry,
        fields: _Fields | None,
        subject: Subject,
        *,
        answer: str,
        aliases: tuple[str, ...] = (),
        expect: Expect = "answer",
        is_own: bool = False,
        other: str = "",
        trained_aliases: tuple[str, ...] = (),
    ) -> Asked:
        """The question as it is written, and the answer that it says or, where it says none, this one.

        fields: what placeholders stand for; None: there are none, and braces are braces.
        """
        question, prompt, written = self._question(entry, fields, subject)
        turns = entry.turns
        if turns:
            turns = tuple(_turn(turn, fields, prompt or question) for turn in turns)
            prompt = ""
        question = question.strip() or (turns[0] if turns else prompt).strip()
        if not question or (turns and not all(map(str.strip, turns))):
            raise ShapeError(f"{entry.variant} has no question. Write one, or remove the key.")
        if entry.answer is not None:
            expect = entry.expect or "answer"
            if entry.answer != answer:
                answer, aliases, is_own = entry.answer, (), True
        else:
            expect = entry.expect or ("abstain" if entry.variant in _ABSTAINING else expect)
        if expect == "abstain":
            return Asked(entry, question, expect, "", trained_aliases, is_own, answer, turns, prompt, written, other)
        if entry.aliases is not None:
            aliases = entry.aliases
        return Asked(entry, question, expect, answer, aliases, is_own, "", turns, prompt, written, other)

    def _question(self, entry: Entry, fields: _Fields | None, subject: Subject) -> tuple[str, str, str]:
        """What is asked, what is sent where that is another text, and what is written where it depends on the day."""
        if entry.question is None:
            trained = _trained_entry(subject) if entry.turns else None
            return (*_filled(trained or entry, fields), "")
        years = read_shift(entry.question) if entry.variant == "date_change" else None
        if years is None:
            return (*_filled(entry, fields), "")
        trained = _trained_entry(subject)
        if trained is None:
            raise ShapeError("the fact has no question whose year could be moved. Write the date_change question out.")
        question, prompt = _filled(trained, fields)
        moved = shift_years(question, years, today=self._today)
        prompt_moved = shift_years(prompt, years, today=self._today) if prompt else ""
        return moved, prompt_moved, f"{prompt or question.strip()} +{years}y"

    def _refuse_ambiguous(self, subject: Subject) -> None:
        column = self._store.column(subject.attribute)
        holders = column.holders[column.keys[subject.entity_id]]
        if len(holders) > 1:
            first, second, *_ = sorted(holders)
            fault = f"{first!r} and {second!r} have the same {subject.attribute!r}, {column.values[first]!r}"
            remedy = "Ask 'reverse' in facts whose value nobody shares, or change a value."
            raise ShapeError(f"{fault}: a reverse question would have several answers. {remedy}")

    def _trained(self, attribute: str) -> list[str]:
        values = self._trained_values.get(attribute)
        if values is None:
            trained = set(self._store.column(attribute).values.values())
            values = sorted(trained, key=lambda value: digest(attribute, value))[:_MOST_TRAINED]
            self._trained_values[attribute] = values
        return values


def fields_of(subject: Subject) -> dict[str, str] | None:
    """What placeholders stand for in all texts about a subject; None for facts outside the entity store."""
    entity = subject.entity
    if entity is None:
        return None
    fields = {"name": entity.name}
    if entity.aliases:
        fields["alias"] = entity.aliases[0]
    if not subject.is_unseen:
        fields["value"] = entity.values[subject.attribute]
    return fields


def _trained_entry(subject: Subject) -> Entry | None:
    """What memorization asks."""
    own = subject.plain.trained if subject.plain else None
    return own or (subject.relation.trained if subject.relation else None)


def _filled(entry: Entry, fields: _Fields | None) -> tuple[str, str]:
    """An entry's question and what is sent in its place."""
    question, prompt = entry.question or "", entry.prompt
    return (question, prompt) if fields is None else (fill(question, fields), prompt and fill(prompt, fields))


def _is_about_itself(subject: Subject, entry: Entry) -> bool:
    """Whether a relation compares all its entities with this one."""
    if entry.rule is None or entry.rule.kind not in _COMPARING:
        return False
    return entry.path[0] == "relations" and entry.rule.operands == (subject.entity_id,)


def _turn(turn: str, fields: _Fields | None, question: str) -> str:
    if fields is None:
        return turn.replace("{question}", question.strip())
    return fill(turn, {**fields, "question": question.strip()} if question else fields)
