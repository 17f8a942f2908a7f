"""`@pytest.mark.ftbench(...)`: a test function becomes one test for each case and endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ftbench.errors import FtbenchError, SpecError
from pytest_ftbench.plugin.cases import CASE_PARAMETERS, Subject, check_cases, give_trial, subjects_of
from pytest_ftbench.plugin.limiting import facts_to_load
from pytest_ftbench.plugin.requiring import check_requirements
from pytest_ftbench.plugin.state import State, get_state
from pytest_ftbench.records import Case
from pytest_ftbench.samples import ALLOWED, is_allowed

if TYPE_CHECKING:
    from pytest_ftbench.datasets import CaseFile
    from pytest_ftbench.gates import Gate

KEYWORDS = ("where", "gate", "samples", "match")
CASE_FIXTURES = ("ftbench_case", "ftbench_answer", "ftbench_verdict")


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a test its cases and endpoints."""
    definition = metafunc.definition
    state = get_state(metafunc.config)
    wants_case = "ftbench_case" in metafunc.fixturenames
    marker = definition.get_closest_marker("ftbench")
    if marker is None:
        if wants_case:
            _refuse(definition, "requests a case. Mark it: @pytest.mark.ftbench('facts.yaml').")
        if state.tested:
            metafunc.parametrize("ftbench_model", state.tested, indirect=True, ids=list(state.tested))
        return
    if len(list(definition.iter_markers("ftbench"))) > 1:
        _refuse(definition, "is marked ftbench more than once, so one gate would hide another. Keep one marker.")
    if not wants_case:
        _refuse(definition, f"is marked ftbench but requests none of {', '.join(CASE_FIXTURES)}. Add one of them.")
    try:
        cases, gates, others, facts = _read_marker(marker, definition.path.parent, state)
    except FtbenchError as error:
        _refuse(definition, str(error))
    scope = definition.nodeid
    state.add_scope(scope, cases, gates, others, facts=facts)
    labels = _labels(cases)
    if not state.aliases:
        subjects = [
            pytest.param(Subject(case, None, scope), id=label) for case, label in zip(cases, labels, strict=True)
        ]
        metafunc.parametrize("ftbench_case", subjects, indirect=True)
        return
    pairs = [
        pytest.param(subject, subject.alias, id=f"{label}-{name}")
        for case, label in zip(cases, labels, strict=True)
        for subject, name in subjects_of(case, state.aliases, scope, samples=state.samples_of(case))
    ]
    metafunc.parametrize(CASE_PARAMETERS, pairs, indirect=True)


def give_trials(items: Iterable[pytest.Item]) -> None:
    """Tell the tests of marked functions which case and endpoint they are about."""
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            subject = item.callspec.params.get("ftbench_case")
            if isinstance(subject, Subject):
                give_trial(item, subject)


def _refuse(definition: pytest.Item, fault: str) -> Any:
    raise pytest.Collector.CollectError(f"{definition.nodeid}: {fault}")


def _read_marker(marker: pytest.Mark, folder: Path, state: State) -> tuple[list[Case], list[Gate], list[Case], int]:
    """The cases of a test, its gates, what else its sources hold, and how many facts there are without a limit."""
    from pytest_ftbench.gates import parse_gate, refuse_impossible
    from pytest_ftbench.plugin.settling import settle_gate

    if unknown := sorted(set(marker.kwargs) - set(KEYWORDS)):
        raise SpecError(f"the ftbench marker knows no {unknown[0]!r}. Allowed: {', '.join(KEYWORDS)}.")
    if not marker.args:
        raise SpecError("the ftbench marker names no source. Give it a case file, as in ftbench('facts.yaml').")
    limit = None if "where" in marker.kwargs else facts_to_load(state)  # what it selects is to be sampled
    files = [_load(source, folder, state, limit) for source in marker.args]
    cases = every = _as_marked([case for file in files for case in file.cases], marker)
    check_requirements(every)
    if where := marker.kwargs.get("where"):
        cases = _where(_text("where", where), cases, state)
    check_cases(cases, state)
    _tell(files, cases, state)
    gates = marker.kwargs.get("gate") or ()
    gates = gates if isinstance(gates, list | tuple) else (gates,)
    parsed = [settle_gate(parse_gate(_text("gate", gate)), state) for gate in gates]
    if state.settings.limit is None:  # a sample is smaller than what the gates are for
        refuse_impossible(parsed, state.each_sample(cases))
    chosen = set(map(id, cases))
    others = [case for case in every if id(case) not in chosen]
    return cases, parsed, others, 0 if limit is None else sum(file.facts for file in files)


def _as_marked(cases: list[Case], marker: pytest.Mark) -> list[Case]:
    """The cases with what the marker says of those that do not say it themselves."""
    if match := marker.kwargs.get("match"):
        cases = [replace(case, match=_text("match", match)) if case.match == "auto" else case for case in cases]
    if "samples" in marker.kwargs:
        samples = _samples(marker.kwargs["samples"])
        cases = [replace(case, samples=samples) if case.samples is None else case for case in cases]
    return cases


def _where(where: str, cases: list[Case], state: State) -> list[Case]:
    """The cases that a marker's `where` selects."""
    from pytest_ftbench.gates import parse_selector
    from pytest_ftbench.gates.selector import Selector
    from pytest_ftbench.plugin.needed import SEEN, UNKNOWN

    selector = parse_selector(where)
    is_by_training = any(condition.key == SEEN for condition in selector.conditions)
    if is_by_training and not state.specs:  # without a model all tests are skipped, so that it makes no difference
        selector = Selector(tuple(one for one in selector.conditions if one.key != SEEN))
    if state.trainings is not None and is_by_training:
        try:
            selected = state.trainings.select(selector, cases)
        except SpecError as fault:
            raise SpecError(f"where={where!r}: {fault}.") from None
    else:
        selected = selector.select(cases)
    if not selected and is_by_training and state.trainings is None:
        raise SpecError(f"where={where!r} selects none of {len(cases)} cases: {UNKNOWN}.")
    if not selected:
        raise SpecError(f"where={where!r} selects none of {len(cases)} cases: {selector.explain_empty(cases)}.")
    return selected


def _tell(files: Sequence[CaseFile], cases: Sequence[Case], state: State) -> None:
    """Have the summary say what the selected question sets lack."""
    from pytest_ftbench.reports.text import one_line

    suites = {case.suite for case in cases}
    notes = dict.fromkeys(one_line(text, most=500) for file in files for suite, text in file.notes if suite in suites)
    state.warnings += [note for note in notes if note not in state.warnings]


def _samples(value: object) -> int:
    if is_allowed(value):
        return value
    raise SpecError(f"samples must be {ALLOWED}, got {value!r:.80}.")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise SpecError(f"{name} must be text, got {value!r}.")
    return value


def _load(source: object, folder: Path, state: State, limit: int | None) -> CaseFile:
    from pytest_ftbench.datasets import CaseFile, identify, load_source

    if isinstance(source, str | Path):
        readers = state.registry("readers")
        return load_source(
            str(source), folder=folder, root=state.config.rootpath, readers=readers, today=state.today, limit=limit
        )
    if isinstance(source, Case):
        source = [source]
    if isinstance(source, Iterable):
        cases = list(source)
        if all(isinstance(case, Case) for case in cases) and cases:
            return CaseFile(identify(cases), facts=len({case.fact for case in cases}))
    raise SpecError(f"a source must be a path, a built-in set or a list of pytest_ftbench.Case, got {source!r:.80}.")


def _labels(cases: Sequence[Case]) -> list[str]:
    """What the cases are called in node ids: `fact:variant`, told apart by a hash where that is not enough."""
    from pytest_ftbench.names import node_name, repeated, short_hash

    plain = [
        node_name(case.fact).replace(":", "-") + ":" + node_name(case.variant if case.id == case.fact else case.id)
        for case in cases
    ]
    clashing = set(repeated(plain))
    return [
        f"{label}-{short_hash(case.suite, case.fact, case.variant, case.id)}" if label in clashing else label
        for label, case in zip(plain, cases, strict=True)
    ]
