"""YAML in which every scalar stays the text it is written as, and every value knows its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pytest_ftbench.datasets.yaml_faults import fault_of
from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import has_half_character

Value = str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]

MAX_VALUES = 1_000_000
"""A file that names more values than this, aliases counted each time, is refused: it is no case file."""
MAX_DEPTH = 50
"""Values nested deeper than this are refused: no case file needs them, and recursion over them could end Python."""

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(f"{_TAG}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map"))


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

    Nothing is converted: `no`, `25`, `1.10`, `null` and `~` are the words they look like; an empty value is an empty
    text. Raises DataError, with the line, for what is not YAML, a key that stands twice, tags such as `!!python`, and
    values that are too many, too deep or part of themselves.
    """
    import yaml

    builder = _Builder(place)
    try:
        # Events, not nodes: yaml.compose is recursive, and in its C version deep brackets end the interpreter.
        builder.take_all(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        line, fault = fault_of(error, text)
        raise DataError(f"{place}:{line}", fault) from None
    except yaml.YAMLError as error:
        character = getattr(error, "character", None)  # of yaml.reader.ReaderError
        if not isinstance(character, int):
            raise DataError(place, f"not readable as YAML ({str(error).splitlines()[0]}).") from None
        line = text.count("\n", 0, text.find(chr(character))) + 1
        raise DataError(f"{place}:{line}", f"holds the control character 0x{character:02x}. Remove it.") from None
    return builder.document()


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet."""

    value: Any  # list or dict of values
    path: Path
    anchor: str | None
    seen_before: int
    key: str | None = None
    """In a mapping: the key whose value comes next."""


class _Builder:
    """Puts values together from the parser's events, one after the other."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._lines: dict[Path, int] = {}
        self._open: list[_Open] = []
        self._roots: list[Value] = []
        self._anchored: dict[str, tuple[Value, int]] = {}
        """Each anchor's value, and how many values that is."""
        self._seen = 0

    def document(self) -> LinedYaml:
        if not self._roots:
            raise DataError(self._place, "the file holds no value. Give it a mapping with 'facts'.")
        return LinedYaml(self._roots[0], self._lines)

    def take_all(self, events: Iterable[Any]) -> None:  # yaml's, told apart by exact type: a file has thousands
        from yaml import events as kinds

        for event in events:
            kind = type(event)
            line = event.start_mark.line + 1 if event.start_mark else 1
            if kind is kinds.ScalarEvent:
                self._check_tag(event.tag, line)
                self._add(self._text(event.value, line), line, event.anchor)
            elif kind is kinds.MappingStartEvent or kind is kinds.SequenceStartEvent:
                self._check_tag(event.tag, line)
                self._begin({} if kind is kinds.MappingStartEvent else [], line, event.anchor)
            elif kind is kinds.MappingEndEvent or kind is kinds.SequenceEndEvent:
                self._end()
            elif kind is kinds.AliasEvent:
                self._add_alias(str(event.anchor), line)
            elif kind is kinds.DocumentStartEvent and self._roots:
                raise DataError(f"{self._place}:{line}", "a second document begins. Keep one document in a file.")

    def _begin(self, value: Value, line: int, anchor: str | None) -> None:
        if self._expects_key():
            raise DataError(f"{self._place}:{line}", "a key must be a word.")
        if len(self._open) >= MAX_DEPTH:
            raise DataError(f"{self._place}:{line}", f"values nested more than {MAX_DEPTH} deep. Check the brackets.")
        seen_before = self._seen
        path = self._place_value(value, line, count=1)
        if anchor:
            self._anchored.pop(anchor, None)
        self._open.append(_Open(value, path, anchor, seen_before))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.anchor:
            self._anchored[closed.anchor] = (closed.value, self._seen - closed.seen_before)

    def _add(self, text: str, line: int, anchor: str | None) -> None:
        if anchor:
            self._anchored[anchor] = (text, 1)
        if not self._expects_key():
            self._place_value(text, line, count=1)
            return
        mapping = self._open[-1]
        if text in mapping.value:
            raise DataError(f"{self._place}:{line}", f"key {text!r} stands twice. Keep one of them.")
        mapping.key = text
        self._lines[(*mapping.path, text)] = line

    def _add_alias(self, anchor: str, line: int) -> None:
        if anchor not in self._anchored:
            fault = f"alias {anchor!r} stands before the end of the value it names. Write the value out."
            raise DataError(f"{self._place}:{line}", fault)
        value, count = self._anchored[anchor]
        if not self._expects_key():
            self._place_value(value, line, count=count)
        elif isinstance(value, str):
            self._add(value, line, None)
        else:
            raise DataError(f"{self._place}:{line}", "a key must be a word.")

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _place_value(self, value: Value, line: int, *, count: int) -> Path:
        self._seen += count
        if self._seen > MAX_VALUES:
            fault = f"more than {MAX_VALUES:,} values. Split the file, or check its aliases."
            raise DataError(f"{self._place}:{line}", fault)
        if not self._open:
            self._roots.append(value)
            return ()
        parent = self._open[-1]
        if isinstance(parent.value, list):
            path: Path = (*parent.path, len(parent.value))
            parent.value.append(value)
            self._lines[path] = line
        else:
            assert parent.key is not None  # the parser gives a key before each value
            path = (*parent.path, parent.key)
            parent.value[parent.key] = value
            parent.key = None
        return path

    def _check_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag != "!" and tag not in _PLAIN_TAGS:
            shown = tag.replace(_TAG, "!!")
            raise DataError(f"{self._place}:{line}", f"tag {shown!r} has no meaning here. Write plain text.")

    def _text(self, text: str, line: int) -> str:
        if has_half_character(text):
            raise DataError(f"{self._place}:{line}", "holds half a character (a lone surrogate). Write it whole.")
        return text
