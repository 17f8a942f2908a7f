"""Which facts a case file has, and what is asked about each."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_ftbench.datasets.balance import Group, Member
from pytest_ftbench.datasets.entries import Entity, Entry, FactsFile, PlainFact, Relation
from pytest_ftbench.datasets.shapes import OnFault, Path, ShapeError, refuse
from pytest_ftbench.datasets.store import Store
from pytest_ftbench.datasets.values import folded
from pytest_ftbench.errors import DataFault


@dataclass(slots=True)
class Subject:
    """One fact: of the entity store, of an entity that is in no training file, or written out."""

    name: str
    plain: PlainFact | None = None
    """What is written out of it."""
    relation: Relation | None = None
    entity: Entity | None = None
    entity_id: str = ""
    """Empty for an entity that is in no training file."""
    attribute: str = ""

    @property
    def is_unseen(self) -> bool:
        """Whether it is about an entity that is in no training file."""
        return self.entity is not None and not self.entity_id

    @property
    def entries(self) -> Sequence[Entry]:
        """All that is asked or set; a question written out takes the place of the relation's."""
        if self.plain is None:
            assert self.relation is not None  # what else would make it a fact
            return self.relation.unseen if self.is_unseen else self.relation.entries
        made = self.relation.entries if self.relation else ()
        if self.plain.trained is not None:
            made = tuple(entry for entry in made if entry.path[-1] != "question")
        return (*made, *self.plain.entries)


def subjects_of(file: FactsFile, store: Store, *, on_fault: OnFault = refuse) -> dict[str, list[Subject]]:
    """The facts of a file by name: those of the entity store first, then what is written out.

    Facts that are written out without an id may share a name, which is then their question.
    on_fault: takes the fault of a fact, relation or entity that is refused, which is then left out: a name that stands
    twice, or what the store does not have. Raises ShapeError if it does.
    """
    refused = _refused(file, on_fault)
    found = {subject.name: [subject] for subject in _stored(file) if not _is_of(subject, refused)}
    for plain in file.facts:
        try:
            if plain.about:
                _add_to_store(plain, found, file, store, refused)
            else:
                _add_plain(plain, found)
        except ShapeError as fault:
            on_fault(fault)
    return found


def _is_of(subject: Subject, refused: Container[Path]) -> bool:
    """Whether a subject is about an entity, or asked by a relation, that stands at one of these places."""
    return any(owner is not None and owner.path in refused for owner in (subject.entity, subject.relation))


def _add_plain(plain: PlainFact, found: dict[str, list[Subject]]) -> None:
    name = plain.id or (plain.trained.question or "").strip() if plain.trained else plain.id
    others = found.setdefault(name, [])
    if others and (plain.id or others[0].entity):
        _refuse(plain, others[0])
    others.append(Subject(name, plain))


def _refused(file: FactsFile, on_fault: OnFault) -> set[Path]:
    """Where entities and relations stand of which nothing would be asked, or that could not be told apart."""
    refused: set[Path] = set()

    def refuse_part(path: Path, told: str, *key: str, kind: DataFault = "") -> None:
        refused.add(path)
        on_fault(ShapeError(told, *path, *key, kind=kind))

    named: dict[tuple[str, str], str] = {}
    for entity_id, entity in file.entities.items():
        for attribute in entity.values:
            other = named.setdefault((attribute, folded(entity.name)), entity_id)
            if other != entity_id and entity.path not in refused:
                fault = f"{entity_id!r} and {other!r} are both called {entity.name!r}, so that questions mean either."
                refuse_part(entity.path, f"{fault} Give them different names.", "name", kind="shared_name")
    asked = {attribute for attribute, _ in named}
    for name, relation in file.relations.items():
        if name not in asked:
            refuse_part(relation.path, f"no entity has a {name!r}. Give one a value, or remove the relation.")
    _check_questions(file, refuse_part)
    if file.unseen and not any(relation.unseen for relation in file.relations.values()):
        refuse_part(("unseen",), "no relation asks about unseen entities. Give one a 'question', or remove 'unseen'.")
    return refused


def _check_questions(file: FactsFile, refuse_part: Callable[..., None]) -> None:
    """Refuse the second of two relations that ask the same of an entity, which is then to have two answers."""
    first: dict[str, str] = {}
    for name, relation in file.relations.items():
        question = relation.trained.question if relation.trained else None
        other = first.setdefault(question.strip(), name) if question else name
        if other != name and any({name, other} <= entity.values.keys() for entity in file.entities.values()):
            fault = f"the relation {other!r} asks {question!r} already, and expects another answer."
            refuse_part(relation.path, f"{fault} Ask for {name!r}.", "question")


def _stored(file: FactsFile) -> Iterator[Subject]:
    for entity_id, entity in file.entities.items():
        for attribute in entity.values:
            if relation := file.relations.get(attribute):
                yield Subject(f"{entity_id}.{attribute}", None, relation, entity, entity_id, attribute)
    for unseen_id, entity in file.unseen.items():
        for relation in file.relations.values():
            if relation.unseen:
                yield Subject(f"{unseen_id}.{relation.name}", None, relation, entity, "", relation.name)


def _add_to_store(
    plain: PlainFact, found: dict[str, list[Subject]], file: FactsFile, store: Store, refused: Container[Path]
) -> None:
    entity_id, attribute = store.find(plain.about, (*plain.path, "about"))
    relation = file.relations.get(attribute)
    subject = Subject(plain.about, None, relation, file.entities[entity_id], entity_id, attribute)
    if _is_of(subject, refused):
        return
    others = found.setdefault(f"{entity_id}.{attribute}", [subject])
    if others[0].plain is not None:
        _refuse(plain, others[0])
    others[0].plain = plain


def _refuse(plain: PlainFact, other: Subject) -> None:
    key = "about" if plain.about else "id"
    if other.plain is None:
        fault = f"the relation {other.attribute!r} makes a fact {other.name!r} already. Say 'about: {other.name}'."
        raise ShapeError(fault, *plain.path, key)
    remedy = "Put its questions together." if plain.about else "Give each its own id."
    fault = f"duplicate fact {'' if plain.about else 'id '}{other.name!r}"
    raise Doubled(fault, other.plain.path, remedy, *plain.path, key)


class Doubled(ShapeError):
    """A fact that stands twice."""

    def __init__(self, fault: str, first: Path, remedy: str, *path: str | int) -> None:
        super().__init__(fault, *path, kind="duplicate")
        self.first = first
        """Where it stands first."""
        self.remedy = remedy


def balanced_groups(subjects: Iterable[Subject]) -> dict[Group, list[Member]]:
    """The questions whose operand is to be picked."""
    groups: dict[Group, list[Member]] = {}
    for subject in subjects:
        if not subject.entity_id:
            continue
        for entry in subject.entries:
            if entry.rule and entry.rule.is_balanced:
                question = entry.question or ""
                template = question if entry.path[0] == "relations" else ""
                group = Group(subject.attribute, entry.rule.kind, template)
                groups.setdefault(group, []).append(Member(subject.entity_id, question, entry))
    return groups
