"""Documents that keep their word: their files load, their commands run, and their outputs are what is printed.

With FTBENCH_WRITE_README=1 in the environment the outputs are written anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WRITES = bool(os.environ.get("FTBENCH_WRITE_README"))

_FILE = re.compile(r"```(?:yaml|csv|python|toml)\n# (?P<name>[\w./-]+)\n(?P<text>.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n```\n(?:\n```\n(?P<output>.*?)\n```)?", re.DOTALL)
_MODULES = {"pytest": "pytest", "ftbench": "pytest_ftbench.commands"}
_IN_ORDER = "-p no:ftbench-showing --ftbench-concurrency=1"
"""No word on the progress, which stands wherever it may, and tests in the order of the file, however answers come."""
_CHANGES = [
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}"), "<time>-<id>"),
    (re.compile(r" in \d+\.\d+s( \(\d+:\d\d:\d\d\))?"), " in <n>s"),
    (re.compile(r"\([0-9a-f]{8}, [-0-9T:+]+\)"), "(<id>, <time>)"),
    (re.compile(r" on \d{4}-\d{2}-\d{2}, in \d+ days"), " on <date>, in <n> days"),
    (re.compile(r"=+ "), "= "),
    (re.compile(r" =+"), " ="),
]


@dataclass(frozen=True)
class Shown:
    """A command as a document shows it."""

    command: str
    output: str
    """Empty where none is shown."""


def shown_commands(text: str) -> list[Shown]:
    """The commands of a document, in order."""
    return [Shown(found["command"], found["output"] or "") for found in _CONSOLE.finditer(text)]


def first_file(text: str) -> tuple[str, str]:
    """The name and the text of the first file that a document shows."""
    found = next(_FILE.finditer(text))
    return found["name"], found["text"]


def write_files(text: str, folder: Path, *, change: Callable[[str], str] = lambda text: text) -> None:
    """Write the files that a document shows, each changed by a function."""
    for found in _FILE.finditer(text):
        path = folder / found["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change(found["text"]), encoding="utf-8")


def run(command: str, folder: Path, *, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command line, ours by this Python; setting up is what tests/test_packaging.py does.

    env: the whole environment; default: that of the test.
    """
    _, _, after_setup = command.rpartition("&& ")
    program, *args = shlex.split(after_setup)
    call = [sys.executable, "-m", _MODULES[program]] if program in _MODULES else [program]
    return subprocess.run(
        [*call, *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**(os.environ if env is None else env), "COLUMNS": "80", "PYTEST_ADDOPTS": _IN_ORDER},
    )


def told(output: str) -> str:
    """The output, of pytest from the collection on, which is what documents show."""
    return output[max(0, output.find("collected ")) :].strip()


def summary_of(output: str) -> str:
    """The table and the gates of a session's summary, of which documents show no more where much is missed."""
    _, _, summary = output.partition("= ftbench =")
    summary, _, _ = summary.partition(" answers asked for")
    return summary.partition("\n")[2].rpartition("\n\n")[0].strip()


def alike(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, replacement in _CHANGES:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def check_output(document: Path, shown: Shown, printed: str) -> None:
    """Hold what a command has printed against what the document shows, or write that anew."""
    if WRITES:
        document.write_text(document.read_text(encoding="utf-8").replace(shown.output, printed), encoding="utf-8")
        return
    assert alike(printed).splitlines() == alike(shown.output).splitlines(), shown.command
