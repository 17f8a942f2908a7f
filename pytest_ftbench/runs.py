"""Run files: what one session recorded, as JSON Lines."""

from __future__ import annotations

import gc
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.evaluate import to_plain
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.resultlines import ResultReader
from pytest_ftbench.runlines import SCHEMA, read_run_lines

KEPT = 50
"""How many unnamed runs are kept."""

LAST = "last"
"""What commands call the newest run that was kept without a name."""

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
        line = _line(_plain_gate(gate))
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


def _plain_gate(gate: GateResult) -> Line:
    """Its line; what only some gates have is left out of the others."""
    plain = {"kind": "gate", **asdict(gate)}
    return {name: value for name, value in plain.items() if value or name not in _OF_SOME}


_OF_SOME = frozenset(field.name for field in fields(GateResult) if field.default is not MISSING)
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
    path = root / ".ftbench" / "runs" / saved_name(name)
    if path.exists():
        raise SpecError(f"run name {name!r} is taken by {path}. A saved run is never overwritten: choose another name.")
    return path


def saved_name(name: str) -> str:
    """The file name of a run saved under a name. Raises SpecError for a name that is not allowed."""
    if not _RUN_NAME.fullmatch(name):
        raise SpecError(f"run name {name!r}: use up to 100 letters, digits and . _ + -, the first a letter or digit.")
    if _AUTO_NAME.fullmatch(f"{name}.jsonl"):
        raise SpecError(f"run name {name!r} looks like that of an unnamed run, to be removed some day. Choose another.")
    if name == LAST:
        raise SpecError(f"run name {name!r} stands for the newest run. Choose another.")
    return f"{name}.jsonl"


def is_unnamed(path: Path) -> bool:
    """Whether a run was kept without a name, by its time and id."""
    return _AUTO_NAME.fullmatch(path.name) is not None


def forget_old_runs(folder: Path, *, kept: int = KEPT) -> None:
    """Remove all but the newest unnamed runs; runs saved under a name stay."""
    unnamed = sorted(filter(is_unnamed, folder.iterdir()))
    for path in unnamed[: max(0, len(unnamed) - kept)]:
        path.unlink(missing_ok=True)


def publish(run: Path, copies: Iterable[Path]) -> None:
    """Put copies of a finished run elsewhere, as `write_whole` does. Raises OSError."""
    text = run.read_bytes()
    for copy in copies:
        write_whole(copy, text)


def write_whole(path: Path, text: bytes) -> None:
    """Write a file that appears whole or not at all, whatever it replaces. Raises OSError.

    A path that names a device or pipe is written into, and a symbolic link stays one.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_bytes(text)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(text)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Run:
    """A run file, read."""

    place: str
    """How messages name it."""
    header: Line
    """Its first line, without `kind`."""
    results: tuple[Result, ...]
    gates: tuple[GateResult, ...]
    end: Line | None
    """Its last line, without `kind`. None: the session was interrupted."""


def read_run(path: Path, *, shown_as: str = "") -> Run:
    """The run in a file; lines of kinds that a later version may add are passed over.

    shown_as: how messages name the file; default: its path.
    A last line that was cut off is passed over: the session was killed.
    Raises DataError for a file that cannot be read, is no run file, is of a newer schema, or has a line that lacks
    what it must hold.
    """
    with collecting_nothing():
        return _read_run(path, shown_as or str(path))


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """Spare the search for circular garbage, which takes much time with many objects, where next to none is made."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_run(path: Path, place: str) -> Run:
    lines = read_run_lines(path, shown_as=place)
    header = _bare(next(lines))
    reader = ResultReader(place)
    results, gates = [], []
    end = None
    for line in lines:
        kind = line.get("kind")
        if kind == "result":
            results.append(reader.read(line))
        elif kind == "gate":
            gates.append(_read_gate(line, place))
        elif kind == "end" and end is None:
            end = _bare(line)
    return Run(place, header, tuple(results), tuple(gates), end)


def write_run(path: Path, run: Run) -> None:
    """Write a run that was read, or made of one that was; the file appears whole or not at all. Raises OSError."""
    lines = [{"kind": "run", **run.header}]
    lines += [{"kind": "result", **to_plain(result)} for result in run.results]
    lines += map(_plain_gate, run.gates)
    lines += [] if run.end is None else [{"kind": "end", **run.end}]
    write_whole(path, "".join(map(_line, lines)).encode("utf-8", "backslashreplace"))


def _bare(line: Line) -> Line:
    return {name: value for name, value in line.items() if name != "kind"}


def _read_gate(line: Line, place: str) -> GateResult:
    known = [field.name for field in fields(GateResult) if field.name in line or field.default is MISSING]
    try:
        return GateResult(**{name: line[name] for name in known})
    except KeyError as error:
        raise DataError(place, f"the gate {line.get('expr')!r} has no {error}. Was the file edited by hand?") from None
