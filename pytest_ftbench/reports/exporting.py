"""What a training file has come to: what it teaches, what was held out, and what could not be taught."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_ftbench.reports.text import clean, one_line
from pytest_ftbench.training.exporting import Export
from pytest_ftbench.training.selection import Fact

_MOST_REASONS = 10
_MOST_NAMES = 3


def exported_in_words(export: Export, out: str, manifest: str) -> Iterator[str]:
    """Lines for people. out, manifest: the files that were written; no line is, where there is no example."""
    request, facts = export.request, len(export.trained)
    if export.lines:
        written = f"{_counted(export.examples, 'example')} of {_counted(facts, 'fact')} written to {clean(out)}"
        yield f"{written} ({request.form}, {request.technique})"
    else:
        yield "no example could be made: nothing is written"
    if request.holdout:
        share = f"{len(export.held_out):,} of {_counted(export.facts, 'fact')} ({_percent(export)} %)"
        yield f"{share} held out (--holdout {request.holdout:g} --seed {request.seed})"
    if export.left_out:
        yield f"{_counted(len(export.left_out), 'fact')} left out:"
        yield from _reasons(export.left_out)
        if export.lines:
            yield f"all names are in {clean(manifest)}"


def _percent(export: Export) -> str:
    return f"{100 * len(export.held_out) / max(1, export.facts):.0f}"


def _reasons(left_out: Mapping[Fact, str]) -> Iterator[str]:
    """A line for each reason with the first facts that have it; the most frequent first."""
    named: dict[str, list[str]] = {}
    for (suite, name), reason in left_out.items():
        named.setdefault(reason, []).append(f"{suite}: {name}")
    reasons = sorted(named, key=lambda reason: (-len(named[reason]), reason))
    for reason in reasons[:_MOST_REASONS]:
        names, more = named[reason][:_MOST_NAMES], len(named[reason]) - _MOST_NAMES
        listed = "; ".join(names) + (f" and {more:,} more" if more > 0 else "")
        yield f"  {one_line(f'{reason}: {listed}', most=500)}"
    if (more := len(reasons) - _MOST_REASONS) > 0:
        yield f"  and {more:,} other reasons"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
