"""The shape of a level 1 case file. Imports pydantic: load this module only where a YAML file is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from pytest_ftbench.records import Expect

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda found: (found,) if isinstance(found, str) else found)]
"""One text, or a list of them."""


class Fact(BaseModel):
    """One thing the model should know, and the questions about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    fact: str = ""
    question: str
    answer: str = ""
    rephrased: Texts = ()
    date_change: Texts = ()
    system: str = ""
    match: str = ""
    expect: Expect = "answer"
    answer_before: str = ""
    context: str = ""
    tags: dict[str, str] = {}  # pydantic copies defaults


class FactsFile(BaseModel):
    """A file of facts, with what holds for all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = ""
    match: str = ""
    gates: Texts = ()
    facts: tuple[Fact, ...]
