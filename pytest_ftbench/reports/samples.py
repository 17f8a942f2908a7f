"""What several samples of each question show, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_ftbench.reports.text import one_line
from pytest_ftbench.spread import Spread


def sample_lines(spreads: Sequence[Spread], *, with_flaky: bool, fixed: Mapping[str, str]) -> Iterable[str]:
    """A line for each endpoint, what the words in it mean, and on demand the flaky questions.

    fixed: by endpoint, what keeps its samples alike, such as `temperature 0`.
    """
    for spread in spreads:
        yield _line(spread)
        if with_flaky:
            yield from _flaky(spread)
    if spreads:
        hint = "" if with_flaky or not any(spread.flaky for spread in spreads) else " (-v lists them)"
        yield f"flaky: right in some samples, wrong in others{hint}; pass^k: the chance that k samples are all right"
    alike: dict[str, list[str]] = {}
    for spread in spreads:
        if why := fixed.get(spread.endpoint):
            alike.setdefault(why, []).append(spread.endpoint)
    for why, aliases in alike.items():
        yield f"at {why} the samples of {', '.join(aliases)} differ by the server's own noise alone"


def _line(spread: Spread) -> str:
    total = len(spread.repeated)
    questions = f"{total} question{'' if total == 1 else 's'}"
    line = f"samples of {spread.endpoint}: {len(spread.flaky)} of {questions} flaky, "
    line += f"pass^{spread.k} {float(spread.all_right):.3f}"
    if spread.variance is not None:
        line += f", variance {spread.variance.between:.3f} between questions and {spread.variance.within:.3f} within"
    return line


def _flaky(spread: Spread) -> Iterable[str]:
    for one in spread.flaky:
        name = f"{one_line(one.first.fact)}: {one_line(one.first.variant)}"
        asked = one_line(one.first.question, most=200)
        yield f"  {one.right}/{one.graded} right  {name if name.startswith(asked) else f'{name}: {asked}'}"
