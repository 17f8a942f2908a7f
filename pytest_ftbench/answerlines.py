"""Answers as lines of JSON: what may leave a cache, and what is checked before it enters one.

A line holds the request, the answer, and the key that the request hashes to. Whoever reads the file sees which model
is said to have answered what; a line whose key belongs to another request is refused. That the model did say so is the
word of whoever wrote the line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from pytest_ftbench.cache import Entry
from pytest_ftbench.checkpoints import CHECKPOINTS_OF
from pytest_ftbench.deployments import DEPLOYMENT_OF
from pytest_ftbench.prompts import KEY_SCHEMA, canonical, key_of
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import REQUEST, STORED, is_whole
from pytest_ftbench.textfiles import refuse_doubled_keys

SCHEMA = 1
"""The schema of files that is written, and the newest that is read."""
KIND = "answers"
"""What the first line of such a file says that it is."""
IMPORTED = "imported_at"
"""In a row: when it came from a file, UTC, ISO 8601. It stays with the row when that is handed on."""
_NOTES = (DEPLOYMENT_OF, CHECKPOINTS_OF)
"""What the cache keeps of a model that is none of its answers: what is deployed under its name, its checkpoints."""
NOTE_STARTS = tuple(f'{{"{name}":' for name in _NOTES)
"""How the request in a row begins where it is none that a model answers."""
LONGEST_LINE = 8 * 2**20
"""Bytes. Escaped twice, as it may be in a row, it is still shorter than what a row may hold."""

_MOST = 2**53
"""Numbers of tokens from here on would not survive arithmetic."""


class Refused(ValueError):
    """A line that is not taken, or a row that is not handed on. Its text is the reason, a sentence."""


def header_line() -> bytes:
    """The first line of a file."""
    return _encoded({"kind": KIND, "schema": SCHEMA})


def answer_line(key: str, entry: Entry) -> bytes:
    """The line of one stored answer. Raises Refused where its request is not known, or it could not be read back."""
    written = entry.value.get(REQUEST)
    if not isinstance(written, str):
        raise Refused("It was stored by an early version, without its request.")
    fields = {
        "kind": "answer",
        "key": key,
        REQUEST: _parse(written),
        "answer": {name: entry.value.get(name) for name in STORED},
        "written_at": entry.written_at,
        "version": entry.version,
    }
    raw = _encoded(fields)
    read_answer_line(raw)
    return raw


def read_answer_line(raw: bytes) -> tuple[str, Entry] | None:
    """The key and the row that a line stands for; None for the first line of a file, where files were joined.

    Raises Refused for anything that `answer_line` has not written.
    """
    if len(raw) > LONGEST_LINE:
        raise Refused(f"It is longer than {LONGEST_LINE // 2**20} MiB.")
    try:
        fields = _parse(raw.decode())
    except UnicodeDecodeError as error:
        raise Refused(f"It is not UTF-8 (byte 0x{raw[error.start]:02x}).") from None
    if fields == {"kind": KIND, "schema": SCHEMA}:
        return None
    if fields.get("kind") != "answer":
        raise Refused(f"Its kind is {fields.get('kind')!r:.60}, not 'answer'.")
    request = fields.get(REQUEST)
    _check_request(request)
    written = canonical(request)
    if fields.get("key") != key_of(written):
        raise Refused("Its key does not follow from its request: one of the two has been changed.")
    value = _checked_answer(fields.get("answer")) | {REQUEST: written}
    return key_of(written), Entry(value, _checked_time(fields.get("written_at")), _checked_version(fields))


def request_of(entry: Entry) -> Mapping[str, Any] | None:
    """The request that a stored answer answers; None where it is not known."""
    try:
        request = _parse(str(entry.value.get(REQUEST)))
        _check_request(request)
    except Refused:
        return None
    return request


def is_note(request: Mapping[str, Any]) -> bool:
    """Whether it is none that a model answers, but one by which the cache keeps what a service says of a model."""
    return len(request) == 1 and any(name in request for name in _NOTES)


def identity_of(request: Mapping[str, Any]) -> Mapping[str, str | None]:
    """Whom a request is put to."""
    found: Mapping[str, str | None] = next(iter(request.values())) if is_note(request) else request["identity"]
    return found


def read_header_line(raw: bytes) -> int | None:
    """The schema of the file that a first line begins; None where it is no file of answers."""
    try:
        fields = _parse(raw.decode())
    except (Refused, UnicodeDecodeError):
        return None
    schema = fields.get("schema")
    return schema if fields.get("kind") == KIND and isinstance(schema, int) else None


def _encoded(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"  # a lone surrogate becomes the escape that JSON has for it


def _parse(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=refuse_doubled_keys)
    except (ValueError, RecursionError) as error:
        raise Refused(f"It is not a line of JSON ({error}).") from None
    if not isinstance(found, dict):
        raise Refused(f"It is not a JSON object but {type(found).__name__}.")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_request(request: object) -> None:
    if not isinstance(request, dict):
        raise Refused("It has no request.")
    if is_note(request) and _is_identity(next(iter(request.values()))):
        return
    if _is_count(request.get("schema")) and request["schema"] != KEY_SCHEMA:
        raise Refused(f"Its request is of schema {request['schema']}; this version asks by {KEY_SCHEMA}.")
    bad = [name for name in _FIELDS if name not in request and name not in _OF_SOME]
    bad += [name for name, value in request.items() if name not in _FIELDS or not _FIELDS[name](value)]
    if bad:
        raise Refused(f"Its request is none of ours: {bad[0]!r:.60} is missing, unknown or of another kind.")


def _checked_answer(answer: object) -> dict[str, Any]:
    """The fields of an answer that are stored; others, which a later version may add, are passed over."""
    if not isinstance(answer, dict):
        raise Refused("It has no answer.")
    found: dict[str, Any] = {name: answer.get(name) for name in STORED}
    numbers = [found[name] for name in ("tokens_in", "tokens_out", "latency_s") if found[name] is not None]
    if not all(_is_number(each) and 0 <= each < _MOST for each in numbers) or not is_whole(Completion(**found)):
        raise Refused("Its answer is none of ours: a field is missing, or of another kind.")
    return found


def _checked_time(written_at: object) -> str:
    try:
        if isinstance(written_at, str) and datetime.fromisoformat(written_at).tzinfo is not None:
            return written_at
    except ValueError:
        pass
    raise Refused(f"It does not say when it was written: 'written_at' is {written_at!r:.60}.")


def _checked_version(fields: Mapping[str, object]) -> str:
    version = fields.get("version")
    if not isinstance(version, str) or len(version) > 100:
        raise Refused("It does not say by which version it was written.")
    return version


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_identity(value: object) -> bool:
    return isinstance(value, dict) and all(each is None or isinstance(each, str) for each in value.values())


def _is_sampling(value: object) -> bool:
    plain = (str, bool, type(None))
    return isinstance(value, dict) and all(isinstance(each, plain) or _is_number(each) for each in value.values())


def _are_messages(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(each, list) and len(each) == 2 for each in value):
        return False
    return all(isinstance(text, str) for message in value for text in message)


_FIELDS: Mapping[str, Callable[[object], bool]] = {
    "schema": _is_count,
    "identity": _is_identity,
    "messages": _are_messages,
    "sampling": _is_sampling,
    "sample": _is_count,
    "reply_schema": lambda value: isinstance(value, str),
}
"""The fields of a request, and what each may be."""
_OF_SOME = ("reply_schema",)
"""Those that not every request has."""
