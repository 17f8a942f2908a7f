"""Whether a name that can come to stand for other weights still stands for those whose answers are stored."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pytest_ftbench.lane import Lane
from pytest_ftbench.providers.lifecycle import KnowsItsNames
from pytest_ftbench.records import Completion, Question

CANARIES = 5
"""How many of an endpoint's stored answers are asked for again. Always the same ones, as long as they are stored."""
PATIENCE_S = 20.0
"""How long they may take together: tests wait for them."""

Finding = Literal["unchanged", "changed", "renamed", "unknown"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of an endpoint's canaries."""

    finding: Finding
    """unchanged; changed: an answer is another one, twice; renamed: another model answers; unknown: none came back."""
    asked: int
    detail: str = ""
    """Why it is unknown, what has changed, or who answers now."""


def is_mutable(lane: Lane) -> bool:
    """Whether other weights may come to answer under the endpoint's name, unseen by the cache key."""
    if lane.is_local:
        return False
    identity = lane.provider.identity
    if identity.get("revision") or identity.get("deployment"):
        return False
    return not (isinstance(lane.provider, KnowsItsNames) and lane.provider.is_fixed)


def is_repeatable(lane: Lane) -> bool:
    """Whether the endpoint is asked so that the same weights give the same answer, as far as that can be asked for."""
    return lane.provider.sampling.get("temperature") == 0


def check_drift(lane: Lane, stored: Mapping[str, tuple[Question, Completion]]) -> Drift:
    """Ask for some of the stored answers again, a few at once, each once or twice.

    stored: by cache key, of this endpoint. A server need not repeat itself to the letter even at temperature 0: an
    answer has changed where two new ones agree with each other and not with the stored one.
    """
    chosen = [stored[key] for key in sorted(stored)[:CANARIES]]
    until = time.monotonic() + PATIENCE_S
    first = _ask(lane, [question for question, _ in chosen], until)
    again = [
        (question, before, now)
        for (question, before), now in zip(chosen, first, strict=True)
        if now.error is None and not _is_same(before, now)
    ]
    second = _ask(lane, [question for question, _, _ in again], until)
    asked = sum(not each.is_left_out for each in (*first, *second))
    if lane.given_up is not None and lane.is_renamed:
        return Drift("renamed", asked, lane.given_up)
    for (question, before, now), once_more in zip(again, second, strict=True):
        if once_more.error is None and _is_same(now, once_more):
            asked_for = f"{_short(question.prompt.user_text)} was answered {_short(before.text)}"
            return Drift("changed", asked, f"{asked_for}, and is now answered {_short(now.text)}")
    answered = [now for now in first if now.error is None]
    if not answered:
        return Drift("unknown", asked, first[0].error or "")
    return Drift("unchanged", asked)


def _ask(lane: Lane, questions: list[Question], until: float) -> list[Completion]:
    """The answers, or why there are none; those that take too long are left behind."""
    done: queue.SimpleQueue[tuple[int, Completion]] = queue.SimpleQueue()
    for at, question in enumerate(questions):
        work = threading.Thread(target=lambda at=at, asked=question: done.put((at, lane.probe(asked))), daemon=True)
        work.start()
    found = [Completion(error=f"no answer within {PATIENCE_S:g} s") for _ in questions]
    for _ in questions:
        try:
            at, completion = done.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        found[at] = completion
    return found


def _is_same(one: Completion, other: Completion) -> bool:
    return _bare(one.text) == _bare(other.text)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!")


def _short(text: str, most: int = 60) -> str:
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= most else f"{plain[: most - 1]}…")
