"""Endpoints: one blocking method turns a prompt into a completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytest_ftbench.records import Completion, Prompt


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """An endpoint as the user named it: `[ALIAS=]provider:name?key=value&...`."""

    alias: str
    provider: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    """The SPEC as written."""
    folder: Path = field(default_factory=Path.cwd)
    """What a relative path in the SPEC is relative to."""


class Provider(Protocol):
    """A model that can be asked."""

    is_local: bool
    """True when asking costs nothing and needs no network: such answers are not cached, and `replay` mode allows them."""
    identity: Mapping[str, str | None]
    """Which model answers (provider, base_url, model, revision): part of the cache key."""
    sampling: Mapping[str, float | int | None]
    """How it is asked (temperature, max_tokens, seed): part of the cache key."""

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:
        """The answer to one prompt; safe to call from many threads.

        sample: 1 for the first time a question is asked, 2 for the second, ...
        Raises EndpointError when no completion came back.
        """

    def close(self) -> None:
        """Release connections. Closing twice does no harm."""


ProviderFactory = Callable[[EndpointSpec], Provider]
