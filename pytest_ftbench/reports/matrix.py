"""How right each endpoint was on each kind of question, as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.gates.measure import Tally, Unit
from pytest_ftbench.gates.units import fact_of
from pytest_ftbench.records import Result
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def accuracy_matrix(aliases: Sequence[str], results: Sequence[Result], *, unicode: bool) -> Table:
    """Right answers of those with a grade, with 95 % limits: a row a kind of question, a column an endpoint.

    aliases: the endpoints in order; those without a result are left out.
    """
    from rich.text import Text

    cells: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        cells[result.variant, result.endpoint].append(result)
    table = make_table(unicode=unicode)
    table.add_column("variant", overflow="fold")
    there = [alias for alias in aliases if any(result.endpoint == alias for result in results)]
    for alias in there:
        table.add_column(Text(alias), justify="right", overflow="fold")
    for variant in dict.fromkeys(result.variant for result in sorted(results, key=_first_the_trained)):
        table.add_row(Text(one_line(variant)), *(_cell(cells[variant, alias]) for alias in there))
    return table


def _first_the_trained(result: Result) -> tuple[int, str]:
    order = ("memorization", "rephrased")
    return (order.index(result.variant) if result.variant in order else len(order), result.variant)


def _cell(results: Sequence[Result]) -> Text:
    from rich.text import Text

    if not results:
        return Text("-", style="dim")
    graded = [result for result in results if result.status == "graded"]
    right, n = sum(result.right for result in graded), len(graded)
    text = Text()
    if n:
        low, high = Tally.of(Unit(result.right, fact_of(result)) for result in graded).interval
        text.append(f"{right}/{n}", style="bold").append(f" {100 * right / n:5.1f} %")
        text.append(f" [{100 * low:.0f}, {100 * high:.0f}]", style="dim")
    if errors := sum(result.status in ("error", "unscored") for result in results):
        text.append(f" {errors} error{'s' if errors > 1 else ''}", style="red")
    if unmet := sum(result.status == "not_applicable" for result in results):
        text.append(f" {unmet} n/a", style="dim")
    return text
