"""Sweeps: a model whose training left checkpoints, each of which is an endpoint of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_ftbench.prompts import canonical
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.lifecycle import Checkpoint

HEADER_KEY = "checkpoint"
"""Under which the endpoints of a run file's header say of which training they are, and how much of it they have had."""
CHECKPOINTS_OF = "checkpoints_of"
"""What the request says under whose key the cache keeps a listing."""
_SPEAKING = {"openai": "ft:", "vertex": "projects/"}
"""By provider, how names begin that a SPEC need not put the provider before."""


@dataclass(frozen=True, slots=True)
class Step:
    """A checkpoint as an endpoint of a session or run."""

    alias: str
    """`MODEL@STEP`."""
    step: int
    epoch: int | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """A swept model."""

    alias: str
    """What its endpoints have before their `@`."""
    steps: tuple[Step, ...]
    """At least one, in the order of training."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Those of its endpoints."""
        return tuple(step.alias for step in self.steps)

    def header_of(self, alias: str) -> dict[str, Any] | None:
        """What a run file says of one of its endpoints; None of any other."""
        for step in self.steps:
            if step.alias == alias:
                return {"model": self.alias, "step": step.step, "epoch": step.epoch, "is_final": step.is_final}
        return None


def sweep_of(spec: EndpointSpec, checkpoints: Iterable[Checkpoint]) -> tuple[Sweep, tuple[EndpointSpec, ...]]:
    """A model's sweep, and the endpoints that take its place: each has its SPEC, but for the name of the checkpoint.

    checkpoints: at least one; of several with the same step the last counts.
    """
    by_step = {one.step: one for one in checkpoints}
    found = [by_step[step] for step in sorted(by_step)]
    steps = tuple(Step(f"{spec.alias}@{one.step}", one.step, one.epoch, one.is_final) for one in found)
    specs = [_spec_of(spec, one, step.alias) for one, step in zip(found, steps, strict=True)]
    return Sweep(spec.alias, steps), tuple(specs)


def _spec_of(spec: EndpointSpec, checkpoint: Checkpoint, alias: str) -> EndpointSpec:
    name, prefix = checkpoint.name, _SPEAKING.get(spec.provider)
    head = name if prefix and name.startswith(prefix) else f"{spec.provider}:{name}"
    _, mark, query = spec.text.partition("?")
    return replace(spec, alias=alias, name=name, text=f"{head}{mark}{query}")


def sweeps_of(header: Mapping[str, Any]) -> tuple[Sweep, ...]:
    """The sweeps of a recorded run, by its header; an endpoint that says nothing understandable is of none."""
    steps: dict[str, list[Step]] = {}
    for entry in header.get("endpoints") or ():
        told = entry.get(HEADER_KEY) if isinstance(entry, Mapping) else None
        if isinstance(told, Mapping) and isinstance(step := told.get("step"), int):
            epoch = told.get("epoch")
            epoch = epoch if isinstance(epoch, int) else None
            one = Step(str(entry.get("alias")), step, epoch, told.get("is_final") is True)
            steps.setdefault(str(told.get("model")), []).append(one)
    return tuple(Sweep(model, tuple(sorted(found, key=lambda one: one.step))) for model, found in steps.items())


def note_of(identity: Mapping[str, str | None]) -> str:
    """The request under whose key the cache keeps a model's listing: no question has such a key."""
    return canonical({CHECKPOINTS_OF: dict(identity)})


def to_text(checkpoints: Sequence[Checkpoint]) -> str:
    """A listing as text, which `from_text` reads back."""
    return json.dumps(to_plain(checkpoints))


def from_text(text: str) -> tuple[Checkpoint, ...] | None:
    """The listing of such a text; None for any other."""
    try:
        return from_plain(json.loads(text))
    except (ValueError, RecursionError):
        return None


def to_plain(checkpoints: Sequence[Checkpoint]) -> list[list[Any]]:
    """A listing as plain data, which `from_plain` reads back: what a sweep needs of it."""
    return [[one.step, one.name, one.epoch, one.is_final] for one in checkpoints]


def from_plain(data: object) -> tuple[Checkpoint, ...] | None:
    """The listing of such data; None for anything that `to_plain` has not written."""
    if not isinstance(data, list) or not data:
        return None
    found = []
    for row in data:
        if not isinstance(row, list) or len(row) != 4:
            return None
        step, name, epoch, is_final = row
        is_known = isinstance(step, int) and isinstance(name, str) and isinstance(epoch, int | None)
        if not is_known or not isinstance(is_final, bool):
            return None
        found.append(Checkpoint(step, name, epoch=epoch, is_final=is_final))
    return tuple(found)
