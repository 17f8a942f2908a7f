"""What makes a text no YAML, in words for whoever wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import MarkedYAMLError

_BEFORE = (
    (r"[ \u00a0]*\t", "A line is indented by a tab. Indent by spaces."),
    (r"[ \t]*\u00a0", "A line is indented by a non-breaking space. Indent by plain spaces."),
    (r"\s*-\w+:\s", "A dash needs a blank after it: '- question: ...'"),
)
"""How a line looks that is often written so, and what to do about it, where the error may show a line later."""
_SLIPS = (
    (r".*[:,{\[]\s*[\u201c\u201d\u201e\u00ab]", 'Quotes must be straight ones: "..."'),
    (r"\s*(- )?[\w-]+:\s+\{\w+\}", 'A text that begins with a brace needs quotes: "{name} ..."'),
    (r".*[{,]\s*\w+:\s+[^\"'{\[,]*\{\w+\}", 'A text with braces needs quotes where it stands between braces: "..."'),
    (r"\s*(- )?[\w-]+:\s+'[^']*'\w", "An apostrophe ends what single quotes began. Use double quotes."),
    (r"\s*(- )?[\w-]+:\s+[%@`*>|-]", "A text that does not begin with a letter or a digit needs quotes: '...'"),
    (r"\s*(- )?[\w-]+:\s+[^\"'{\[\s].*:(\s|$)", 'A text with a colon and a blank in it needs quotes: "..."'),
)
"""The same where it shows in the line itself."""
_SEEN = 1000
"""So many characters of a line are looked at."""


def fault_of(error: MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line that a parser's error is about, from 1, and what is wrong there and what to do."""
    problem, started = str(error.problem), error.context_mark
    if started is not None and "quoted scalar" in str(error.context) and "end of stream" in problem:
        return started.line + 1, "a quote begins here that does not end. Close it."
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return line, f"not readable as YAML ({problem}). {_remedy(problem, text.splitlines()[max(0, line - 2) : line])}"


def _remedy(problem: str, lines: list[str]) -> str:
    """What to do about a line, given with the one before it."""
    if "escape" in problem:
        return "A backslash stays one between single quotes: '...'"
    looks = [(slip, line) for line in reversed(lines) for slip in _BEFORE] + [
        (slip, lines[-1]) for slip in _SLIPS if lines
    ]
    found = (remedy for (slip, remedy), line in looks if re.match(slip, line[:_SEEN]))
    return next(found, "Check indent and quotes.")
