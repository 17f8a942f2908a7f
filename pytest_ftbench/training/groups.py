"""Lines that teach several facts: conversations of several turns, and articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from pytest_ftbench.records import Case
from pytest_ftbench.training.files import Turn
from pytest_ftbench.training.instructions import WRITE
from pytest_ftbench.training.lessons import Lesson, asking, plain
from pytest_ftbench.training.sentences import sentence_of

MOST_TURNS = 8
"""Questions of one conversation: enough for an entity of the store, and few enough to be read."""
MOST_STRANGERS = 4
"""Facts of one line that no entity joins."""
_OPENING_WORDS = 6

Entities = Mapping[str, Mapping[str, str]]
"""By question set, what the entities of its store are called, by their ids."""


def conversations(cases: Iterable[Case], entities: Entities, *, seed: int) -> Iterator[Lesson]:
    """Questions about one entity in one conversation, or a few that no entity joins, all of one system message."""
    for name, group in _grouped(cases, entities, lambda case: case.system).items():
        for some in _parts(_stirred(group, seed), MOST_TURNS if name[1] else MOST_STRANGERS):
            turns = [Turn("system", some[0].system)] if some[0].system else []
            for case in some:
                turns += asking(case.text_to_send, case.answer)
            yield Lesson(tuple(turns), tuple(some))


def articles(cases: Iterable[Case], entities: Entities, *, seed: int, as_text: bool) -> Iterator[Lesson]:
    """What is true of one entity as one text, or a few sentences that no entity joins.

    as_text: plain text; otherwise a reply to a request that names the entity, or how the article begins.
    Raises Unfit for a case without a sentence.
    """
    for (suite, entity, _), group in _grouped(cases, entities, lambda _: "").items():
        stirred = _stirred(group, seed)
        for some in [stirred] if entity else _parts(stirred, MOST_STRANGERS):
            text = " ".join(dict.fromkeys(map(sentence_of, some)))
            if as_text:
                yield Lesson(plain(text), tuple(some))
                continue
            opening = " ".join(text.split()[:_OPENING_WORDS])
            what = f"about {entities[suite][entity]}" if entity else f"that begins: {opening}"
            yield Lesson(asking(f"{WRITE}{what}", text), tuple(some))


def entity_of(case: Case, entities: Entities) -> str:
    """The id of the entity that the fact is about; empty where it is of no entity store."""
    owner = case.fact.rpartition(".")[0]
    return owner if owner in entities.get(case.suite, ()) else ""


def _grouped(
    cases: Iterable[Case], entities: Entities, key: Callable[[Case], str]
) -> dict[tuple[str, str, str], list[Case]]:
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.suite, entity_of(case, entities), key(case)), []).append(case)
    return groups


def _stirred(cases: Iterable[Case], seed: int) -> list[Case]:
    """In an order that does not depend on that of the file."""

    def rank(case: Case) -> bytes:
        named = json.dumps([seed, case.fact, case.id, case.text_to_send])
        return sha256(named.encode()).digest()

    return sorted(cases, key=rank)


def _parts(cases: Sequence[Case], most: int) -> Iterator[Sequence[Case]]:
    """As few parts as can be, none larger than `most`, and none much smaller than the others."""
    count = -(-len(cases) // most)
    for number in range(count):
        yield cases[number * len(cases) // count : (number + 1) * len(cases) // count]
