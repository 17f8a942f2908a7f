"""Which cases a gate needs of an endpoint, where what it was trained on makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.gates import Gate, population
from pytest_ftbench.records import Case

if TYPE_CHECKING:
    from pytest_ftbench.plugin.trainings import Trainings

SEEN = "seen"
"""The tag that says how a question stands in the training file of the endpoint that is asked."""
UNKNOWN = f"no model says by 'training_file' what it was trained on, so nothing is known of {SEEN!r}"
UNKNOWN_OF_IT = f"no 'training_file' says what the model was trained on, so nothing is known of {SEEN!r}"


def names_seen(gate: Gate) -> bool:
    """Whether a gate selects or groups by what was seen in training."""
    return SEEN in (gate.by, gate.over, *(condition.key for condition in gate.selector.conditions))


def needed_cases(
    gate: Gate,
    cases: Sequence[Case],
    alias: str,
    trainings: Trainings | None,
    *,
    among: Callable[[Gate, Sequence[Case]], Sequence[Case]] = population,
) -> Sequence[Case]:
    """Those of the cases that a gate needs of an endpoint.

    among: chooses them by their tags, as `population` does.
    """
    if trainings is None or not names_seen(gate):
        return among(gate, cases)
    tagged = trainings.tagged(cases, alias)
    original = {id(one): case for one, case in zip(tagged, cases, strict=True)}
    return [original[id(one)] for one in among(gate, tagged)]
