"""YAML case files: facts with their questions, and an entity store that facts are computed from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import overload

from pytest_ftbench.datasets.balance import plan_balance
from pytest_ftbench.datasets.building import Builder
from pytest_ftbench.datasets.derive import Balance
from pytest_ftbench.datasets.entries import FactsFile
from pytest_ftbench.datasets.lines import Lines
from pytest_ftbench.datasets.schema import read_file
from pytest_ftbench.datasets.shapes import Path as ValuePath
from pytest_ftbench.datasets.shapes import ShapeError
from pytest_ftbench.datasets.store import Store
from pytest_ftbench.datasets.subjects import Doubled, balanced_groups, subjects_of
from pytest_ftbench.datasets.yaml_lines import parse_yaml
from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Case
from pytest_ftbench.textfiles import read_text


def read_facts(
    path: Path, place: str, *, on_fault: Callable[[DataError], None] | None = None
) -> tuple[FactCases, list[str]]:
    """The cases and gates of a YAML file of facts.

    `question` is the variant memorization; each text under `rephrased` expects the same answer; each under
    `date_change` expects abstention. Raises DataError, with the line, for anything that is not understood; what only
    shows when an answer is computed is raised when the cases of its fact are built.
    on_fault: takes instead what is wrong with single facts, relations, entities or keys, which are then left out.
    """
    document = parse_yaml(read_text(path, shown_as=place), place)
    lines = Lines(document, place)
    if not isinstance(document.value, dict):
        raise DataError(f"{place}:1", "expected a mapping with the key 'facts'. See the example in the README.")
    tell = None if on_fault is None else lambda fault: on_fault(lines.fault(fault))
    with lines.told():
        file = read_file(document.value, on_fault=tell)
    return FactCases(file, lines, on_fault=on_fault), list(file.gates)


class FactCases(Sequence[Case]):
    """The cases of a file, built when they are asked for: of all facts, or of some."""

    def __init__(self, file: FactsFile, lines: Lines, *, on_fault: Callable[[DataError], None] | None = None) -> None:
        self.file = file
        self._lines = lines
        self.store = Store(file.entities, file.relations)

        def tell(fault: ShapeError) -> None:
            error = self._error(fault)
            if on_fault is None:
                raise error from None
            on_fault(error)

        self._subjects = subjects_of(file, self.store, on_fault=tell)

    def _error(self, fault: ShapeError) -> DataError:
        if not isinstance(fault, Doubled):
            return self._lines.fault(fault)
        first = self._lines.at((*fault.first, *fault.path[-1:])).rpartition(":")[2]
        told = f"{fault} (first on line {first}). {fault.remedy}"
        return DataError(self._lines.at(fault.path), told, kind=fault.kind)

    @property
    def facts(self) -> Collection[str]:
        """The names of the facts."""
        return self._subjects.keys()

    @property
    def known_facts(self) -> list[str]:
        """The names of those that are not of unseen entities, of whom nothing is true that could be learned."""
        return [name for name, subjects in self._subjects.items() if not all(one.is_unseen for one in subjects)]

    def at(self, path: ValuePath) -> str:
        """The place of a value of the file, as `file:line`."""
        return self._lines.at(path)

    def build(
        self,
        *,
        suite: str = "",
        today: date | None = None,
        only: Collection[str] | None = None,
        on_fault: Callable[[DataError], None] | None = None,
        variants: Collection[str] | None = None,
    ) -> list[Case]:
        """The cases with suite, fact and id filled in.

        today: what `date_change: +10y` starts from; None: this day. only: the facts that are wanted; None: all.
        variants: those that are wanted of their questions; None: all.
        Raises DataError, with the line, for an answer that cannot be computed; on_fault: takes it instead where it is
        one fact's, which is then left out, or where no operand can be picked, so that the questions that need one are.
        """
        plan = self._planned(variants, on_fault)
        day = today or date.today()
        builder = Builder(self.file, self.store, plan, self._lines, today=day, variants=variants)
        cases: list[Case] = []
        for name, subjects in self._subjects.items():
            if only is not None and name not in only:
                continue
            try:
                cases += builder.build(name, subjects, suite=suite)
            except DataError as fault:
                if on_fault is None:
                    raise
                on_fault(fault)
        return cases

    def _planned(
        self, variants: Collection[str] | None, on_fault: Callable[[DataError], None] | None
    ) -> Mapping[tuple[str, ...], Balance]:
        try:
            return self._plan if self._has_balanced(variants) else {}
        except DataError as fault:
            if on_fault is None:
                raise
            on_fault(fault)
            return {}

    def _has_balanced(self, variants: Collection[str] | None) -> bool:
        """Whether a question of these variants may have an operand that is picked among all facts."""
        if variants is None:
            return True
        every = [one.entries for one in self.file.relations.values()] + [one.entries for one in self.file.facts]
        return any(
            entry.variant in variants and entry.rule is not None and entry.rule.is_balanced
            for entries in every
            for entry in entries
        )

    @cached_property
    def _plan(self) -> Mapping[tuple[str, ...], Balance]:
        every = (subject for subjects in self._subjects.values() for subject in subjects)
        with self._lines.told():
            return plan_balance(balanced_groups(every), self.store, seed=self.file.seed)

    @cached_property
    def _all(self) -> list[Case]:
        return self.build()

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | Sequence[Case]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)
