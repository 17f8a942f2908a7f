"""Files that a model was fine-tuned on: which prompt was to be answered with which reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pytest_ftbench.datasets.builtin import BUILTIN_PREFIX, builtin_training
from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import read_json_lines, read_text
from pytest_ftbench.variables import expand_variables

FORMS = """{"messages": [...]}, {"contents": [...]} or {"prompt": ..., "completion": ...}"""
"""What one line may hold: the chat form of OpenAI, the form of Vertex AI, or two texts."""

PLAIN_TEXT = ".txt"
"""The ending of files of plain text, whose lines are all trained: for continued pre-training."""

Role = Literal["system", "user", "reply", "text"]
"""`text` is a line of plain text. Messages of any other role (a tool's) are passed over."""
_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "reply",
    "model": "reply",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a training file."""

    role: Role
    text: str
    is_trained: bool = False
    """Whether the model was trained to write it: a reply, unless its weight is 0, or plain text."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One line of a training file."""

    line: int
    turns: tuple[Turn, ...]

    @property
    def system(self) -> str:
        """The system message, or an empty text."""
        return next((turn.text for turn in self.turns if turn.role == "system"), "")


@dataclass(frozen=True, slots=True)
class Example:
    """One reply that the model was trained to give."""

    prompt: str
    """The user message just before the reply."""
    reply: str
    system: str
    """The system message, or an empty text."""
    line: int


def find_training(text: str, *, of: str) -> Path:
    """The training file that a SPEC names: a path as written, or `ftbench:NAME`, what ships with a built-in set.

    of: what the text belongs to, for messages.
    Raises SpecError for a `${NAME}` that is not set, and DataError for a built-in set without a training file.
    """
    if text.startswith(BUILTIN_PREFIX):
        return builtin_training(text.removeprefix(BUILTIN_PREFIX))
    return Path(expand_variables(text, of=of))


def read_conversations(path: Path, *, shown_as: str = "") -> list[Conversation]:
    """The lines of a training file, in order: of JSON Lines, or of plain text where it ends in PLAIN_TEXT.

    shown_as: how messages name the file; default: its path.
    Raises DataError, with the line, for a file that cannot be read, or that is no training file.
    """
    place = shown_as or str(path)
    if path.suffix.lower() == PLAIN_TEXT:
        lines = enumerate(read_text(path, shown_as=place).split("\n"), start=1)
        return [Conversation(line, (Turn("text", text.strip(), True),)) for line, text in lines if text.strip()]
    found = []
    for line, value in read_json_lines(path, shown_as=place):
        try:
            found.append(Conversation(line, tuple(_turns(value))))
        except ValueError as error:
            raise _no_training(f"{place}:{line}", error) from None
    return found


def is_training_file(path: Path) -> bool:
    """Whether a file is plain text, or its first line has one of FORMS; a case file of JSON Lines has an answer."""
    if path.suffix.lower() == PLAIN_TEXT:
        return path.is_file()
    if path.suffix.lower() != ".jsonl":
        return False
    try:
        _, first = read_json_lines(path)[0]
    except (DataError, IndexError):
        return False
    is_form = "messages" in first or "contents" in first or {"prompt", "completion"} <= first.keys()
    return is_form and "answer" not in first


def read_training(path: Path, *, shown_as: str = "") -> list[Example]:
    """The examples of a training file, in order, at least one.

    A conversation of several turns gives one example per reply; replies of weight 0 were not trained and are left out.
    shown_as: how messages name the file; default: its path.
    Raises DataError, with the line, for a file that cannot be read, that is no training file, or that has no replies.
    """
    place = shown_as or str(path)
    examples: list[Example] = []
    for conversation in read_conversations(path, shown_as=place):
        try:
            examples.extend(examples_of(conversation))
        except ValueError as error:
            raise _no_training(f"{place}:{conversation.line}", error) from None
    if not examples:
        raise _no_training(place, "no training example with a reply")
    return examples


def examples_of(conversation: Conversation) -> Iterator[Example]:
    """Each trained reply with what it answers. Raises ValueError for a reply before any user message."""
    system = prompt = None
    for turn in conversation.turns:
        if turn.role == "system":
            system = turn.text
        elif turn.role == "user":
            prompt = turn.text
        elif turn.role == "reply" and turn.text and turn.is_trained:
            if prompt is None:
                raise ValueError("a reply stands before any user message")
            yield Example(prompt=prompt, reply=turn.text, system=system or "", line=conversation.line)


def _no_training(place: str, fault: object) -> DataError:
    return DataError(place, f"{fault}. A line of a training file is {FORMS}.")


def _turns(found: Mapping[str, object]) -> Iterator[Turn]:
    if "messages" in found:
        for message in _objects(found["messages"], "messages"):
            weighs = str(message.get("weight", "1")) not in ("0", "0.0")
            yield from _turn(_role(message, "messages"), _text(message.get("content"), "content"), weighs)
    elif "contents" in found:
        instruction = found.get("systemInstruction", found.get("system_instruction"))
        if instruction is not None:
            parts = instruction.get("parts") if isinstance(instruction, Mapping) else instruction
            yield Turn("system", _text(parts, "systemInstruction"))
        for content in _objects(found["contents"], "contents"):
            yield from _turn(_role(content, "contents"), _text(content.get("parts"), "parts"))
    elif "prompt" in found and "completion" in found:
        yield Turn("user", _text(found["prompt"], "prompt"))
        yield Turn("reply", _text(found["completion"], "completion"), True)
    else:
        raise ValueError(f"unknown form, with the keys {', '.join(map(repr, found)) or 'none'}")


def _turn(role: str, text: str, weighs: bool = True) -> Iterator[Turn]:
    if known := _ROLES.get(role):
        yield Turn(known, text, is_trained=weighs and known == "reply")


def _objects(value: object, key: str) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        raise ValueError(f"{key!r} must be a list of objects, got {_short(value)}")
    return value


def _role(message: Mapping[str, object], key: str) -> str:
    role = message.get("role")
    if isinstance(role, str):
        return role
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
