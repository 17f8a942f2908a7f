"""Samples of OpenAI Evals: JSON Lines with `input`, a text or chat messages, and `ideal`, a text or a list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pytest_ftbench.datasets.rows import KNOWN, OF_YAML, as_text
from pytest_ftbench.errors import DataError
from pytest_ftbench.importing import Imported, Intake, joined_aliases
from pytest_ftbench.names import near_miss
from pytest_ftbench.textfiles import Row, read_json_lines

_OWN = ("input", "ideal")


def import_evals(path: Path, *, match: str = "", shown_as: str = "") -> Imported:
    """The samples of a file as cases: of several ideal answers the first is the answer, the others are its aliases.

    Other keys are tags where they hold a text and have a name that no column of ours has, or nearly has.
    match: how all answers are matched; empty: `auto`. Raises DataError for a file that cannot be read.
    """
    place = shown_as or str(path)
    intake = Intake(match)
    lost: Counter[str] = Counter()
    for line, sample in read_json_lines(path, shown_as=place, on_fault=intake.leave_out):
        here = f"{place}:{line}"
        try:
            row = {**_tags(sample, here, lost), **_asked(sample, here), **answers(sample.get("ideal"), "ideal", here)}
        except DataError as fault:
            intake.leave_out(fault)
        else:
            intake.take(row, here)
    return intake.done(f"{key!r} of {count} sample{'s' if count > 1 else ''}" for key, count in sorted(lost.items()))


def answers(value: object, key: str, place: str) -> Row:
    """The columns `answer` and `aliases` for one answer or a list of them. Raises DataError where there is none."""
    texts = [as_text(key, each, place) for each in (value if isinstance(value, list) else [value])]
    given = [text for text in texts if text.strip()]
    if not given:
        raise DataError(place, f"holds no answer in {key!r}.")
    others = [text for text in given[1:] if text.strip() != given[0].strip()]
    return {"answer": given[0], "aliases": joined_aliases(others, place)}


def _asked(sample: Mapping[str, object], place: str) -> Row:
    asked = sample.get("input")
    if not isinstance(asked, list):
        text = as_text("input", asked, place)
        if not text.strip():
            raise DataError(place, "holds no question in 'input'.")
        return {"question": text}
    messages = [_message(message, place) for message in asked]
    roles = [role for role, _ in messages]
    if roles not in (["user"], ["system", "user"]):
        found = ", ".join(roles) or "none"
        raise DataError(place, f"a case has one user message and at most one system message before it, got: {found}.")
    return {"question": messages[-1][1], "system": messages[0][1] if len(messages) > 1 else ""}


def _message(message: object, place: str) -> tuple[str, str]:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise DataError(place, "each message of 'input' must be an object with 'role' and 'content'.")
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    return message["role"], "".join(_part(part, place) for part in parts)


def _part(part: object, place: str) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
    if not isinstance(text, str):
        raise DataError(place, "a message holds other than text.")
    return as_text("content", text, place)


def _tags(sample: Mapping[str, object], place: str, lost: Counter[str]) -> Row:
    """The sample's other texts. lost: how often each key could not be taken, which grows."""
    tags = {}
    for key, value in sample.items():
        if key in _OWN:
            continue
        if (key == "id" or _is_tag(key)) and not isinstance(value, list | dict):
            tags[key] = as_text(key, value, place)
        else:
            lost[key] += 1
    return tags


def _is_tag(key: str) -> bool:
    """Whether a column of that name is read back as a tag."""
    is_plain = bool(key) and key == key.strip() and key.isprintable()
    return is_plain and key.lower() not in {*KNOWN, *OF_YAML} and near_miss(key, KNOWN) is None
