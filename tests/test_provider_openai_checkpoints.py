"""The checkpoints of a fine-tuned model at OpenAI, by the real SDK from a server on the loopback address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from loopback import Asked, Reply

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.providers.lifecycle import Checkpoint, HasCheckpoints

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

TUNED = "ft:gpt-4o-mini-2024-07-18:acme::9AB"
JOBS = "/v1/fine_tuning/jobs"


def checkpoint(step: int, *, is_final: bool = False, **metrics: object) -> dict[str, object]:
    return {
        "id": f"ftckpt_{step}",
        "object": "fine_tuning.job.checkpoint",
        "fine_tuned_model_checkpoint": TUNED if is_final else f"{TUNED}:ckpt-step-{step}",
        "step_number": step,
        "metrics": {"step": float(step), **metrics},
    }


def job(number: int, model: str | None = None) -> dict[str, object]:
    return {"id": f"ftjob-{number}", "object": "fine_tuning.job", "fine_tuned_model": model, "status": "succeeded"}


def platform(jobs: list[dict[str, object]], **checkpoints: list[dict[str, object]]) -> Any:
    """A server of jobs and checkpoints, two on a page; checkpoints by the number of their job, `job_7=[...]`."""
    lists: dict[str, list[dict[str, object]]] = {JOBS: jobs}
    lists |= {f"{JOBS}/{name.replace('job_', 'ftjob-')}/checkpoints": found for name, found in checkpoints.items()}

    def answer(asked: Asked) -> Reply:
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        if path not in lists:
            return Reply({"error": {"message": f"Invalid URL (GET {path})"}}, status=404)
        ids = [each["id"] for each in lists[path]]
        start = ids.index(query["after"][0]) + 1 if "after" in query else 0
        page = lists[path][start : start + 2]
        return Reply({"object": "list", "data": page, "has_more": start + 2 < len(ids)})

    return answer


def list_from(connect: Connect, base_url: str, name: str = TUNED) -> tuple[Checkpoint, ...]:
    provider = connect(f"base_url={base_url}", name=name)
    assert isinstance(provider, HasCheckpoints)
    return provider.list_checkpoints()


STEPS = [checkpoint(270, is_final=True), checkpoint(180, full_valid_loss=0.5, odd="x", yes=True), checkpoint(90)]
EXPECTED = (
    Checkpoint(90, f"{TUNED}:ckpt-step-90"),
    Checkpoint(180, f"{TUNED}:ckpt-step-180", metrics={"full_valid_loss": 0.5}),
    Checkpoint(270, TUNED, is_final=True),
)


@pytest.mark.parametrize("name", [TUNED, f"{TUNED}:ckpt-step-90"])
def test_checkpoints_are_found_by_the_job_that_made_the_model(name: str, serve: Serve, connect: Connect) -> None:
    server = serve(platform([job(9), job(8, "ft:other"), job(7, TUNED), job(6, TUNED), job(5)], job_7=STEPS))
    assert list_from(connect, server.base_url, name) == EXPECTED
    assert [asked_for(asked) for asked in server.requests] == [
        ("GET", JOBS, {"limit": ["100"]}),
        ("GET", JOBS, {"limit": ["100"], "after": ["ftjob-8"]}),
        ("GET", f"{JOBS}/ftjob-7/checkpoints", {"limit": ["100"]}),
        ("GET", f"{JOBS}/ftjob-7/checkpoints", {"limit": ["100"], "after": ["ftckpt_180"]}),
    ]


def asked_for(asked: Asked) -> tuple[str, str, dict[str, list[str]]]:
    parts = urlsplit(asked.path)
    return asked.method, parts.path, parse_qs(parts.query)


def test_job_can_be_named_itself_but_answers_nothing(serve: Serve, connect: Connect) -> None:
    server = serve(platform([], job_7=STEPS))
    assert list_from(connect, server.base_url, "ftjob-7") == EXPECTED
    with pytest.raises(EndpointError) as caught:
        connect(f"base_url={server.base_url}", name="ftjob-7").complete(build_prompt("Q?"))
    assert str(caught.value) == (
        "ftjob-7 is a fine-tuning job, which answers nothing. Name the model that it made (ft:...)."
    )
    assert caught.value.fault == "endpoint"
    assert {asked.method for asked in server.requests} == {"GET"}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (platform([job(9), job(8)]), f"none of the 2 fine-tuning jobs at URL has made {TUNED!r}. {{hint}}"),
        (platform([job(7, TUNED)], job_7=[]), "the fine-tuning job ftjob-7 at URL has no checkpoints."),
        (Reply({"detail": "Not Found"}, 404), "URL knows no fine-tuning jobs, so no checkpoints either."),
        (Reply("", 405), "URL knows no fine-tuning jobs, so no checkpoints either."),
        (
            Reply({"error": {"message": "no"}}, 401),
            "HTTP 401: no. No key was sent there: api_key_env=NAME in the SPEC says which variable holds it.",
        ),
        (Reply({"error": {"message": "oh"}}, 500), "HTTP 500: oh."),
        (
            Reply("<html>"),
            "HTTP 200, but not a list of fine-tuning jobs (is base_url right?): the body is a page of HTML.",
        ),
        (
            Reply({"data": "x"}),
            "HTTP 200, but not a list of fine-tuning jobs (is base_url right?): it has no list 'data' of objects.",
        ),
        (
            Reply({"data": [{"fine_tuned_model": TUNED}]}),
            "HTTP 200, but not a list of fine-tuning jobs (is base_url right?): a job has no id.",
        ),
        (
            platform([job(7, TUNED)], job_7=[{"id": "x"}]),
            "HTTP 200, but not a list of checkpoints (is base_url right?): a checkpoint has no name or no step.",
        ),
        (
            Reply({"data": [job(9)], "has_more": True}),
            "a list of fine-tuning jobs at URL has more than 5000 entries.",
        ),
        (Reply({"data": [job(9)]}, drip_s=0.05), "time-out: no whole answer from URL within 0.5 s (timeout=)."),
    ],
)
def test_what_lists_no_checkpoints_is_one_clear_line(reply: Any, message: str, serve: Serve, connect: Connect) -> None:
    server = serve(reply)
    with pytest.raises(EndpointError) as caught:
        list_from(connect, f"{server.base_url}{'&timeout=0.5' if 'time-out' in message else ''}")
    said = str(caught.value).replace(server.base_url, "URL")
    assert said == message.format(hint="Is the key that of the project it was made in?")


def test_only_what_is_a_number_is_a_metric(serve: Serve, connect: Connect) -> None:
    body = json.dumps({"data": [checkpoint(1, is_final=True, train_loss=1.5)]}).replace("1.5", "1e999")
    server = serve(lambda asked: Reply(body) if "ftjob-7" in asked.path else Reply({"data": [job(7, TUNED)]}))
    assert list_from(connect, server.base_url) == (Checkpoint(1, TUNED, is_final=True),)
