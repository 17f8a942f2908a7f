"""The session's judge models: who they are, whether they may be believed, and the verdicts they give."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import Case, Completion, Prompt, Question, Verdict

if TYPE_CHECKING:
    from pytest_ftbench.graders import Ask, Style
    from pytest_ftbench.providers import EndpointSpec, Provider

KEYS = ("style", "allow_self_judge")
"""What a judge's SPEC may hold besides the keys of its provider."""
UNDECIDED = "undecided"
_AT_ONCE = 16
_MOMENT_S = 0.1
"""So many questions, or those of so long a time, are put to the judges together."""


def read_judges(state: State) -> None:
    """Take note of `--ftbench-judge`. Raises SpecError, one line, for a judge that cannot be used."""
    from pytest_ftbench.graders import STYLES
    from pytest_ftbench.specs import parse_specs

    settings = state.settings
    state.judge_specs = parse_specs(
        settings.judges,
        models=settings.models_table,
        folder=settings.invocation if settings.judges_on_command_line else settings.root,
        models_folder=settings.root,
        known_providers=state.registry("providers"),
        more_keys=KEYS,
    )
    for spec in state.judge_specs:
        if spec.alias in state.aliases:
            raise SpecError(f"the judge {spec.alias!r} is called like a model. Give it an alias: judge={spec.label}.")
        if style_of(spec) not in STYLES:
            raise SpecError(f"judge {spec.alias!r}: unknown style {style_of(spec)!r}. Allowed: {', '.join(STYLES)}.")


def style_of(spec: EndpointSpec) -> str:
    """The rubrics by which a judge goes."""
    return spec.options.get("style", "auto")


def refuse_self_judging(state: State) -> None:
    """Raise SpecError where a model under test would be its own judge, and the user has not said that it may."""
    from pytest_ftbench.graders import is_same_model

    for judge in state.judge_specs:
        if judge.options.get("allow_self_judge") == "true":
            continue
        for model in state.specs:
            if is_same_model(state.judge_providers[judge.alias].identity, state.providers[model.alias].identity):
                raise SpecError(
                    f"the judge {judge.alias!r} is the model {model.alias!r} itself, and models favour their own "
                    "answers. Name another judge, or say allow_self_judge=true behind its '?'."
                )


class Judging:
    """Verdicts by judge models, for what the matchers leave undecided.

    Each judge is an endpoint of its own, with its own limiter, cache entries and price.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checked: dict[str, str] = {}
        """By judge, why it is not believed; empty where it is."""
        self._lock = threading.Lock()
        self._waiting: list[Question] = []
        """For the judges, not begun yet."""
        self._begun_at = 0.0

    def grade(self, case: Case, completion: Completion, *, style: Style | None = None) -> Verdict:
        """The verdict of the judge, or of most of them. Asks them now, unless their answers are stored.

        style: the rubric, where a test names one of its own.
        """
        from pytest_ftbench.graders import grade_by_panel

        specs = self._state.judge_specs
        for spec in specs:
            self._check(spec)
        asks = {spec.alias: self._ask(spec.alias) for spec in specs}
        chosen: Any = style or style_of(specs[0])  # one of STYLES, see read_judges
        return grade_by_panel(case, completion, asks, style=chosen)

    @property
    def faults(self) -> list[str]:
        """Why judges of this process are not believed: the canaries they have missed."""
        return [why for why in self._checked.values() if why]

    def ahead(self, case: Case, completion: Completion) -> list[Question]:
        """What the first judges will be asked about a completion, so that it can be asked before the test runs."""
        from pytest_ftbench.graders.rubrics import choose_rubric, put_to_judge

        questions = []
        for spec in self._state.judge_specs[:2]:
            style: Any = style_of(spec)
            prompt = put_to_judge(case, completion.text, choose_rubric(case, style)).prompt
            questions.append(Question(spec.alias, prompt))
        return questions

    def begin(self, case: Case, completion: Completion) -> None:
        """Have the judges asked about an answer that has just come, if the matchers cannot tell; returns at once.

        The test that reads the verdict then finds their replies, or waits for them. Called in one thread at a time.
        """
        from pytest_ftbench.judges import judge_completion

        if completion.error is not None:
            return
        verdict = judge_completion(case, completion, matchers=self._state.matchers)
        if UNDECIDED in verdict.flags:
            self._waiting += self.ahead(case, completion)
        now = time.monotonic()
        if len(self._waiting) >= _AT_ONCE or (self._waiting and now - self._begun_at > _MOMENT_S):
            waiting, self._waiting, self._begun_at = self._waiting, [], now
            self._state.engine.start(waiting)

    def _ask(self, alias: str) -> Ask:
        def ask(prompt: Prompt, _schema: Mapping[str, Any] | None, _attempt: int) -> Completion:
            return self._state.complete(Question(alias, prompt))

        return ask

    def _check(self, spec: EndpointSpec) -> None:
        """Have the judge grade answers whose grades are known, once."""
        from pytest_ftbench.graders import check_canaries

        with self._lock:
            if spec.alias not in self._checked:
                style: Any = style_of(spec)
                missed = check_canaries(self._ask(spec.alias), judge=spec.alias, style=style)
                names = ", ".join(repr(each.canary.name) for each in missed)
                some = "canary" if len(missed) == 1 else "canaries"
                why = f"the judge {spec.alias} has missed the {some} {names}: {missed[0]}" if missed else ""
                self._checked[spec.alias] = why


def open_judges(state: State) -> dict[str, Provider]:
    """The judges' endpoints by alias. Raises FtbenchError for one that cannot be opened."""
    from dataclasses import replace

    from pytest_ftbench.providers import open_provider

    registry = state.registry("providers")
    opened = {}
    for spec in state.judge_specs:
        options = {key: value for key, value in spec.options.items() if key not in KEYS}
        opened[spec.alias] = open_provider(replace(spec, options=options), registry)
    return opened


def is_by_judge(rule: str | None) -> bool:
    """Whether a verdict's rule is a judge."""
    return bool(rule) and str(rule).startswith("judge:")


def distrusted(rules: Iterable[str | None], faults: Iterable[str]) -> str:
    """Why a gate over results by these rules cannot be decided; empty where it can."""
    why = "; ".join(dict.fromkeys(faults))
    return why if why and any(is_by_judge(rule) for rule in rules) else ""
