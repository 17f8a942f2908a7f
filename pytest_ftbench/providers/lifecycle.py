"""What a provider may know of its model besides its answers: which weights are behind it, and how long it will live.

A provider has any of these methods or none; whoever needs one asks `isinstance`. Each method is one or a few blocking
calls that cost nothing, is safe to call from many threads, and raises EndpointError where the server cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it was after some of its training."""

    step: int
    """Steps of the optimizer, from 1 up."""
    name: str
    """What asks for it: the name in a SPEC of the same provider."""
    epoch: int | None = None
    is_final: bool = False
    """Whether it is the model that the training ended with."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What the service measured, under its own names, such as `full_valid_loss`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a server says of a model before it is asked a question. None, or empty: it does not say."""

    model: str
    """As the server names it, or as it was asked for where the server does not confirm it."""
    base: str | None = None
    """The model that was fine-tuned."""
    deployment: str | None = None
    """The weights behind a name that can be redeployed, as `Completion.deployment` has them."""
    shutdown_date: date | None = None
    """From this day on it does not answer any more: its own, else that of its base model."""
    odd_date: str | None = None
    """What it says instead of a date, shortened, where that is not understood."""
    is_listed: bool | None = True
    """Whether the server confirms that it has the model. False: it names others only; None: it names none."""


@runtime_checkable
class HasCheckpoints(Protocol):
    """A provider that can list the checkpoints of the training its model comes from."""

    def list_checkpoints(self) -> tuple[Checkpoint, ...]:
        """In the order of their steps, the final model last. Raises EndpointError where there are none."""


@runtime_checkable
class HasStanding(Protocol):
    """A provider that can ask its server about the model."""

    def read_standing(self) -> Standing:
        """What the server says; EndpointError when it cannot be reached, refuses, or has no such model."""


@runtime_checkable
class TellsShutdown(HasStanding, Protocol):
    """A provider with a standing that may be worth a request in every session."""

    @property
    def tells_shutdown(self) -> bool:
        """Whether its server is known to say when models are shut down."""


@runtime_checkable
class HasDeployment(Protocol):
    """A provider whose name can come to stand for other weights, and whose server tells for which it stands now."""

    def read_deployment(self) -> str | None:
        """The weights behind the name, as text; None where the server does not let them be read."""

    def use_deployment(self, deployment: str) -> None:
        """Make it part of `identity`, and so of the cache key; before the first question."""


@runtime_checkable
class KnowsItsNames(Protocol):
    """A provider that knows how its service names models."""

    @property
    def is_fixed(self) -> bool:
        """Whether the name can only ever stand for the same weights, as that of a hosted fine-tune or a snapshot."""

    def served_fault(self, served: str) -> str | None:
        """Why an answer that the server says is by `served` is another model's; None: it is not, or nobody can tell."""


@runtime_checkable
class HasNotes(Protocol):
    """A provider that may have to ask its server for something else than the SPEC says."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What it found out while asking that the user should know, a sentence without a full stop each."""
