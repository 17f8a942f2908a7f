"""What a server on 127.0.0.1 holds as a location of Vertex AI: to be read, listed and asked over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from loopback import Asked, Reply
from vertex_loopback import gemini_answer, google_error

PARENT = "projects/acme/locations/us-central1"
"""As users write it; the server itself names things by the project's number."""
NUMBER = "projects/123/locations/us-central1"


def make_job(identity: int = 7, *, state: str = "SUCCEEDED", endpoint: int | None = 50, **more: Any) -> dict[str, Any]:
    """A tuning job of the model 888@1 with the checkpoints 1 to 3, each on an endpoint of its own; 3 is the default."""
    checkpoints = [
        {"checkpointId": str(n), "epoch": str(n), "step": str(10 * n), "endpoint": f"{NUMBER}/endpoints/{at}"}
        for n, at in ((3, 50), (1, 51), (2, 52))
    ]
    tuned: dict[str, Any] = {"model": f"{NUMBER}/models/888@1", "checkpoints": checkpoints}
    if endpoint is not None:
        tuned["endpoint"] = f"{NUMBER}/endpoints/{endpoint}"
    job = {"name": f"{NUMBER}/tuningJobs/{identity}", "state": f"JOB_STATE_{state}", "baseModel": "gemini-2.5-flash"}
    return {**job, "tunedModel": tuned, **more}


def make_model(*endpoints: int, default: str = "", checkpoints: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The model 888@1, deployed to these endpoints; checkpoints: which of them is on each."""
    deployed: list[dict[str, str]] = [
        {"endpoint": f"{NUMBER}/endpoints/{at}", "deployedModelId": "1"} for at in endpoints
    ]
    for each, checkpoint in zip(deployed, checkpoints, strict=False):
        each["checkpointId"] = checkpoint
    model = {"name": f"{NUMBER}/models/888", "versionId": "1", "deployedModels": deployed}
    return {**model, **({"defaultCheckpointId": default} if default else {}), **more}


def make_endpoint(*deployed: str, split: dict[str, int] | None = None, **more: Any) -> dict[str, Any]:
    """An endpoint with these deployed, each as MODEL@VERSION or MODEL@VERSION/CHECKPOINT; their ids are 1, 2, ..."""
    models = []
    for n, text in enumerate(deployed, start=1):
        model, version, checkpoint = re.fullmatch(r"(\w+)@(\w+)/?(\w*)", text).groups()  # type: ignore[union-attr]
        one = {"id": str(n), "model": f"{NUMBER}/models/{model}", "modelVersionId": version}
        models.append({**one, **({"checkpointId": checkpoint} if checkpoint else {})})
    return {"name": f"{NUMBER}/endpoints/50", "deployedModels": models, "trafficSplit": split or {"1": 100}, **more}


class Place:
    """What stands where, by short name such as `endpoints/50`; 404 for anything else. It may be changed at any time.

    `answers` is what questions get; `jobs` is what a listing shows, `page` at most at a time, unless `listing` is set.
    """

    def __init__(self) -> None:
        self.resources: dict[str, object] = {}
        self.jobs: list[Any] = []
        self.page = 100
        self.answers: Callable[[Asked], Reply] = lambda _: Reply(gemini_answer("ok"))
        self.listing: Callable[[Asked], Reply] = lambda asked: self._list(parse_qs(urlsplit(asked.path).query))
        self.asked: list[str] = []
        """The paths that were read or asked, without the version."""

    def __call__(self, asked: Asked) -> Reply:
        path = re.sub("^/v[0-9a-z]+/", "", urlsplit(asked.path).path)
        self.asked.append(path)
        if ":" in path:
            return self.answers(asked)
        short = re.sub("^projects/(acme|123)/locations/us-central1/", "", path)
        if short == "tuningJobs":
            return self.listing(asked)
        if not asked.path.startswith("/v1beta1/"):
            return google_error(404, "NOT_FOUND", "other versions know no checkpoints of endpoints")
        found = self.resources.get(short, google_error(404, "NOT_FOUND", "gone"))
        return found if isinstance(found, Reply) else Reply(found)

    def _list(self, query: dict[str, list[str]]) -> Reply:
        start = int(query.get("pageToken", ["0"])[0])
        end = start + min(self.page, int(query["pageSize"][0]))
        page: dict[str, object] = {"tuningJobs": self.jobs[start:end]} if self.jobs[start:end] else {}
        return Reply({**page, "nextPageToken": str(end)} if end < len(self.jobs) else page)


REFUSED = google_error(403, "PERMISSION_DENIED", "Permission denied")
