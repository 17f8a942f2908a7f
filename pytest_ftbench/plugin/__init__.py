"""The pytest plugin: knowledge tests for fine-tuned models.

Loaded in every pytest session, so it imports next to nothing; a session that names no model and holds no case does
nothing beyond looking at file names.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_ftbench.plugin.fixtures import (
    ftbench_answer,
    ftbench_case,
    ftbench_judge,
    ftbench_model,
    ftbench_verdict,
)
from pytest_ftbench.plugin.options import add_options, is_any_set

__all__ = ["ftbench_answer", "ftbench_case", "ftbench_judge", "ftbench_model", "ftbench_verdict"]

MARKER = (
    "ftbench(*sources, where=None, gate=None, samples=None, match=None): ask every case of the sources, which are "
    "case files relative to the test file, built-in sets such as 'ftbench:quickstart', or lists of cases. "
    "where: which cases, as in 'variant=coding'. gate: a gate, or a list of them, over these cases. "
    "samples: how often to ask cases that do not say so themselves. match: the matcher for cases that name none."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_ftbench.plugin import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    if config.getoption("ftbench_model") or config.getini("ftbench_model") or config.getoption("ftbench_gate"):
        from pytest_ftbench.plugin.start import start

        start(config)
    elif is_any_set(config):
        from pytest_ftbench.plugin.state import get_state

        get_state(config)  # a value that is not allowed ends the session here, in one line, and not amid collection
    if config.getoption("ftbench_limit") or config.getini("ftbench_limit"):
        from pytest_ftbench.plugin.limiting import Limiting
        from pytest_ftbench.plugin.state import get_state

        config.pluginmanager.register(Limiting(get_state(config)), "ftbench-limiting")


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.getoption("ftbench_model") or config.getini("ftbench_model"):
        from pytest_ftbench.plugin.start import stop

        stop(config)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    found = yield
    if ".ftbench." in file_path.name or (not found and parent.session.isinitpath(file_path)):
        from pytest_ftbench.plugin.datafiles import collect_file

        found += collect_file(file_path, parent)
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ftbench_model" in metafunc.fixturenames or _is_marked(metafunc.definition):
        from pytest_ftbench.plugin.marks import parametrize

        parametrize(metafunc)


_HAS_MARK = pytest.StashKey[bool]()


def _is_marked(definition: pytest.Item) -> bool:
    """Whether the test, its class or its module carries our mark; asked once for all tests of a class or module."""
    if definition.own_markers and any(marker.name == "ftbench" for marker in definition.own_markers):
        return True
    parent = definition.parent
    if parent is None:
        return False
    is_marked = parent.stash.get(_HAS_MARK, None)
    if is_marked is None:
        is_marked = parent.stash[_HAS_MARK] = parent.get_closest_marker("ftbench") is not None
    return is_marked


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from pytest_ftbench.plugin.fixtures import HAS_CASES

    if config.stash.get(HAS_CASES, False):  # before anything is deselected, so that `-k` knows the cases' own words
        from pytest_ftbench.plugin.marks import give_trials

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
