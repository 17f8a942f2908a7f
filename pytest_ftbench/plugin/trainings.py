"""`training_file`: what was memorised and what was generalised, told apart for each endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ftbench.errors import DataError, FtbenchError, SpecError
from pytest_ftbench.gates.selector import Selector
from pytest_ftbench.plugin.needed import SEEN
from pytest_ftbench.plugin.state import State
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.records import Case
from pytest_ftbench.reports.text import one_line, shown_path

if TYPE_CHECKING:
    from pytest_ftbench.auditing import TrainedTexts
    from pytest_ftbench.training.files import Conversation


@dataclass
class Training:
    """A training file, read once in a process."""

    shown: str
    conversations: Sequence[Conversation]
    held_out: frozenset[tuple[str, str]] = frozenset()
    """The facts that were left out on purpose."""

    def __post_init__(self) -> None:
        self._found: dict[tuple[str, ...], str] = {}

    @cached_property
    def texts(self) -> TrainedTexts:
        from pytest_ftbench.auditing import TrainedTexts

        return TrainedTexts(self.conversations)

    def seen(self, case: Case) -> str:
        """How a case stands in the file."""
        from pytest_ftbench.auditing import find_case

        asked = (case.question, case.prompt, *case.turns)
        if asked not in self._found:
            self._found[asked] = find_case(self.texts, case).how
        return self._found[asked]


class Trainings:
    """The training files of a session's endpoints."""

    def __init__(self, by_alias: Mapping[str, Training]) -> None:
        self._by_alias = by_alias

    @property
    def aliases(self) -> tuple[str, ...]:
        """The endpoints with a training file."""
        return tuple(self._by_alias)

    def tags(self, case: Case, alias: str) -> Mapping[str, str]:
        """What an endpoint's training adds to a case's tags; nothing where the case has a tag of that name itself."""
        training = self._by_alias.get(alias)
        return {} if training is None or SEEN in case.tags else {SEEN: training.seen(case)}

    def tagged(self, cases: Iterable[Case], alias: str) -> list[Case]:
        """The cases, in order, with the tags that they have for an endpoint; each is one of its own."""
        return [replace(case, tags={**case.tags, **self.tags(case, alias)}) for case in cases]

    def select(self, selector: Selector, cases: Sequence[Case]) -> list[Case]:
        """The cases that a marker's `where` selects. Raises SpecError where they differ between endpoints."""
        found: dict[str, list[Case]] = {}
        for alias in self.aliases:
            tagged = self.tagged(cases, alias)
            chosen = {id(one) for one in selector.select(tagged)}
            found[alias] = [case for case, one in zip(cases, tagged, strict=True) if id(one) in chosen]
        first, *others = found
        for other in others:
            if found[other] != found[first]:
                raise SpecError(
                    f"it selects other cases for {other!r} than for {first!r}, as their training files differ. Put the "
                    f"condition into the gate, as in accuracy[{SEEN}=unseen] >= 0.8"
                )
        return found[first]

    def warnings(self, state: State) -> Iterator[str]:
        """A line for each training file by which figures say something else than they seem to."""
        from pytest_ftbench.auditing.warnings import warnings_about

        cases = [case for scope in state.scopes.values() for case in scope.cases]
        groups: dict[tuple[int, str], list[EndpointSpec]] = {}
        for spec in state.specs:
            if spec.alias in self._by_alias:
                groups.setdefault((id(self._by_alias[spec.alias]), spec.system), []).append(spec)
        for (_, system), specs in groups.items():
            training = self._by_alias[specs[0].alias]
            told = list(
                warnings_about(
                    training.conversations,
                    cases,
                    system_of=lambda case, system=system: case.system or system,  # type: ignore[misc]
                    matchers=state.matchers,
                    held_out=training.held_out,
                )
            )
            if told:
                names = ", ".join(spec.alias for spec in specs[:3]) + (", ..." if len(specs) > 3 else "")
                yield one_line(f"{names}: {training.shown}: {'; '.join(told)} (ftbench audit lists them)", most=500)
        if own := sum(SEEN in case.tags for case in cases):
            yield f"{own} case{'' if own == 1 else 's'} with a tag {SEEN!r} keep it: training files do not change it"


def read_trainings(state: State) -> None:
    """Read the training files that endpoints name.

    Raises FtbenchError for one that cannot be read, if the command line names the model. A model that only the ini file
    names must not stop the unit tests beside it: the summary says that nothing is known of its training.
    """
    from pytest_ftbench.training.files import find_training

    by_path: dict[Path, Training] = {}
    by_alias: dict[str, Training] = {}
    for spec in state.specs:
        if not spec.training_file:
            continue
        try:
            path = spec.folder / find_training(spec.training_file, of=f"model {spec.alias!r}")
            if path not in by_path:
                by_path[path] = _read(path, spec, state)
            by_alias[spec.alias] = by_path[path]
        except FtbenchError as error:
            if state.settings.models_on_command_line:
                raise
            state.warnings.append(str(error))
    state.trainings = Trainings(by_alias) if by_alias else None


def _read(path: Path, spec: EndpointSpec, state: State) -> Training:
    from pytest_ftbench.auditing.sources import read_held_out
    from pytest_ftbench.training.files import read_conversations

    shown = shown_path(path, state.settings.invocation)
    try:
        return Training(shown, read_conversations(path, shown_as=shown), read_held_out(path))
    except DataError as error:
        raise SpecError(f"training_file of model {spec.alias!r}: {error}") from None


class TrainingNotes:
    """Tells, as soon as the cases are known, what speaks against the figures to come."""

    def __init__(self, state: State, trainings: Trainings) -> None:
        self._state, self._trainings = state, trainings
        self._notes: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        self._notes = list(self._trainings.warnings(self._state))
        self._state.warnings += self._notes

    def pytest_report_collectionfinish(self) -> list[str]:
        return [f"ftbench: {note}" for note in self._notes]
