"""What the tests of the answer cache share: keys, stores, and hands that tamper with a database."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytest_ftbench.cache import AnswerStore, open_store

ROOT = Path(__file__).parent.parent
NOBODY = 65534


def key(number: int) -> str:
    """The key of question `number`."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def answer(number: int) -> dict[str, Any]:
    """The answer to question `number`."""
    return {"text": f"answer {number}", "tokens": number}


def open_silent(directory: Path) -> AnswerStore:
    """A store whose warnings fail the test."""

    def fail(line: str) -> None:
        raise AssertionError(line)

    return open_store(directory, checkout=None, warn=fail)


def fill(directory: Path, count: int = 3) -> Path:
    """Store the answers 0 to `count` - 1; the home of the database."""
    with open_silent(directory) as store:
        for number in range(count):
            assert store.put(key(number), answer(number))
    return directory / "answers-1"


def tamper(home: Path, *statements: str, values: Sequence[Any] = ()) -> None:
    """Run statements on the database, as somebody with an editor for SQLite files could."""
    with contextlib.closing(sqlite3.connect(home / "cache.db", isolation_level=None)) as con:
        for statement in statements:
            con.execute(statement, values)


def plant_row(home: Path, **columns: Any) -> None:
    """Change columns of the row of question 0."""
    names = ", ".join(f"{name} = ?" for name in columns)
    with contextlib.closing(sqlite3.connect(home / "cache.db", isolation_level=None)) as con:
        assert con.execute(f"UPDATE Cache SET {names} WHERE key = ?", (*columns.values(), key(0))).rowcount == 1


def read_setting(home: Path, statement: str, *, mode: str = "ro&immutable=1") -> Any:
    """The first value that `statement` gives, read without touching the database."""
    with contextlib.closing(sqlite3.connect(f"file:{home}/cache.db?mode={mode}", uri=True)) as con:
        return con.execute(statement).fetchone()[0]


def hot_journal(victim: Path, pages: int) -> bytes:
    """A rollback journal that makes SQLite delete `victim`, by its rule for super-journals."""
    magic = bytes.fromhex("d9d505f920a163d7")
    header = magic + struct.pack(">5I", 0, 0, pages, 512, 4096)
    name = os.fsencode(victim)
    record = struct.pack(">I", 0x40000000 // 4096 + 1) + name + struct.pack(">2I", len(name), sum(name)) + magic
    return header.ljust(512, b"\0") + record


def run_child(code: str, *arguments: object) -> dict[str, Any]:
    """What a process of its own prints as JSON, after `code` with `sys.argv[1:]` = arguments."""
    with start_child(code, *arguments) as child:
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    result: dict[str, Any] = json.loads(out)
    return result


def start_child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that runs `code` with this package and this kit importable."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
