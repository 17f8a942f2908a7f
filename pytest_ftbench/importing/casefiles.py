"""Cases written as a table, from which they are read back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from pytest_ftbench.datasets.rows import KNOWN
from pytest_ftbench.records import Case
from pytest_ftbench.textfiles import Row

ENDINGS = (".csv", ".jsonl")
_ALWAYS = ("question", "answer")


def table_text(cases: Sequence[Case], ending: str, *, abstention: str = "") -> str:
    """The cases as CSV or JSON Lines.

    ending: one of ENDINGS. abstention: what stands as the answer where none is due; `expect` says so in any case.
    """
    rows = [_row(case, abstention) for case in cases]
    tags = dict.fromkeys(tag for case in cases for tag in case.tags)
    columns = [name for name in (*KNOWN, *tags) if name in _ALWAYS or any(row.get(name) for row in rows)]
    if ending == ".jsonl":
        return "".join(_json_line({name: row[name] for name in columns if row.get(name)}) for row in rows)
    return "".join(_csv_line(cells) for cells in [columns, *([row.get(name, "") for name in columns] for row in rows)])


def _row(case: Case, abstention: str) -> Row:
    is_due = case.expect == "answer"
    return {
        **case.tags,
        "id": case.id,
        "fact": case.fact,
        "variant": case.variant,
        "question": case.question,
        "prompt": case.prompt,
        "answer": case.answer if is_due else abstention,
        "aliases": "|".join(case.aliases),
        "system": case.system,
        "match": "" if case.match == "auto" else case.match,
        "expect": "" if is_due else case.expect,
        "answer_before": case.answer_before,
        "precondition": case.precondition,
        "context": case.context,
    }


def _json_line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _csv_line(cells: Iterable[str]) -> str:
    return ",".join(map(_csv_cell, cells)) + "\n"


def _csv_cell(text: str) -> str:
    # Python's own writer leaves a lone carriage return unquoted, which its reader then takes for the end of the row.
    if any(mark in text for mark in ',;"\r\n\t'):
        return '"' + text.replace('"', '""') + '"'
    return text
