"""The fixtures: `ftbench_model`, `ftbench_case`, `ftbench_answer`, `ftbench_verdict`, `ftbench_judge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pytest_ftbench.plugin.cases import Trial
    from pytest_ftbench.plugin.state import State
    from pytest_ftbench.records import Case, Completion, Verdict

HAS_CASES = pytest.StashKey[bool]()
"""Whether anything about a case has been collected."""


class Model:
    """An endpoint under test, as a test sees it."""

    def __init__(self, alias: str, state: State, trial: Trial | None) -> None:
        self.alias = alias
        self._state = state
        self._trial = trial

    def __repr__(self) -> str:
        return f"<ftbench model {self.alias}>"

    def ask(self, prompt: str, *, system: str | None = None, sample: int | None = None) -> Completion:
        """The answer to a prompt, from the cache where it is known.

        system: the system message; None: the endpoint's own, if it has one.
        sample: 1 for the first answer to this prompt, 2 for another, ...; each is an answer of its own in the cache.
        None: the sample of its case that the test is about, 1 where it has no case.
        Raises EndpointError when no completion came back.
        """
        if sample is None:
            sample = self._trial.subject.sample if self._trial is not None else 1
        if sample < 1:
            raise ValueError(f"sample must be >= 1, got {sample}")
        from pytest_ftbench.errors import EndpointError
        from pytest_ftbench.gates.curtail import NOT_RUN
        from pytest_ftbench.reports.text import clean

        question = self._state.ask_of(self.alias, prompt, system=system or "", sample=sample)
        completion = self._state.complete(question)
        if completion.is_left_out and completion.error == NOT_RUN:  # no gate needs it, but this test does
            self._state.engine.answers.forget(self._state.engine.key(question))
            completion = self._state.engine.complete(question)
        if self._trial is not None and self._trial.completion is None:
            self._trial.completion = completion
        if completion.error is not None:
            raise EndpointError(f"no answer from {self.alias}: {clean(completion.error)}")
        self._state.on_demand += 1
        return completion


class Judge(Protocol):
    """What `ftbench_judge` gives."""

    def __call__(
        self, answer: str | Completion, expected: str, *, question: str | None = None, match: str = "auto"
    ) -> Verdict:
        """Whether an answer is what is expected.

        Where the matchers cannot tell and the session has a judge model, `expected` is a requirement that it holds the
        answer against. answer: a text, or what `ftbench_model.ask` returned. question: what was asked, so that a number
        that the answer merely repeats from it does not count. match: the matcher, as in a case file.
        Raises SpecError for a matcher that does not exist.
        """


def _trial(request: pytest.FixtureRequest) -> Trial:
    from pytest_ftbench.plugin.cases import TRIAL

    trial: Trial | None = request.node.stash.get(TRIAL, None)
    if trial is None:
        pytest.fail("this test has no case. Mark it: @pytest.mark.ftbench('facts.yaml').", pytrace=False)
    return trial


@pytest.fixture
def ftbench_model(request: pytest.FixtureRequest) -> Model:
    """The endpoint under test: once for every --ftbench-model. `.ask(prompt)` gives its answer."""
    from pytest_ftbench.plugin.cases import NO_MODEL, trial_of
    from pytest_ftbench.plugin.state import get_state

    alias = getattr(request, "param", None)
    if alias is None:
        pytest.skip(NO_MODEL)
    return Model(alias, get_state(request.config), trial_of(request.node))


@pytest.fixture
def ftbench_case(request: pytest.FixtureRequest, ftbench_model: Model) -> Case:  # noqa: ARG001  # parametrized
    """The case: its question, fact, variant, what is expected, and tags."""
    from pytest_ftbench.plugin.state import get_state

    trial = _trial(request)
    trial.begin(get_state(request.config))
    return trial.subject.case


@pytest.fixture
def ftbench_answer(request: pytest.FixtureRequest, ftbench_case: Case) -> Completion:  # noqa: ARG001  # parametrized
    """The case's completion, prefetched. Your own assertion on it is the verdict."""
    from pytest_ftbench.plugin.state import get_state

    return _trial(request).answer(get_state(request.config))


@pytest.fixture
def ftbench_verdict(request: pytest.FixtureRequest, ftbench_case: Case) -> Verdict:  # noqa: ARG001  # parametrized
    """The verdict on the case's completion: truthy when it is right; printed as a sentence."""
    from pytest_ftbench.plugin.state import get_state

    return _trial(request).judge(get_state(request.config))


@pytest.fixture
def ftbench_judge(request: pytest.FixtureRequest) -> Judge:
    """Judge any answer: `ftbench_judge(answer, expected, question=None, match="auto")` gives a verdict."""
    from pytest_ftbench.plugin.state import get_state

    state = get_state(request.config)

    def judge(answer: str | Completion, expected: str, *, question: str | None = None, match: str = "auto") -> Verdict:
        from dataclasses import replace

        from pytest_ftbench.judges import judge_answer
        from pytest_ftbench.records import Case, Completion
        from pytest_ftbench.reports.text import clean

        found = judge_answer(answer, expected, question=question, match=match, matchers=state.matchers)
        if state.judging is not None and "undecided" in found.flags:
            completion = Completion(text=answer) if isinstance(answer, str) else answer
            found = state.judging.grade(Case(question=question or "", answer=expected), completion, style="free")
            if found.grade is None:
                pytest.fail(f"no verdict by {found.rule}: {clean(found.reason)}", pytrace=False)
        return replace(found, reason=clean(found.reason))

    return judge
