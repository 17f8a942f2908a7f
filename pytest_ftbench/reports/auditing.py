"""What an audit of a training file has found, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_ftbench.auditing import Audit
from pytest_ftbench.auditing.findings import Finding, Kind
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN = 10
"""Findings of a kind that are shown, unless all are asked for."""


def audit_blocks(
    audit: Audit, kinds: Sequence[Kind], *, training: str, shown: int | None, is_strict: bool, unicode: bool
) -> Iterator[RenderableType]:
    """A table by kind of question, then the findings, a line each, and what they come to.

    training: how lines name the training file. shown: how many findings of a kind; None: all.
    """
    from rich.text import Text

    table = make_table(unicode=unicode)
    table.add_column("variant", overflow="fold")
    for heading in ("questions", "verbatim", "near", "unseen", "answer in training"):
        table.add_column(heading, justify="right")
    for row in audit.rows:
        counts = (row.questions, *row.seen.values())
        taught = f"{row.taught:,}/{row.golds:,}" if row.golds else "-"
        table.add_row(Text(one_line(row.variant)), *(f"{count:,}" for count in counts), taught)
    yield table
    for kind in kinds:
        yield Text("\n".join(_lines(kind, training, shown)))
    yield Text(f"\n{_total(kinds, is_strict=is_strict)}")


def _lines(kind: Kind, training: str, shown: int | None) -> Iterator[str]:
    yield f"\n{'error' if kind.is_error else 'warning'}: {kind.title} ({len(kind.findings):,})"
    yield from (f"  {_line(finding, training)}" for finding in kind.findings[:shown])
    if shown is not None and len(kind.findings) > shown:
        yield f"  … and {len(kind.findings) - shown:,} more; --all shows them"


def _line(finding: Finding, training: str) -> str:
    places = [f"{training}:{finding.line}"] if finding.line else []
    places += [_name(finding)] if finding.case is not None else []
    return one_line(f"{', '.join(places)}: {finding.text}" if places else finding.text, most=600)


def _name(finding: Finding) -> str:
    case = finding.case
    assert case is not None  # the caller has looked
    named = f"{case.fact} ({case.variant})" if case.id in (case.fact, case.variant) else f"{case.fact} {case.id}"
    return f"{case.place} {named}" if case.place else named


def _total(kinds: Sequence[Kind], *, is_strict: bool) -> str:
    errors = sum(len(kind.findings) for kind in kinds if kind.is_error)
    warnings = sum(len(kind.findings) for kind in kinds if not kind.is_error)
    if not errors + warnings:
        return "nothing found that would make the figures say something else than they seem to"
    said = f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    return f"{said}, which --strict takes for errors" if is_strict and warnings else said


def audit_data(audit: Audit, kinds: Sequence[Kind], *, training: str) -> dict[str, Any]:
    """The same for machines, and how each question stands in the file."""
    return {
        "training": training,
        "variants": [
            {
                "variant": row.variant,
                "questions": row.questions,
                **row.seen,
                "answer_in_training": row.taught,
                "answers": row.golds,
            }
            for row in audit.rows
        ],
        "findings": [
            {"kind": kind.name, "is_error": kind.is_error, "line": one.line or None, **_case(one), "text": one.text}
            for kind in kinds
            for one in kind.findings
        ],
        "questions": [
            {
                "suite": case.suite,
                "fact": case.fact,
                "variant": case.variant,
                "case": case.id,
                "seen": seen.how,
                "line": seen.line or None,
            }
            for case, seen in audit.seen
        ],
    }


def _case(finding: Finding) -> dict[str, str | None]:
    case = finding.case
    if case is None:
        return dict.fromkeys(("suite", "fact", "case", "place"))
    return {"suite": case.suite, "fact": case.fact, "case": case.id, "place": case.place}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
