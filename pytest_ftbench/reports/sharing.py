"""Stored answers, in words: which there are, and what became of those that were handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import clean, one_line
from pytest_ftbench.sharing import Exported, Imported, StoredModel

if TYPE_CHECKING:
    from rich.console import RenderableType

_UNKNOWN = "unknown (early version)"


def stored_blocks(models: Sequence[StoredModel], folder: str, *, unicode: bool) -> Iterator[RenderableType]:
    """Where the cache is, and a line for each model. folder: as it is to be shown."""
    from rich.text import Text

    answers = sum(model.answers for model in models)
    yield Text(f"{_answers(answers)} in {clean(folder)}")
    if not models:
        return
    table = make_table(unicode=unicode)
    for heading in ("model", "server"):
        table.add_column(heading, overflow="fold")
    for heading in ("answers", "imported", "newest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for model in models:
        name = one_line(model.model) if model.provider else _UNKNOWN
        server = one_line(model.server or model.provider)
        table.add_row(
            name, server, f"{model.answers:,}", f"{model.imported:,}", one_line(model.newest.partition("T")[0])
        )
    yield Text()
    yield table


def stored_data(models: Sequence[StoredModel]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [asdict(model) for model in models]


def exported_in_words(exported: Exported, file: str) -> Iterator[str]:
    """What was written, and what was not and why."""
    if exported.written:
        yield f"{_answers(exported.written)} written to {clean(file)}"
    else:
        yield f"no answer to write: {clean(file)} is as it was"
    if exported.left_out:
        yield f"{_answers(exported.left_out)} of other models left out"
    if exported.refused:
        yield (
            f"{_answers(exported.refused)} cannot be handed on: stored by an early version, without the request, or "
            "too long. --ftbench-cache=refresh asks anew"
        )


def imported_in_words(imported: Imported, file: str) -> Iterator[str]:
    """What was stored, what was there already, and which lines were refused."""
    kept = f", {imported.kept:,} here already" if imported.kept else ""
    refused = f", {imported.refused:,} refused" if imported.refused else ""
    yield f"{_answers(imported.stored)} imported from {clean(file)}{kept}{refused}"
    yield from (one_line(fault, most=500) for fault in imported.faults)
    if (more := imported.refused - len(imported.faults)) > 0:
        yield f"... and {more:,} more"


def _answers(count: int) -> str:
    return f"{count:,} answer{'' if count == 1 else 's'}"
