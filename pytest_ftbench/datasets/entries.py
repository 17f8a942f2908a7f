"""What a YAML case file holds once its shape is known: facts, relations, entities, and the questions about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_ftbench.datasets.shapes import Path
from pytest_ftbench.records import Expect


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a file, a relation, a fact or a question; None or empty: as further up."""

    system: str = ""
    match: str = ""
    samples: int | None = None
    precondition: str | None = None
    """`none`: there is none, whatever stands further up."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Added to those from further up."""
    valid_from: str = ""
    review_by: str = ""
    source: str = ""
    context: str = ""
    answer_before: str = ""
    requires: tuple[str, ...] | None = None


NO_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class Rule:
    """How an answer is computed from the entity store."""

    kind: str
    """over, under, between, in_class, starts_with, parity; greater, less, equal."""
    operands: tuple[str, ...]
    """What the value is held against: a threshold, two bounds, classes, letters, or an entity's id."""
    is_balanced: bool = False
    """The operand is picked for each fact, so that Yes and No are as frequent as can be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One question, or where it asks nothing, what holds for the fact's other questions of its variant."""

    variant: str
    path: Path
    """Where it stands in the file."""
    question: str | None = None
    """None where it asks nothing, or its turns do."""
    turns: tuple[str, ...] = ()
    prompt: str = ""
    rule: Rule | None = None
    id: str = ""
    expect: Expect | None = None
    """None: the fact's."""
    answer: str | None = None
    """None: the fact's."""
    aliases: tuple[str, ...] | None = None
    settings: Settings = NO_SETTINGS

    @property
    def is_question(self) -> bool:
        """Whether it asks something."""
        return self.question is not None or bool(self.turns or self.prompt)


@dataclass(frozen=True, slots=True)
class Relation:
    """What is asked about each entity that has an attribute."""

    name: str
    path: Path
    fact: str
    """What is true of an entity with a value, as a template."""
    unit: str
    order: str
    """number, date or text; empty: number where all values are numbers, else none."""
    settings: Settings
    trained: Entry | None
    """What the key `question` asks: memorization."""
    entries: tuple[Entry, ...]
    """All that is asked or set, the question among it."""
    unseen: tuple[Entry, ...]
    """What is asked about entities that are in no training file."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that facts are about."""

    name: str
    path: Path
    aliases: tuple[str, ...]
    settings: Settings
    """Its tags."""
    values: Mapping[str, str]
    """By attribute, as written."""


@dataclass(frozen=True, slots=True)
class PlainFact:
    """A fact that is written out, or adds to one of the entity store."""

    path: Path
    id: str
    about: str
    """`ENTITY.ATTRIBUTE`, where the fact is one of the entity store."""
    fact: str
    answer: str
    aliases: tuple[str, ...]
    expect: Expect
    settings: Settings
    trained: Entry | None
    """What the key `question` asks: memorization."""
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FactsFile:
    """A file of facts, with what holds for all of them."""

    facts: tuple[PlainFact, ...]
    relations: Mapping[str, Relation]
    entities: Mapping[str, Entity]
    unseen: Mapping[str, Entity]
    """Entities that are in no training file, by what names their facts."""
    defaults: Settings
    gates: tuple[str, ...]
    seed: str
    training_file: str
