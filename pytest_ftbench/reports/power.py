"""What gates can tell, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_ftbench.power import Reach
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def power_blocks(reaches: Iterable[Reach], *, chance: float, unicode: bool) -> Iterable[RenderableType]:
    """A heading, sentences and a table for each gate."""
    from rich.text import Text

    for reach in reaches:
        yield Text(one_line(reach.gate), style="bold")
        for line in _sentences(reach, chance):
            yield Text(f"  {line}")
        if reach.needed:
            table = make_table(unicode=unicode)
            table.add_column("if the true rate is")
            table.add_column(f"cases to pass with a chance of {100 * chance:g} %", justify="right")
            for truth, cases in reach.needed:
                table.add_row(f"{truth:.3f}", "-" if cases is None else f"{cases:,}")
            yield Text("")
            yield table
        yield Text("")
    yield Text("Cases count as independent; of several about one fact it takes more. More facts beat more variants.")


def power_data(reaches: Iterable[Reach]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [asdict(reach) for reach in reaches]


def _sentences(reach: Reach, chance: float) -> Iterable[str]:
    if reach.least is None:
        yield "No number of cases can pass it: leave out '@', or set another bound."
    else:
        facts = reach.least_facts or reach.least
        yield f"It takes {reach.least:,} independent cases, or {facts:,} facts of several, to pass at all."
    if reach.size is None:
        return
    size = f"{reach.size.cases:,} cases of {reach.size.facts:,} facts"
    if reach.passes_from is None:
        yield f"The {size} here cannot pass it, however good the model is."
        return
    first, last = reach.passes_from
    span = f"{first:.3f}"
    if abs(first - last) >= 5e-4:
        span += f" (cases independent) or {last:.3f} (cases of a fact all alike)"
    yield f"The {size} here pass it with a chance of {100 * chance:g} % if the true rate is {span} or better."
    if reach.margin is not None:
        yield f"Against a baseline, 'drop <= m' can pass from m = {reach.margin:.3f}, if no answer changes."
