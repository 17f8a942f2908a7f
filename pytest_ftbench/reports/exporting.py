"""What a training file has come to: what it teaches, what was held out, and what could not be taught."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ftbench.reports.text import clean, one_line
from pytest_ftbench.training.exporting import Export

_MOST_SHOWN = 10


def exported_in_words(export: Export, out: str, manifest: str) -> Iterator[str]:
    """Lines for people. out, manifest: the files that were written; no line is, where there is no example."""
    request, facts = export.request, len(export.trained)
    if export.lines:
        written = f"{_counted(export.examples, 'example')} of {_counted(facts, 'fact')} written to {clean(out)}"
        yield f"{written} ({request.form}, {request.technique})"
    else:
        yield "no example could be made: nothing is written"
    if request.holdout:
        yield f"{_counted(len(export.held_out), 'fact')} held out (--holdout {request.holdout:g} --seed {request.seed})"
    if export.left_out:
        yield f"{_counted(len(export.left_out), 'fact')} left out:"
        shown = list(export.left_out.items())[:_MOST_SHOWN]
        yield from (f"  {one_line(f'{suite}: {name}: {reason}', most=500)}" for (suite, name), reason in shown)
        if (more := len(export.left_out) - len(shown)) > 0:
            yield f"  ... and {more:,} more" + (f", all in {clean(manifest)}" if export.lines else "")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
