"""A section of the terminal's summary, in what the terminal can show."""

from __future__ import annotations

from typing import Protocol

import pytest


class Render(Protocol):
    """Makes a text for a terminal."""

    def __call__(self, *, width: int, color: bool, unicode: bool) -> str: ...


def write_section(reporter: pytest.TerminalReporter, title: str, render: Render) -> None:
    """Write a heading and the text below it."""
    encoding = getattr(reporter._tw._file, "encoding", None) or "ascii"
    text = render(
        width=reporter._tw.fullwidth,
        color=reporter.hasmarkup,
        unicode=encoding.lower().replace("-", "").startswith("utf"),
    )
    reporter.write_sep("=", title)
    # What the terminal cannot show is escaped here: pytest would escape the line ends of the text as well.
    reporter.write_line(text.encode(encoding, "backslashreplace").decode(encoding))
