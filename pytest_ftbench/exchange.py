"""How the processes of one run share answers: one asks while the others wait, then read what it got."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pytest_ftbench.engine import Engine
from pytest_ftbench.records import Completion, Question

ANSWERS = "answers.jsonl"
_LOCK = "asking.lock"


def prefetch_shared(engine: Engine, questions: Iterable[Question], *, folder: Path) -> None:
    """Ask the questions that no other process of this run has asked yet; return when all have an answer.

    folder: private to the run and shared by its processes. The one that holds its lock asks and writes each answer
    down, errors too, the moment it arrives; when it ends, or dies, the next one reads them and asks what is missing.
    So N processes send each question once, whatever the cache mode, and all see the same answers.
    """
    from filelock import FileLock

    path = folder / ANSWERS
    with FileLock(folder / _LOCK):
        for key, completion in _read(path):
            engine.learn(key, completion)
        with path.open("a", encoding="utf-8") as file:
            # A killed process may have left half a line: what follows must not become part of it.
            file.write("\n" if file.tell() else "")

            def write(key: str, completion: Completion) -> None:
                file.write(json.dumps([key, asdict(completion)]) + "\n")
                file.flush()

            engine.prefetch(questions, on_answer=write)


def count_answers(folder: Path) -> int:
    """How many questions of a run have been answered, or have ended in an error, so far."""
    return sum(1 for _ in _read(folder / ANSWERS))


def _read(path: Path) -> Iterable[tuple[str, Completion]]:
    """What has been written so far; a line that a killed process left unfinished is passed over."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            key, fields = json.loads(line)
        except ValueError:
            continue
        yield key, Completion(**fields)
