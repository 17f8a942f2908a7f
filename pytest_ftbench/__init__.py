"""Knowledge-injection regression tests for fine-tuned language models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_ftbench.records import Case, Completion, GateResult, Result, Verdict

__all__ = ["Case", "Completion", "GateResult", "Result", "Verdict", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The public records, loaded on first use: the plugin is imported in every pytest session."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_ftbench import records

    return getattr(records, name)
