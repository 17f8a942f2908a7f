"""The lines of a run file, as they were written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import read_text

SCHEMA = 1
"""The schema of run files that is written, and the newest that is read."""


def read_run_lines(path: Path, *, shown_as: str = "") -> list[dict[str, Any]]:
    """The lines of a run file as JSON objects, the first of kind `run` and of a schema that we read.

    shown_as: how messages name the file; default: its path.
    A last line that was cut off is passed over: the session was killed.
    Raises DataError for a file that cannot be read, is no run file, or is of a newer schema.
    """
    place = shown_as or str(path)
    texts = [text for text in enumerate(read_text(path, shown_as=place).split("\n"), start=1) if text[1].strip()]
    lines: list[dict[str, Any]] = []
    for number, text in texts:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            if number == texts[-1][0] and len(texts) > 1:
                break
            raise DataError(f"{place}:{number}", f"not a line of a run file ({error}).") from None
        if not isinstance(found, dict):
            raise DataError(f"{place}:{number}", f"expected a JSON object, got {type(found).__name__}.")
        lines.append(found)
    schema = lines[0].get("schema")
    if lines[0].get("kind") != "run" or not isinstance(schema, int):
        raise DataError(f"{place}:1", "not a run file: the first line must have kind 'run' and a schema.")
    if schema > SCHEMA:
        raise DataError(f"{place}:1", f"run file of schema {schema}; this version reads up to {SCHEMA}. Upgrade it.")
    return lines
