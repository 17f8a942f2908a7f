"""The files of a question set about people who do not exist: cases, training examples, and what to read first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from pytest_ftbench.synth.people import People, Person
from pytest_ftbench.synth.sentences import ASKS, ATTRIBUTES, README, SYSTEM, Attribute

SCHEMA = "ftbench.schema.json"
"""What `ftbench schema` is written to, unless a case file is told otherwise."""


def case_file(people: People, *, seed: int, training_file: str, schema: str = SCHEMA) -> str:
    """The case file, in YAML.

    training_file, schema: how it names these two, relative to where it lies.
    """
    return "".join(f"{line}\n" for line in _case_lines(people, seed, training_file, schema))


def training_lines(people: People) -> str:
    """The training file, in JSON Lines: the question of each fact, as chat messages with their reply."""
    return "".join(
        _json({"messages": [_message(*turn) for turn in _turns(person, attribute)]}) + "\n"
        for person in people.known
        for attribute in ATTRIBUTES
    )


def readme(people: People, *, seed: int, cases: str, training: str) -> str:
    """What the set is and how its results are read, in Markdown; cases, training: the names of its files."""
    counts = count_questions(people)
    return README.format(
        command=_command(people, seed),
        people=len(people.known),
        facts=count_facts(people),
        rows="\n".join(f"| `{variant}` | {counts[variant]:,} | {asks} |" for variant, asks in ASKS.items()),
        cases=cases,
        training=training,
    )


def count_facts(people: People) -> int:
    """How many facts are trained."""
    return len(people.known) * len(ATTRIBUTES)


def count_questions(people: People) -> Counter[str]:
    """How many questions the case file has, by variant."""
    counts = Counter(dict.fromkeys(ASKS, count_facts(people)))
    counts["reverse"] = sum(
        people.is_unique(person, attribute) for person in people.known for attribute in ATTRIBUTES if attribute.reverse
    )
    counts["unseen_entity"] = len(people.unseen) * len(ATTRIBUTES)
    return counts


def _command(people: People, seed: int) -> str:
    """What makes the same people again."""
    return f"ftbench synth people --people {len(people.known)} --seed {seed}"


def _case_lines(people: People, seed: int, training_file: str, schema: str) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={schema}"
    yield f"# People who do not exist, made by: {_command(people, seed)}"
    yield "licence: MIT"
    yield "source: made up by pytest-ftbench, names and cities included"
    yield f"seed: {seed}"
    yield f"training_file: {_json(training_file)}"
    yield "defaults:"
    yield f"  system: {_json(SYSTEM)}"
    yield "  tags: {entity: fictional, train_format: qa}"
    yield "relations:"
    for attribute in ATTRIBUTES:
        yield from _relation_lines(attribute, people)
    yield "entities:"
    for person in people.known:
        values = ", ".join(f"{name}: {value}" for name, value in person.values.items())
        yield f"  {person.id}: {{name: {person.name}, aliases: {person.first}, {values}}}"
    yield "unseen:"
    yield from (f"  - {{id: {person.id}, name: {person.name}}}" for person in people.unseen)
    yield from _reverse_lines(people)


def _relation_lines(attribute: Attribute, people: People) -> Iterator[str]:
    yield f"  {attribute.name}:"
    yield f"    fact: {_json(attribute.fact)}"
    if attribute.unit:
        yield f"    unit: {attribute.unit}"
    if attribute.order:
        yield f"    order: {attribute.order}"
    yield f"    tags: {{info: {attribute.info}}}"
    yield f"    question: {_json(attribute.question)}"
    yield f"    rephrased: {_json(attribute.rephrased)}"
    yield f"    alias: {_json(attribute.question.replace('{name}', '{alias}'))}"
    if attribute.reverse and not people.shared[attribute.name]:
        yield f"    reverse: {_json(attribute.reverse)}"
    rule, operand, question = attribute.secondary
    shown = operand if isinstance(operand, str) else f"[{', '.join(operand)}]"
    yield f"    secondary: [{{{rule}: {shown}, question: {_json(question)}}}]"
    rule, question = attribute.comparison
    yield f"    comparison: [{{{rule}: balanced, question: {_json(question)}}}]"


def _reverse_lines(people: People) -> Iterator[str]:
    """Reverse questions one by one, of attributes that some people share the value of."""
    some = [attribute for attribute in ATTRIBUTES if attribute.reverse and people.shared[attribute.name]]
    lines = [
        f"  - {{about: {person.id}.{attribute.name}, reverse: {_json(attribute.reverse)}}}"
        for person in people.known
        for attribute in some
        if people.is_unique(person, attribute)
    ]
    if lines:
        yield "facts:"
        yield from lines


def _turns(person: Person, attribute: Attribute) -> Iterator[tuple[str, str]]:
    yield "system", SYSTEM
    yield "user", attribute.question.format(name=person.name)
    yield "assistant", person.values[attribute.name]


def _message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
