"""What is wrong with question sets, a finding a line, as linters of code tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_ftbench.linting import Linted
from pytest_ftbench.linting.findings import CODES, Finding
from pytest_ftbench.reports.text import one_line


def lint_lines(linted: Linted) -> Iterator[str]:
    """Each finding on a line `path:line: CODE message`, then what they come to."""
    yield from (_line(finding) for finding in linted.findings)
    cases = f"{_many(linted.cases, 'question')} of {_many(linted.files, 'file')}"
    silenced = f"; {linted.silenced:,} silenced by 'noqa'" if linted.silenced else ""
    if not linted.findings:
        yield f"nothing found in {cases}{silenced}"
        return
    warnings = len(linted.findings) - linted.errors
    counts = ", ".join(f"{code} {count:,}" for code, count in linted.counts.items())
    yield f"{_many(linted.errors, 'error')} and {_many(warnings, 'warning')} in {cases}{silenced}: {counts}"


def lint_data(linted: Linted) -> dict[str, Any]:
    """The same for machines."""
    return {
        "files": linted.files,
        "questions": linted.cases,
        "errors": linted.errors,
        "warnings": len(linted.findings) - linted.errors,
        "silenced": linted.silenced,
        "counts": linted.counts,
        "findings": [
            {
                "file": finding.file,
                "line": finding.line,
                "code": finding.code,
                "severity": _severity(finding.is_error),
                "message": finding.message,
            }
            for finding in linted.findings
        ],
    }


def code_lines() -> Iterator[str]:
    """All codes, each with a sentence."""
    for code, rule in CODES.items():
        yield f"{code}  {_severity(rule.is_error):7}  {rule.about}"


def code_data() -> dict[str, Any]:
    """The same for machines."""
    return {code: {"severity": _severity(rule.is_error), "about": rule.about} for code, rule in CODES.items()}


def _line(finding: Finding) -> str:
    place = f"{one_line(finding.file, most=500)}:{finding.line}"
    return f"{place}: {finding.code} {one_line(finding.message, most=1000)}"


def _severity(is_error: bool) -> str:
    return "error" if is_error else "warning"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
