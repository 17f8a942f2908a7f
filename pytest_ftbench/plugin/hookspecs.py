"""Where other plugins and conftest files add to ftbench. Each hook is called once a process, when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_ftbench.datasets import Reader
    from pytest_ftbench.judges import Matcher
    from pytest_ftbench.providers import ProviderFactory
    from pytest_ftbench.records import GateResult, Result


@pytest.hookspec
def pytest_ftbench_providers() -> Mapping[str, ProviderFactory]:  # type: ignore[empty-body]  # a specification
    """Providers by the word that stands before the colon of a SPEC.

    Called when the SPECs of the session are read. An empty mapping adds nothing; a known word replaces ours.
    """


@pytest.hookspec
def pytest_ftbench_matchers() -> Mapping[str, Matcher]:  # type: ignore[empty-body]  # a specification
    """Matchers by the name that `match` gives. Called before the first verdict. An empty mapping adds nothing."""


@pytest.hookspec
def pytest_ftbench_readers() -> Mapping[str, Reader]:  # type: ignore[empty-body]  # a specification
    """Readers of case files by file ending, such as ".xlsx". Called when the first case file is loaded.

    A file is collected as a test file when its name ends in `.ftbench` and that ending.
    """


@pytest.hookspec(firstresult=True)
def pytest_ftbench_gate(gate: GateResult, results: list[Result]) -> GateResult | None:
    """The final say over a gate: what is returned replaces the decision, None leaves it to the next.

    Called by the process that owns the terminal, for each gate and endpoint, when all tests have ended.
    results: those of that endpoint within the gate's scope.
    """


@pytest.hookspec
def pytest_ftbench_report(config: pytest.Config, results: list[Result], gates: list[GateResult]) -> Any:
    """Write a report of your own. Called by the process that owns the terminal, once, after the gates are decided.

    What it returns is not used.
    """
