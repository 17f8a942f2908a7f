"""What is deployed under a name is part of the cache key, and is remembered for sessions without a network."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from engine_kit import Fake, Store, ask, prefetch

from pytest_ftbench import deployments
from pytest_ftbench.engine import Engine
from pytest_ftbench.errors import EndpointError
from pytest_ftbench.exchange import agree_on_deployments
from pytest_ftbench.prompts import key_of
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import CacheMode


class Mutable(Fake):
    """A provider whose server tells, or does not, which weights are deployed."""

    deployed: str | None = None
    used: str = ""
    faults: tuple[EndpointError, ...] = ()

    @property
    def identity(self) -> dict[str, str | None]:
        return {**super().identity, **({"deployment": self.used} if self.used else {})}

    def read_deployment(self) -> str | None:
        if self.faults:
            fault, *rest = self.faults
            self.faults = tuple(rest)
            raise fault
        return self.deployed

    def use_deployment(self, deployment: str) -> None:
        self.used = deployment


def run(
    deployed: str | None, store: Store, mode: CacheMode = "auto", *faults: EndpointError
) -> tuple[Completion, Mutable]:
    provider = Mutable(answer=lambda text: Completion(text=f"{text} by {deployed}"), sampling={"temperature": 0})
    provider.deployed, provider.faults = deployed, faults
    engine = Engine({"e": provider}, open_store=lambda: store, mode=mode)
    prefetch(engine, [ask("a")])
    return engine.complete(ask("a")), provider


def test_redeployed_endpoint_is_asked_anew_and_the_old_answers_stay() -> None:
    store = Store()
    assert [run(weights, store)[0].text for weights in ("w1", "w2")] == ["a by w1", "a by w2"]
    answer, provider = run("w1", store)
    assert (answer.text, answer.cached, provider.asked) == ("a by w1", True, [])


def test_replay_takes_the_weights_that_were_read_last() -> None:
    store = Store()
    for weights in ("w1", "w2"):
        run(weights, store)
    answer, provider = run("w3", store, "replay")
    assert (answer.text, provider.used) == ("a by w2", "w2")


def test_what_was_read_is_stored_as_answers_are_with_what_its_key_is_the_hash_of() -> None:
    store = Store()
    run("w1", store)
    assert {key: key_of(value["request"]) for key, value in store.items()} == {key: key for key in store}
    (note,) = [value for value in store.values() if value["text"] == "w1"]
    identity = {"provider": "fake", "base_url": None, "model": "m", "revision": None}
    assert json.loads(note["request"]) == {"deployment_of": identity}


def test_weights_that_may_not_be_read_leave_the_key_as_it_is() -> None:
    store = Store()
    run(None, store)
    answer, provider = run(None, store)
    assert (answer.text, answer.cached, provider.used) == ("a by None", True, "")


def test_passing_fault_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployments, "PAUSE_S", 0.0)
    answer, _ = run("w1", Store(), "auto", *[EndpointError("HTTP 503", fault="transient")] * 2)
    assert answer.text == "a by w1"


def test_weights_that_cannot_be_read_are_an_error_and_nothing_is_paid_for_under_a_wrong_key() -> None:
    store = Store()
    answer, provider = run("w1", store, "auto", EndpointError("no credentials", fault="endpoint"))
    assert answer.error is not None
    assert "no credentials. This was met on reading which weights are deployed, before any question." in answer.error
    assert (provider.asked, store) == ([], {})


@pytest.mark.parametrize("seconds", [21.0, 1e15])
def test_server_that_wants_a_long_pause_is_not_waited_for(seconds: float) -> None:
    answer, provider = run("w1", Store(), "auto", EndpointError("HTTP 429", fault="throttled", retry_after_s=seconds))
    assert answer.error is not None
    assert "HTTP 429. This was met on reading which weights are deployed, before any question." in answer.error
    assert provider.asked == []


def test_provider_that_fails_in_a_way_of_its_own_is_asked_nothing() -> None:
    class Buggy(Mutable):
        def read_deployment(self) -> str | None:
            raise OverflowError("oops")

    provider = Buggy()
    answer = Engine({"e": provider}, open_store=Store).complete(ask("a"))
    assert answer.error is not None
    assert (
        "OverflowError: oops. This was met on reading which weights are deployed, before any question." in answer.error
    )
    assert provider.asked == []


@pytest.mark.parametrize("first", ["w1", None, EndpointError("no credentials", fault="endpoint")])
def test_workers_of_a_run_go_by_the_weights_that_the_first_of_them_has_found(
    first: str | EndpointError | None, tmp_path: Path
) -> None:
    providers = [Mutable(), Mutable()]
    providers[1].deployed = "w2"
    if isinstance(first, EndpointError):
        providers[0].faults = (first,)
    else:
        providers[0].deployed = first
    agree = partial(agree_on_deployments, folder=tmp_path)
    engines = [Engine({"e": each}, open_store=Store, agree=agree) for each in providers]
    assert engines[0].key(ask("a")) == engines[1].key(ask("a"))
    gave_up = [engine.lanes["e"].given_up is not None for engine in engines]
    assert gave_up == [isinstance(first, EndpointError)] * 2
