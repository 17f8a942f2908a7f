"""What is asked about a fact, and what the answer should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from pytest_ftbench.datasets.derive import Balance, Derived, derive
from pytest_ftbench.datasets.entries import Entry
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
_Fields = Mapping[str, str]


class Asked(NamedTuple):
    """One question and its answer, before settings are inherited."""

    entry: Entry
    variant: str
    question: str
    expect: Expect
    answer: str
    aliases: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    prompt: str = ""
    trained_answer: str = ""
    written: str = ""
    other: str = ""
    is_own: bool = False
    """The answer is not the fact's, so that the fact's matcher and superseded answer are not its own."""


class Asker:
    """Finds the questions about facts of one file."""

    def __init__(self, store: Store, plan: Mapping[tuple[str, ...], Balance], today: date) -> None:
        self._store, self._plan, self._today = store, plan, today

    def ask(self, subject: Subject, entry: Entry) -> Iterator[Asked]:
        """The questions that an entry comes to.

        Raises ShapeError for an answer that cannot be computed; without a path where the entry itself is to blame.
        """
        if subject.entity is None:
            yield self._ask_plain(subject, entry)
        elif subject.is_unseen:
            yield self._ask_unseen(subject, entry)
        elif entry.rule is not None:
            if not _is_about_itself(subject, entry):
                yield self._ask_derived(subject, entry)
        elif entry.variant == "alias" and entry.question is not None:
            yield from self._ask_aliases(subject, entry)
        else:
            yield self._ask_stored(subject, entry)

    def _ask_plain(self, subject: Subject, entry: Entry) -> Asked:
        plain = subject.plain
        assert plain is not None  # what else would make it a fact
        if entry.rule is not None:
            fault = f"{entry.rule.kind!r} is computed from the entity store. Say by 'about: ENTITY.ATTRIBUTE' of what."
            raise ShapeError(fault)
        if entry.variant == "reverse" and entry.answer is None:
            raise ShapeError("a reverse question has an answer of its own. Fill in 'answer'.")
        return self._direct(entry, None, plain.question, plain.answer, plain.aliases, plain.expect)

    def _ask_stored(self, subject: Subject, entry: Entry) -> Asked:
        fields = self.fields(subject)
        question = self._memorization(subject, fields)
        if entry.variant == "reverse" and entry.answer is None:
            self._refuse_ambiguous(subject)
            entity = subject.entity
            assert entity is not None  # or it would be asked as plain
            return self._direct(entry, fields, question, entity.name, entity.aliases)._replace(is_own=True)
        return self._direct(entry, fields, question, fields["value"])

    def _ask_aliases(self, subject: Subject, entry: Entry) -> Iterator[Asked]:
        assert subject.entity is not None  # or it would be asked as plain
        assert entry.question is not None  # or its turns would be asked
        if "{alias}" not in entry.question:
            raise ShapeError(f"an alias question must name {{alias}}, got {entry.question!r}.")
        if not subject.entity.aliases and entry.path[0] == "facts":
            raise ShapeError(f"{subject.entity_id!r} has no aliases. Give it one, or remove the question.")
        fields = self.fields(subject)
        question = self._memorization(subject, fields)
        for alias in subject.entity.aliases:
            yield self._direct(entry, {**fields, "alias": alias}, question, fields["value"])

    def _ask_derived(self, subject: Subject, entry: Entry) -> Asked:
        assert entry.rule is not None  # or it would be asked otherwise
        if entry.question is None:
            raise ShapeError(f"{entry.variant} has no question. Write one, or remove the key.")
        column = self._store.column(subject.attribute)
        balance = self._plan.get((subject.attribute, entry.rule.kind, subject.entity_id, entry.question))
        found: Derived = derive(entry.rule, column, subject.entity_id, self._store, balance=balance)
        fields = {**self.fields(subject), **found.fields}
        asked = self._direct(entry, fields, None, "Yes" if found.holds else "No")
        return asked._replace(other=found.other, is_own=True)

    def _ask_unseen(self, subject: Subject, entry: Entry) -> Asked:
        trained, *others = self._trained(subject.attribute) or [""]
        asked = self._direct(entry, self.fields(subject), None, "", expect="abstain")
        return asked._replace(trained_answer=trained, aliases=tuple(others))

    def _direct(
        self,
        entry: Entry,
        fields: _Fields | None,
        memorization: str | None,
        answer: str,
        aliases: tuple[str, ...] = (),
        expect: Expect = "answer",
    ) -> Asked:
        """The question as it is written, and the answer that it says or, where it says none, the fact's.

        fields: what placeholders stand for; None: there are none, and braces are braces.
        """
        if entry.question is None and not entry.turns and not entry.prompt:
            raise ShapeError(f"{entry.variant} has no question. Write one, or remove the key.")
        question, written = self._question(entry, fields, memorization)
        prompt = fill(entry.prompt, fields) if fields is not None else entry.prompt
        turns = tuple(_turn(turn, fields, prompt or question) for turn in entry.turns)
        question = (question or (turns[0] if turns else prompt)).strip()
        if not question or not all(turn.strip() for turn in turns):
            raise ShapeError(f"{entry.variant} has no question. Write one, or remove the key.")
        due = entry.expect or _expected(entry, expect)
        is_own = entry.answer is not None and entry.answer != answer
        own = entry.answer if entry.answer is not None else answer
        own_aliases = entry.aliases if entry.aliases is not None else () if is_own else aliases
        return Asked(
            entry,
            entry.variant,
            question,
            due,
            own if due == "answer" else "",
            own_aliases if due == "answer" else (),
            turns,
            prompt,
            trained_answer="" if due == "answer" else own,
            written=written,
            is_own=is_own,
        )

    def _question(self, entry: Entry, fields: _Fields | None, memorization: str | None) -> tuple[str, str]:
        """What is asked, and what is written where that depends on the day."""
        if entry.question is None:
            return memorization or "", ""
        years = read_shift(entry.question) if entry.variant == "date_change" else None
        if years is None:
            return fill(entry.question, fields) if fields is not None else entry.question, ""
        if memorization is None:
            raise ShapeError("the fact has no question whose year could be moved. Write the date_change question out.")
        return shift_years(memorization, years, today=self._today), f"{memorization.strip()} +{years}y"

    def fields(self, subject: Subject) -> dict[str, str]:
        """What placeholders stand for in all texts about an entity of the store."""
        entity = subject.entity
        assert entity is not None  # placeholders are for entities
        fields = {"name": entity.name}
        if entity.aliases:
            fields["alias"] = entity.aliases[0]
        if not subject.is_unseen:
            fields["value"] = entity.values[subject.attribute]
        return fields

    def _memorization(self, subject: Subject, fields: _Fields) -> str | None:
        own = subject.plain.question if subject.plain else None
        template = own if own is not None else subject.relation.question if subject.relation else None
        return None if template is None else fill(template, fields)

    def _refuse_ambiguous(self, subject: Subject) -> None:
        column = self._store.column(subject.attribute)
        holders = column.holders[column.keys[subject.entity_id]]
        if len(holders) > 1:
            first, second, *_ = sorted(holders)
            fault = f"{first!r} and {second!r} have the same {subject.attribute!r}, {column.values[first]!r}"
            remedy = "Ask 'reverse' in facts whose value nobody shares, or change a value."
            raise ShapeError(f"{fault}: a reverse question would have several answers. {remedy}")

    def _trained(self, attribute: str) -> list[str]:
        values = set(self._store.column(attribute).values.values())
        return sorted(values, key=lambda value: digest(attribute, value))[:_MOST_TRAINED]


def _is_about_itself(subject: Subject, entry: Entry) -> bool:
    """Whether a relation compares all its entities with this one."""
    rule = entry.rule
    if rule is None or rule.kind not in ("greater", "less", "equal"):
        return False
    return entry.path[0] == "relations" and rule.operands == (subject.entity_id,)


def _expected(entry: Entry, expect: Expect) -> Expect:
    if entry.answer is not None:
        return "answer"
    return "abstain" if entry.variant in _ABSTAINING else expect


def _turn(turn: str, fields: _Fields | None, question: str) -> str:
    if fields is None:
        return turn.replace("{question}", question.strip())
    return fill(turn, {**fields, "question": question.strip()} if question else fields)
