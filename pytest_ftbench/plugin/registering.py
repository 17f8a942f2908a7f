"""What plugins register: providers, matchers and readers, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

_NEEDED = {"providers": ("__call__", "option_keys"), "matchers": ("match", "settings"), "readers": ("__call__",)}
"""What each thing that a plugin registers must have."""


def registered(config: pytest.Config, name: str) -> Mapping[str, Any]:
    """What plugins have registered under `pytest_ftbench_<name>`, by name; the last to register wins.

    Raises pytest.UsageError for one that lacks what such a thing must have.
    """
    contributions: Iterable[Mapping[str, Any]] = getattr(config.hook, f"pytest_ftbench_{name}")()
    merged: dict[str, Any] = {}
    for contribution in reversed(list(contributions)):
        merged.update(contribution)
    for key, value in merged.items():
        if needed := [attribute for attribute in _NEEDED[name] if not hasattr(value, attribute)]:
            fault = f"{key!r} of a pytest_ftbench_{name} hook has no {needed[0]!r}, got {value!r:.80}."
            raise pytest.UsageError(f"{fault} See pytest_ftbench/plugin/hookspecs.py.")
    return merged
