"""What stands behind a name on Vertex AI: the endpoint of a tuning job or model, and the weights behind an endpoint."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from loopback import Reply
from vertex_place import NUMBER, PARENT, REFUSED, Place, make_endpoint, make_job, make_model

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.prompts import request_text
from pytest_ftbench.providers.lifecycle import HasCheckpoints, HasDeployment, HasStanding
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from vertex_place_kit import OpenVertex

pytest_plugins = ("vertex_place_kit",)

ASK = Prompt((("user", "Q?"),))
READ = f"{NUMBER}/endpoints/50"
ASKED = f"{READ}:generateContent"


def fault_of(provider: Vertex) -> EndpointError:
    """The error that a question ends in."""
    with pytest.raises(EndpointError) as caught:
        provider.complete(ASK)
    return caught.value


def key_of(provider: Vertex) -> str:
    """What the cache key of a question is the hash of, with what can be read of the deployment."""
    deployment = provider.read_deployment()
    if deployment is not None:
        provider.use_deployment(deployment)
    return request_text(ASK, identity=provider.identity, sampling=provider.sampling, sample=1)


def test_provider_says_what_it_can_tell(vertex: OpenVertex) -> None:
    provider = vertex("endpoints/50")
    assert isinstance(provider, HasCheckpoints)
    assert isinstance(provider, HasStanding)
    assert isinstance(provider, HasDeployment)


class TestResolution:
    def test_endpoint_is_asked_without_being_read(self, place: Place, vertex: OpenVertex) -> None:
        assert vertex("endpoints/50").complete(ASK).text == "ok"
        assert place.asked == [f"{PARENT}/endpoints/50:generateContent"]

    def test_tuning_job_stands_for_its_endpoint(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job()
        provider = vertex("tuningJobs/7")
        assert place.asked == []
        assert provider.complete(ASK).text == "ok"
        assert place.asked == [f"{PARENT}/tuningJobs/7", READ, ASKED]

    def test_job_is_read_once_for_many_threads(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = Reply(make_job(), delay_s=0.05)
        provider = vertex("tuningJobs/7")
        ready = threading.Barrier(8)

        def ask(_: int) -> str:
            ready.wait()
            return provider.complete(ASK).text

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == ["ok"] * 8
        assert place.asked == [f"{PARENT}/tuningJobs/7", READ, *[ASKED] * 8]

    @pytest.mark.parametrize(
        ("state", "error", "says"),
        [
            ("RUNNING", "", "'running'. Wait until it has, or name"),
            ("PENDING", "", "'pending'. Wait until it has, or name"),
            ("OF_THE_FUTURE", "", "'of the future'. Wait until it has, or name"),
            ("CANCELLED", "", "'cancelled'. Name"),
            ("PARTIALLY_SUCCEEDED", "", "'partially succeeded'. Name"),
            ("FAILED", "Too few\nexamples", "'failed' (Too few examples). Name"),
        ],
    )
    def test_job_that_has_not_succeeded_says_its_state(
        self, place: Place, vertex: OpenVertex, state: str, error: str, says: str
    ) -> None:
        place.resources["tuningJobs/7"] = make_job(state=state, **({"error": {"message": error}} if error else {}))
        fault = fault_of(vertex("tuningJobs/7"))
        name = f"{PARENT}/tuningJobs/7"
        assert str(fault) == f"{name} has not succeeded: its state is {says} another job or an endpoint."
        assert fault.fault == "endpoint"
        assert set(place.asked) == {name}

    def test_job_without_an_endpoint_says_so(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job(endpoint=None)
        fault = fault_of(vertex("tuningJobs/7"))
        says = f"{PARENT}/tuningJobs/7 has succeeded, but names no endpoint: its model is not deployed. Deploy it."
        assert (str(fault), fault.fault) == (says, "endpoint")

    def test_missing_job_is_one_line_and_read_once(self, place: Place, vertex: OpenVertex) -> None:
        provider = vertex("tuningJobs/7")
        faults = [fault_of(provider), fault_of(provider)]
        assert [each.fault for each in faults] == ["endpoint"] * 2
        assert str(faults[0]).startswith("HTTP 404: NOT_FOUND: gone.")
        assert place.asked == [f"{PARENT}/tuningJobs/7"]

    def test_job_is_read_again_after_an_error_that_passes(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = Reply("busy", status=503)
        provider = vertex("tuningJobs/7")
        assert fault_of(provider).fault == "transient"
        place.resources["tuningJobs/7"] = make_job()
        assert provider.complete(ASK).text == "ok"

    @pytest.mark.parametrize(
        ("body", "fault", "says"),
        [
            ("<!doctype html><p>Sign in</p>", "endpoint", "the body is a page of HTML, not a resource of Vertex AI"),
            ('{"name": "projects/1', "transient", "the body is not JSON"),
            ("", "endpoint", "the body is no resource of Vertex AI"),
            ([1], "endpoint", "the body is no resource of Vertex AI"),
            ({"tunedModel": [1]}, "endpoint", "the body is no resource of Vertex AI"),
        ],
        ids=["html", "half", "empty", "list", "shape"],
    )
    @pytest.mark.parametrize("name", ["tuningJobs/7", "models/888@1"])
    def test_body_that_is_no_resource_is_an_error(
        self, place: Place, vertex: OpenVertex, name: str, body: object, fault: str, says: str
    ) -> None:
        place.resources[name] = Reply(body)
        caught = fault_of(vertex(name))
        if body == "" and name.startswith("models"):
            fault, says = "transient", "the body is not JSON"
        assert str(caught).startswith(f"{PARENT}/{name}: {says}")
        assert caught.fault == fault

    @pytest.mark.parametrize("name", ["tuningJobs/7", "models/888@1"])
    def test_time_out_while_resolving_passes(self, place: Place, vertex: OpenVertex, name: str) -> None:
        place.resources[name] = Reply(make_job(), delay_s=5)
        caught = fault_of(vertex(name, "timeout=0.2"))
        assert caught.fault == "transient"
        assert str(caught).startswith("time-out")

    def test_model_stands_for_the_endpoint_it_is_deployed_to(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["models/888@1"] = make_model(50)
        assert vertex("models/888@1").complete(ASK).text == "ok"
        assert place.asked == [f"{PARENT}/models/888@1", READ, ASKED]

    def test_model_that_is_not_deployed_says_so(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["models/888@1"] = make_model()
        says = f"{PARENT}/models/888@1 is not deployed to any endpoint. Deploy it, or name another model."
        assert str(fault_of(vertex("models/888@1"))) == says

    def test_model_on_several_endpoints_names_them(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["models/888"] = make_model(51, 50, 51)
        says = f"{PARENT}/models/888 is deployed to 2 endpoints: endpoints/50, endpoints/51. Name one of them instead."
        assert str(fault_of(vertex("models/888"))) == says

    def test_model_with_checkpoints_stands_for_its_default(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["models/888@1"] = make_model(51, 50, checkpoints=("1", "3"), default="3")
        assert vertex("models/888@1").complete(ASK).text == "ok"
        assert place.asked[-1] == ASKED

    def test_endpoint_in_another_location_is_not_asked(self, place: Place, vertex: OpenVertex) -> None:
        elsewhere = "projects/123/locations/europe-west4/endpoints/9"
        place.resources["models/888@1"] = {**make_model(), "deployedModels": [{"endpoint": elsewhere}]}
        says = f"{PARENT}/models/888@1 is deployed in another location, to {elsewhere}. Name that endpoint instead."
        assert str(fault_of(vertex("models/888@1"))) == says

    def test_name_that_would_change_the_url_counts_as_none(self, place: Place, vertex: OpenVertex) -> None:
        job = make_job()
        job["tunedModel"]["endpoint"] = f"{NUMBER}/endpoints/5?x=1"
        place.resources["tuningJobs/7"] = job
        assert "names no endpoint" in str(fault_of(vertex("tuningJobs/7")))


class TestDeployment:
    @pytest.mark.parametrize(
        ("endpoint", "text"),
        [
            (make_endpoint("888@1"), "models/888@1"),
            (make_endpoint("888@1/3"), "models/888@1 checkpoint 3"),
            (make_endpoint("9@2", "7@1", split={"1": 80, "2": 20}), "models/7@1 (20%), models/9@2 (80%)"),
            (make_endpoint("9@2", "7@1", split={"2": 100}), "models/7@1"),
            (make_endpoint("9@2", "9@2", split={"1": 50, "2": 50}), "models/9@2"),
            (make_endpoint("9@2", "7@1", split={"8": 100}), "models/7@1, models/9@2"),
            (make_endpoint(), None),
            ({"name": "x", "deployedModels": [{"id": "1"}]}, None),
            (
                {"name": f"{NUMBER}/endpoints/50", "deployedModels": [{"model": "projects/9/locations/x/models/8@2"}]},
                "projects/9/locations/x/models/8@2",
            ),
            (
                {
                    "name": f"{NUMBER}/endpoints/50",
                    "deployedModels": [{"model": f"{NUMBER}/models/8@golden", "modelVersionId": "4"}],
                },
                "models/8@4",
            ),
        ],
        ids=["one", "checkpoint", "split", "idle", "twins", "unsplit", "empty", "nameless", "foreign", "alias"],
    )
    def test_text_names_the_weights(
        self, place: Place, vertex: OpenVertex, endpoint: dict[str, object], text: str | None
    ) -> None:
        place.resources["endpoints/50"] = endpoint
        assert vertex("endpoints/50").read_deployment() == text

    @pytest.mark.parametrize("reply", [REFUSED, Reply("no", status=404)], ids=["403", "404"])
    def test_endpoint_that_answers_but_may_not_be_read_has_none(
        self, place: Place, vertex: OpenVertex, reply: Reply
    ) -> None:
        place.resources["endpoints/50"] = reply
        provider = vertex("endpoints/50")
        assert provider.read_deployment() is None
        assert provider.complete(ASK).deployment is None

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [(Reply("", status=500), "transient"), (Reply("", status=429), "throttled"), (Reply("", 401), "endpoint")],
        ids=["500", "429", "401"],
    )
    def test_other_errors_are_not_taken_for_silence(
        self, place: Place, vertex: OpenVertex, reply: Reply, fault: str
    ) -> None:
        place.resources["endpoints/50"] = reply
        with pytest.raises(EndpointError) as caught:
            vertex("endpoints/50").read_deployment()
        assert caught.value.fault == fault

    def test_it_is_part_of_identity_and_of_every_completion_once_known(self, vertex: OpenVertex) -> None:
        provider = vertex("endpoints/50")
        assert "deployment" not in provider.identity
        assert provider.complete(ASK).deployment is None
        provider.use_deployment("models/888@1 checkpoint 3")
        assert provider.identity["deployment"] == "models/888@1 checkpoint 3"
        assert provider.complete(ASK).deployment == "models/888@1 checkpoint 3"

    def test_redeployed_endpoint_has_another_cache_key(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1/3")
        before = key_of(vertex("endpoints/50"))
        assert key_of(vertex("endpoints/50")) == before
        place.resources["endpoints/50"] = make_endpoint("888@2/3")
        assert key_of(vertex("endpoints/50")) != before

    def test_endpoint_is_read_anew_each_time(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1")
        provider = vertex("endpoints/50")
        first = provider.read_deployment()
        place.resources["endpoints/50"] = make_endpoint("888@2")
        assert (first, provider.read_deployment()) == ("models/888@1", "models/888@2")

    @pytest.mark.parametrize("is_readable", [True, False], ids=["readable", "refused"])
    def test_another_default_checkpoint_of_a_job_has_another_cache_key(
        self, place: Place, vertex: OpenVertex, is_readable: bool
    ) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1/3") if is_readable else REFUSED
        place.resources["endpoints/51"] = make_endpoint("888@1/1") if is_readable else REFUSED
        place.resources["tuningJobs/7"] = make_job(endpoint=50)
        before = key_of(vertex("tuningJobs/7"))
        assert key_of(vertex("tuningJobs/7")) == before
        place.resources["tuningJobs/7"] = make_job(endpoint=51)
        assert key_of(vertex("tuningJobs/7")) != before

    def test_what_a_job_or_model_says_of_an_endpoint_that_may_not_be_read(
        self, place: Place, vertex: OpenVertex
    ) -> None:
        place.resources["endpoints/50"] = REFUSED
        place.resources["tuningJobs/7"] = make_job()
        place.resources["models/888"] = make_model(51, 50, checkpoints=("1", "3"), default="3")
        assert vertex("tuningJobs/7").read_deployment() == "tuningJobs/7: models/888@1 checkpoint 3"
        assert vertex("models/888").read_deployment() == "models/888: models/888@1 checkpoint 3"
