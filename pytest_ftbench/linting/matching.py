"""Matchers that cannot work with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges import check_case_match
from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material
from pytest_ftbench.records import Case, Expect


def lint_matching(material: Material) -> Iterator[Finding]:
    """Cases that a session would refuse for their `match`."""
    for case in material.cases:
        if case.match != "auto" and (told := _fault(case.match, case.expect, case.answer, case.aliases)):
            yield replace(find("FTB504", case, told), is_refusal=True)


@lru_cache(maxsize=4096)
def _fault(match: str, expect: Expect, answer: str, aliases: tuple[str, ...]) -> str:
    try:
        check_case_match(Case("?", answer, match=match, expect=expect, aliases=aliases))
    except SpecError as fault:
        return str(fault)
    return ""
