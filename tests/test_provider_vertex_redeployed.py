"""Endpoints on Vertex AI that hold other weights now than the job or model that a SPEC names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from vertex_place import NUMBER, PARENT, REFUSED, Place, make_endpoint, make_job, make_model

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from vertex_place_kit import OpenVertex

pytest_plugins = ("vertex_place_kit",)

ASK = Prompt((("user", "Q?"),))
ADVICE = "Name the endpoint itself to ask what is there, or another"
CALLS = {
    "question": lambda provider: provider.complete(ASK),
    "deployment": Vertex.read_deployment,
    "standing": Vertex.read_standing,
}
each_call = pytest.mark.parametrize("call", CALLS)


@pytest.fixture(autouse=True)
def source(place: Place) -> None:
    """Job 7 made the model 888@1, which is deployed to the endpoint 50."""
    place.resources.update({"tuningJobs/7": make_job(), "models/888@1": make_model(50), "models/888": make_model(50)})


@each_call
@pytest.mark.parametrize(
    ("deployed", "now"),
    [
        (make_endpoint("999@1"), "models/999@1"),
        (make_endpoint("888@2/3"), "models/888@2 checkpoint 3"),
        (make_endpoint("888@1", "999@1", split={"1": 80, "2": 20}), "models/888@1 (80%), models/999@1 (20%)"),
        (make_endpoint("888@1", "999@1", split={"2": 100}), "models/999@1"),
    ],
    ids=["model", "version", "split", "idle"],
)
@pytest.mark.parametrize(
    ("name", "meant", "kind"),
    [("tuningJobs/7", "models/888@1 of tuningJobs/7", "job"), ("models/888@1", "models/888@1", "model")],
)
def test_other_weights_than_named_are_not_asked(
    place: Place, vertex: OpenVertex, name: str, meant: str, kind: str, deployed: dict[str, object], now: str, call: str
) -> None:
    place.resources["endpoints/50"] = deployed
    with pytest.raises(EndpointError) as caught:
        CALLS[call](vertex(name))
    assert str(caught.value) == f"endpoints/50 holds {now} now, not {meant}. {ADVICE} {kind}."
    assert caught.value.fault == "endpoint"
    assert not any(":" in path for path in place.asked)


@each_call
@pytest.mark.parametrize(
    ("name", "deployed"),
    [
        ("tuningJobs/7", make_endpoint("888@1/2")),
        ("models/888", make_endpoint("888@2")),
        ("tuningJobs/7", make_endpoint("888@golden")),
        ("tuningJobs/7", {"name": f"{NUMBER}/endpoints/50", "deployedModels": [{"model": f"{PARENT}/models/888@1"}]}),
        ("tuningJobs/7", {"name": f"{NUMBER}/endpoints/50", "deployedModels": [{"id": "1"}]}),
        ("tuningJobs/7", REFUSED),
        ("endpoints/50", make_endpoint("999@1")),
    ],
    ids=["checkpoint", "any-version", "alias", "project-id", "untold", "refused", "endpoint"],
)
def test_what_was_named_or_cannot_be_told_is_asked(
    place: Place, vertex: OpenVertex, name: str, deployed: object, call: str
) -> None:
    place.resources["endpoints/50"] = deployed
    CALLS[call](vertex(name))


def test_first_question_does_not_read_the_endpoint_again(place: Place, vertex: OpenVertex) -> None:
    place.resources["endpoints/50"] = make_endpoint("888@1/3")
    provider = vertex("tuningJobs/7")
    assert provider.read_deployment() == "models/888@1 checkpoint 3"
    assert provider.complete(ASK).text == "ok"
    assert place.asked == [f"{PARENT}/tuningJobs/7", f"{NUMBER}/endpoints/50", f"{NUMBER}/endpoints/50:generateContent"]


@pytest.mark.parametrize(
    ("deployed", "now"),
    [
        (make_endpoint("999@1/2"), "models/999@1 checkpoint 2"),
        (make_endpoint("888@2/2"), "models/888@2 checkpoint 2"),
        (make_endpoint("888@1/3"), "models/888@1 checkpoint 3"),
    ],
    ids=["model", "version", "checkpoint"],
)
@pytest.mark.parametrize("name", ["tuningJobs/7", "endpoints/50"])
def test_checkpoints_are_not_listed_where_one_was_replaced(
    place: Place, vertex: OpenVertex, name: str, deployed: dict[str, object], now: str
) -> None:
    place.jobs = [make_job()]
    place.resources["endpoints/50"] = make_endpoint("888@1/3")
    place.resources["endpoints/52"] = {**deployed, "name": f"{NUMBER}/endpoints/52"}
    with pytest.raises(EndpointError) as caught:
        vertex(name).list_checkpoints()
    meant = "models/888@1 checkpoint 2 of tuningJobs/7"
    assert str(caught.value) == f"endpoints/52 holds {now} now, not {meant}. {ADVICE} job."
    assert caught.value.fault == "endpoint"


def test_checkpoints_that_are_still_there_or_cannot_be_told_are_listed(place: Place, vertex: OpenVertex) -> None:
    place.resources["endpoints/50"] = make_endpoint("888@1/3")
    place.resources["endpoints/51"] = make_endpoint("888@1")
    place.resources["endpoints/52"] = REFUSED
    assert [each.step for each in vertex("tuningJobs/7").list_checkpoints()] == [10, 20, 30]
    assert place.asked == [f"{PARENT}/tuningJobs/7", *(f"{NUMBER}/endpoints/{at}" for at in (51, 52, 50))]
