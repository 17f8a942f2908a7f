"""Fixtures for tests of what stands behind a name on Vertex AI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from loopback import LoopbackServer
from vertex_place import PARENT, Place

from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.specs import parse_spec

pytest_plugins = ("vertex_kit",)

OpenVertex = Callable[..., Vertex]


@pytest.fixture
def place() -> Place:
    """An empty location."""
    return Place()


@pytest.fixture
def vertex(place: Place, vertex_environment: None) -> Iterator[OpenVertex]:  # noqa: ARG001 - no proxies
    """Open the provider of a name below PARENT, with query keys, at a server that holds the place."""
    pytest.importorskip("google.genai", reason="needs the extra vertex")
    with ExitStack() as stack:
        server = stack.enter_context(LoopbackServer(place))

        def opened(name: str, query: str = "", *, base_url: str = "") -> Vertex:
            url = base_url or server.base_url.removesuffix("/v1")
            full = name if name.startswith("projects/") else f"{PARENT}/{name}"
            text = f"vertex:{full}?base_url={url}&{query}"
            provider = open_provider(parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS))
            assert isinstance(provider, Vertex)
            stack.callback(provider.close)
            return provider

        yield opened
