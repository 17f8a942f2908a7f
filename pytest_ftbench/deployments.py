"""Which weights stand behind a name today: read once before the first question, and made part of the cache key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.lane import Lane
from pytest_ftbench.prompts import canonical, key_of
from pytest_ftbench.providers.lifecycle import HasDeployment
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import Shelf

DEPLOYMENT_OF = "deployment_of"
TRIES = 3
PAUSE_S = 1.0
"""Between two tries, after a fault that may pass and whose server does not say how long it takes."""
LONGEST_PAUSE_S = 20.0
"""A server that wants a longer one is not waited for: no test has begun, and nobody sees why."""

MET_WHEN = "This was met on reading which weights are deployed, before any question."
"""After the error of that, which says what is wrong: it may be the login, the network or the endpoint."""

Found = tuple[str | None, str]
"""The weights behind an endpoint (None: its server does not let them be read), and why that is not known."""
Agree = Callable[[dict[str, Found]], dict[str, Found]]


def settle_deployments(lanes: Iterable[Lane], shelf: Shelf, *, agree: Agree | None = None) -> None:
    """Have every endpoint that can be redeployed say what is deployed; in `replay` mode, what it last said.

    One that should say and cannot be reached is given up: under a key that leaves the weights out, all would be paid
    for again. One whose server does not let it be read goes on without.
    agree: makes of what was found here, by alias, what all processes of the session go by; None: there is but one.
    """
    asked = {lane: lane.provider for lane in lanes if isinstance(lane.provider, HasDeployment)}
    if shelf.mode == "replay":
        for lane, provider in asked.items():
            key = key_of(_note(lane.provider.identity))
            if (known := shelf.look_up([key]).get(key)) is not None:
                provider.use_deployment(known.text)
        return
    found: dict[str, Found] = {}
    threads = [
        threading.Thread(target=_read_into, args=(found, lane.alias, provider), daemon=True)
        for lane, provider in asked.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if agree is not None and found:
        found = agree(found)
    for lane, provider in asked.items():
        deployment, fault = found[lane.alias]
        if fault:
            lane.give_up(f"{fault.removesuffix('.')}. {MET_WHEN}")
        elif deployment is not None:
            notes = {key_of(note := _note(lane.provider.identity)): note}
            shelf.keep(dict.fromkeys(notes, Completion(text=deployment)), request_of=notes.__getitem__)
            provider.use_deployment(deployment)


def _read_into(found: dict[str, Found], alias: str, provider: HasDeployment) -> None:
    try:
        found[alias] = (_read(provider), "")
    except EndpointError as error:
        found[alias] = (None, str(error))
    except Exception as error:  # noqa: BLE001  # a provider's fault is that of its endpoint, not of the session
        found[alias] = (None, f"{type(error).__name__}: {error}")


def _read(provider: HasDeployment) -> str | None:
    for left in reversed(range(TRIES)):
        try:
            return provider.read_deployment()
        except EndpointError as error:
            pause_s = error.retry_after_s or PAUSE_S
            if not left or error.fault not in ("transient", "throttled") or pause_s > LONGEST_PAUSE_S:
                raise
            time.sleep(pause_s)
    raise AssertionError("unreachable")


def _note(identity: Mapping[str, str | None]) -> str:
    """The request under whose key the cache keeps what is deployed under a name: no question has such a key."""
    return canonical({DEPLOYMENT_OF: dict(identity)})
