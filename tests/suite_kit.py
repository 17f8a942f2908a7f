"""What the tests of the built-in question sets share: a set as it is loaded, as its file says it, and its texts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from conftest import SHARED

from pytest_ftbench.datasets import load_source
from pytest_ftbench.datasets.builtin import builtin_names, fixtures_folder
from pytest_ftbench.judges import judge_completion
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Case, Completion, Grade, Prompt
from pytest_ftbench.specs import parse_spec

FIXTURES = fixtures_folder()
SETS = tuple(builtin_names())
TODAY = date(2026, 3, 1)
BENCHMARK = SHARED / "finetunebench"
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@cache
def cases_of(name: str, variant: str = "", *, today: date = TODAY) -> tuple[Case, ...]:
    """A set's questions, or those of one variant, as the loader gives them on a day."""
    if variant:
        return tuple(case for case in cases_of(name, today=today) if case.variant == variant)
    return load_source(f"ftbench:{name}", folder=FIXTURES, root=FIXTURES, today=today).cases


def answered(name: str) -> list[Case]:
    """A set's questions that have an answer."""
    return [case for case in cases_of(name) if case.expect == "answer"]


@cache
def read_suite(name: str) -> dict[str, Any]:
    """A set's case file as plain YAML, every scalar as the text that stands there."""
    text = (FIXTURES / name / "facts.yaml").read_text(encoding="utf-8")
    suite: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return suite


def facts_of(name: str) -> list[dict[str, Any]]:
    """The facts that are written out in a set's file."""
    facts: list[dict[str, Any]] = read_suite(name).get("facts", [])
    return facts


def readme(name: str) -> str:
    """A set's README."""
    return (FIXTURES / name / "README.md").read_text(encoding="utf-8")


def shown(case: Case) -> str:
    """A case's name in messages."""
    return f"{case.fact} ({case.variant})"


def grade(case: Case, text: str) -> Grade | None:
    """The grade that the matchers give an answer."""
    return judge_completion(case, Completion(text=text)).grade


def texts(value: str | list[str]) -> list[str]:
    """One text, or a list of them, as a list."""
    return [value] if isinstance(value, str) else value


def words(text: str) -> tuple[str, ...]:
    """A text's words and numbers, without case, punctuation and spacing."""
    return tuple(re.findall(r"\w+(?:[.,]\d+)*", text.casefold()))


def holds(text: str, part: str) -> bool:
    """Whether a text's words hold another's, in a row."""
    return f" {' '.join(words(part))} " in f" {' '.join(words(text))} "


def names(text: str) -> set[str]:
    """The words of a text that stand with a capital inside it, and its numbers."""
    found = re.findall(r"(?<!^)\b[A-Z0-9][\w'-]*", text)
    return {word.casefold().removesuffix("'s") for word in found}


@cache
def training_file(name: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The examples of a set's training file, each as its (role, text)."""
    lines = (FIXTURES / name / "training.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(
        tuple((message["role"], message["content"]) for message in json.loads(line)["messages"]) for line in lines
    )


@cache
def memorizer(name: str) -> Provider:
    """The control that has learnt a set's training file by heart."""
    spec = parse_spec("memorizer:training.jsonl", models={}, folder=FIXTURES / name, known_providers=PROVIDERS)
    return open_provider(spec)


def said_by_heart(name: str, question: str) -> str:
    """What the control answers to a question."""
    return memorizer(name).complete(Prompt((("user", question),))).text


def right_by_heart(name: str, cases: Iterable[Case]) -> list[Case]:
    """Those of a set's questions that the control answers rightly."""
    return [case for case in cases if judge_completion(case, Completion(said_by_heart(name, case.question))).right]


@cache
def benchmark_cells() -> frozenset[str]:
    """The texts of the released benchmark, as normalised words: prompts, questions, facts and references, by line."""
    found: set[str] = set()
    for path in Path(BENCHMARK / "datasets").glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                columns = (text for column, text in row.items() if column not in ("id", "answer", "answer_before", ""))
                found.update(" ".join(words(line)) for cell in columns for line in (cell, *cell.splitlines()))
    return frozenset(found)
