"""What was said in the turns of a case before the one that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_ftbench.reports.text import one_line


def turn_lines(turns: Sequence[str], earlier: Sequence[str]) -> Iterator[str]:
    """The answer to each turn but the last, and what was said then, a line each; nothing for a single turn.

    turns: what the user said; the first is shown as the question. earlier: what was answered before the last answer.
    """
    for answer, turn in zip(earlier, turns[1:], strict=False):  # a talk may end early, with an answer that says nothing
        yield f"  answered  {one_line(answer, most=400)}"
        yield f"  then      {one_line(turn, most=400)}"
