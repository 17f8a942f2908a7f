"""Cases that somebody should look at again."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ftbench.linting.findings import SILENCER, Finding, codes_in, find, is_known
from pytest_ftbench.linting.material import Material


def lint_upkeep(material: Material) -> Iterator[Finding]:
    """Reviews that are due, each told once for a fact, preconditions that drop the right answers, and odd silencers."""
    yield from _odd_silencers(material)
    due: set[tuple[str, str, str]] = set()
    today = material.today.isoformat()
    for case in material.cases:
        name = (case.suite, case.fact, case.review_by)
        if case.review_by and case.review_by < today and name not in due:
            due.add(name)
            told = f"{case.fact!r} was to be reviewed by {case.review_by}"
            yield find("FTB601", case, f"{told}. See whether the answer still holds, and set a later 'review_by'.")
        if case.expect == "abstain" and case.precondition == "unknown":
            told = "abstention is due, and 'precondition: unknown' drops the case where the baseline rightly abstains"
            yield find("FTB602", case, f"{told}. Set 'precondition: none' for it.")


def _odd_silencers(material: Material) -> Iterator[Finding]:
    """Tags `noqa` that silence nothing. Told at the first case that has them."""
    told_of: set[str] = set()
    for case in material.cases:
        if SILENCER not in case.tags or (text := case.tags[SILENCER]) in told_of:
            continue
        told_of.add(text)
        codes = codes_in(text)
        if not codes:
            yield find("FTB603", case, f"'noqa' names no code: {text!r}. Write one, and why: 'FTB401 it is meant so'.")
        for code in codes:
            if not is_known(code):
                yield find(
                    "FTB603", case, f"'noqa' names {code!r}, which is no code. 'ftbench lint --codes' lists all."
                )
