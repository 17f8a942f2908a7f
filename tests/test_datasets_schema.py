"""The JSON Schema of case files: it says what the loader says, as far as a schema can."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command_kit import ftbench
from datasets_kit import fault_of

from pytest_ftbench.datasets import keys
from pytest_ftbench.datasets.yaml_lines import parse_yaml

ROOT = Path(__file__).resolve().parent.parent
SCHEMA: dict[str, Any] = json.loads(keys.SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
TOP, PARTS = SCHEMA["properties"], SCHEMA["definitions"]
CASE_FILES = [
    path
    for folder in ("fixtures", "example_suites")
    for path in sorted((ROOT / folder).rglob("*.y*ml"))
    if path.name == "facts.yaml" or path.stem.endswith(".ftbench")
]
EXAMPLES = [
    block
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for block in re.findall(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    if re.search(r"^(facts|relations):", block, re.MULTILINE)
]


def faults(content: str) -> list[str]:
    """What the schema finds, seeing all scalars as text as the loader does."""
    return [error.message for error in VALIDATOR.iter_errors(parse_yaml(content, "FILE").value)]


def test_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("shape", "properties"),
    [
        (keys.FILE, TOP),
        (keys.SETTINGS, TOP["defaults"]["properties"]),
        (keys.RELATION, PARTS["relation"]["properties"]),
        (keys.ENTITY, PARTS["unseen"]["properties"]),
        (keys.ENTITY, PARTS["entity"]["properties"]),
        (keys.FACT, PARTS["fact"]["properties"]),
        ({**keys.SECONDARY, **keys.CASE}, PARTS["secondary"]["properties"]),
        ({**keys.COMPARISON, **keys.CASE}, PARTS["comparison"]["properties"]),
        ({**keys.CASE, **keys.RULES}, PARTS["applied"]["properties"]),
        (keys.ENTRY, PARTS["variant"]["properties"]),
    ],
)
def test_schema_and_loader_know_the_same_keys(shape: Iterable[str], properties: Iterable[str]) -> None:
    assert sorted(shape) == sorted(properties)


@pytest.mark.parametrize("key", sorted({*keys.CASE, *keys.RULES, *keys.RELATION} - {"variant"}))
def test_schema_and_loader_agree_on_single_values(key: str) -> None:
    shape = {**keys.CASE, **keys.RULES, **keys.RELATION}
    part = next(PARTS[name]["properties"][key] for name in ("variant", "relation") if key in PARTS[name]["properties"])
    validator = jsonschema.Draft7Validator({"allOf": [part], "definitions": PARTS})
    question = {"question": "Q?"}
    for value in (
        "text", "5", "0", "1001", "2024-06-01", "2024-6-1", "even", "abstain", "known", "number", "true", "No", ["a"],
        ["false"], ["a", "b"],
        [["a"]], [{"a": "b"}], {"a": "b"}, {"a": ["b"]}, [question], [{**question, "over": "1"}],
        [{**question, "less": "x"}], [{"variant": "v", **question}], [{"variant": "v", "less": "x"}], [],
    ):  # fmt: skip
        try:
            shape[key](value)
            is_read = True
        except ValueError:
            is_read = False
        if value == [] and key in ("in_class", "starts_with"):
            continue  # editors are not told that a list must not be empty
        assert validator.is_valid(value) == is_read, value


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_case_files_that_ship_are_valid(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


def test_there_are_case_files_and_examples() -> None:
    assert CASE_FILES
    assert EXAMPLES


@pytest.mark.parametrize("block", EXAMPLES)
def test_examples_in_documents_are_valid(block: str) -> None:
    assert faults(block) == []


FACT = "facts: [{question: Q?, answer: A}]\n"


@pytest.mark.parametrize(
    "content",
    [
        "system: S.\n",
        "- a\n",
        FACT + "sytem: S.\n",
        FACT + "samples: none\n",
        FACT + "defaults: {answer: A}\n",
        FACT + "relations: {weight: {qestion: Q?}}\n",
        FACT + "relations: {a.b: {question: '{name}?'}}\n",
        FACT + "entities: {a: {weight: 5}}\n",
        FACT + "entities: {a: {id: b, name: A}}\n",
        FACT + "entities: {a: {name: A, weight: [5]}}\n",
        FACT + "relations: {w: {question: '{name}?'}}\nentities: {a: {name: A, w: 5}}\nunseen: [{name: B, w: 5}]\n",
        "facts: [{answer: A}]\n",
        "facts: [{answer: A, variants: [{variant: applied, question: Q?}]}]\n",
        "facts: [{question: Q?, answer: A, rephrase: R?}]\n",
        "facts: [{question: Q?, answer: A, precondition: knows}]\n",
        "facts: [{question: Q?, answer: A, valid_from: June}]\n",
        "facts: [{question: Q?, answer: A, secondary: [{over: 5, question: R?}]}]\n",
        "facts: [{question: Q?, answer: A, applied: [{answer: A}]}]\n",
        "facts: [{question: Q?, answer: A, variants: [{question: R?}]}]\n",
        "facts: [{about: a.w, answer: A}]\nentities: {a: {name: A, w: 5}}\n",
        "facts: [{about: a.w, secondary: [{question: R?}]}]\nentities: {a: {name: A, w: 5}}\n",
        "facts: [{about: a.w, comparison: [{over: 5, question: R?}]}]\nentities: {a: {name: A, w: 5}}\n",
        "facts: [{about: a.w, secondary: [{between: [1], question: R?}]}]\nentities: {a: {name: A, w: 5}}\n",
    ],
)
def test_what_the_loader_refuses_is_not_valid(tmp_path: Path, content: str) -> None:
    assert fault_of(tmp_path, content)
    assert faults(content)


def test_scalars_may_be_written_as_in_any_yaml() -> None:
    assert VALIDATOR.is_valid({"facts": [{"question": "Q?", "answer": 25, "samples": 3, "tags": {"is_new": True}}]})
    assert not VALIDATOR.is_valid({"facts": [{"question": "Q?", "answer": None}]})


def test_command_prints_the_schema() -> None:
    code, out, err = ftbench("schema")
    assert (code, json.loads(out), err) == (0, SCHEMA, "")
