"""Case files as test files: `leave.ftbench.yaml::annual-days::rephrased[candidate]`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.cases import NO_MODEL, Subject, check_cases, explain, give_trial, subjects_of
from pytest_ftbench.plugin.explained import Explained
from pytest_ftbench.plugin.limiting import facts_to_load
from pytest_ftbench.plugin.requiring import check_requirements
from pytest_ftbench.plugin.state import get_state
from pytest_ftbench.records import Case
from pytest_ftbench.reports.text import clean


def collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[CaseFileNode | MisnamedNode]:
    """A node for `NAME.ftbench.ENDING` where there is a reader for that ending.

    One, too, for `NAME.ENDING` that the command line names and nobody else collects: else pytest says only that it is
    not found.
    """
    if file_path.suffix.lower() not in get_state(parent.config).registry("readers"):
        return
    if file_path.stem.endswith(".ftbench"):
        yield CaseFileNode.from_parent(parent, path=file_path)
    elif parent.session.isinitpath(file_path):
        yield MisnamedNode.from_parent(parent, path=file_path)


class MisnamedNode(pytest.File):
    """A file that could hold cases, and is not called so; collecting it is an error that says how to call it."""

    def collect(self) -> NoReturn:
        name, ending = clean(self.path.stem), clean(self.path.suffix)
        fault = f"case files are collected only where their names end in .ftbench{ending}"
        raise self.CollectError(f"{clean(self.path.name)}: {fault}. Call it {name}.ftbench{ending}.")


class CaseFileNode(pytest.File):
    """A data file; its children are facts.

    Where the whole file is wanted it gives the facts' questions at once, which costs a fact a third of what it costs
    pytest to collect it as well. The tree is the same.
    """

    shown_path = ""
    """Its path relative to the root, once it is known."""
    _hooks: Any = None

    @property
    def hooks_of_items(self) -> Any:  # pytest's hook relay has no public name
        """What `ihook` of its questions is: found out anew only while conftest files may still be loaded."""
        if self._hooks is not None:
            return self._hooks
        hooks = self.ihook
        if self.session.testscollected:
            self._hooks = hooks
        return hooks

    def collect(self) -> Iterator[FactNode | CaseItem]:
        from pytest_ftbench.datasets import load_cases, suite_name
        from pytest_ftbench.gates import parse_gate, refuse_impossible
        from pytest_ftbench.names import node_names
        from pytest_ftbench.plugin.settling import settle_gate

        state = get_state(self.config)
        try:
            file = load_cases(
                self.path,
                suite=suite_name(self.path, root=self.config.rootpath),
                readers=state.registry("readers"),
                shown_as=self.nodeid,
                today=state.today,
                limit=facts_to_load(state),
            )
            check_cases(file.cases, state)
            check_requirements(file.cases)
            gates = []
            for text in file.gates:
                place = self._place_of(text)
                gates.append(settle_gate(parse_gate(text, place=place), state, place=place))
                if state.settings.limit is None:  # a sample is smaller than what the gate is for
                    refuse_impossible(gates[-1:], state.each_sample(file.cases), place=place)
        except FtbenchError as error:
            raise self.CollectError(str(error)) from None
        state.add_scope(self.nodeid, file.cases, gates, facts=file.facts)
        facts: dict[str, list[Case]] = {}
        for case in file.cases:
            facts.setdefault(case.fact, []).append(case)
        aliases, marker, has_to_choose = state.aliases, pytest.mark.ftbench, self._has_to_choose()
        for name, cases in zip(node_names(list(facts)), facts.values(), strict=True):
            fact = FactNode.from_parent(
                self, name=name, cases=cases, file=self, aliases=aliases, samples_of=state.samples_of, marker=marker
            )
            if has_to_choose:
                yield fact
            else:
                yield from fact.collect()

    def _has_to_choose(self) -> bool:
        """Whether pytest may look for one of the facts, which it does among our children: by an id, or under `--lf`."""
        return bool(self.config.getoption("lf", False)) or any("::" in arg for arg in self.config.args)

    def _place_of(self, gate: str) -> str:
        """The file and the line on which a gate is written out, as far as it stands on one line."""
        lines = self.path.read_text(encoding="utf-8-sig").splitlines()
        numbers = (number for number, line in enumerate(lines, start=1) if gate and gate in line)
        return f"{self.nodeid}:{next(numbers, 1)}"


class FactNode(pytest.Collector):
    """A fact; its children are the questions about it, once for each endpoint and sample."""

    def __init__(
        self,
        *,
        cases: list[Case],
        file: CaseFileNode,
        aliases: tuple[str, ...],
        samples_of: Callable[[Case], int],
        marker: pytest.MarkDecorator,
        **node: Any,
    ) -> None:
        super().__init__(**node)
        self._cases, self._file, self._aliases, self._marker = cases, file, aliases, marker
        self._samples_of = samples_of

    def collect(self) -> Iterator[CaseItem]:
        nodeid = self.nodeid
        scope = nodeid.partition("::")[0]
        for case, leaf in zip(self._cases, leaf_names(self._cases), strict=True):
            subjects = subjects_of(case, self._aliases, scope, samples=self._samples_of(case))
            for subject, part in subjects if self._aliases else [(Subject(case, None, scope), "")]:
                name = f"{leaf}[{part}]" if part else leaf
                # Named outright: pytest 9.2 reads a bracket in a node id as parameters only when it parses the text,
                # and would not find the item again under --lf.
                item: CaseItem = CaseItem.from_parent(
                    self, name=name, nodeid=f"{nodeid}::{name}", subject=subject, file=self._file
                )
                item.add_marker(self._marker)
                yield item


def leaf_names(cases: list[Case]) -> list[str]:
    """What the questions about one fact are called: by their id, or by their variant where the fact goes by that id."""
    from pytest_ftbench.names import node_name, repeated, short_hash

    names = [node_name(_own_name(case)) for case in cases]
    if len(names) == 1:
        return names
    clashing = set(repeated(names))
    return [
        f"{name}-{short_hash(case.variant, case.id, case.question)}" if name in clashing else name
        for name, case in zip(names, cases, strict=True)
    ]


def _own_name(case: Case) -> str:
    base, mark, number = case.id.rpartition("#")
    if case.fact == case.id:
        return case.variant
    return f"{case.variant}{mark}{number}" if case.fact == base else case.id


class CaseItem(pytest.Item):
    """One question to one endpoint. Not right: it fails, or under a gate it is missed."""

    def __init__(self, *, subject: Subject, file: CaseFileNode, **node: Any) -> None:
        super().__init__(**node)
        self._file = file
        self._trial = give_trial(self, subject)

    def setup(self) -> None:
        if self._trial.subject.alias is None:
            pytest.skip(NO_MODEL)
        state = get_state(self.config)
        self._trial.begin(state)
        self._trial.judge(state)

    def runtest(self) -> None:
        assert self._trial.completion is not None  # setup has asked
        assert self._trial.verdict is not None  # and judged
        if not self._trial.verdict:
            earlier = self._trial.heard.earlier if self._trial.heard is not None else ()
            case, verdict = self._trial.subject.case, self._trial.verdict
            raise WrongAnswer(explain(case, self._trial.completion, verdict, earlier=earlier))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # as in pytest.Item
        if isinstance(excinfo.value, WrongAnswer):
            return Explained(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """As pytest has it, but the path is made relative once for all questions of a file."""
        if not self._file.shown_path:
            self._file.shown_path = super().location[0]
        return self._file.shown_path, *self.reportinfo()[1:]

    @property
    def ihook(self) -> Any:  # pytest's hook relay has no public name
        return self._file.hooks_of_items

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = self._trial.subject.case.place.rpartition(":")[2]
        return self.path, int(line) - 1 if line.isdecimal() else None, self.nodeid.partition("::")[2]


class WrongAnswer(AssertionError):
    """A data file's case whose answer is not right; its text is what the report shows."""
