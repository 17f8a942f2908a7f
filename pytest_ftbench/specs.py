"""How endpoints are named: `[ALIAS=]provider:name?key=value&...`, or an entry of the models table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from pytest_ftbench.errors import SpecError
from pytest_ftbench.names import near_miss
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers import EndpointSpec, ProviderFactory
from pytest_ftbench.providers.options import COMMON_KEYS, read_prices, read_sampling

TABLE = "[tool.ftbench.models]"

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LIKE_A_SECRET = pattern(
    r"(?:^|[_-])(?:api[_-]?key|key|token|secret|pass(?:word|wd)?|auth(?:orization)?|bearer|credentials?)$"
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a SPEC may refer to."""

    models: Mapping[str, object]
    folder: Path
    models_folder: Path
    providers: Mapping[str, ProviderFactory]
    more_keys: Collection[str] = ()


def parse_spec(
    text: str,
    *,
    models: Mapping[str, object],
    folder: Path,
    models_folder: Path | None = None,
    known_providers: Mapping[str, ProviderFactory],
    more_keys: Collection[str] = (),
) -> EndpointSpec:
    """The endpoint that a SPEC names, with its options checked; no file is opened and nothing imported for it.

    models: the table `[tool.ftbench.models]`: each value a SPEC, or a table of `spec` and query keys, which win over
    the keys inside `spec`. Keys after `NAME?` win over both.
    folder: what relative paths are relative to; models_folder: the same for SPECs from the table (default: folder).
    known_providers: by name; their `option_keys` are allowed besides COMMON_KEYS and more_keys.
    Without `ALIAS=` the alias is the entry's name, else derived: `ft:BASE:ORG:SUFFIX:ID` gives BASE-SUFFIX-ID,
    `openai:dir/NAME` gives NAME, `memorizer:...` gives memorizer, `replay:FILE#COLUMN` gives COLUMN without
    `_response`, or FILE without its ending. Whatever an alias may not hold becomes `-`.
    Raises SpecError, in one line that says what is allowed.
    """
    scope = _Scope(models, folder, models_folder or folder, known_providers, more_keys)
    alias, body = _split_alias(text.strip())
    spec = _resolve(body, scope, folder, ())
    read_prices(spec)  # only now: the two may stand in different entries
    return replace(spec, alias=alias or spec.alias or _derive_alias(spec))


def parse_specs(
    texts: Iterable[str],
    *,
    models: Mapping[str, object],
    folder: Path,
    models_folder: Path | None = None,
    known_providers: Mapping[str, ProviderFactory],
    more_keys: Collection[str] = (),
) -> tuple[EndpointSpec, ...]:
    """The endpoints that several SPECs name, in order; SpecError when two share an alias."""
    by_alias: dict[str, EndpointSpec] = {}
    for text in texts:
        spec = parse_spec(
            text,
            models=models,
            folder=folder,
            models_folder=models_folder,
            known_providers=known_providers,
            more_keys=more_keys,
        )
        if other := by_alias.get(spec.alias):
            fault = f"two models are called {spec.alias!r}: {other.label!r} and {spec.label!r}."
            raise SpecError(f"{fault} Give one an alias of its own: ALIAS={spec.label}.")
        by_alias[spec.alias] = spec
    return tuple(by_alias.values())


def _split_alias(text: str) -> tuple[str, str]:
    """The alias, or an empty text, and the rest; an `=` after the first `:` or `?` belongs to the rest."""
    before, equals, rest = text.partition("=")
    if not equals or ":" in before or "?" in before:
        return "", text
    if not _ALIAS.fullmatch(before):
        allowed = "letters, digits and . _ - after a first letter or digit"
        raise SpecError(f"alias {before!r} of model {_without_query(rest)!r} is not allowed. Allowed: {allowed}.")
    return before, rest


def _resolve(text: str, scope: _Scope, folder: Path, trail: tuple[str, ...]) -> EndpointSpec:
    """The endpoint without an alias, or with the name of the entry it came from."""
    head, _, query = text.partition("?")
    options = _parse_query(query, head)
    if ":" not in head and not head.startswith("projects/"):
        return _resolve_entry(head, options, scope, trail)
    if head.startswith("ft:"):
        provider, name = "openai", head
    elif head.startswith("projects/"):
        provider, name = "vertex", head
    else:
        provider, _, name = head.partition(":")
    spec = EndpointSpec(alias="", provider=provider, name=name, options=options, text=text, folder=folder)
    _check(spec, scope)
    return spec


def _resolve_entry(name: str, options: Mapping[str, str], scope: _Scope, trail: tuple[str, ...]) -> EndpointSpec:
    if name not in scope.models:
        entries = ", ".join(sorted(scope.models)) or "none"
        what = f"{name!r} is no entry of {TABLE}" if name else "a SPEC is empty"
        vendor = "vertex" if name.startswith("gemini-") else "openai"
        raise SpecError(
            f"{what} (entries: {entries}). Name one, or write provider:name, such as {vendor}:{name or 'x'}."
        )
    if name in trail:
        raise SpecError(f"{TABLE} goes in a circle: {' -> '.join((*trail, name))}. Let one entry name a provider.")
    if not trail and not _ALIAS.fullmatch(name):
        raise SpecError(f"the entry {name!r} of {TABLE} cannot be an alias. Use letters, digits and . _ - only.")
    text, extras = _read_entry(name, scope.models[name])
    if alias := _split_alias(text)[0]:
        raise SpecError(
            f"{TABLE} {name}: its SPEC has the alias {alias!r}. Leave it out: the entry's name is the alias."
        )
    inner = _resolve(text, scope, scope.models_folder, (*trail, name))
    merged = {**inner.options, **extras, **options}
    spec = replace(inner, alias=name, options=merged, text=_written(inner.label, merged))
    _check(spec, scope)
    return spec


def _read_entry(name: str, entry: object) -> tuple[str, dict[str, str]]:
    """The SPEC of an entry, and its other keys as text."""
    if isinstance(entry, str):
        return entry.strip(), {}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("spec"), str):
        found = f"a table with the keys {', '.join(entry) or 'none'}" if isinstance(entry, Mapping) else repr(entry)
        raise SpecError(f"{TABLE} {name}: expected a SPEC, or a table with the key 'spec', got {found}.")
    extras: dict[str, str] = {}
    for key, value in entry.items():
        if not isinstance(value, str | int | float):
            kind = type(value).__name__
            raise SpecError(f"{TABLE} {name}: {key} must be text, a number or true/false, got {kind}.")
        extras[str(key)] = str(value).lower() if isinstance(value, bool) else str(value)
    return extras.pop("spec").strip(), extras


def _parse_query(query: str, head: str) -> dict[str, str]:
    """The keys and values after `?`; `%26` and the like are decoded, `+` stays `+`."""
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise SpecError(f"model {head!r}: expected key=value after '?', got {part!r}. Write '&' in a value as %26.")
        if key in options:
            raise SpecError(f"model {head!r}: the key {key!r} is given twice. Leave one out.")
        try:
            options[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise SpecError(f"model {head!r}: the value of {key!r} is not percent-encoded UTF-8.") from None
    return options


def _check(spec: EndpointSpec, scope: _Scope) -> None:
    """Refuse unknown providers and keys, secrets, and values out of range."""
    providers = scope.providers
    if spec.provider not in providers:
        known = sorted(providers)
        meant = near_miss(spec.provider, known)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise SpecError(
            f"model {spec.label!r}: provider {spec.provider!r} is unknown.{hint} Allowed: {', '.join(known)}, ft:..."
        )
    if spec.name in ("", "ft:"):
        raise SpecError(f"model {spec.label!r}: no name after the provider. Write {spec.provider}:NAME.")
    allowed = sorted({*COMMON_KEYS, *providers[spec.provider].option_keys, *scope.more_keys})
    for key in spec.options:
        if key not in allowed:
            raise SpecError(f"model {spec.label!r}: {_unknown_key(key, allowed, spec.provider)}")
    read_sampling(spec)


def _unknown_key(key: str, allowed: list[str], provider: str) -> str:
    meant = near_miss(key, allowed)
    if not meant and _LIKE_A_SECRET.search(key.casefold()):
        todo = "api_key_env=NAME names the variable that holds it" if "api_key_env" in allowed else "Leave it out"
        return f"{key!r} looks like a secret, which a SPEC never holds. {todo}."
    hint = f" Did you mean {meant!r}?" if meant else ""
    return f"unknown key {key!r}.{hint} Keys of {provider}: {', '.join(allowed)}."


def _derive_alias(spec: EndpointSpec) -> str:
    name = spec.name
    if spec.provider == "memorizer":
        name = spec.provider
    elif spec.provider == "replay":
        path, _, column = name.partition("#")
        name = column.removesuffix("_response") if column not in ("", "response") else PurePosixPath(path).stem
    elif name.startswith("ft:"):
        base, _, *rest = [*name.removeprefix("ft:").split(":"), ""]
        name = "-".join(filter(None, (base, *rest)))
    else:
        name = name.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-") or spec.provider


def _written(head: str, options: Mapping[str, str]) -> str:
    query = "&".join(f"{key}={quote(value, safe=' :/+,$')}" for key, value in options.items())
    return f"{head}?{query}" if query else head


def _without_query(text: str) -> str:
    return text.partition("?")[0]
