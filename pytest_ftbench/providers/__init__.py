"""Endpoints: one blocking method turns a prompt into a completion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from pytest_ftbench.errors import SpecError
from pytest_ftbench.records import Completion, Prompt


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """An endpoint as the user named it: `[ALIAS=]provider:name?key=value&...`."""

    alias: str
    provider: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    """The query keys, percent-decoded; every value is text."""
    text: str = ""
    """The SPEC as written, without its alias; for an entry of the models table, the SPEC that it stands for."""
    folder: Path = field(default_factory=Path.cwd)
    """What a relative path in the SPEC is relative to."""

    @property
    def system(self) -> str:
        """The endpoint's own system message, sent with cases that have none; whoever builds the prompt adds it."""
        return self.options.get("system", "")

    @property
    def revision(self) -> str | None:
        """What the user says of the weights behind a mutable endpoint."""
        return self.options.get("revision") or None

    @property
    def served_as(self) -> str | None:
        """The name under which the server says that the model answers, where it is not the one asked for."""
        return self.options.get("served_as") or None

    @property
    def base(self) -> str | None:
        """The model that was fine-tuned, as the SPEC says: by its key `base`, or in a name `ft:BASE:ORG::ID`."""
        named = self.name.split(":")[1] if self.name.startswith("ft:") else ""
        return self.options.get("base") or named or None

    @property
    def training_file(self) -> str:
        """The file that the model was fine-tuned on, as written; empty where none is named."""
        return self.options.get("training_file", "")

    @property
    def label(self) -> str:
        """How messages name the endpoint: its SPEC without the options."""
        return self.text.partition("?")[0] or f"{self.provider}:{self.name}"


class Provider(Protocol):
    """A model that can be asked. Plain attributes will do for the properties."""

    @property
    def is_local(self) -> bool:
        """True when asking costs nothing and needs no network: no answer is cached, and `replay` mode allows it."""

    @property
    def identity(self) -> Mapping[str, str | None]:
        """Which model answers (provider, base_url, model, revision): part of the cache key."""

    @property
    def sampling(self) -> Mapping[str, float | int | None]:
        """How it is asked (temperature, max_tokens, seed): part of the cache key. Empty where it changes nothing."""

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:
        """The answer to one prompt; safe to call from many threads.

        sample: 1 for the first time a question is asked, 2 for the second, ...
        Raises EndpointError when no completion came back.
        """

    def close(self) -> None:
        """Release connections. Closing twice does no harm."""


class ProviderFactory(Protocol):
    """Makes a provider of a SPEC; a class whose only argument is the SPEC is one, once it names its keys.

    Calling it raises SpecError or DataError for whatever can be found wrong before the first question.
    """

    @property
    def option_keys(self) -> Collection[str]:
        """The query keys that it knows besides those common to all providers."""

    def __call__(self, spec: EndpointSpec, /) -> Provider:
        """The provider, ready to be asked. Nothing is sent yet."""


@dataclass(frozen=True, slots=True)
class LazyFactory:
    """A provider class that is imported when the first endpoint of its kind is opened."""

    target: str
    """Where it stands, `package.module:Class`."""
    option_keys: tuple[str, ...] = ()

    def __call__(self, spec: EndpointSpec, /) -> Provider:
        module, _, name = self.target.partition(":")
        return cast(Provider, getattr(import_module(module), name)(spec))


PROVIDERS: dict[str, ProviderFactory] = {
    "openai": LazyFactory(
        "pytest_ftbench.providers.openai_provider:OpenAIProvider",
        ("base_url", "api_key_env", "api", "max_tokens_as", "timeout", "connect_timeout", "read_timeout"),
    ),
    "vertex": LazyFactory(
        "pytest_ftbench.providers.vertex:Vertex",
        (
            *("project", "location", "base_url", "access_token_env", "thinking_budget", "safety", "api"),
            *("timeout", "connect_timeout", "read_timeout"),
        ),
    ),
    "memorizer": LazyFactory("pytest_ftbench.providers.memorizer:Memorizer", ("threshold",)),
    "replay": LazyFactory("pytest_ftbench.providers.replay:Replay"),
}


def open_provider(spec: EndpointSpec, providers: Mapping[str, ProviderFactory] = PROVIDERS) -> Provider:
    """The provider that answers for an endpoint; close it when the session ends.

    Raises SpecError or DataError for what is wrong with the SPEC or its files.
    """
    if spec.provider not in providers:
        known = ", ".join(sorted(providers))
        raise SpecError(f"model {spec.label!r}: unknown provider {spec.provider!r}. Allowed: {known}.")
    return providers[spec.provider](spec)
