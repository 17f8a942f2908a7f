"""The pytest plugin: knowledge tests for fine-tuned models.

Loaded in every pytest session, so it imports nothing but pytest and what is small; a session that names no model and
holds no case file does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.plugin.datafiles import CaseFileNode, is_case_file
from pytest_ftbench.plugin.fixtures import (
    ftbench_answer,
    ftbench_case,
    ftbench_judge,
    ftbench_model,
    ftbench_verdict,
)
from pytest_ftbench.plugin.marks import MARKER, give_trials, parametrize
from pytest_ftbench.plugin.options import add_options, read_settings
from pytest_ftbench.plugin.start import start
from pytest_ftbench.plugin.state import STATE, State

__all__ = ["ftbench_answer", "ftbench_case", "ftbench_judge", "ftbench_model", "ftbench_verdict"]


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_ftbench.plugin import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    state = State(config, read_settings(config))
    config.stash[STATE] = state
    if state.settings.is_active:
        start(state)


def pytest_unconfigure(config: pytest.Config) -> None:
    state = config.stash.get(STATE, None)
    if state is not None:
        state.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if not is_case_file(file_path):
        return None
    readers = parent.config.stash[STATE].registry("readers")
    return CaseFileNode.from_parent(parent, path=file_path) if file_path.suffix.lower() in readers else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    names = metafunc.fixturenames
    is_marked = any(marker.name == "ftbench" for marker in metafunc.definition.own_markers)
    if is_marked or "ftbench_model" in names:
        parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.stash[STATE].scopes:  # before anything is deselected, so that `-k` knows the cases' own words
        give_trials(items)


def pytest_ftbench_providers() -> Mapping[str, Any]:
    from pytest_ftbench.providers import PROVIDERS

    return PROVIDERS


def pytest_ftbench_matchers() -> Mapping[str, Any]:
    from pytest_ftbench.judges import MATCHERS

    return MATCHERS


def pytest_ftbench_readers() -> Mapping[str, Any]:
    from pytest_ftbench.datasets import READERS

    return READERS
