"""Texts with names in braces, such as `How tall is {name}?`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.names import near_miss


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; `{{` and `}}` stand for braces.

    Raises ShapeError, without a path, for a placeholder that is none of the fields, and for a brace on its own.
    """
    if _check(template):
        try:
            return template.format_map(fields)
        except KeyError as name:
            raise _unknown(name.args[0], fields) from None
    return template


@lru_cache(maxsize=4096)
def _check(template: str) -> bool:
    """Whether there are braces. Raises ShapeError for one on its own, and for anything but a name between two."""
    if "{" not in template and "}" not in template:
        return False
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError:
        raise ShapeError("a brace stands on its own. Write {{ or }} for a brace that is to be seen.") from None
    for _, name, form, conversion in parts:
        if form or conversion or not name or not name.isidentifier():
            written = f"{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}"
            fault = f"{'{' + written + '}'} is no placeholder. Write {{{{ and }}}} for braces that are to be seen."
            raise ShapeError(fault)
    return True


def _unknown(name: str, fields: Mapping[str, str]) -> ShapeError:
    if name == "alias" and "name" in fields:
        fault = f"{fields['name']!r} has no aliases, so that {{alias}} stands for nothing."
        return ShapeError(f"{fault} Give it one, or write {{name}}.")
    names = sorted(fields)
    meant = near_miss(name, names)
    hint = f" Did you mean {'{' + meant + '}'}?" if meant else ""
    listed = ", ".join("{" + one + "}" for one in names)
    return ShapeError(f"unknown placeholder {'{' + name + '}'}.{hint} Known here: {listed}.")
