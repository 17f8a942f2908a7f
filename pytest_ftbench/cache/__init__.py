"""Answers kept on disk, in a database that stays harmless even where somebody else has written it."""

from __future__ import annotations

from pathlib import Path

from pytest_ftbench.cache.entry import Entry
from pytest_ftbench.cache.store import AnswerStore, open_store

__all__ = ["AnswerStore", "Entry", "default_folder", "open_store"]


def default_folder() -> Path:
    """Where answers are kept unless the user says otherwise: the user's cache folder, for all projects together."""
    from platformdirs import user_cache_path

    return user_cache_path("pytest-ftbench")
