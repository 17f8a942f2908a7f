"""What opening endpoints loads, and how a provider of the user's own is registered."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.providers import PROVIDERS, EndpointSpec, LazyFactory, Provider, ProviderFactory, open_provider
from pytest_ftbench.providers.memorizer import Memorizer
from pytest_ftbench.providers.openai_provider import OpenAIProvider
from pytest_ftbench.providers.replay import Replay
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.specs import parse_spec

GOOGLE = ("google.auth", "google.genai", "google.cloud.aiplatform", "google.api_core", "vertexai", "grpc")
"""Not `google` itself, which Google's packages put there at the start of every process that could import them."""
HEAVY = ("openai", "rapidfuzz", "pydantic", "httpx", "httpx2", "yaml", *GOOGLE)


class Echo:
    """A provider of a user's own, in a few lines."""

    option_keys: ClassVar = ("volume",)
    is_local = True

    def __init__(self, spec: EndpointSpec) -> None:
        self.identity: dict[str, str | None] = {"provider": "echo", "model": spec.name}
        self.sampling: dict[str, float | int | None] = {}
        self._suffix = "!" * int(spec.options.get("volume", "0"))

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:
        return Completion(text=f"{prompt.user_text}{self._suffix}{sample}")

    def close(self) -> None:
        pass


def loaded_by(code: str) -> str:
    """Which heavy modules a fresh interpreter holds after running the code."""
    show = f"import sys; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_importing_providers_and_specs_imports_nothing_heavy() -> None:
    assert loaded_by("import pytest_ftbench.providers, pytest_ftbench.specs") == ""


def test_parsing_opening_and_identity_import_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"prompt": "Q?", "completion": "A."}', encoding="utf-8")
    code = f"""
from pathlib import Path
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.specs import parse_specs
texts = ["openai:x?base_url=http://localhost/v1", "memorizer:t.jsonl"]
for spec in parse_specs(texts, models={{}}, folder=Path({str(tmp_path)!r}), known_providers=PROVIDERS):
    provider = open_provider(spec)
    assert provider.identity["provider"] == spec.provider
    provider.close()
"""
    assert loaded_by(code) == ""


def test_provider_of_the_users_own_registers_like_ours() -> None:
    providers: dict[str, ProviderFactory] = {**PROVIDERS, "echo": Echo}
    spec = parse_spec("echo:x?volume=2&seed=1", models={}, folder=Path(), known_providers=providers)
    assert spec.alias == "x"
    assert open_provider(spec, providers).complete(Prompt((("user", "hi"),)), sample=3).text == "hi!!3"
    with pytest.raises(SpecError, match=r"^model 'echo:x': unknown key 'volum'\. Did you mean 'volume'\?"):
        parse_spec("echo:x?volum=2", models={}, folder=Path(), known_providers=providers)


def test_opening_an_unknown_provider_lists_the_known() -> None:
    with pytest.raises(SpecError) as caught:
        open_provider(EndpointSpec(alias="x", provider="echo", name="x"))
    assert str(caught.value) == "model 'echo:x': unknown provider 'echo'. Allowed: memorizer, openai, replay, vertex."


OURS: tuple[type[Provider], ...] = (
    OpenAIProvider,
    Vertex,
    Memorizer,
    Replay,
)  # a type checker compares them with the protocol


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_default_factory_finds_its_class(name: str) -> None:
    factory = PROVIDERS[name]
    assert isinstance(factory, LazyFactory)
    module, _, attribute = factory.target.partition(":")
    assert getattr(import_module(module), attribute) in OURS
