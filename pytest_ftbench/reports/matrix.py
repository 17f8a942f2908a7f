"""How right each endpoint was on each kind of question, as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pytest_ftbench.gates.measure import Tally, Unit
from pytest_ftbench.gates.units import fact_of
from pytest_ftbench.records import Result
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_ORDER = ("memorization", "rephrased")
SEEN_ORDER = ("verbatim", "near", "unseen")
_BAR = 10
"""Characters of a bar that stands for 100 %."""


def accuracy_matrix(aliases: Sequence[str], results: Sequence[Result], *, unicode: bool) -> Table:
    """Right answers of those with a grade, with 95 % limits: a row a kind of question, a column an endpoint.

    aliases: the endpoints in order; those without a result are left out.
    """
    rows = by_training(result.variant for result in results)
    return _matrix("variant", rows, lambda result: result.variant, aliases, results, unicode=unicode)


def seen_matrix(aliases: Sequence[str], results: Sequence[Result], tag: str, *, unicode: bool) -> Table:
    """The same with a row for each way in which a question stands in the endpoint's training file.

    results: those that have the tag that says so.
    """
    rows = sorted({result.tags[tag] for result in results}, key=SEEN_ORDER.index)
    return _matrix("in training", rows, lambda result: result.tags[tag], aliases, results, unicode=unicode)


def _matrix(
    heading: str,
    rows: Iterable[str],
    row_of: Callable[[Result], str],
    aliases: Sequence[str],
    results: Sequence[Result],
    *,
    unicode: bool,
) -> Table:
    from rich.text import Text

    cells: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        cells[row_of(result), result.endpoint].append(result)
    table = make_table(unicode=unicode)
    table.add_column(heading, overflow="fold")
    there = [alias for alias in aliases if any(result.endpoint == alias for result in results)]
    for alias in there:
        table.add_column(Text(alias), justify="right", overflow="fold")
    for row in rows:
        table.add_row(Text(one_line(row)), *(share_cell(cells[row, alias]) for alias in there))
    return table


def by_training(variants: Iterable[str]) -> list[str]:
    """Kinds of questions, those that were trained first, each once."""
    return sorted(set(variants), key=lambda variant: (_ORDER.index(variant) if variant in _ORDER else 2, variant))


@dataclass(frozen=True, slots=True)
class Form:
    """What a cell shows beside its percentage."""

    with_count: bool = True
    with_limits: bool = True
    bar: str = ""
    """The two characters of a bar, for right and for wrong; empty: none."""


def share_cell(results: Sequence[Result], form: Form | None = None) -> Text:
    """The share of right answers among those with a grade; see `rate_cell`."""
    graded = Tally.of(Unit(result.right, fact_of(result)) for result in results if result.status == "graded")
    errors = sum(result.status in ("error", "unscored") for result in results)
    unmet = sum(result.status == "not_applicable" for result in results)
    return rate_cell(graded, errors=errors, unmet=unmet, form=form)


class Rate(Protocol):
    """A share of right answers with its 95 % limits."""

    @property
    def right(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def interval(self) -> tuple[float, float]: ...


def rate_cell(rate: Rate, *, errors: int = 0, unmet: int = 0, form: Form | None = None) -> Text:
    """`46/50  92.0 % [81, 97]`, with the errors and what does not apply beside it; `-` where there is nothing."""
    from rich.text import Text

    form = form or Form()
    if not rate.n + errors + unmet:
        return Text("-", style="dim")
    text = Text()
    if rate.n:
        low, high = rate.interval
        text.append(f"{rate.right}/{rate.n} " if form.with_count else "", style="bold")
        text.append(f"{100 * rate.right / rate.n:5.1f} %")
        text.append(f" [{100 * low:.0f}, {100 * high:.0f}]" if form.with_limits else "", style="dim")
    if errors:
        text.append(f" {errors} error{'s' if errors > 1 else ''}", style="red")
    if unmet:
        text.append(f" {unmet} n/a", style="dim")
    return text.append(_bar(rate, form.bar) if form.bar else "")


def _bar(rate: Rate, characters: str) -> str:
    """A blank and a bar that is full only where all is right; blanks where nothing is known."""
    full, empty = characters[0], characters[1]
    length = _BAR * rate.right // rate.n if rate.n else 0
    return " " + full * length + (empty if rate.n else " ") * (_BAR - length)
