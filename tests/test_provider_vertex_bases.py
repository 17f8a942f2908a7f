"""Whether an answer of Vertex AI's is by the base model that was tuned, judged by names that were read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from loopback import Reply
from vertex_place import REFUSED, Place, make_endpoint, make_job, make_model

from pytest_ftbench.providers.lifecycle import KnowsItsNames

if TYPE_CHECKING:
    from vertex_place_kit import OpenVertex

pytest_plugins = ("vertex_place_kit",)


@pytest.mark.parametrize(
    ("base", "served", "is_another"),
    [
        ("gemini-2.5-flash", "gemini-2.5-flash", False),
        ("gemini-2.5-flash", "gemini-2.5-flash-001", False),
        ("gemini-2.0-flash-001", "gemini-2.0-flash", False),
        ("gemini-2.0-flash-001", "publishers/google/models/gemini-2.0-flash-001", False),
        ("gemini-2.0-flash-001", "gemini-2.0-flash-002", True),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite", True),
        ("gemini-2.5-flash", "gemini-3-flash", True),
        ("gemini-2_5-flash", "gemini-2.5-flash", False),
        ("gemini-2-0-flash-001", "gemini-2.0-flash", False),
        ("gemini-2_5-flash", "gemini-3.5-flash", True),
        ("gemini-flash-latest", "gemini-3-flash", False),
        ("gemini-2.5-flash", "projects/123/locations/us-central1/models/888@1", False),
        ("gemma3", "google/gemma-3-4b-it", False),
    ],
)
def test_another_base_than_the_tuned_one_is_told(
    place: Place, vertex: OpenVertex, base: str, served: str, is_another: bool
) -> None:
    place.resources["tuningJobs/7"] = make_job(baseModel=base)
    provider = vertex("tuningJobs/7")
    assert isinstance(provider, KnowsItsNames)
    provider.read_deployment()
    says = f"answered by {served!r}, where the base model is {base!r}: the call was rerouted to another model."
    assert provider.served_fault(served) == (says if is_another else None)


@pytest.mark.parametrize("name", ["endpoints/50", "models/888@1"])
def test_base_is_known_from_what_is_deployed(place: Place, vertex: OpenVertex, name: str) -> None:
    place.resources["endpoints/50"] = make_endpoint("888@1")
    place.resources["models/888@1"] = make_model(50, labels={"google-vertex-llm-tuning-base-model-id": "gemini-a"})
    provider = vertex(name)
    provider.read_deployment()
    assert provider.served_fault("gemini-a") is None
    assert provider.served_fault("gemini-b") is not None


def test_nothing_is_asked_to_judge_a_name(place: Place, vertex: OpenVertex) -> None:
    place.resources["tuningJobs/7"] = make_job()
    assert vertex("tuningJobs/7").served_fault("gemini-3-flash") is None
    assert place.asked == []


@pytest.mark.parametrize("reply", [REFUSED, Reply("", status=503)], ids=["403", "503"])
def test_model_that_cannot_be_read_does_not_stop_the_deployment(place: Place, vertex: OpenVertex, reply: Reply) -> None:
    place.resources.update({"endpoints/50": make_endpoint("888@1"), "models/888@1": reply})
    provider = vertex("endpoints/50")
    assert provider.read_deployment() == "models/888@1"
    assert provider.served_fault("gemini-3-flash") is None


def test_base_model_itself_is_known_by_its_name(vertex: OpenVertex) -> None:
    provider = vertex("publishers/google/models/gemini-2.5-flash")
    assert provider.served_fault("gemini-2.5-flash-001") is None
    assert provider.served_fault("gemini-3-flash") is not None


@pytest.mark.parametrize(
    ("name", "is_fixed"),
    [
        ("publishers/google/models/gemini-2.0-flash-001", True),
        ("publishers/google/models/gemini-2.5-flash", False),
        ("models/888@001", False),
        ("endpoints/50", False),
    ],
)
def test_only_versions_of_base_models_are_fixed(vertex: OpenVertex, name: str, is_fixed: bool) -> None:
    assert vertex(name).is_fixed is is_fixed
