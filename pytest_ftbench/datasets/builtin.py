"""The question sets that ship with the plugin."""

from __future__ import annotations

from pathlib import Path

from pytest_ftbench.errors import DataError

BUILTIN_PREFIX = "ftbench:"
_FACTS = "facts.yaml"


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
