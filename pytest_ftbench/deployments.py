"""Which weights stand behind a name today: read once before the first question, and made part of the cache key."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.lane import Lane
from pytest_ftbench.prompts import canonical, key_of
from pytest_ftbench.providers.lifecycle import HasDeployment
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import Shelf

DEPLOYMENT_OF = "deployment_of"
TRIES = 3
PAUSE_S = 1.0
"""Between two tries, after a fault that may pass."""


def settle_deployments(lanes: Iterable[Lane], shelf: Shelf) -> None:
    """Have every endpoint that can be redeployed say what is deployed; in `replay` mode, what it last said.

    One that should say and cannot be reached is given up: under a key that leaves the weights out, all would be paid
    for again. One whose server does not let it be read goes on without.
    """
    asked = [(lane, lane.provider) for lane in lanes if isinstance(lane.provider, HasDeployment)]
    if shelf.mode == "replay":
        for lane, provider in asked:
            key = key_of(_note(lane.provider.identity))
            if (known := shelf.look_up([key]).get(key)) is not None:
                provider.use_deployment(known.text)
        return
    threads = [threading.Thread(target=_settle, args=(lane, provider, shelf), daemon=True) for lane, provider in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _settle(lane: Lane, provider: HasDeployment, shelf: Shelf) -> None:
    note = _note(lane.provider.identity)
    try:
        deployment = _read(provider)
    except EndpointError as error:
        lane.give_up(f"which weights are deployed cannot be read: {error}")
        return
    if deployment is not None:
        shelf.keep({key_of(note): Completion(text=deployment)}, request_of=lambda _: note)
        provider.use_deployment(deployment)


def _read(provider: HasDeployment) -> str | None:
    for left in reversed(range(TRIES)):
        try:
            return provider.read_deployment()
        except EndpointError as error:
            if not left or error.fault not in ("transient", "throttled"):
                raise
            time.sleep(error.retry_after_s or PAUSE_S)
    raise AssertionError("unreachable")


def _note(identity: Mapping[str, str | None]) -> str:
    """The request under whose key the cache keeps what is deployed under a name: no question has such a key."""
    return canonical({DEPLOYMENT_OF: dict(identity)})
