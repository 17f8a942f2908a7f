"""Answers kept on disk, in a database that stays harmless even where somebody else has written it."""

from pytest_ftbench.cache.entry import Entry
from pytest_ftbench.cache.store import AnswerStore, open_store

__all__ = ["AnswerStore", "Entry", "open_store"]
