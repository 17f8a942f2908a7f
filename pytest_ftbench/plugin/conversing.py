"""Cases of several turns: each is asked with the answers to those before it, and the last answer counts."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_ftbench.preview import Preview, preview
from pytest_ftbench.records import Case, Completion, Question

if TYPE_CHECKING:
    from pytest_ftbench.follow_ups import Follow
    from pytest_ftbench.plugin.state import State

_SOME_ANSWER = "I don't know."
"""What stands for an answer that nobody knows yet, where a plan counts its tokens and the case expects none."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A case put to an endpoint, and its answers so far."""

    case: Case
    alias: str
    sample: int = 1
    answers: tuple[str, ...] = ()

    def question(self, state: State) -> Question:
        """What is asked next."""
        return state.question(self.case, self.alias, sample=self.sample, answers=self.answers)

    @property
    def turn(self) -> int:
        """How many turns there are, with the next one."""
        return len(self.answers) + 1

    def goes_on_after(self, completion: Completion) -> bool:
        """Whether something is asked after this answer. To one that says nothing there is nothing to be said."""
        return self.turn < len(self.case.turns) and completion.error is None and bool(completion.text.strip())

    def after(self, text: str) -> Talk:
        """The talk with one answer more."""
        return replace(self, answers=(*self.answers, text))


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a case: the answer that counts, and what was said before it."""

    completion: Completion
    earlier: tuple[str, ...]
    """The answers to the turns before."""
    asked: tuple[tuple[Question, Completion], ...]
    """Every turn that was asked, with its answer."""


def converse(case: Case, alias: str, state: State, *, sample: int = 1) -> Heard:
    """Ask a case, turn by turn, and await each answer. An error in any turn is the case's; it names the turn."""
    talk, asked = Talk(case, alias, sample), []
    while True:
        question = talk.question(state)
        completion = state.complete(question)
        asked.append((question, completion))
        if not talk.goes_on_after(completion):
            break
        talk = talk.after(completion.text)
    if len(case.turns) > 1 and completion.error is not None and not completion.is_left_out:
        completion = replace(completion, error=f"turn {talk.turn} of {len(case.turns)}: {completion.error}")
    return Heard(completion, talk.answers, tuple(asked))


def awaited(talk: Talk, state: State) -> Question:
    """The first question of a talk without an answer in this process; where there is none, the last."""
    while (known := state.engine.answers.get(state.engine.key(question := talk.question(state)))) is not None:
        if not talk.goes_on_after(known):
            break
        talk = talk.after(known.text)
    return question


def follow_by_conversing(state: State, talks: Iterable[tuple[Talk, bool]], cases: dict[str, list[Case]]) -> Follow:
    """What asks the next turn as the answer to the one before arrives.

    talks: each with whether its verdict is wanted. cases: by the key of an answer, those whose verdict it decides; gets
    the key of a talk's last turn once that is known.
    """
    waiting: dict[str, list[tuple[Talk, bool]]] = defaultdict(list)
    lock = threading.Lock()
    for talk, wants_verdict in talks:
        waiting[state.engine.key(talk.question(state))].append((talk, wants_verdict))

    def follow(key: str, completion: Completion) -> list[Question]:
        found = []
        with lock:
            for talk, wants_verdict in [*waiting.get(key, ())]:
                if talk.goes_on_after(completion):
                    going_on = talk.after(completion.text)
                    found.append(question := going_on.question(state))
                    _note(state.engine.key(question), going_on, wants_verdict=wants_verdict)
        return found

    def _note(key: str, talk: Talk, *, wants_verdict: bool) -> None:
        if (talk, wants_verdict) in waiting[key]:  # an answer may be seen again, by who takes over the asking
            return
        waiting[key].append((talk, wants_verdict))
        if wants_verdict and talk.turn == len(talk.case.turns):
            cases.setdefault(key, []).append(talk.case)

    return follow


def plan_turns(state: State, talks: Iterable[Talk], found: Mapping[str, Preview]) -> Iterable[tuple[str, Case]]:
    """Add to a preview of first turns all that come after; what they are is certain where the answers are stored.

    Returns the key of each talk's last turn, with its case.
    """
    going_on = [(talk, True) for talk in talks]
    last: list[tuple[str, Case]] = []
    while going_on:
        following: list[tuple[Talk, bool]] = []
        for talk, is_certain in going_on:
            key = state.engine.key(talk.question(state))
            stored = found[talk.alias].stored.get(key) if is_certain else None
            answer = stored or Completion(talk.case.answer or _SOME_ANSWER)
            if talk.goes_on_after(answer):
                following.append((talk.after(answer.text), stored is not None))
            else:
                last.append((key, talk.case))
        preview(state.engine, [talk.question(state) for talk, is_certain in following if is_certain], found)
        to_come = [talk.question(state) for talk, is_certain in following if not is_certain]
        preview(state.engine, to_come, found, may_be_stored=False)
        going_on = following
    return last
