"""What the services say about training files, checked before they do.

OpenAI: the guide "Supervised fine-tuning", the format checks of the cookbook "Data preparation and analysis for chat
model fine-tuning", and the Files API for the size. Vertex AI: "Prepare supervised fine-tuning data for Gemini models"
and the limits in "About supervised fine-tuning for Gemini models". Rules about pictures, sound and tools are not here.
Tokens are not counted but estimated, since the services' tokenizers are not at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import read_json_lines, read_text
from pytest_ftbench.training.files import PLAIN_TEXT
from pytest_ftbench.training.formats import Format

Found = Mapping[str, object]

CHARACTERS_A_TOKEN = 4
"""Of English text, as OpenAI's help centre has it; other languages have fewer, so that the estimate is low there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a service takes."""

    service: str
    least_examples: int
    """Ten at OpenAI; held to at Vertex AI as well, whose pages advise a hundred and name no least number."""
    most_examples: int | None
    most_bytes: int
    most_tokens: int
    """Of one example."""


LIMITS: Mapping[Format, Limits] = {
    Format.OPENAI: Limits("OpenAI", 10, None, 512 * 10**6, 65_536),
    Format.VERTEX: Limits("Vertex AI", 10, 10**6, 10**9, 131_072),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a service would not take a file, or would not train all of it."""

    line: int | None
    """None: it is the whole file's."""
    text: str

    def __str__(self) -> str:
        return self.text if self.line is None else f"line {self.line}: {self.text}"


def check_training(path: Path, *, shown_as: str = "") -> list[Fault]:
    """The faults of a training file, those of the whole file last; none of plain text, which is taken as it is.

    shown_as: how messages name the file; default: its path. Which service it is for is told by its first line.
    Raises DataError for a file that cannot be read, or is neither of OpenAI nor of Vertex AI.
    """
    place = shown_as or str(path)
    if path.suffix.lower() == PLAIN_TEXT:
        read_text(path, shown_as=place)
        return []
    lines = read_json_lines(path, shown_as=place)
    first = lines[0][1]
    form = Format.OPENAI if "messages" in first else Format.VERTEX if "contents" in first else None
    if form is None:
        raise DataError(f"{place}:{lines[0][0]}", "no service takes this form: neither 'messages' nor 'contents'.")
    faults = [Fault(line, text) for line, found in lines for text in line_faults(found, form)]
    return faults + [Fault(None, text) for text in size_faults(form, examples=len(lines), size=path.stat().st_size)]


def size_faults(form: Format, *, examples: int, size: int) -> Iterator[str]:
    """What is wrong with a file of so many examples and bytes."""
    limits = LIMITS.get(form)
    if limits is None:
        return
    if examples < limits.least_examples:
        yield f"{_counted(examples)}, and {limits.service} takes no fewer than {limits.least_examples}"
    if limits.most_examples is not None and examples > limits.most_examples:
        yield f"{_counted(examples)}, and {limits.service} takes no more than {limits.most_examples:,}"
    if size > limits.most_bytes:
        yield f"{size / 10**6:,.0f} MB, and {limits.service} takes no more than {limits.most_bytes // 10**6:,} MB"


def line_faults(found: Found, form: Format) -> Iterator[str]:
    """What is wrong with one line."""
    limits = LIMITS.get(form)
    if limits is None:
        return
    try:
        texts = _CHECKS[form](found)
    except _BadLineError as fault:
        yield str(fault)
        return
    tokens = sum(map(len, texts)) // CHARACTERS_A_TOKEN
    if tokens > limits.most_tokens:
        most = f"{limits.most_tokens:,}"
        yield f"some {tokens:,} tokens, and of an example {limits.service} trains no more than {most}"


class _BadLineError(Exception):
    pass


_MESSAGE_KEYS = ("role", "content", "name", "weight", "function_call", "tool_calls", "tool_call_id", "refusal")
_OPENAI_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_CALLS = ("tool_calls", "function_call")


def _check_openai(found: Found) -> list[str]:
    """The texts of a line."""
    messages = _objects(found, "messages")
    texts = []
    for number, message in enumerate(messages, start=1):
        role, where = message.get("role"), f"message {number}"
        if role not in _OPENAI_ROLES:
            raise _BadLineError(f"{where} has the role {role!r}. Allowed are {', '.join(_OPENAI_ROLES)}")
        if unknown := [key for key in message if key not in _MESSAGE_KEYS]:
            raise _BadLineError(f"{where} has the key {unknown[0]!r}. Allowed are {', '.join(_MESSAGE_KEYS)}")
        weight = message.get("weight")
        if weight is not None and (role != "assistant" or str(weight) not in ("0", "1")):
            raise _BadLineError(f"{where} has the weight {weight!r}. Only replies of the assistant have one, 0 or 1")
        if not any(message.get(key) for key in _CALLS):
            texts.append(_content(message.get("content"), where))
    trained = [message for message in messages if message["role"] == "assistant" and str(message.get("weight")) != "0"]
    if messages[-1]["role"] != "assistant":
        raise _BadLineError(f"the last message is of the {messages[-1]['role']}, and must be of the assistant")
    if not trained:
        raise _BadLineError("no reply is trained: all have the weight 0")
    return texts


def _check_vertex(found: Found) -> list[str]:
    """The texts of a line."""
    instruction = found.get("systemInstruction", found.get("system_instruction"))
    texts = []
    if instruction is not None:
        if not isinstance(instruction, Mapping):
            raise _BadLineError("'systemInstruction' must be an object with 'parts'")
        texts.append(_parts(instruction, "'systemInstruction'"))
    contents = _objects(found, "contents")
    for number, content in enumerate(contents, start=1):
        role, wanted = content.get("role"), "user" if number % 2 else "model"
        if role != wanted:
            rule = "Roles alternate, user first"
            raise _BadLineError(f"content {number} has the role {role!r}, and must have {wanted!r}. {rule}")
        texts.append(_parts(content, f"content {number}"))
    if len(contents) % 2:
        raise _BadLineError("the last content is of the user, and must be of the model")
    return texts


_CHECKS: Mapping[Format, Callable[[Found], list[str]]] = {
    Format.OPENAI: _check_openai,
    Format.VERTEX: _check_vertex,
}


def _objects(found: Found, key: str, where: str = "the line") -> list[Found]:
    value = found.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        raise _BadLineError(f"{where} has no {key!r} that is a list of objects")
    return value


def _content(value: object, where: str) -> str:
    """Text as such, or that of a list of parts."""
    if isinstance(value, list):
        return _parts({"parts": value}, where)
    if isinstance(value, str) and value.strip():
        return value
    raise _BadLineError(f"{where} has no text in 'content'")


def _parts(content: Found, where: str) -> str:
    """The texts of parts; those without the key 'text' hold something else, such as a picture."""
    texts = [part["text"] for part in _objects(content, "parts", where) if "text" in part]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise _BadLineError(f"{where} has a part without text")
    return "".join(map(str, texts))


def _counted(examples: int) -> str:
    return f"{examples:,} example{'' if examples == 1 else 's'}"
