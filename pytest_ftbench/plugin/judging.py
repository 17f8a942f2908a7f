"""The session's judge models: what the user says of them, and how the engine asks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_ftbench.errors import SpecError
from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Completion, Question

if TYPE_CHECKING:
    from pytest_ftbench.follow_ups import Follow
    from pytest_ftbench.judge_models import JudgeModels


def read_judges(state: State) -> None:
    """Take note of `--ftbench-judge`. Raises SpecError, one line, for a judge that cannot be used."""
    from pytest_ftbench.judge_specs import parse_judges

    settings = state.settings
    state.judge_specs = parse_judges(
        settings.judges,
        models=settings.models_table,
        folder=settings.invocation if settings.judges_on_command_line else settings.root,
        models_folder=settings.root,
        known_providers=state.registry("providers"),
        taken=state.aliases,
    )


def refuse_self_judging(state: State) -> None:
    """Raise SpecError where a model under test would be its own judge, and the user has not said that it may."""
    from pytest_ftbench.graders import is_same_model
    from pytest_ftbench.judge_specs import may_judge_itself

    for judge in state.judge_specs:
        if may_judge_itself(judge):
            continue
        identity = state.judge_providers[judge.alias].identity
        for model in state.specs:
            if is_same_model(identity, state.providers[model.alias].identity):
                raise SpecError(
                    f"the judge {judge.alias!r} is the model {model.alias!r} itself, and models favour their own "
                    "answers. Name another judge, or say allow_self_judge=true behind its '?'."
                )


def make_judging(state: State) -> JudgeModels:
    """The session's judges, asked by its engine, each with its own limiter, cache entries and price."""
    from pytest_ftbench.judge_models import JudgeModels
    from pytest_ftbench.judge_specs import judge_model

    judges = [judge_model(spec, state.judge_providers[spec.alias]) for spec in state.judge_specs]
    for judge in judges:
        state.warnings += _warn_of_kin(judge.alias, judge.identity, state)
    return JudgeModels(judges, matchers=state.matchers, complete=state.complete, prepare=state.prepare)


def follow_by_judging(state: State, cases: Mapping[str, Sequence[Case]]) -> Follow:
    """What hands answers to the judges as they arrive: the questions that follow from the one under a key.

    cases: by key, those whose tests want that answer. With the first question go those by which the judges are checked.
    """
    judging = state.judging
    assert judging is not None
    checks = list(judging.canary_questions())

    def follow(key: str, completion: Completion) -> list[Question]:
        found: list[Question] = []
        for case in cases.get(key, ()):
            with suppress(Exception):  # such as a matcher of the user's own: the test that reads the verdict says so
                found += judging.questions(case, completion)
        if found:
            found += checks
            checks.clear()
        return found

    return follow


def _warn_of_kin(judge: str, identity: Mapping[str, str | None], state: State) -> Iterator[str]:
    from pytest_ftbench.graders import kinship

    for model in state.specs:
        if kin := kinship(identity, state.providers[model.alias].identity):
            yield (
                f"the judge {judge} and the model {model.alias} both come from {kin}: models favour answers of their "
                "own kind, so a judge of another family is safer"
            )


def distrusted(rules: Iterable[str | None], faults: Iterable[str]) -> str:
    """Why a gate over results by these rules cannot be decided; empty where it can."""
    why = "; ".join(dict.fromkeys(faults))
    return why if why and any(is_by_judge(rule) for rule in rules) else ""
