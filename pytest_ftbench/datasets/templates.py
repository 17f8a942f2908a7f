"""Texts with names in braces, such as `How tall is {name}?`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import Formatter

from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.names import meant_name


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The text with its placeholders filled in; `{{` and `}}` stand for braces.

    Raises ShapeError, without a path, for a placeholder that is none of the fields, and for a brace on its own.
    """
    if _placeholders(template) is not None:
        try:
            return template.format_map(fields)
        except KeyError as name:
            raise _unknown(name.args[0], fields) from None
    return template


def check_varies(template: str, by: tuple[str, ...], known: Iterable[str]) -> None:
    """Raise ShapeError, without a path, for a text without any of these placeholders, which says the same of all.

    known: all that may stand in it, for the message.
    """
    names = _placeholders(template) or frozenset()
    if names.isdisjoint(by):
        for name in sorted(names.difference(known)):
            raise _unknown(name, dict.fromkeys(known, ""))
        raise ShapeError(f"{template!r} would be asked of every entity. Write {'{' + by[0] + '}'} where it belongs.")


@lru_cache(maxsize=4096)
def _placeholders(template: str) -> frozenset[str] | None:
    """The names between braces; None where there are no braces at all.

    Raises ShapeError for a brace on its own, and for anything but a name between two.
    """
    if "{" not in template and "}" not in template:
        return None
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError:
        raise ShapeError("a brace stands on its own. Write {{ or }} for a brace that is to be seen.") from None
    for _, name, form, conversion in parts:
        if form or conversion or not name or not name.isidentifier():
            written = f"{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}"
            fault = f"{'{' + written + '}'} is no placeholder. Write {{{{ and }}}} for braces that are to be seen."
            raise ShapeError(fault)
    return frozenset(str(name) for _, name, _, _ in parts)


def _unknown(name: str, fields: Mapping[str, str]) -> ShapeError:
    if name == "value" and "name" in fields:
        fault = f"nobody knows the {{value}} of {fields['name']!r}, which is unseen. Leave {{value}} out"
        return ShapeError(f"{fault}, or write what is asked about unseen entities under 'unseen_entity'.")
    if name == "alias" and "name" in fields:
        fault = f"{fields['name']!r} has no aliases, so that {{alias}} stands for nothing."
        return ShapeError(f"{fault} Give it one, or write {{name}}.")
    names = sorted(fields)
    meant = meant_name(name, names)
    hint = f" Did you mean {'{' + meant + '}'}?" if meant else ""
    listed = ", ".join("{" + one + "}" for one in names)
    return ShapeError(f"unknown placeholder {'{' + name + '}'}.{hint} Known here: {listed}.")
