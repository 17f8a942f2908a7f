"""What the tests of exported training files share: a small question set, and its export."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.datasets.suites import Suite, load_suites
from pytest_ftbench.records import Case
from pytest_ftbench.training.exporting import Export, Request, plan_export, rounds
from pytest_ftbench.training.formats import Format
from pytest_ftbench.training.selection import TRAINED_VARIANT
from pytest_ftbench.training.techniques import Technique

FORMATS = tuple(Format)
TECHNIQUES = tuple(Technique)

PEOPLE = """\
system: Be brief.
relations:
  weight: {{fact: '{{name}} weighs {{value}} lb.', question: 'How many pounds does {{name}} weigh?', unit: lb}}
  city:
    fact: '{{name}} lives in {{value}}.'
    question: Where does {{name}} live?
    rephrased: Which city is the home of {{name}}?
entities:
{entities}
unseen: [{{name: Nobody Known}}]
facts:
  - {{id: door, fact: The office door is green, question: What colour is the door?, answer: green}}
  - {{id: desks, question: How many desks are there?, answer: '12'}}
  - {{id: future, question: Who wins in 2090?, expect: abstain}}
  - {{id: code, question: Which code opens it?, answer: '\\d+', match: regex, fact: A code of digits opens it.}}
  - id: sure
    fact: Ines waters the plants.
    answer: Ines
    variants: [{{variant: memorization, turns: [Who waters?, Sure?]}}]
"""
"""Facts of a store, facts written out, and three that cannot be trained; the number of people is to be filled in."""


def people(count: int) -> str:
    """The case file, with so many people. No name is part of another."""
    lines = [f"  p{n}: {{name: Pa{n}x Qu{n}y, weight: '{100 + n}', city: Town{n}z}}" for n in range(count)]
    return PEOPLE.format(entities="\n".join(lines))


def suites_of(folder: Path, *, count: int = 10, text: str = "") -> list[Suite]:
    """The question set as a command loads it."""
    (folder / "people.yaml").write_text(text or people(count), encoding="utf-8")
    return load_suites("people.yaml", folder=folder, variants=[TRAINED_VARIANT])


def export(
    suites: Sequence[Suite],
    form: str = "openai",
    technique: str = "qa",
    *,
    gives_answer: Callable[[Case, str], bool] = lambda _case, _text: False,
    **options: Any,
) -> Export:
    """The export of question sets, of a form and technique by their names."""
    return plan_export(suites, Request(Format(form), Technique(technique), **options), gives_answer=gives_answer)


def text_of(made: Export) -> str:
    """The whole file."""
    return "".join(rounds(made))


def turns_of(made: Export) -> list[list[tuple[str, str]]]:
    """The messages of each line in the form of OpenAI, in no order."""
    return [
        [(message["role"], message["content"]) for message in json.loads(line)["messages"]]
        for line in sorted(made.lines)
    ]


def all_questions(folder: Path) -> list[Case]:
    """All questions of the case file, of every variant."""
    return [case for suite in load_suites("people.yaml", folder=folder) for case in suite.file.cases]


FITTING = [
    pytest.param(form, technique, id=f"{form}-{technique}")
    for form in FORMATS
    for technique in TECHNIQUES
    if form is not Format.TEXT or technique in ("article", "completion-bare")
]
"""Every technique in every format that takes it."""
