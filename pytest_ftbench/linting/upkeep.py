"""Cases that somebody should look at again."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ftbench.linting.findings import Finding, find
from pytest_ftbench.linting.material import Material


def lint_upkeep(material: Material) -> Iterator[Finding]:
    """Reviews that are due, each told once for a fact, and preconditions that drop the right answers."""
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
