"""Fixtures for tests of the vertex provider: a server, the provider that asks it, and how a reply ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from loopback import Answer
from vertex_loopback import ASK, VertexServer

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Completion
from pytest_ftbench.specs import parse_spec

OF_GOOGLE = ("GOOGLE_", "GEMINI_", "GCE_", "CLOUDSDK_", "GCLOUD_", "NO_GCE_CHECK", "APPENGINE_RUNTIME")

Serve = Callable[..., VertexServer]
Connect = Callable[..., Vertex]
OutcomeOf = Callable[..., Completion | EndpointError]


@pytest.fixture
def vertex_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(OF_GOOGLE) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def serve_vertex() -> Iterator[Serve]:
    """Start a server that lives as long as the test."""
    with ExitStack() as stack:
        yield lambda answer="ok", **how: stack.enter_context(VertexServer(answer, **how))


@pytest.fixture
def connect_vertex() -> Iterator[Connect]:
    """Open the provider of a SPEC, `vertex:...`, and close it after the test."""
    with ExitStack() as stack:

        def opened(text: str) -> Vertex:
            provider = open_provider(parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS))
            stack.callback(provider.close)
            assert isinstance(provider, Vertex)
            return provider

        yield opened


@pytest.fixture
def outcome_of(serve_vertex: Serve, connect_vertex: Connect) -> OutcomeOf:
    """What a reply ends in: a completion, or an error, its text with the server's address as URL."""

    def ask(answer: Answer, **options: object) -> Completion | EndpointError:
        server = serve_vertex(answer)
        provider = connect_vertex(server.spec(**options))
        try:
            return provider.complete(ASK)
        except EndpointError as error:
            error.args = (str(error).replace(server.root, "URL"),)
            return error
        finally:
            assert len(server.requests) <= 1, "the SDK must not retry"

    return ask
