"""Figures beside their bounds: rows, their median, and the lines that are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from processes import RunFailed

HEADER = f"{'scenario':22} {'figure':>10}  {'at most':>10}"


@dataclass(frozen=True)
class Row:
    """One figure. It holds when it is within its bound and nothing else went wrong."""

    what: str
    figure: float
    bound: float
    floor: str
    """What the figure was measured against, in absolute terms."""
    unit: str = "x"
    faults: tuple[str, ...] = ()
    """What went wrong whatever the figure says, a line each."""

    @property
    def is_missed(self) -> bool:
        """Whether the bound is missed, or something else went wrong; a figure that is no number misses any bound."""
        return bool(self.faults) or not self.figure <= self.bound


Measure = Callable[[], Row]


def middle(rows: Sequence[Row]) -> Row:
    """The row with the median figure (of an even number, the worse of the two), with the faults of all of them."""
    ordered = sorted(rows, key=lambda row: row.figure)
    faults = tuple(dict.fromkeys(fault for row in rows for fault in row.faults))
    return replace(ordered[len(ordered) // 2], faults=faults)


def render(row: Row) -> Iterator[str]:
    """The line of a row, and one more for each of its faults."""
    figure, bound = f"{row.figure:.3f} {row.unit}", f"{row.bound:.2f} {row.unit}"
    yield f"{row.what:22} {figure:>10}  {bound:>10}  {'MISSED' if row.is_missed else 'ok':6}  [{row.floor}]"
    for fault in row.faults:
        yield f"    {fault}"


def report(scenarios: Iterable[tuple[str, Callable[[], Iterable[Row]]]], *, write: Callable[[str], None]) -> int:
    """Measure and write one scenario after the other; the exit code, 1 where a row is missed.

    A scenario whose runs fail becomes a row without a figure.
    """
    write(HEADER)
    exit_code = 0
    for name, measure in scenarios:
        try:
            rows = list(measure())
        except RunFailed as error:
            rows = [Row(name, float("nan"), float("nan"), "no figure", faults=(str(error),))]
        for row in rows:
            exit_code |= row.is_missed
            for line in render(row):
                write(line)
    return exit_code
