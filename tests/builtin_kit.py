"""What the case files of built-in suites say, read on its own: what the suites' tests hold the files to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pytest_ftbench.datasets.builtin import fixtures_folder
from pytest_ftbench.datasets.yaml_lines import parse_yaml
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Case, Completion, Prompt
from pytest_ftbench.specs import parse_spec

_OF_A_CASE = ("question", "answer", "answer_before", "system", "expect", "match", "precondition")


def read_suite(name: str) -> dict[str, Any]:
    """A built-in case file as it is written."""
    document = parse_yaml((fixtures_folder() / name / "facts.yaml").read_text(encoding="utf-8"), name)
    assert isinstance(document.value, dict)
    return document.value


def suite_cases(name: str) -> list[Case]:
    """The questions of a built-in suite, with what they inherit from their fact and from the file's defaults."""
    suite = read_suite(name)
    return [case for fact in suite["facts"] for case in _cases({**suite["defaults"], **fact}, suite["defaults"])]


def cases_of(name: str, variant: str) -> list[Case]:
    """The questions of one variant."""
    return [case for case in suite_cases(name) if case.variant == variant]


def ask_memorizer(name: str, case: Case) -> Completion:
    """What a model says that has learned the suite's training file by heart, and nothing else."""
    return _memorizer(name).complete(Prompt((("system", case.system), ("user", case.question))))


@cache
def _memorizer(name: str) -> Provider:
    spec = f"memorizer:{name}/training.jsonl"
    return open_provider(parse_spec(spec, models={}, folder=fixtures_folder(), known_providers=PROVIDERS))


def training_lines(name: str) -> list[str]:
    """The lines of a suite's training file: each memorization question as it is asked, with its answer."""
    return [
        json.dumps({"messages": [_message(*turn) for turn in _turns(case)]}, ensure_ascii=False)
        for case in cases_of(name, "memorization")
    ]


def _cases(fact: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Case]:
    tags = {**defaults.get("tags", {}), **fact.get("tags", {})}
    own = {key: fact[key] for key in _OF_A_CASE if key in fact}
    common = Case(**{"question": "", **own}, fact=fact["id"], aliases=_texts(fact, "aliases"), tags=tags)
    if common.question:
        yield common
    for question in _texts(fact, "rephrased"):
        yield replace(common, variant="rephrased", question=question)
    for variant in fact.get("variants", ()):
        changed = {key: variant[key] for key in (*_OF_A_CASE, "variant") if key in variant}
        if "aliases" in variant:
            changed["aliases"] = _texts(variant, "aliases")
        yield replace(common, **changed)


def _texts(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = holder.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _turns(case: Case) -> list[tuple[str, str]]:
    return [("system", case.system), ("user", case.question), ("assistant", case.answer)]


def _message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}
