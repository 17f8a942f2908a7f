"""What a session costs, in words, and the plan of what it would ask."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pytest_ftbench.reports.console import make_table, render
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

UNKNOWN = "unknown"
NOTHING_ASKED = "Nothing was asked. Tokens and cost are estimates: answers may turn out longer or shorter."
SET_PRICE = (
    "set price_in and price_out, in USD per million tokens, in [tool.ftbench.models] or behind the SPEC's '?'; "
    "0 where nothing is charged"
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What one endpoint, or one judge, would be asked."""

    name: str
    role: Literal["endpoint", "judge"]
    questions: int
    cache_hits: int
    """How many of the questions have a stored answer."""
    calls: int
    tokens_in: int
    """Of all calls together, estimated; tokens_out too."""
    tokens_out: int
    cost_usd: float | None
    """Of all calls together; None: nobody knows what it charges."""


def usd(amount: float | None) -> str:
    """An amount of at least 0 in words: `$1.24`, `$0.0012`, `under $0.0001`, `$0`; None: `unknown`.

    Cents from ten of them up, else hundredths of a cent: a single question costs less than a cent.
    """
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "$0"
    if amount < 0.0001:
        return "under $0.0001"
    return f"${amount:,.2f}" if round(amount, 4) >= 0.1 else f"${amount:.4f}"


def cost_of_session(costs: Iterable[float | None]) -> tuple[float, bool]:
    """The sum of the known costs, in USD, and whether any is unknown (None)."""
    amounts = list(costs)
    return math.fsum(amount for amount in amounts if amount is not None), None in amounts


def session_cost_in_words(costs: Iterable[float | None]) -> str:
    """What several things cost together: `$0.42`, `$0.42 + unknown`, or `unknown` where nothing is known to cost."""
    known, has_unknown = cost_of_session(costs)
    if not has_unknown:
        return usd(known)
    return f"{usd(known)} + {UNKNOWN}" if known else UNKNOWN


def render_plan(rows: Sequence[PlanRow], *, width: int, color: bool, unicode: bool) -> str:
    """The plan as a table, a row an endpoint or judge and, for several, a total; then what to make of it.

    Without a line end at its end; width, color and unicode: see `console.render`. A row without calls costs nothing,
    whatever its price.
    """
    return render(_blocks(rows, unicode=unicode), width=width, color=color, unicode=unicode)


def judge_to_come(row: PlanRow) -> str:
    """What a judge may be asked besides what is certain, in one line.

    row: all that would be asked if the matchers left every answer undecided that is not there yet.
    """
    cost = _cost(row)
    money = f", about {usd(cost)}" if cost else ""
    return (
        f"Of the answers still to come {one_line(row.name)} is asked what the matchers leave undecided: "
        f"at most {row.calls:,} calls more{money}."
    )


def _blocks(rows: Sequence[PlanRow], *, unicode: bool) -> Iterable[RenderableType]:
    from rich.text import Text

    if not rows:
        yield Text("Nothing would be asked.")
        return
    yield _table(rows, unicode=unicode)
    yield Text()
    yield Text(NOTHING_ASKED)
    if unpriced := [one_line(row.name) for row in rows if _cost(row) is None]:
        yield Text(f"No price is known for {', '.join(unpriced)}: {SET_PRICE}.")


def _table(rows: Sequence[PlanRow], *, unicode: bool) -> Table:
    from rich.text import Text

    table = make_table(unicode=unicode)
    table.add_column("endpoint", overflow="fold")
    headings = ("questions", "from\nthe cache", "calls", "tokens in\n(about)", "tokens out\n(about)", "cost\n(about)")
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        cost = Text(usd(_cost(row)), style="yellow" if _cost(row) is None else "")
        table.add_row(Text(_shown_name(row)), *(f"{count:,}" for count in _counts(row)), cost)
    if len(rows) > 1:
        totals = (sum(column) for column in zip(*map(_counts, rows), strict=True))
        cost = Text(session_cost_in_words(map(_cost, rows)))
        table.add_section()
        table.add_row(Text("total"), *(f"{count:,}" for count in totals), cost, style="bold")
    return table


def _shown_name(row: PlanRow) -> str:
    return f"{one_line(row.name)} (judge)" if row.role == "judge" else one_line(row.name)


def _counts(row: PlanRow) -> tuple[int, ...]:
    return row.questions, row.cache_hits, row.calls, row.tokens_in, row.tokens_out


def _cost(row: PlanRow) -> float | None:
    return 0.0 if row.calls == 0 else row.cost_usd
