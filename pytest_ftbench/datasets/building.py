"""Facts become cases: questions with their settings, names and places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, make_dataclass
from datetime import date
from typing import Any, cast

from pytest_ftbench.datasets.asking import Asked, Asker, fields_of
from pytest_ftbench.datasets.derive import Balance
from pytest_ftbench.datasets.entries import Entry, FactsFile
from pytest_ftbench.datasets.identity import identify
from pytest_ftbench.datasets.inherit import Inheritance, Settled
from pytest_ftbench.datasets.lines import Lines
from pytest_ftbench.datasets.shapes import Path, ShapeError
from pytest_ftbench.datasets.store import Store
from pytest_ftbench.datasets.subjects import Subject
from pytest_ftbench.datasets.templates import fill
from pytest_ftbench.errors import DataError
from pytest_ftbench.names import meant_name
from pytest_ftbench.records import Case

_Loose = make_dataclass("_Loose", [field.name for field in fields(Case)], slots=True)
"""Laid out as Case, but not frozen: made in a fifth of the time, after which it can become one."""


class Builder:
    """Makes the cases of one file's facts."""

    def __init__(
        self,
        file: FactsFile,
        store: Store,
        plan: Mapping[tuple[str, ...], Balance],
        lines: Lines,
        *,
        today: date,
        variants: Collection[str] | None = None,
    ) -> None:
        self._lines, self._wanted = lines, variants
        self._asker = Asker(store, plan, today)
        self._inheritance = Inheritance(file.defaults)

    def build(self, name: str, subjects: Sequence[Subject], *, suite: str) -> Sequence[Case]:
        """The cases of the fact of that name. Raises DataError."""
        drafts: list[Any] = []
        for subject in subjects:
            self._add_drafts(drafts, subject, suite)
        variants = {draft.variant: None for draft in drafts}
        if self._wanted is None:
            self._check_requirements(name, drafts, variants, subjects)
        # As a rule a fact has one question of each variant, which is then the name of it.
        is_named = len(variants) == len(drafts)
        for draft in drafts:
            if draft.id or (draft.expect == "abstain" and not draft.trained_answer):
                is_named = False
        for draft in drafts:
            if is_named:
                draft.id = draft.variant
            draft.__class__ = Case
        cases = cast("list[Case]", drafts)
        return cases if is_named else identify(cases, suite=suite)

    def _add_drafts(self, drafts: list[Any], subject: Subject, suite: str) -> None:
        entries, entity, fields = subject.entries, subject.entity, fields_of(subject)
        # What follows from the entity store stands where its value does.
        place = self._lines.at((*entity.path, subject.attribute)) if entity else ""
        for entry in entries:
            if not entry.is_question:
                self._check_override(entry, entries)
                continue
            if self._wanted is not None and entry.variant not in self._wanted:
                continue
            where = place if place and entry.path[0] == "relations" else self._lines.at(entry.path)
            try:
                asked = self._asker.ask(subject, entry, fields)
                drafts += [self._draft(subject, one, fields, suite, where) for one in asked]
            except ShapeError as fault:
                raise self._lines.fault(fault if fault.path else fault.below(*entry.path)) from None

    def _draft(self, subject: Subject, asked: Asked, fields: Mapping[str, str] | None, suite: str, place: str) -> Any:
        settled = self._inheritance.settle(subject, asked)
        settings, variant = settled.settings, asked.entry.variant
        if not asked.answer or settled.precondition:
            self._check(subject, asked, settled)
        return _Loose(
            asked.question,
            asked.answer,
            subject.name,
            variant,
            asked.entry.id,
            suite,
            asked.prompt,
            settings.system,
            asked.expect,
            settled.match,
            asked.aliases,
            settled.answer_before,
            settled.precondition,
            _context(subject, settings.context, fields),
            asked.trained_answer,
            {**settings.tags, "other": asked.other} if asked.other else settings.tags,
            place,
            settings.samples,
            asked.turns,
            settled.requires,
            settings.valid_from,
            settings.review_by,
            settings.source,
            asked.written,
        )

    def _check(self, subject: Subject, asked: Asked, settled: Settled) -> None:
        path = asked.entry.path
        if asked.expect == "answer" and not asked.answer:
            where = subject.plain.path if subject.plain and asked.entry.answer is None else path
            fault = "the fact has no answer. Fill in 'answer', or set 'expect' to 'abstain'."
            raise ShapeError(fault, *where, "answer")
        if settled.precondition == "knew_old" and not settled.answer_before:
            where = self._where_set(subject, asked)
            if not asked.is_own:
                raise ShapeError("knew_old needs the superseded answer. Fill in 'answer_before'.", *where)
            fault = f"knew_old needs the superseded answer to the {asked.entry.variant} question, too. Fill in its "
            raise ShapeError(f"{fault}'answer_before', or set its 'precondition' to 'none'.", *path)

    def _where_set(self, subject: Subject, asked: Asked) -> Path:
        """Where the precondition of a question stands."""
        if asked.entry.settings.precondition:
            return (*asked.entry.path, "precondition")
        owner = subject.plain if subject.plain and subject.plain.settings.precondition else subject.relation
        return (*owner.path, "precondition") if owner and owner.settings.precondition else asked.entry.path

    def _check_override(self, entry: Entry, entries: Sequence[Entry]) -> None:
        if not any(one.variant == entry.variant and one.is_question for one in entries):
            fault = f"the fact has no question of the variant {entry.variant!r}. Write its 'question'."
            raise self._lines.fault(ShapeError(fault, *entry.path))
        owned = {"answer": entry.answer, "aliases": entry.aliases, "expect": entry.expect, "id": entry.id}
        for key, value in {**owned, entry.rule.kind if entry.rule else "": entry.rule}.items():
            if value:
                fault = f"{key!r} needs a question to be of. Write the 'question' here, too."
                raise self._lines.fault(ShapeError(fault, *entry.path, key))

    def _check_requirements(
        self, name: str, drafts: Sequence[Any], variants: Collection[str], subjects: Iterable[Subject]
    ) -> None:
        needs: dict[str, set[str]] = {}
        for draft in drafts:
            for variant in draft.requires:
                if variant not in variants:
                    where = _where_required(variant, subjects)
                    meant = meant_name(variant, variants)
                    fault = f"requires {variant!r}, but {name!r} has no question of that variant."
                    hint = f" Did you mean {meant!r}?" if meant else ""
                    place = self._lines.at(where) if where else draft.place
                    raise DataError(place, f"{fault}{hint} It has: {', '.join(variants)}.", kind="requires")
                needs.setdefault(draft.variant, set()).add(variant)
        for draft in drafts if needs else ():
            if draft.variant in _reached(needs, draft.variant):
                fault = f"{draft.variant!r} requires itself in the end. Remove one 'requires' of the circle."
                raise DataError(draft.place, fault, kind="requires")


def _context(subject: Subject, context: str, fields: Mapping[str, str] | None) -> str:
    written = context or (subject.plain.fact if subject.plain else "")
    if fields is None:
        return written
    template = written or (subject.relation.fact if subject.relation else "")
    return fill(template, fields) if template and not subject.is_unseen else ""


def _where_required(variant: str, subjects: Iterable[Subject]) -> Path | None:
    """Where it stands that a variant is required."""
    for subject in subjects:
        for holder in (*subject.entries, subject.plain, subject.relation):
            if holder is not None and variant in (holder.settings.requires or ()):
                return (*holder.path, "requires")
    return None


def _reached(needs: Mapping[str, set[str]], start: str) -> set[str]:
    """What a variant requires, and what that requires, and so on."""
    reached: set[str] = set()
    waiting = [*needs.get(start, ())]
    while waiting:
        variant = waiting.pop()
        if variant not in reached:
            reached.add(variant)
            waiting += needs.get(variant, ())
    return reached
