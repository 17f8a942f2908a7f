"""Knowledge-injection regression tests for fine-tuned language models."""

from pytest_ftbench.records import Case, Completion, Verdict

__all__ = ["Case", "Completion", "Verdict", "__version__"]

__version__ = "0.1.0"
