"""`--ftbench-checkpoints`: each model gives way to the checkpoints of its training."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ftbench.checkpoints import from_plain, from_text, note_of, sweep_of, to_plain, to_text
from pytest_ftbench.errors import EndpointError, FtbenchError, SpecError
from pytest_ftbench.plugin.state import State
from pytest_ftbench.plugin.storing import open_cache
from pytest_ftbench.prompts import key_of
from pytest_ftbench.providers import EndpointSpec, Provider, open_provider
from pytest_ftbench.providers.lifecycle import Checkpoint, HasCheckpoints
from pytest_ftbench.records import Completion
from pytest_ftbench.shelf import Shelf

OPTION = "--ftbench-checkpoints"
LISTINGS = "ftbench_checkpoints"
"""The key of xdist's workerinput under which the controller tells what it has listed."""

Listings = dict[str, Any]
"""By the models' aliases, plain data: the checkpoints, or the text that says why they are not known."""


def read_checkpoints(state: State) -> None:
    """Put the checkpoints of each model into its place; a worker does so by what the controller has listed.

    Raises FtbenchError for a model of which there are none. One that only the ini file names must not stop the unit
    tests beside it: it stays as an endpoint whose every answer is that error.
    """
    told: Listings | None = getattr(state.config, "workerinput", {}).get(LISTINGS)
    listings = {spec.alias: _listing(spec, state) for spec in state.specs} if told is None else told
    specs: list[EndpointSpec] = []
    for spec in state.specs:
        try:
            checkpoints = from_plain(listings[spec.alias])
            if checkpoints is None:
                raise SpecError(listings[spec.alias])
            sweep, swept = sweep_of(spec, checkpoints)
        except SpecError as error:
            if state.settings.models_on_command_line:
                raise
            state.unlisted[spec.alias] = error
            specs.append(spec)
        else:
            state.sweeps = (*state.sweeps, sweep)
            specs += swept
    state.specs = tuple(specs)
    if told is None:
        state.config.pluginmanager.register(_Telling(listings), "ftbench-checkpoints")


class _Telling:
    """Lives in the process that has listed: so that nobody lists twice, and all sweep the same."""

    def __init__(self, listings: Listings) -> None:
        self._listings = listings

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # xdist's WorkerController, which need not be installed
        node.workerinput[LISTINGS] = self._listings


def _listing(spec: EndpointSpec, state: State) -> Any:
    """The checkpoints of a model as plain data, or why they are not known."""
    try:
        provider = open_provider(spec, state.registry("providers"))
        try:
            return to_plain(_list(spec, provider, state))
        finally:
            provider.close()
    except FtbenchError as error:
        return str(error)


def _list(spec: EndpointSpec, provider: Provider, state: State) -> tuple[Checkpoint, ...]:
    """The checkpoints as the provider lists them, or with `--ftbench-cache=replay` as it has done last."""
    if not isinstance(provider, HasCheckpoints):
        raise SpecError(
            f"{OPTION}: model {spec.alias!r}: provider {spec.provider!r} has no checkpoints. Leave the model out, or "
            "name it by --ftbench-baseline-model, which is not swept."
        )
    if provider.is_local:
        return _listed_now(spec, provider)
    shelf, note = Shelf(lambda: open_cache(state), state.settings.cache_mode), note_of(provider.identity)
    key = key_of(note)
    try:
        if shelf.mode != "replay":
            listed = _listed_now(spec, provider)
            shelf.keep({key: Completion(text=to_text(listed))}, request_of=lambda _: note)
            return listed
        stored = shelf.look_up([key]).get(key)
    finally:
        shelf.close()
    known = from_text(stored.text) if stored is not None else None
    if not known:
        fault = f"the checkpoints of model {spec.alias!r} ({spec.label}) were never listed with this answer cache"
        raise SpecError(f"{OPTION}: {fault}. Run once without --ftbench-cache=replay.")
    return known


def _listed_now(spec: EndpointSpec, provider: HasCheckpoints) -> tuple[Checkpoint, ...]:
    where = f"{OPTION}: model {spec.alias!r} ({spec.label})"
    try:
        listed = provider.list_checkpoints()
    except (EndpointError, FtbenchError) as error:
        raise SpecError(f"{where}: {error}") from None
    if not listed:
        raise SpecError(f"{where}: its training has left no checkpoints. Leave out {OPTION}.")
    if from_plain(to_plain(listed)) is None:
        raise SpecError(f"{where}: provider {spec.provider!r} lists what is no checkpoint: {listed!r:.200}.")
    return listed
