"""How far the asking has come, in numbers that one process can tell another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import NoneType
from typing import Any

ENOUGH_ASKED = 5
ENOUGH_S = 2.0
"""From this many answers, and this long a time, their rate says something about the rest."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a plan of questions at one moment. Counts are >= 0; nothing in it is text."""

    total: int
    """Questions of the plan."""
    asked: int = 0
    """Questions that the endpoint has answered, or failed to answer, in this session."""
    cached: int = 0
    """Questions whose answers were stored before."""
    in_flight: int = 0
    judge_calls: int = 0
    errors: int = 0
    """How many of those asked have failed."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = None
    """What the answers have cost; None where a price is not known."""
    elapsed_s: float = 0.0
    """Since the first question was sent."""
    waiting_s: float = 0.0
    """How much longer the endpoint's rate limit pauses everything; 0 where it does not."""
    is_over: bool = False

    @property
    def done(self) -> int:
        """Questions that need nothing more from an endpoint."""
        return min(self.asked + self.cached, self.total)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the last answer, or None while there is too little to go by, and once there is nothing left.

        What is left, at the rate of all answers so far, and after the pause that the rate limit demands. Stored
        answers do not count towards the rate: they come at once, and are found before the first question is sent.
        """
        left = self.total - self.done
        if self.is_over or left <= 0 or self.asked < ENOUGH_ASKED or self.elapsed_s < ENOUGH_S:
            return None
        return self.waiting_s + left * self.elapsed_s / self.asked

    def as_dict(self) -> dict[str, int | float | bool | None]:
        """The fields by name, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Snapshot:
        """The snapshot that `as_dict` has told of. Raises ValueError for anything else."""
        for field in fields(cls):
            value = data.get(field.name, ...)
            if type(value) not in _KINDS[str(field.type)]:
                raise ValueError(f"a snapshot's {field.name!r} must be {field.type}, got {value!r:.80}")
        if unknown := data.keys() - {field.name for field in fields(cls)}:
            raise ValueError(f"a snapshot has no {min(unknown)!r:.80}")
        return cls(**data)


_KINDS: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "float | None": (int, float, NoneType),
    "bool": (bool,),
}
