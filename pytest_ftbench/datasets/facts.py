"""Level 1 case files: facts with their questions, in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ftbench.datasets.yaml_lines import LinedYaml, parse_yaml
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case, Expect
from pytest_ftbench.textfiles import read_text

if TYPE_CHECKING:
    from pytest_ftbench.datasets.schema import Fact, FactsFile

_SHIFT = re.compile(r"[+-]\s*\d+\s*y")


def read_facts(path: Path, place: str) -> tuple[list[Case], list[str]]:
    """The cases and gates of a YAML file of facts.

    `question` is the variant memorization; each text under `rephrased` expects the same answer; each under
    `date_change` expects abstention. Raises DataError, with the line, for anything that is not understood.
    """
    document = parse_yaml(read_text(path, shown_as=place), place)
    file = _validated(document, place)
    cases: list[Case] = []
    first: dict[str, str] = {}
    for index, fact in enumerate(file.facts):
        lines = _Lines(document, ("facts", index), place)
        if fact.id and (before := first.setdefault(fact.id, lines("id"))) != lines("id"):
            fault = f"duplicate fact id {fact.id!r} (first on line {before.rpartition(':')[2]}). Give each its own id."
            raise DataError(lines("id"), fault)
        cases += (_case(fact, file, *question, lines) for question in _questions(fact, lines))
    return cases, list(file.gates)


class _Lines:
    """Where the parts of one fact stand."""

    def __init__(self, document: LinedYaml, path: tuple[str | int, ...], place: str) -> None:
        self._document, self._path, self._place = document, path, place

    def __call__(self, *path: str | int) -> str:
        return f"{self._place}:{self._document.line_of((*self._path, *path))}"


def _questions(fact: Fact, lines: _Lines) -> Iterator[tuple[str, str, Expect, str]]:
    """Variant, question, expectation and place of each question about a fact."""
    yield "memorization", fact.question, fact.expect, lines("question")
    for position, question in enumerate(fact.rephrased):
        yield "rephrased", question, fact.expect, lines("rephrased", position)
    for position, question in enumerate(fact.date_change):
        where = lines("date_change", position)
        if _SHIFT.match(question):
            raise DataError(where, f"date_change must be a whole question, got {question!r}. Write it out.")
        yield "date_change", question, "abstain", where


def _case(fact: Fact, file: FactsFile, variant: str, question: str, expect: Expect, place: str, lines: _Lines) -> Case:
    if not question.strip():
        raise DataError(place, f"{variant} has no question. Write one, or remove the key.")
    if fact.expect == "answer" and not fact.answer.strip():
        raise DataError(lines("answer"), "the fact has no answer. Fill in 'answer', or set 'expect' to 'abstain'.")
    if fact.precondition == "knew_old" and not fact.answer_before.strip():
        raise DataError(lines("precondition"), "knew_old needs the superseded answer. Fill in 'answer_before'.")
    due = expect == "answer"
    return Case(
        question=question.strip(),
        answer=fact.answer.strip() if due else "",
        fact=fact.id or fact.question.strip(),
        variant=variant,
        system=fact.system or file.system,
        expect=expect,
        match=(fact.match or file.match or "auto") if due else "auto",
        aliases=tuple(filter(None, map(str.strip, fact.aliases))) if due else (),
        answer_before=fact.answer_before,
        precondition=fact.precondition,
        context=fact.context or fact.fact,
        trained_answer="" if due else fact.answer.strip(),
        tags=fact.tags,
        place=place,
        samples=fact.samples or file.samples,
    )


def _validated(document: LinedYaml, place: str) -> FactsFile:
    from pytest_ftbench.datasets.schema import ShapeError, read_file

    if not isinstance(document.value, dict):
        raise DataError(f"{place}:1", "expected a mapping with the key 'facts'. See the example in the README.")
    try:
        return read_file(document.value)
    except ShapeError as error:
        where = "" if error.is_told else f"{'.'.join(map(str, error.path))}: "
        raise DataError(f"{place}:{document.line_of(error.path)}", f"{where}{error}") from None
