"""What the user says of judge models: their SPECs, and what a run's header keeps of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pytest_ftbench.errors import SpecError
from pytest_ftbench.graders import RUBRICS, STYLES, Style
from pytest_ftbench.judge_models import JudgeModel
from pytest_ftbench.providers import EndpointSpec, Provider, ProviderFactory, open_provider
from pytest_ftbench.specs import parse_specs

KEYS = ("style", "allow_self_judge")
"""What a judge's SPEC may hold besides the keys of its provider."""


def parse_judges(
    texts: Iterable[str],
    *,
    models: Mapping[str, object],
    folder: Path,
    models_folder: Path,
    known_providers: Mapping[str, ProviderFactory],
    taken: Collection[str] = (),
) -> tuple[EndpointSpec, ...]:
    """The judges that several SPECs name, in order.

    models: the models table; folder, models_folder: see `parse_specs`. taken: the aliases of endpoints under test.
    Raises SpecError for a judge that cannot be used.
    """
    specs = parse_specs(
        texts,
        models=models,
        folder=folder,
        models_folder=models_folder,
        known_providers=known_providers,
        more_keys=KEYS,
    )
    for spec in specs:
        if spec.alias in taken:
            raise SpecError(f"the judge {spec.alias!r} is called like a model. Give it an alias: judge={spec.label}.")
        if _style_of(spec) not in STYLES:
            raise SpecError(f"judge {spec.alias!r}: unknown style {_style_of(spec)!r}. Allowed: {', '.join(STYLES)}.")
    return specs


def open_judges(specs: Iterable[EndpointSpec], registry: Mapping[str, ProviderFactory]) -> dict[str, Provider]:
    """The judges' endpoints by alias. Raises FtbenchError for one that cannot be opened."""
    opened = {}
    for spec in specs:
        options = {key: value for key, value in spec.options.items() if key not in KEYS}
        opened[spec.alias] = open_provider(replace(spec, options=options), registry)
    return opened


def judge_model(spec: EndpointSpec, provider: Provider) -> JudgeModel:
    """The judge behind a SPEC that `parse_judges` has taken."""
    style = cast("Style", _style_of(spec))
    return JudgeModel(spec.alias, provider.identity, style, may_judge_itself=may_judge_itself(spec))


def may_judge_itself(spec: EndpointSpec) -> bool:
    """Whether the user lets a model grade its own answers."""
    return spec.options.get("allow_self_judge") == "true"


def judge_header(specs: Iterable[EndpointSpec]) -> dict[str, Any] | None:  # plain data for a run file
    """The judges as a run's header names them, with the versions of the prompts they are asked by; None without one."""
    judges = [{"alias": spec.alias, "spec": spec.text} for spec in specs]
    if not judges:
        return None
    return {"judges": judges, "prompts": sorted(rubric.version for rubric in RUBRICS.values())}


def _style_of(spec: EndpointSpec) -> str:
    return spec.options.get("style", "auto")
