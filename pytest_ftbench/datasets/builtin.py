"""The question sets that ship with the plugin."""

from __future__ import annotations

from pathlib import Path

from pytest_ftbench.errors import DataError

BUILTIN_PREFIX = "ftbench:"
_FACTS = "facts.yaml"
_TRAINING = "training.jsonl"


def fixtures_folder() -> Path:
    """Where the built-in sets lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "fixtures"
    return packaged if packaged.is_dir() else package.parent / "fixtures"


def builtin_names() -> list[str]:
    """The names of the built-in question sets, sorted."""
    return sorted(facts.parent.name for facts in fixtures_folder().glob(f"*/{_FACTS}"))


def builtin_file(name: str) -> Path:
    """The case file of a built-in question set. Raises DataError for an unknown name, listing those there are."""
    known = builtin_names()
    if name not in known:
        raise DataError(f"{BUILTIN_PREFIX}{name}", f"no such built-in question set. There are: {', '.join(known)}.")
    return fixtures_folder() / name / _FACTS


def builtin_training(name: str) -> Path:
    """The training file that ships with a built-in question set. Raises DataError where none does."""
    path = builtin_file(name).with_name(_TRAINING)
    if not path.is_file():
        known = ", ".join(each for each in builtin_names() if (fixtures_folder() / each / _TRAINING).is_file())
        raise DataError(f"{BUILTIN_PREFIX}{name}", f"no training file ships with it. There are those of: {known}.")
    return path
