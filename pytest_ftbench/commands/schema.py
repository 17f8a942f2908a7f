"""`ftbench schema`: the JSON Schema of case files, for editors."""

from __future__ import annotations

import sys

from pytest_ftbench.datasets.keys import SCHEMA_FILE


def schema_command() -> None:
    """Print the JSON Schema of YAML case files, by which editors complete and check them."""
    sys.stdout.write(SCHEMA_FILE.read_text(encoding="utf-8"))
