"""Fixtures for tests of the openai provider: a server, the provider that asks it, and the error that a reply is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from loopback import Answer, LoopbackServer

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Prompt
from pytest_ftbench.specs import parse_spec

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))
Serve = Callable[..., LoopbackServer]
Connect = Callable[..., Provider]
ErrorOf = Callable[..., EndpointError]
FaultOf = Callable[..., str]


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("OPENAI_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def serve() -> Iterator[Callable[..., LoopbackServer]]:
    """Start a server that lives as long as the test."""
    with ExitStack() as stack:
        yield lambda answer="ok", **how: stack.enter_context(LoopbackServer(answer, **how))


@pytest.fixture
def connect() -> Iterator[Callable[..., Provider]]:
    """Open the provider of `openai:m?QUERY` and close it after the test."""
    with ExitStack() as stack:

        def opened(query: str = "", name: str = "m") -> Provider:
            text = f"openai:{name}?{query}"
            provider = open_provider(parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS))
            stack.callback(provider.close)
            return provider

        yield opened


@pytest.fixture
def error_of(serve: Callable[..., LoopbackServer], connect: Callable[..., Provider]) -> Callable[..., EndpointError]:
    """The error that a reply ends in, its text with the server's address as URL."""

    def ask(answer: Answer, query: str = "") -> EndpointError:
        server = serve(answer)
        provider = connect(f"base_url={server.base_url}&{query}")
        with pytest.raises(EndpointError) as caught:
            provider.complete(ASK)
        assert len(server.requests) <= 1, "the SDK must not retry"
        caught.value.args = (str(caught.value).replace(server.base_url, "URL"),)
        return caught.value

    return ask


@pytest.fixture
def fault_of(error_of: Callable[..., EndpointError]) -> Callable[..., str]:
    """The text of that error."""
    return lambda answer, query="": str(error_of(answer, query))
