"""What judging a run again came to, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pytest_ftbench.records import Result
from pytest_ftbench.regrade import Change, Regrading
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def regrading_blocks(regrading: Regrading, before: Iterable[Result], *, unicode: bool) -> Iterable[RenderableType]:
    """Every verdict that changed, a paragraph each, those of another grade first; then the counts.

    before: the results as the run had them.
    """
    from rich.text import Text

    changes = sorted(regrading.changes, key=lambda change: not change.is_of_grade)
    for change in changes:
        yield Text("\n".join(_change(change)) + "\n")
    if changes:
        table = make_table(unicode=unicode)
        for heading in ("endpoint", "right before", "right now", "changed"):
            table.add_column(heading, justify="left" if heading == "endpoint" else "right")
        for alias, row in _counts(regrading, before).items():
            was = f"{row['right_before']}/{row['graded_before']}"
            now = f"{row['right_now']}/{row['graded']}"
            table.add_row(one_line(alias), was, now, str(row["changed"]))
        yield table
        yield Text("")
    yield Text("\n".join(_totals(regrading)))


def regrading_data(regrading: Regrading, before: Iterable[Result]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "results": len(regrading.results),
        "judged": regrading.judged,
        "kept": dict(regrading.kept),
        "endpoints": _counts(regrading, before),
        "changes": [_plain(change) for change in regrading.changes],
    }


_CASE = ("suite", "fact", "variant", "case", "endpoint", "sample", "question", "expected", "answer")
_VERDICT = ("grade", "right", "rule", "reason", "flags")


def _plain(change: Change) -> dict[str, Any]:
    return {
        **{name: getattr(change.before, name) for name in _CASE},
        "before": {name: getattr(change.before, name) for name in _VERDICT},
        "now": {name: getattr(change.after, name) for name in _VERDICT},
    }


_COUNTED = ("graded_before", "graded", "right_before", "right_now", "changed")


def _counts(regrading: Regrading, before: Iterable[Result]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    for was, now in zip(before, regrading.results, strict=True):
        row = rows.setdefault(
            was.endpoint, {"graded_before": 0, "graded": 0, "right_before": 0, "right_now": 0, "changed": 0}
        )
        row["graded"] += now.status == "graded"
        row["graded_before"] += was.status == "graded"
        row["right_before"] += was.right
        row["right_now"] += now.right
    for change in regrading.changes:
        rows[change.before.endpoint]["changed"] += 1
    return rows


def _change(change: Change) -> list[str]:
    before, after = change.before, change.after
    sample = f" #{before.sample}" if before.sample > 1 else ""
    return [
        f"{one_line(before.fact)}: {one_line(before.case)}{sample} [{one_line(before.endpoint)}]",
        f"  question  {one_line(before.question, most=400)}",
        f"  expected  {one_line(before.expected)}",
        f"  answer    {one_line(before.answer or '')}",
        f"  before    {_verdict(before)}",
        f"  now       {_verdict(after)}: {one_line(after.reason or '', most=300)}",
    ]


def _verdict(result: Result) -> str:
    flags = f" [{one_line(', '.join(map(str, result.flags)))}]" if result.flags else ""
    grade = "not applicable" if result.status == "not_applicable" else result.grade or "unscored"
    return f"{grade} by {one_line(result.rule or 'nobody')}{flags}"


def _totals(regrading: Regrading) -> list[str]:
    kept = sum(regrading.kept.values())
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(regrading.kept.items()))
    judged = f"{regrading.judged} answer{'s' if regrading.judged != 1 else ''} judged again, {kept} kept"
    judged += f" ({reasons})" if kept else ""
    changes = regrading.changes
    if not changes:
        return [judged, "no verdict changed"]
    turns = [change.turn for change in changes]
    grades = sum(change.is_of_grade for change in changes)
    return [
        judged,
        f"{len(changes)} verdict{'s' if len(changes) != 1 else ''} changed: {grades} to another grade "
        f"({turns.count(1)} now right, {turns.count(-1)} no longer right), "
        f"{len(changes) - grades} in rule or flags only",
    ]
