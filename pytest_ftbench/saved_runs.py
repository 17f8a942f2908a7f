"""The runs that a project keeps: found by name, listed, and replaced."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pytest_ftbench.errors import DataError, SpecError
from pytest_ftbench.names import near_miss
from pytest_ftbench.runlines import read_run_lines
from pytest_ftbench.runs import LAST, is_unnamed, runs_folder, saved_name, write_whole

_ID = re.compile(r"(?:\d{8}T\d{6}Z-)?([0-9a-f]{8})")
_SHOWN = 8


def nearest_runs(folder: Path) -> Path:
    """The `.ftbench/runs` of a folder, or of the nearest one above that has it, which may be missing."""
    found = (each / ".ftbench" / "runs" for each in (folder, *folder.parents))
    return next((runs for runs in found if runs.is_dir()), folder / ".ftbench" / "runs")


def find_run(text: str, folder: Path) -> Path:
    """The run that a text means: a path, else the name of a saved run, `last`, or the id of a run without a name.

    folder: what a path is relative to, and where the search for the project's runs begins (see `nearest_runs`).
    Raises SpecError where there is none, saying which there are.
    """
    path = folder / text
    if path.is_file() or "/" in text or os.sep in text:
        return path
    runs = nearest_runs(folder)
    if (named := runs / f"{text}.jsonl").is_file():
        return named
    unnamed = sorted(filter(is_unnamed, runs.iterdir())) if runs.is_dir() else []
    if text == LAST and unnamed:
        return max(unnamed, key=lambda path: (path.name.partition("-")[0], path.stat().st_mtime_ns))
    wanted = _ID.fullmatch(text)
    found = [one for one in unnamed if wanted and one.stem.endswith(wanted[1])]
    if len(found) == 1:
        return found[0]
    raise SpecError(_not_found(text, runs, has_unnamed=bool(unnamed)))


def _not_found(text: str, runs: Path, *, has_unnamed: bool) -> str:
    saved = sorted(path.stem for path in runs.glob("*.jsonl") if not is_unnamed(path))
    if not saved and not has_unnamed:
        return f"no run {text!r}: no such file, and {runs} has no runs. Name a run file."
    meant = near_miss(text, saved)
    hint = f" Did you mean {meant!r}?" if meant else ""
    more = f" and {len(saved) - _SHOWN} more" if len(saved) > _SHOWN else ""
    names = ", ".join(saved[:_SHOWN]) + more or "none"
    last = f", {LAST!r} or the id of another run" if has_unnamed else ""
    return f"no run {text!r}: no such file, nor a run in {runs}.{hint} Saved: {names}. Name one of these{last}."


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A kept run, as far as its lines tell without being judged or counted by case."""

    path: Path
    header: Mapping[str, Any]
    results: int = 0
    gates: Mapping[str, int] = field(default_factory=dict)
    """How many gates had each outcome."""
    is_finished: bool = False
    """Whether its session came to its end."""
    fault: str = ""
    """Why it cannot be read; then the rest is empty."""

    @property
    def name(self) -> str:
        """What commands take for it."""
        return self.path.stem


def list_runs(runs: Path) -> list[RunSummary]:
    """The runs of a folder, which may be missing: saved ones by name, then those without a name, the newest first."""
    paths = sorted(runs.glob("*.jsonl"))
    unnamed = [path for path in reversed(paths) if is_unnamed(path)]
    return [summarise_run(path) for path in (*(path for path in paths if not is_unnamed(path)), *unnamed)]


def summarise_run(path: Path) -> RunSummary:
    """What a run file holds; one that cannot be read is told as such."""
    results, is_finished = 0, False
    gates: Counter[str] = Counter()
    header: Mapping[str, Any] = {}
    try:
        lines = read_run_lines(path)
        header = next(lines)
        for line in lines:
            results += line.get("kind") == "result"
            is_finished |= line.get("kind") == "end"
            if line.get("kind") == "gate":
                gates[str(line.get("outcome"))] += 1
    except DataError as error:
        return RunSummary(path, {}, fault=str(error))
    return RunSummary(path, header, results, gates, is_finished)


def replace_saved(root: Path, name: str, run: Path) -> Path | None:
    """Save a run under a name, whatever has that name; returns where the run that had it is now, or None.

    root: the folder that has, or is to have, `.ftbench`. The one before stays as `NAME~1`, the one before that as
    `NAME~2`, and so on: no run is lost. Raises SpecError for a name that is not allowed, OSError.
    """
    path = runs_folder(root) / saved_name(name)
    text = run.read_bytes()
    older = None
    if path.is_file():
        steps = _predecessors(path)
        for later, earlier in reversed(list(pairwise(steps))):
            later.replace(earlier)
        older = steps[0]
        write_whole(older, path.read_bytes())
    write_whole(path, text)
    return older


def _predecessors(path: Path) -> list[Path]:
    """The places of the runs that had a name before, the last of them free."""
    places = [path.with_name(f"{path.stem}~1.jsonl")]
    while places[-1].exists():
        places.append(path.with_name(f"{path.stem}~{len(places) + 1}.jsonl"))
    return places
