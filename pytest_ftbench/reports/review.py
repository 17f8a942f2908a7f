"""The review file: answers for a person to judge, in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from pytest_ftbench.records import Result
from pytest_ftbench.reports.text import clean

ROW = "row"
HUMAN = "human"
COLUMNS = (ROW, "question", "context", "expected", "answer", HUMAN)

_FORMULA = re.compile(r"[=+\-@\t]")
_NUMBER = re.compile(r"[+-]?[\d.,]+")


def review_text(rows: Iterable[tuple[str, Result]]) -> str:
    """The text of the file: each row's id and what must be seen to judge; neither the model nor the verdict."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row_id, result in rows:
        shown = (result.question, result.context or "", result.expected, result.answer or "")
        writer.writerow([row_id, *map(_cell, shown), ""])
    return out.getvalue()


def _cell(text: str) -> str:
    """The text fit for a cell: nothing hidden, and nothing that a spreadsheet would run.

    An apostrophe in front makes it text there, as OWASP advises on CSV injection: an answer is data of a model's.
    """
    cleaned = clean(text)
    return f"'{cleaned}" if _FORMULA.match(cleaned) and not _NUMBER.fullmatch(cleaned) else cleaned
