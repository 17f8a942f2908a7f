"""`[tool.ftbench]` in pyproject.toml: the models that SPECs may name, and gates."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from pytest_ftbench.errors import SpecError

NAME = "pyproject.toml"
_ALLOWED = ("models", "gates")


def read_table(folder: Path) -> dict[str, Any]:
    """The table of a folder's pyproject.toml, its `models` a mapping and its `gates` a list of texts if they are there.

    Empty where there is no such file or table. Raises SpecError for one that cannot be read or holds other things.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("ftbench", {})
    except (OSError, ValueError) as error:
        raise SpecError(f"{path}: cannot be read ({error})") from None
    unknown = set(table) - set(_ALLOWED)
    if unknown:
        raise SpecError(f"{path}: [tool.ftbench] has no {min(unknown)!r}. Allowed: {', '.join(_ALLOWED)}.")
    if not isinstance(table.get("models", {}), dict):
        raise SpecError(f"{path}: [tool.ftbench] models must be a table of NAME = SPEC.")
    gates = table.get("gates", [])
    if not isinstance(gates, list) or not all(isinstance(gate, str) for gate in gates):
        raise SpecError(f"{path}: [tool.ftbench] gates must be a list of texts such as 'accuracy >= 0.9'.")
    return cast("dict[str, Any]", table)


def nearest_table(folder: Path) -> tuple[dict[str, Any], Path]:
    """The table of the folder, or of the nearest one above that has a pyproject.toml, and that folder."""
    found = next((each for each in (folder, *folder.parents) if (each / NAME).is_file()), folder)
    return read_table(found), found
