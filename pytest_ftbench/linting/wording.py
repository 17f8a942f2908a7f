"""What the words of a question give away or change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_ftbench.datasets.values import folded
from pytest_ftbench.judges.yes_no import polarity
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material, bare, plain
from pytest_ftbench.patterns import pattern
from pytest_ftbench.records import Case

_OPTION = pattern(r"(?:^|\s)\(?[A-Ha-h1-8][).:]\s")
_ISO_DATE = pattern(r"\d{4}-\d\d(?:-\d\d)?")
_OR = pattern(r"\bor\b")
_PARTS = ("choice", "regex", "code", "list", "set")


def lint_wording(material: Material) -> Iterator[Finding]:
    """Answers that stand in the question, and rephrased questions that call the entity by another name."""
    trained = {(case.suite, case.fact): case.question for case in material.cases if case.variant == "memorization"}
    for case in material.cases:
        if case.expect == "answer" and _is_given_away(case):
            told = f"the answer {case.answer!r} stands in the question, so that repeating it is right"
            yield find("FTB401", case, f"{told}. Ask without it.")
        if case.variant == "rephrased" and material.store.entities:
            yield from _check_name(case, trained.get((case.suite, case.fact), ""), material)


def _is_given_away(case: Case) -> bool:
    question, answer = case.question.casefold(), bare(case.answer)
    if not answer or answer.partition(" ")[0] not in question:
        return False
    if polarity(case.answer) is not None or case.match.startswith(_PARTS):
        return False
    # Of alternatives one is the answer: "Which is older, Ana or Bo?", and options that are listed.
    if _OR.search(question) or len(_OPTION.findall(case.question)) > 1:
        return False
    if answer.replace(" ", "").isdecimal():
        number = re.escape(case.answer.strip().casefold())
        text = _ISO_DATE.sub(" ", question)
        return re.search(rf"(?<![\w.,/$€£:]){number}(?![\w%/:]|[.,]\d)", text) is not None
    return f" {answer} " in f" {plain(case.question)} "


def _check_name(case: Case, trained: str, material: Material) -> Iterator[Finding]:
    stored = material.stored(case)
    if stored is None:
        return
    entity = material.store.entities[stored.entity]
    name, question = folded(entity.name), folded(case.question)
    if name in question or name not in folded(trained):
        return
    alias = next((alias for alias in (*entity.aliases, *entity.name.split()) if folded(alias) in question), None)
    told = f"names {alias!r} only" if alias else "leaves out the name"
    fault = f"the rephrased question {told} where memorization names {entity.name!r}, so that it tests two things"
    yield find("FTB405", case, f"{fault}. Name {entity.name!r}, or make it the variant 'alias'.")
