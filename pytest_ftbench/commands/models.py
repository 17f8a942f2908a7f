"""Endpoints as commands name them: by SPECs, or all that the project's configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_ftbench.configfile import NAME, nearest_table
from pytest_ftbench.errors import FtbenchError, SpecError
from pytest_ftbench.judge_specs import KEYS
from pytest_ftbench.providers import PROVIDERS, EndpointSpec, Provider, open_provider
from pytest_ftbench.specs import TABLE, parse_specs

SPEC_HELP = f"Models as --ftbench-model takes them; default: all of {TABLE} in {NAME}."


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """An endpoint, or why an entry of the configuration gives none."""

    alias: str
    spec: EndpointSpec | None = None
    provider: Provider | None = None
    fault: str = ""


@contextmanager
def opened_models(texts: Sequence[str]) -> Iterator[list[OpenedModel]]:
    """The endpoints that SPECs name, opened; without one, those of the configuration. Nothing is sent.

    A judge's SPEC is allowed as well. Raises FtbenchError for a SPEC that cannot be used, and where there is neither;
    an entry of the configuration that cannot be used costs no other.
    """
    table, folder = nearest_table(Path.cwd())
    models = table.get("models", {})
    if not texts and not models:
        raise SpecError(f"no model is named. Name one, as in openai:NAME, or have {TABLE} in {folder / NAME}.")

    def open_all(some: Sequence[str]) -> list[OpenedModel]:
        specs = parse_specs(
            some, models=models, folder=Path.cwd(), models_folder=folder, known_providers=PROVIDERS, more_keys=KEYS
        )
        return [OpenedModel(spec.alias, spec, stack.enter_context(_opened(spec))) for spec in specs]

    with ExitStack() as stack:
        if texts:
            yield open_all(texts)
            return
        found = []
        for name in models:
            try:
                found += open_all([name])
            except FtbenchError as error:
                found.append(OpenedModel(name, fault=str(error)))
        yield found


@contextmanager
def _opened(spec: EndpointSpec) -> Iterator[Provider]:
    options = {key: value for key, value in spec.options.items() if key not in KEYS}
    provider = open_provider(replace(spec, options=options))
    try:
        yield provider
    finally:
        provider.close()
