"""Texts with names in braces, such as `How tall is {name}?`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import Formatter

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.names import near_miss


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; `{{` and `}}` stand for braces.

    Raises ShapeError, without a path, for a placeholder that is none of the fields, and for a brace on its own.
    """
    if "{" not in template and "}" not in template:
        return template
    for name in placeholders(template):
        if name not in fields:
            raise _unknown(name, fields)
    return template.format_map(fields)


@lru_cache(maxsize=1024)
def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces. Raises ShapeError for a brace on its own, and for anything but a name between two."""
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError:
        raise ShapeError("a brace stands on its own. Write {{ or }} for a brace that is to be seen.") from None
    for _, name, form, conversion in parts:
        if form or conversion or not name or not name.isidentifier():
            written = f"{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}"
            fault = f"{'{' + written + '}'} is no placeholder. Write {{{{ and }}}} for braces that are to be seen."
            raise ShapeError(fault)
    return tuple(name for _, name, _, _ in parts if name)


def _unknown(name: str, known: Iterable[str]) -> ShapeError:
    names = sorted(known)
    meant = near_miss(name, names)
    hint = f" Did you mean {'{' + meant + '}'}?" if meant else ""
    listed = ", ".join("{" + one + "}" for one in names)
    return ShapeError(f"unknown placeholder {'{' + name + '}'}.{hint} Known here: {listed}.")
