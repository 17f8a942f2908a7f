"""Settings of a file, a relation, an entity, a fact and a question, from the widest to the nearest."""

from __future__ import annotations

from typing import NamedTuple

from pytest_ftbench.datasets.asking import Asked
from pytest_ftbench.datasets.entries import NO_SETTINGS, Settings
from pytest_ftbench.datasets.keys import NO_PRECONDITION
from pytest_ftbench.datasets.subjects import Subject


class Settled(NamedTuple):
    """What holds for one question."""

    settings: Settings
    match: str
    answer_before: str
    precondition: str
    requires: tuple[str, ...]


class Inheritance:
    """Finds what holds for the questions of one file.

    Of thousands of facts that one relation makes nearly all have the same, so each combination is worked out once.
    """

    def __init__(self, defaults: Settings) -> None:
        self._defaults = defaults
        self._known: dict[tuple[object, ...], Settled] = {}

    def settle(self, subject: Subject, asked: Asked) -> Settled:
        """What holds for a question."""
        entity = subject.entity.settings if subject.entity else NO_SETTINGS
        # By identity: all of these live as long as the file does.
        key = (id(asked.entry), id(entity), id(subject.plain), asked.expect, asked.is_own)
        settled = self._known.get(key)
        if settled is None:
            self._known[key] = settled = self._settle(subject, asked, entity)
        return settled

    def _settle(self, subject: Subject, asked: Asked, entity: Settings) -> Settled:
        variant = asked.entry.variant
        of_variant = [one.settings for one in subject.entries if one.variant == variant and not one.is_question]
        own = merge(*of_variant, asked.entry.settings)
        relation = subject.relation.settings if subject.relation else NO_SETTINGS
        plain = subject.plain.settings if subject.plain else NO_SETTINGS
        wider = merge(self._defaults, relation, entity, plain)
        merged = merge(wider, own)
        # What a whole fact requires is asked of its other questions, and not of each other.
        requires = own.requires if own.requires is not None else wider.requires or ()
        if own.requires is None and variant in requires:
            requires = ()
        answer_before = own.answer_before if asked.is_own else merged.answer_before
        precondition = merged.precondition or ""
        return Settled(
            merged,
            own.match or self._match(subject, asked),
            answer_before.strip(),
            "" if precondition == NO_PRECONDITION else precondition,
            requires,
        )

    def _match(self, subject: Subject, asked: Asked) -> str:
        if asked.expect == "abstain":
            return "auto"
        if asked.entry.rule is not None:
            return "yes_no"
        if asked.is_own:
            return "auto" if asked.entry.answer is None else self._defaults.match or "auto"
        plain, relation = subject.plain, subject.relation
        by_unit = f"number?unit={relation.unit}" if relation and relation.unit else ""
        found = (plain and plain.settings.match, relation and relation.settings.match, by_unit, self._defaults.match)
        return next((match for match in found if match), "auto")


def merge(*settings: Settings) -> Settings:
    """What holds where all of these do, the later before the earlier; tags are joined."""
    one, *nearer = settings
    for other in nearer:
        if other is NO_SETTINGS:
            continue
        one = Settings(
            system=other.system or one.system,
            match=other.match or one.match,
            samples=other.samples or one.samples,
            precondition=other.precondition or one.precondition,
            tags={**one.tags, **other.tags},
            valid_from=other.valid_from or one.valid_from,
            review_by=other.review_by or one.review_by,
            source=other.source or one.source,
            context=other.context or one.context,
            answer_before=other.answer_before or one.answer_before,
            requires=one.requires if other.requires is None else other.requires,
        )
    return one
