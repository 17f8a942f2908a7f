"""Words of a model that reach the terminal by other ways than a test's report."""

from __future__ import annotations

import warnings

import pytest

from pytest_ftbench.reports.text import clean


class Cleaning:
    """Lives in the process with the terminal."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """A test may warn with a model's words."""
        text = str(warning_message.message)
        if clean(text) != text:
            warning_message.message = UserWarning(clean(text))
