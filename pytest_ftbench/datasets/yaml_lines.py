"""YAML in which every scalar stays the text it is written as, and every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_ftbench.errors import DataError

if TYPE_CHECKING:
    from yaml.nodes import Node

Value = str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]

MAX_VALUES = 1_000_000
"""A file that names more values than this, aliases counted each time, is refused: it is no case file."""


@dataclass(slots=True)
class LinedYaml:
    """A document and the line of each of its values."""

    value: Value
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of the value at a path, or of the nearest value above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(text: str, place: str) -> LinedYaml:
    """The one document of a YAML text, as text, lists and mappings with text keys.

    Nothing is converted: `no`, `25`, `1.10` and `None` are the words they look like; an empty value is an empty text.
    Raises DataError, with the line, for what is not YAML, a key that stands twice, or tags such as `!!python`.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(
            f"{place}:{line}", f"not readable as YAML ({error.problem}). Check indent and quotes."
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(place, f"not readable as YAML ({str(error).splitlines()[0]}).") from None
    if root is None:
        raise DataError(place, "the file holds no value. Give it a mapping with 'facts'.")
    lines: dict[Path, int] = {}
    return LinedYaml(_build(root, (), lines, place), lines)


def _build(node: Node, path: Path, lines: dict[Path, int], place: str) -> Value:
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    line = node.start_mark.line + 1
    lines[path] = line
    if len(lines) > MAX_VALUES:
        raise DataError(f"{place}:{line}", f"more than {MAX_VALUES:,} values. Split the file, or check its aliases.")
    if isinstance(node, ScalarNode):
        # A tilde and the word null mean "nothing" only where they are not quoted.
        return "" if node.style is None and node.value in ("", "~") else str(node.value)
    if isinstance(node, SequenceNode):
        return [_build(item, (*path, index), lines, place) for index, item in enumerate(node.value)]
    found: dict[str, Value] = {}
    assert isinstance(node, MappingNode)
    for key_node, value_node in node.value:
        here = f"{place}:{key_node.start_mark.line + 1}"
        if not isinstance(key_node, ScalarNode):
            raise DataError(here, "a key must be a word.")
        key = str(key_node.value)
        if key in found:
            raise DataError(here, f"key {key!r} stands twice. Keep one of them.")
        found[key] = _build(value_node, (*path, key), lines, place)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return found
