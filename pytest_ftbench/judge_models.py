"""The judge models of a session or of a run: who they are, whether they may be believed, and the verdicts they give."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_ftbench.graders import (
    CANARIES,
    Ask,
    Missed,
    Style,
    canary_style,
    check_canaries,
    choose_rubric,
    grade_by_panel,
    is_same_model,
    put_to_judge,
)
from pytest_ftbench.judges import Matcher, judge_completion
from pytest_ftbench.judges.degenerate import find_degenerate
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.records import Case, Completion, Prompt, Question, Verdict

UNDECIDED = "undecided"
"""The flag of a verdict that no matcher has decided."""

_NOT_ANSWERED = "the judge has not answered"
"""What the reason of a verdict says where no reply came."""
_FIRST = 2
"""So many of a panel are asked about every answer; the others only where these differ."""

Identity = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """One judge."""

    alias: str
    identity: Identity
    """The provider's: provider, base_url, model, revision."""
    style: Style = "auto"
    may_judge_itself: bool = False
    """Whether it may grade answers of the very model that it is."""


class JudgeModels:
    """Verdicts by a judge model, or by most of a panel, for what the matchers leave undecided.

    judges: at least one, in the order in which they are asked; the first one's style is the panel's.
    complete: asks one, and gives the same completion for the same question. Safe to call from many threads.
    prepare: called with questions that `complete` is about to be called with, so that they can be asked together.
    """

    def __init__(
        self,
        judges: Sequence[JudgeModel],
        *,
        matchers: Mapping[str, Matcher],
        complete: Callable[[Question], Completion],
        prepare: Callable[[Iterable[Question]], None],
    ) -> None:
        self._judges = judges
        self._matchers = matchers
        self._complete = complete
        self._prepare = prepare
        self._lock = threading.Lock()
        self._checked: dict[str, str] = {}
        """By judge, why it is not believed; empty where it is."""
        self._served: dict[str, str] = {}
        """By judge, the model that its server says has answered."""

    def grade(
        self, case: Case, completion: Completion, *, model: Identity | None = None, style: Style | None = None
    ) -> Verdict:
        """The verdict on a completion, whatever the matchers say of it.

        model: the identity of the endpoint that gave it, where it has one.
        style: the rubric, where a test names one of its own.
        Without a grade too where the servers say that judge and model are one, and the judge may not judge itself.
        """
        self._check()
        for judge in self._judges:
            if fault := self._self_judging(judge, completion, model or {}):
                return Verdict(None, False, f"judge:{judge.alias}", fault)
        asks = {judge.alias: self._ask(judge.alias) for judge in self._judges}
        return grade_by_panel(case, completion, asks, style=style or self._judges[0].style)

    @property
    def faults(self) -> list[str]:
        """Why judges are not believed: the canaries that they have missed."""
        return [why for why in self._checked.values() if why]

    def find_itself(self, model: str) -> str:
        """The alias of a judge that is the model of this name and may not judge itself; empty if there is none."""
        for judge in self._judges:
            if model and not judge.may_judge_itself and is_same_model(judge.identity, {"model": model}):
                return judge.alias
        return ""

    def questions(self, case: Case, completion: Completion) -> list[Question]:
        """What the first judges will be asked about a completion; nothing where the matchers decide."""
        if completion.error is not None:
            return []
        verdict = judge_completion(case, completion, matchers=self._matchers)
        return self.questions_if_undecided(case, completion.text) if UNDECIDED in verdict.flags else []

    def questions_if_undecided(self, case: Case, text: str) -> list[Question]:
        """The same of an answer that the matchers cannot tell."""
        return [
            Question(judge.alias, put_to_judge(case, text, choose_rubric(case, judge.style)).prompt)
            for judge in self._judges[:_FIRST]
        ]

    def canary_questions(self) -> Iterator[Question]:
        """What all judges are asked before they are believed."""
        for judge in self._judges:
            for canary in CANARIES:
                if not find_degenerate(Reading.of(canary.response, canary.case.question)):
                    rubric = choose_rubric(canary.case, canary_style(judge.style))
                    yield Question(judge.alias, put_to_judge(canary.case, canary.response, rubric).prompt)

    def _ask(self, alias: str) -> Ask:
        def ask(prompt: Prompt) -> Completion:
            completion = self._complete(Question(alias, prompt))
            if completion.served_model:
                self._served[alias] = completion.served_model
            return completion

        return ask

    def _check(self) -> None:
        """Have each judge grade answers whose grades are known, once."""
        with self._lock:
            if len(self._checked) == len(self._judges):
                return
            self._prepare(self.canary_questions())
            for judge in self._judges:
                missed = check_canaries(self._ask(judge.alias), judge=judge.alias, style=judge.style)
                self._checked[judge.alias] = _why_not_believed(judge.alias, missed)

    def _self_judging(self, judge: JudgeModel, completion: Completion, model: Identity) -> str:
        served = self._served.get(judge.alias)
        if judge.may_judge_itself or not is_same_model(
            judge.identity, model, judge_served=served, model_served=completion.served_model
        ):
            return ""
        return (
            f"the judge {judge.alias} is the model itself that has answered, served as "
            f"{served or completion.served_model!r}; models favour their own answers. Name another judge, or say "
            "allow_self_judge=true behind its '?'"
        )


def _why_not_believed(alias: str, missed: Sequence[Missed]) -> str:
    """Why a judge that has missed these canaries is not believed; empty where it has missed none."""
    if not missed:
        return ""
    if all(_NOT_ANSWERED in each.verdict.reason for each in missed):
        return f"the judge {alias} has answered none of {len(missed)} checks: {missed[0].verdict.reason}"
    names = ", ".join(repr(each.canary.name) for each in missed)
    some = "canary" if len(missed) == 1 else "canaries"
    return f"the judge {alias} has missed the {some} {names}: {missed[0]}"
