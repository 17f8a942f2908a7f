"""Files that a model was fine-tuned on: which prompt was to be answered with which reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import read_json_lines

FORMS = """{"messages": [...]}, {"contents": [...]} or {"prompt": ..., "completion": ...}"""
"""What one line may hold: the chat form of OpenAI, the form of Vertex AI, or two texts."""

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "reply", "model": "reply"}


@dataclass(frozen=True, slots=True)
class Example:
    """One reply that the model was trained to give."""

    prompt: str
    """The user message just before the reply."""
    reply: str
    system: str
    """The system message, or an empty text."""
    line: int


def read_training(path: Path, *, shown_as: str = "") -> list[Example]:
    """The examples of a training file in JSON Lines, in order, at least one.

    A conversation of several turns gives one example per reply; replies of weight 0 were not trained and are left out.
    shown_as: how messages name the file; default: its path.
    Raises DataError, with the line, for a file that cannot be read, or that is no training file.
    """
    place = shown_as or str(path)
    examples: list[Example] = []
    for line, found in read_json_lines(path, shown_as=place):
        try:
            examples.extend(_examples(found, line))
        except ValueError as error:
            raise DataError(f"{place}:{line}", f"{error}. A line of a training file is {FORMS}.") from None
    if not examples:
        raise DataError(place, f"no training example with a reply. A line of a training file is {FORMS}.")
    return examples


def _examples(found: Mapping[str, object], line: int) -> Iterator[Example]:
    system = prompt = None
    for role, text, is_trained in _turns(found):
        if role == "system":
            system = text
        elif role == "user":
            prompt = text
        elif role == "reply" and text and is_trained:
            if prompt is None:
                raise ValueError("a reply stands before any user message")
            yield Example(prompt=prompt, reply=text, system=system or "", line=line)


def _turns(found: Mapping[str, object]) -> Iterator[tuple[str, str, bool]]:
    """Role (`system`, `user`, `reply`, or another that is passed over), text, and whether it was trained."""
    if "messages" in found:
        for message in _objects(found["messages"], "messages"):
            role = _role(message, "messages")
            yield role, _text(message.get("content"), "content"), str(message.get("weight", "1")) not in ("0", "0.0")
    elif "contents" in found:
        instruction = found.get("systemInstruction", found.get("system_instruction"))
        if instruction is not None:
            parts = instruction.get("parts") if isinstance(instruction, Mapping) else instruction
            yield "system", _text(parts, "systemInstruction"), True
        for content in _objects(found["contents"], "contents"):
            yield _role(content, "contents"), _text(content.get("parts"), "parts"), True
    elif "prompt" in found and "completion" in found:
        yield "user", _text(found["prompt"], "prompt"), True
        yield "reply", _text(found["completion"], "completion"), True
    else:
        raise ValueError(f"unknown form, with the keys {', '.join(map(repr, found)) or 'none'}")


def _objects(value: object, key: str) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        raise ValueError(f"{key!r} must be a list of objects, got {_short(value)}")
    return value


def _role(message: Mapping[str, object], key: str) -> str:
    role = message.get("role")
    if isinstance(role, str):
        return _ROLES.get(role, role)
    raise ValueError(f"an object in {key!r} has no 'role'")


def _text(value: object, key: str) -> str:
    """Text as such, or the text parts of a list; nothing (a call of a tool) is an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, Mapping) for part in value):
        return "".join(part["text"] for part in value if isinstance(part.get("text"), str))
    raise ValueError(f"{key!r} must be text or a list of parts, got {_short(value)}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
