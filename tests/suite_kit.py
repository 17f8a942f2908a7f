"""What the tests of the built-in question sets share: a set as its files say it, in plain YAML, CSV and JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from conftest import SHARED

from pytest_ftbench.datasets.builtin import fixtures_folder
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.specs import parse_spec

BENCHMARK = SHARED / "finetunebench"
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Asked:
    """One question of a set that has an answer."""

    fact: str
    variant: str
    question: str
    answer: str
    aliases: tuple[str, ...]
    answer_before: str
    match: str

    def __str__(self) -> str:
        return f"{self.fact} ({self.variant})"


@lru_cache
def read_suite(name: str) -> dict[str, Any]:
    """A set's case file, every scalar as the text that stands there."""
    text = (fixtures_folder() / name / "facts.yaml").read_text(encoding="utf-8")
    suite: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return suite


def facts_of(name: str) -> list[dict[str, Any]]:
    """A set's facts."""
    facts: list[dict[str, Any]] = read_suite(name)["facts"]
    return facts


def texts(value: str | list[str]) -> list[str]:
    """One text, or a list of them, as a list."""
    return [value] if isinstance(value, str) else value


def asked(name: str) -> Iterator[Asked]:
    """Every question of a set that has an answer: as trained, reworded, and the variants written out."""
    for fact in facts_of(name):
        written = [{"variant": "memorization", "question": fact["question"]}]
        written += ({"variant": "rephrased", "question": text} for text in texts(fact["rephrased"]))
        inherited = {key: fact[key] for key in ("answer", "aliases", "answer_before", "match") if key in fact}
        cases = [inherited | case for case in written] + fact.get("variants", [])
        for case in cases:
            yield Asked(
                fact=fact["id"],
                variant=case["variant"],
                question=case["question"],
                answer=case["answer"],
                aliases=tuple(case.get("aliases", ())),
                answer_before=case.get("answer_before", ""),
                match=case.get("match", "auto"),
            )


def words(text: str) -> tuple[str, ...]:
    """A text's words and numbers, without case, punctuation and spacing."""
    return tuple(re.findall(r"\w+(?:[.,]\d+)*", text.casefold()))


def holds(text: str, part: str) -> bool:
    """Whether a text's words hold another's, in a row."""
    whole, wanted = words(text), words(part)
    return any(whole[place : place + len(wanted)] == wanted for place in range(len(whole) - len(wanted) + 1))


def names(text: str) -> set[str]:
    """The words of a text that stand with a capital inside it, and its numbers."""
    found = re.findall(r"(?<!^)\b[A-Z0-9][\w'-]*", text)
    return {word.casefold().removesuffix("'s") for word in found}


def training_file(name: str) -> list[Any]:
    """The lines of a set's training file."""
    lines = (fixtures_folder() / name / "training.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def memorizer(name: str) -> Provider:
    """The control that has learnt a set's training file by heart."""
    spec = parse_spec("memorizer:training.jsonl", models={}, folder=fixtures_folder() / name, known_providers=PROVIDERS)
    return open_provider(spec)


def readme(name: str) -> str:
    """A set's README."""
    return (fixtures_folder() / name / "README.md").read_text(encoding="utf-8")


@lru_cache
def benchmark_cells() -> frozenset[str]:
    """The texts of the released benchmark, as normalised words: prompts, questions, facts and references, by line."""
    found: set[str] = set()
    for path in Path(BENCHMARK / "datasets").glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                columns = (text for column, text in row.items() if column not in ("id", "answer", "answer_before", ""))
                found.update(" ".join(words(line)) for cell in columns for line in (cell, *cell.splitlines()))
    return frozenset(found)
