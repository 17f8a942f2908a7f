"""What a case's `match` says: `auto`, or `name?key=value&key=value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_ftbench.errors import SpecError
from pytest_ftbench.judges.matcher import Matcher
from pytest_ftbench.names import near_miss

AUTO = "auto"


def parse_match(text: str, matchers: Mapping[str, Matcher]) -> tuple[str, dict[str, object]]:
    """Name and settings, the settings' values as their readers give them.

    Raises SpecError for an unknown matcher or setting, a setting given twice, or a value that its reader refuses.
    """
    name, mark, query = text.strip().partition("?")
    if name != AUTO and name not in matchers:
        known = (AUTO, *sorted(matchers))
        raise SpecError(f"match {text!r}: unknown matcher {name!r}{_hint(name, known)}. Known: {', '.join(known)}.")
    readers = {} if name == AUTO else matchers[name].settings
    values: dict[str, object] = {}
    for pair in query.split("&") if mark else ():
        key, equals, value = pair.partition("=")
        if key not in readers:
            allowed = f"Known: {', '.join(readers)}" if readers else f"{name!r} takes none"
            raise SpecError(f"match {text!r}: unknown setting {key!r}{_hint(key, readers)}. {allowed}.")
        if not equals or key in values:
            fault = f"setting {key!r} is given twice" if key in values else f"setting {key!r} has no value"
            raise SpecError(f"match {text!r}: {fault}. Write {key}=VALUE once.")
        try:
            values[key] = readers[key](value)
        except ValueError as fault:
            raise SpecError(f"match {text!r}: {key} must be {fault}, got {value!r}.") from None
    return name, values


def _hint(word: str, known: Iterable[str]) -> str:
    near = near_miss(word, known)
    return f" (did you mean {near!r}?)" if near else ""
