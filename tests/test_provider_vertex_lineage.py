"""Where a model on Vertex AI comes from: its tuning job, the checkpoints of that, and its base model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from loopback import Reply
from vertex_place import NUMBER, PARENT, REFUSED, Place, make_endpoint, make_job, make_model

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.lifecycle import Checkpoint, Standing
from pytest_ftbench.providers.vertex import Vertex
from pytest_ftbench.records import Prompt

if TYPE_CHECKING:
    from vertex_place_kit import OpenVertex

pytest_plugins = ("vertex_place_kit",)

CURVE = (
    Checkpoint(step=10, name=f"{NUMBER}/endpoints/51", epoch=1),
    Checkpoint(step=20, name=f"{NUMBER}/endpoints/52", epoch=2),
    Checkpoint(step=30, name=f"{NUMBER}/endpoints/50", epoch=3, is_final=True),
)
READ = [each.name for each in CURVE]
LISTING = f"{PARENT}/tuningJobs"


def make_others(count: int) -> list[dict[str, Any]]:
    """Tuning jobs of other models."""
    other = {"model": f"{NUMBER}/models/1@1", "endpoint": f"{NUMBER}/endpoints/1"}
    return [make_job(1000 + n, tunedModel=other) for n in range(count)]


def checkpoints_fault(provider: Vertex) -> EndpointError:
    """The error of a listing that cannot be made."""
    with pytest.raises(EndpointError) as caught:
        provider.list_checkpoints()
    return caught.value


class TestCheckpoints:
    def test_job_lists_them_in_the_order_of_their_steps(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job()
        assert vertex("tuningJobs/7").list_checkpoints() == CURVE
        assert place.asked == [f"{PARENT}/tuningJobs/7", *READ]

    def test_each_can_be_asked_by_its_name(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job()
        names = [each.name for each in vertex("tuningJobs/7").list_checkpoints()]
        for name in names:
            assert vertex(name).complete(Prompt((("user", "Q?"),))).text == "ok"
        assert place.asked[4:] == [f"{name}:generateContent" for name in names]

    @pytest.mark.parametrize("name", ["endpoints/50", "endpoints/51"], ids=["default", "other"])
    def test_endpoint_finds_its_job_among_pages(self, place: Place, vertex: OpenVertex, name: str) -> None:
        place.jobs, place.page = [*make_others(5), make_job()], 2
        assert vertex(name).list_checkpoints() == CURVE
        assert place.asked == [f"{PARENT}/{name}", *[LISTING] * 3, *READ]

    def test_no_page_is_read_after_the_job(self, place: Place, vertex: OpenVertex) -> None:
        place.jobs, place.page = [make_job(), *make_others(5)], 2
        assert vertex("endpoints/50").list_checkpoints() == CURVE
        assert place.asked.count(LISTING) == 1

    @pytest.mark.parametrize("name", ["models/888@1", "models/888", "models/888@golden"])
    def test_model_finds_the_job_of_its_version(self, place: Place, vertex: OpenVertex, name: str) -> None:
        place.resources[name] = make_model()
        newer = {"model": f"{NUMBER}/models/888@2", "endpoint": f"{NUMBER}/endpoints/60"}
        place.jobs = [make_job(8, tunedModel=newer), make_job()]
        assert vertex(name).list_checkpoints() == CURVE

    def test_endpoint_with_another_model_now_finds_the_job_of_that(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/60"] = make_endpoint("888@1/3")
        was = {"model": f"{NUMBER}/models/999@1", "endpoint": f"{NUMBER}/endpoints/60"}
        place.jobs = [make_job(9, tunedModel=was), make_job()]
        assert vertex("endpoints/60").list_checkpoints() == CURVE

    def test_empty_page_is_not_the_end(self, place: Place, vertex: OpenVertex) -> None:
        pages = iter([{"nextPageToken": "a/b"}, {"tuningJobs": [make_job()]}])
        place.listing = lambda _: Reply(next(pages))
        assert vertex("endpoints/50").list_checkpoints() == CURVE

    def test_listing_without_an_end_is_given_up(self, place: Place, vertex: OpenVertex) -> None:
        place.listing = lambda _: Reply({"nextPageToken": "again"})
        fault = checkpoints_fault(vertex("endpoints/50"))
        says = f"{PARENT} has more than 5,000 tuning jobs. Name the one that is meant."
        assert (str(fault), fault.fault) == (says, "endpoint")
        assert place.asked.count(LISTING) == 50

    def test_model_that_no_job_has_made_says_so(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["models/888@1"] = make_model()
        fault = checkpoints_fault(vertex("models/888@1"))
        says = f"no tuning job in {PARENT} has made models/888@1. Name the tuning job itself."
        assert (str(fault), fault.fault) == (says, "endpoint")

    def test_endpoint_of_several_models_needs_a_job(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("9@2", "7@1", split={"1": 50, "2": 50})
        assert str(checkpoints_fault(vertex("endpoints/50"))) == (
            f"{PARENT}/endpoints/50 shares its traffic between models/7@1, models/9@2. "
            "Name a tuning job, or an endpoint of one model."
        )

    def test_base_model_has_none(self, vertex: OpenVertex) -> None:
        name = "publishers/google/models/gemini-2.5-flash"
        says = f"{PARENT}/{name} is a base model, which no tuning job has made."
        assert str(checkpoints_fault(vertex(name))) == says

    def test_running_job_says_its_state(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job(state="RUNNING")
        assert "its state is 'running'" in str(checkpoints_fault(vertex("tuningJobs/7")))

    def test_job_that_kept_none_says_so(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job(tunedModel={"endpoint": f"{NUMBER}/endpoints/50"})
        assert str(checkpoints_fault(vertex("tuningJobs/7"))) == (
            f"{NUMBER}/tuningJobs/7 has no checkpoints to ask: it kept no intermediate checkpoints. "
            "Name its endpoint, or another job."
        )

    def test_one_whose_endpoint_is_gone_is_left_out(self, place: Place, vertex: OpenVertex) -> None:
        job = make_job()
        del job["tunedModel"]["checkpoints"][0]["endpoint"]  # the last step
        place.resources["tuningJobs/7"] = job
        assert vertex("tuningJobs/7").list_checkpoints() == CURVE[:2]

    def test_all_of_whose_endpoints_are_gone_is_an_error(self, place: Place, vertex: OpenVertex) -> None:
        job = make_job(tunedModel={"checkpoints": [{"checkpointId": "1", "step": "10"}]})
        place.resources["tuningJobs/7"] = job
        assert "the endpoints of its checkpoints are gone" in str(checkpoints_fault(vertex("tuningJobs/7")))

    def test_one_without_its_step_is_not_guessed(self, place: Place, vertex: OpenVertex) -> None:
        job = make_job()
        del job["tunedModel"]["checkpoints"][1]["step"]
        place.resources["tuningJobs/7"] = job
        assert "names a checkpoint without its step" in str(checkpoints_fault(vertex("tuningJobs/7")))

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [
            (REFUSED, "endpoint"),
            (Reply("", status=503), "transient"),
            (Reply("<html>"), "endpoint"),
            (Reply('{"tuningJobs": [{"na'), "transient"),
            (Reply({"tuningJobs": [{}]}), "endpoint"),
            (Reply({"tuningJobs": [3]}), "endpoint"),
        ],
        ids=["403", "503", "html", "half", "nameless", "shape"],
    )
    def test_listing_that_cannot_be_read_is_an_error(
        self, place: Place, vertex: OpenVertex, reply: Reply, fault: str
    ) -> None:
        place.listing = lambda _: reply
        assert checkpoints_fault(vertex("endpoints/50")).fault == fault


class TestStanding:
    def test_job_tells_its_base(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["tuningJobs/7"] = make_job()
        place.resources["endpoints/50"] = make_endpoint("888@1/3")
        assert vertex("tuningJobs/7").read_standing() == Standing(
            f"{NUMBER}/endpoints/50", base="gemini-2.5-flash", deployment="models/888@1 checkpoint 3"
        )

    def test_job_that_went_on_tells_the_base_of_the_first(self, place: Place, vertex: OpenVertex) -> None:
        job = make_job(preTunedModel={"tunedModelName": "x", "baseModel": "publishers/google/models/gemini-2.0-flash"})
        del job["baseModel"]
        place.resources.update({"tuningJobs/7": job, "endpoints/50": REFUSED})
        assert vertex("tuningJobs/7").read_standing() == Standing(
            f"{NUMBER}/endpoints/50",
            base="gemini-2.0-flash",
            deployment="tuningJobs/7: models/888@1 checkpoint 3",
        )

    @pytest.mark.parametrize(
        ("told", "base"),
        [
            ({"labels": {"google-vertex-llm-tuning-base-model-id": "gemini-1.5-pro-002"}}, "gemini-1.5-pro-002"),
            (
                {"baseModelSource": {"modelGardenSource": {"publicModelName": "publishers/google/models/gemma3"}}},
                "gemma3",
            ),
            (
                {"baseModelSource": {"genieSource": {"baseModelUri": "publishers/google/models/gemini-2.0-flash-001"}}},
                "gemini-2.0-flash-001",
            ),
            ({"labels": {"team": "x"}}, "gemini-2.5-flash"),
        ],
        ids=["label", "garden", "genie", "job"],
    )
    @pytest.mark.parametrize("name", ["endpoints/50", "models/888@1"])
    def test_model_tells_its_base_or_else_its_job(
        self, place: Place, vertex: OpenVertex, name: str, told: dict[str, Any], base: str
    ) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1")
        place.resources["models/888@1"] = make_model(50, **told)
        place.jobs = [*make_others(1), make_job()]
        assert vertex(name).read_standing() == Standing(f"{NUMBER}/endpoints/50", base=base, deployment="models/888@1")

    def test_base_that_nobody_tells_is_none(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1")
        place.listing = lambda _: REFUSED
        assert vertex("endpoints/50").read_standing() == Standing(f"{NUMBER}/endpoints/50", deployment="models/888@1")

    def test_models_of_several_bases_have_none(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("9@2", "7@1", split={"1": 50, "2": 50})
        for model, base in (("models/7@1", "a"), ("models/9@2", "b")):
            place.resources[model] = make_model(labels={"google-vertex-llm-tuning-base-model-id": base})
        assert vertex("endpoints/50").read_standing().base is None

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [(REFUSED, "endpoint"), (Reply("", status=404), "endpoint"), (Reply("", status=503), "transient")],
        ids=["403", "404", "503"],
    )
    def test_endpoint_that_cannot_be_read_is_an_error(
        self, place: Place, vertex: OpenVertex, reply: Reply, fault: str
    ) -> None:
        place.resources["endpoints/50"] = reply
        with pytest.raises(EndpointError, match=f"^HTTP {reply.status}: ") as caught:
            vertex("endpoints/50").read_standing()
        assert caught.value.fault == fault

    @pytest.mark.parametrize("name", ["endpoints/50", "tuningJobs/7", "models/888@1"])
    @pytest.mark.parametrize("more", [{"deployedModels": []}, {}], ids=["empty", "left-out"])
    def test_endpoint_without_a_model_is_an_error(
        self, place: Place, vertex: OpenVertex, name: str, more: dict[str, Any]
    ) -> None:
        endpoint = {"name": f"{NUMBER}/endpoints/50", **more}
        place.resources.update({"tuningJobs/7": make_job(), "models/888@1": make_model(50), "endpoints/50": endpoint})
        with pytest.raises(EndpointError) as caught:
            vertex(name).read_standing()
        asked = f"{PARENT if name == 'endpoints/50' else NUMBER}/endpoints/50"
        says = f"nothing is deployed to {asked}. Deploy a model to it, or name another endpoint."
        assert (str(caught.value), caught.value.fault) == (says, "endpoint")

    def test_base_that_cannot_be_read_for_now_is_an_error(self, place: Place, vertex: OpenVertex) -> None:
        place.resources.update({"endpoints/50": make_endpoint("888@1"), "models/888@1": Reply("", status=503)})
        with pytest.raises(EndpointError, match=r"^HTTP 503"):
            vertex("endpoints/50").read_standing()

    def test_job_that_cannot_be_searched_for_now_is_an_error(self, place: Place, vertex: OpenVertex) -> None:
        place.resources["endpoints/50"] = make_endpoint("888@1")
        place.listing = lambda _: Reply("", status=503)
        with pytest.raises(EndpointError, match=r"^HTTP 503"):
            vertex("endpoints/50").read_standing()

    def test_base_model_has_a_name_alone(self, place: Place, vertex: OpenVertex) -> None:
        name = "publishers/google/models/gemini-2.5-flash"
        place.resources[name] = {"name": name}
        provider = vertex(name)
        assert provider.read_standing() == Standing(name)
        assert provider.read_deployment() is None
        assert place.asked == [name]
