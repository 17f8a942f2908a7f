"""Rich's tables and styles as text for a terminal that pytest owns."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table


def make_console(stream: StringIO, *, width: int, color: bool, unicode: bool) -> Console:
    """What draws on `stream`: never by rich's own guess at the terminal, and never taking text for markup."""
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        safe_box=not unicode,
    )


def render(blocks: Iterable[RenderableType], *, width: int, color: bool, unicode: bool) -> str:
    """The blocks, one below the other, as text without a line end at its end.

    width: columns of the terminal. color: whether escape sequences may be used. unicode: whether the terminal's
    encoding can show line-drawing characters.
    """
    from rich.text import Text

    stream = StringIO()
    console = make_console(stream, width=width, color=color, unicode=unicode)
    for block in blocks:
        # Lines of prose are left to the terminal to wrap, so that paths and gates can be copied whole.
        console.print(block, soft_wrap=isinstance(block, Text))
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n"))


def make_table(*, unicode: bool) -> Table:
    """An empty table, with a line below its heading only."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD if unicode else box.ASCII2, pad_edge=False, show_edge=False)
