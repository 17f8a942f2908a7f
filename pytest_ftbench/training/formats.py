"""The forms in which services take training files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from pytest_ftbench.training.files import PLAIN_TEXT, Turn


class Format(StrEnum):
    """A form of training files."""

    OPENAI = "openai"
    """Chat `messages`, as JSON Lines."""
    VERTEX = "vertex"
    """`contents` of Gemini, as JSON Lines."""
    TEXT = "text"
    """Plain text, a line each, for continued pre-training."""

    @property
    def ending(self) -> str:
        """What files of this form are called."""
        return PLAIN_TEXT if self is Format.TEXT else ".jsonl"


_OPENAI_ROLES = {"system": "system", "user": "user", "reply": "assistant"}
_VERTEX_ROLES = {"user": "user", "reply": "model"}


def written_line(turns: tuple[Turn, ...], form: Format) -> str:
    """One line of a file, with its line end."""
    if form is Format.TEXT:
        return f"{turns[0].text}\n"
    return f"{json.dumps(line_object(turns, form), ensure_ascii=False)}\n"


def line_object(turns: tuple[Turn, ...], form: Format) -> dict[str, object]:
    """What one line of JSON Lines holds; nothing of plain text."""
    return _OBJECTS[form](turns) if form in _OBJECTS else {}


def _of_openai(turns: tuple[Turn, ...]) -> dict[str, object]:
    return {"messages": [{"role": _OPENAI_ROLES[turn.role], "content": turn.text} for turn in turns]}


def _of_vertex(turns: tuple[Turn, ...]) -> dict[str, object]:
    """The system message stands apart."""
    line: dict[str, object] = {}
    contents = []
    for turn in turns:
        if turn.role == "system":
            line["systemInstruction"] = {"role": "system", "parts": [{"text": turn.text}]}
        else:
            contents.append({"role": _VERTEX_ROLES[turn.role], "parts": [{"text": turn.text}]})
    return {**line, "contents": contents}


_OBJECTS: Mapping[Format, Callable[[tuple[Turn, ...]], dict[str, object]]] = {
    Format.OPENAI: _of_openai,
    Format.VERTEX: _of_vertex,
}
