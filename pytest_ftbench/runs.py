"""Run files: what one session recorded, as JSON Lines."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytest_ftbench.errors import SpecError
from pytest_ftbench.evaluate import to_plain
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.runlines import SCHEMA

KEPT = 50
"""How many unnamed runs are kept."""

_AUTO_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl")
_RUN_NAME = re.compile(r"[\w][\w.+-]{0,99}")
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by pytest-ftbench; see https://bford.info/cachedir/\n"

Line = dict[str, Any]


class RunWriter:
    """Writes one run as the session goes: a killed session leaves a readable prefix without an `end` line."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.header: Line = {"kind": "run", "schema": SCHEMA, **header}
        # A lone surrogate becomes its escape, which JSON reads back: no text of a model's or a user's stops a session.
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
        self._results: dict[str, tuple[tuple[str | int, ...], str]] = {}
        """By test: what its line is sorted by, and the line."""
        self._gates: list[str] = []
        self._write(_line(self.header))

    def add_result(self, result: Result, *, test: str) -> None:
        """Record one result at once.

        test: the node id of its test; a later result of the same test takes the place of an earlier one.
        """
        line = _line({"kind": "result", **to_plain(result)})
        self._results[test] = (_order(result), line)
        self._write(line)

    def add_gate(self, gate: GateResult) -> None:
        """Record one gate at once."""
        line = _line({"kind": "gate", **asdict(gate)})
        self._gates.append(line)
        self._write(line)

    def finish(self, header: Mapping[str, Any], end: Mapping[str, Any] | None) -> None:
        """Close the run: sorted, so that it does not depend on which worker was first, and with its final header.

        end: the fields of the `end` line; None for an interrupted session, which has none.
        """
        self.header |= header
        self._file.close()
        lines = [_line(self.header), *(line for _, line in sorted(self._results.values())), *self._gates]
        if end is not None:
            lines.append(_line({"kind": "end", **end}))
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text("".join(lines), encoding="utf-8", errors="backslashreplace", newline="\n")
        temporary.replace(self.path)

    def _write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()


_JSON = json.JSONEncoder(ensure_ascii=False)


def _line(line: Line) -> str:
    return _JSON.encode(line) + "\n"


def _order(result: Result) -> tuple[str | int, ...]:
    return result.suite, result.fact, result.variant, result.case, result.endpoint, result.sample


def runs_folder(root: Path) -> Path:
    """Where the runs of a project lie, made if need be, out of the way of version control and of backups."""
    home = root / ".ftbench"
    if not home.is_dir():
        home.mkdir(parents=True, exist_ok=True)  # another session may have been quicker
        (home / ".gitignore").write_text("*\n", encoding="utf-8")
        (home / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
    runs = home / "runs"
    runs.mkdir(exist_ok=True)
    return runs


def saved_run(root: Path, name: str) -> Path:
    """Where a run of that name is saved. Raises SpecError for a name not allowed or taken."""
    if not _RUN_NAME.fullmatch(name):
        raise SpecError(f"run name {name!r}: use up to 100 letters, digits and . _ + -, the first a letter or digit.")
    if _AUTO_NAME.fullmatch(f"{name}.jsonl"):
        raise SpecError(f"run name {name!r} looks like that of an unnamed run, to be removed some day. Choose another.")
    path = root / ".ftbench" / "runs" / f"{name}.jsonl"
    if path.exists():
        raise SpecError(f"run name {name!r} is taken by {path}. A saved run is never overwritten: choose another name.")
    return path


def forget_old_runs(folder: Path, *, kept: int = KEPT) -> None:
    """Remove all but the newest unnamed runs; runs saved under a name stay."""
    unnamed = sorted(path for path in folder.iterdir() if _AUTO_NAME.fullmatch(path.name))
    for path in unnamed[: max(0, len(unnamed) - kept)]:
        path.unlink(missing_ok=True)


def publish(run: Path, copies: Iterable[Path]) -> None:
    """Put copies of a finished run elsewhere; each appears whole or not at all. Raises OSError.

    A copy that names a device or pipe is written into it, and a symbolic link stays one.
    """
    text = run.read_bytes()
    for copy in (path.resolve() for path in copies):
        copy.parent.mkdir(parents=True, exist_ok=True)
        if copy.exists() and not copy.is_file():
            copy.write_bytes(text)
            continue
        temporary = copy.with_name(f".{copy.name}.{os.getpid()}.tmp")
        try:
            temporary.write_bytes(text)
            temporary.replace(copy)
        finally:
            temporary.unlink(missing_ok=True)
