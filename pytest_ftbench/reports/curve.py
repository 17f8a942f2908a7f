"""A training curve: how right each checkpoint was on each kind of question, and which are the best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.curves import Best, Curve, Point
from pytest_ftbench.reports.console import make_table, render
from pytest_ftbench.reports.matrix import Form, by_training, rate_cell, share_cell
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def curve_blocks(curve: Curve, *, unicode: bool, width: int) -> Iterator[RenderableType]:
    """A heading, the table, and what follows from it. width: columns of the terminal; unicode: see `console.render`."""
    from rich.text import Text

    yield Text(f"training curve of {one_line(curve.sweep.alias)}", style="bold")
    yield _fitting_table(curve, unicode=unicode, width=width)
    yield Text("\n".join(["", *_lines(curve)]))


def _fitting_table(curve: Curve, *, unicode: bool, width: int) -> Table:
    """The table with as much in its cells as there is room for."""
    from rich.cells import cell_len

    for form in (Form(bar="█░" if unicode else "#."), Form(), Form(with_count=False)):
        table = _table(curve, form, unicode=unicode)
        lines = render([table], width=10_000, color=False, unicode=unicode).split("\n")
        if max(map(cell_len, lines)) <= width:
            return table
    return _table(curve, Form(with_count=False, with_limits=False), unicode=unicode)


def _table(curve: Curve, form: Form, *, unicode: bool) -> Table:
    from rich.text import Text

    variants = by_training(variant for point in curve.points for variant in point.by_variant)
    has_epochs = any(point.step.epoch is not None for point in curve.points)
    has_retention = any("retention" in point.scores for point in curve.points)
    table = make_table(unicode=unicode)
    headings = ["step", *(["epoch"] if has_epochs else []), *variants, *(["retention"] if has_retention else [])]
    for heading in headings:
        table.add_column(Text(one_line(heading)), justify="right", overflow="fold")
    for point in curve.points:
        epoch = ["-" if point.step.epoch is None else str(point.step.epoch)] if has_epochs else []
        cells = [share_cell(point.by_variant.get(variant, ()), form) for variant in variants]
        if has_retention:
            score = point.scores.get("retention")
            cells.append(rate_cell(score, errors=score.errors, form=form) if score else Text("-", style="dim"))
        table.add_row(str(point.step.step), *epoch, *cells)
    return table


def _lines(curve: Curve) -> Iterator[str]:
    of = max((len(one.criterion) for one in curve.best), default=0)
    for one in curve.best:
        yield f"best on {one.criterion:<{of}}  {_best(one)}"
    if curve.pareto:
        criteria = _listed([one.criterion for one in curve.best if one.points])
        yield f"Pareto set{' ' * (of - 2)}  {_names(curve.pareto)}: none is beaten on {criteria} at once"
    if curve.has_bias:
        yield _bias(curve)


def _best(best: Best) -> str:
    lacking = f"; not compared, for want of grades: {_names(best.not_compared)}" if best.not_compared else ""
    if not best.points:
        return f"not known: {one_line(best.why, most=300)}{lacking}"
    score = best.points[0].scores[best.criterion]
    low, high = score.interval
    share = f"{score.right}/{score.n} = {score.right / score.n:.3f} [{low:.3f}, {high:.3f}]"
    tie = ", which tie" if len(best.points) > 1 else ""
    return f"{_names(best.points)}{tie}: {share}{lacking}"


def _bias(curve: Curve) -> str:
    """How much of being the best may be luck."""
    biased = _listed([f"{100 * best.bias:.1f} points on {best.criterion}" for best in curve.best if best.bias])
    of = max(best.compared for best in curve.best)
    return (
        f"scores of the best of {of} are biased upwards, since they chose it: by {biased} if all {of} are equally "
        "good; gates with select=best_on(holdout) are not"
    )


def _names(points: Sequence[Point]) -> str:
    return ", ".join(point.step.alias for point in points)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
