"""Names that can come to stand for other weights: some stored answers are asked for again before any is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_kit import Fake, Store, ask, prefetch

from pytest_ftbench.drift import CANARIES
from pytest_ftbench.engine import Engine
from pytest_ftbench.errors import EndpointError
from pytest_ftbench.records import Completion

QUESTIONS = [ask(f"q{number}") for number in range(8)]
GREEDY = {"temperature": 0}


def run(
    answer: Callable[[str], Any], store: Store, *, sampling: Any = GREEDY, **how: Any
) -> tuple[Engine, Fake, list[str]]:
    told: list[str] = []
    provider = Fake(answer=answer, sampling=sampling, **how)
    engine = Engine({"e": provider}, open_store=lambda: store, concurrency=4, tell=told.append)
    prefetch(engine, QUESTIONS)
    return engine, provider, told


def texts(engine: Engine) -> list[str]:
    return [engine.complete(question).text for question in QUESTIONS]


def old(text: str) -> Completion:
    return Completion(text=f"Old {text}.", served_model="m")


@pytest.fixture
def store() -> Store:
    kept = Store()
    run(old, kept)
    return kept


def test_first_session_is_told_once_and_asks_nothing_twice() -> None:
    _, provider, told = run(old, Store())
    assert len(provider.asked) == len(QUESTIONS)
    assert told == [
        "e: its name can come to stand for other weights. revision=NAME in the SPEC says which weights answer"
    ]


def test_unchanged_canaries_leave_the_stored_answers_in_place(store: Store) -> None:
    engine, provider, told = run(lambda text: Completion(text=f"  old {text}"), store)
    assert len(provider.asked) == engine.drift_calls == CANARIES
    assert texts(engine) == [f"Old q{number}." for number in range(8)]
    assert (engine.totals().calls, engine.totals().cache_hits) == (0, 8)
    assert told == [
        "e: its name can come to stand for other weights, so some of its 8 stored answers were asked for again "
        "(5 calls): unchanged. revision=NAME in the SPEC says which weights answer, at no call"
    ]


def test_canaries_are_always_the_same(store: Store) -> None:
    asked = [sorted(run(old, store)[1].asked) for _ in range(2)]
    assert asked[0] == asked[1]


def test_changed_answer_distrusts_all_that_is_stored_and_says_so(store: Store) -> None:
    engine, provider, told = run(lambda text: Completion(text=f"new {text}"), store)
    assert len(provider.asked) == 2 * CANARIES + len(QUESTIONS)
    assert texts(engine) == [f"new q{number}" for number in range(8)]
    assert (engine.totals().calls, engine.totals().cache_hits) == (8, 0)
    (line,) = told
    assert line.startswith("e: its name can come to stand for other weights, and it has: 'q")
    assert line.endswith("Its 8 stored answers are not used, and all is asked anew")
    again, provider, _ = run(lambda text: Completion(text=f"new {text}"), store)
    assert texts(again) == [f"new q{number}" for number in range(8)]
    assert len(provider.asked) == CANARIES


def test_one_changed_answer_is_enough(store: Store) -> None:
    first = run(old, store)[1].asked[0].removesuffix("#1")
    changed = Completion(text="Otherwise.")
    engine, _, _ = run(lambda text: changed if text == first else old(text), store)
    assert engine.totals().calls == 8


def test_server_that_does_not_repeat_itself_has_not_changed(store: Store) -> None:
    count = iter(range(1000))
    engine, provider, told = run(lambda text: Completion(text=f"{text} {next(count)}"), store)
    assert len(provider.asked) == 2 * CANARIES
    assert texts(engine)[0] == "Old q0."
    assert "unchanged" in told[0]


def test_server_that_is_down_leaves_the_stored_answers_in_place_and_is_tried_once(store: Store) -> None:
    def down(_: str) -> Completion:
        raise EndpointError("no connection", fault="transient")

    engine, provider, told = run(down, store)
    assert len(provider.asked) == CANARIES
    assert texts(engine)[0] == "Old q0."
    assert told == [
        "e: its name can come to stand for other weights, and it could not be asked whether it does (no connection). "
        "Its 8 stored answers are used. revision=NAME in the SPEC says which weights answer"
    ]


def test_dead_endpoint_leaves_the_stored_answers_in_place(store: Store) -> None:
    def dead(_: str) -> Completion:
        raise EndpointError("HTTP 404: no such model", fault="endpoint")

    engine, _, _ = run(dead, store)
    assert texts(engine)[0] == "Old q0."


def test_another_model_in_its_place_makes_errors_of_all_questions(store: Store) -> None:
    engine, provider, told = run(lambda text: Completion(text=f"old {text}", served_model="other"), store)
    assert 1 <= len(provider.asked) <= CANARIES
    found = [engine.complete(question) for question in QUESTIONS]
    assert all("answered by 'other'" in (each.error or "") for each in found)
    assert "Its 8 stored answers are not used" in told[0]


def test_answers_at_a_temperature_cannot_be_checked() -> None:
    warm = Store()
    run(old, warm, sampling={"temperature": 0.7})
    engine, provider, told = run(lambda _: Completion(text="new"), warm, sampling={"temperature": 0.7})
    assert provider.asked == []
    assert texts(engine)[0] == "Old q0."
    assert "at a temperature other than 0" in told[0]


class Named(Fake):
    """A provider whose weights are named."""

    key = "revision"

    @property
    def identity(self) -> dict[str, str | None]:
        return {**super().identity, self.key: "r7"}


class Deployed(Named):
    key = "deployment"


class Fixed(Fake):
    is_fixed = True

    def served_fault(self, served: str) -> str | None:  # noqa: ARG002  # the protocol's argument
        return None


@pytest.mark.parametrize("kind", [Named, Deployed, Fixed])
def test_weights_that_are_known_are_not_asked_again(kind: type[Fake]) -> None:
    store, told = Store(), list[str]()
    for answer in (old, lambda _: Completion(text="new")):
        provider = kind(answer=answer, sampling=GREEDY)
        engine = Engine({"e": provider}, open_store=lambda: store, tell=told.append)
        prefetch(engine, QUESTIONS)
    assert provider.asked == []
    assert told == []
    assert texts(engine)[0] == "Old q0."


@pytest.mark.parametrize("mode", ["replay", "refresh", "off"])
def test_only_what_is_reused_is_checked(mode: Any, store: Store) -> None:
    told: list[str] = []
    provider = Fake(answer=old, sampling=GREEDY)
    engine = Engine({"e": provider}, open_store=lambda: store, mode=mode, tell=told.append)
    prefetch(engine, QUESTIONS)
    assert (len(provider.asked), told) == (0 if mode == "replay" else 8, [])


def test_judges_are_not_checked(store: Store) -> None:
    told: list[str] = []
    provider = Fake(answer=lambda _: Completion(text="new"), sampling=GREEDY)
    engine = Engine({"e": provider}, open_store=lambda: store, judges=["e"], tell=told.append)
    prefetch(engine, QUESTIONS)
    assert (provider.asked, told) == ([], [])


def test_questions_added_later_do_not_revive_distrusted_answers(store: Store) -> None:
    told: list[str] = []
    provider = Fake(answer=lambda text: Completion(text=f"new {text}"), sampling=GREEDY)
    engine = Engine({"e": provider}, open_store=lambda: store, tell=told.append)
    prefetch(engine, QUESTIONS[:3])
    assert engine.complete(QUESTIONS[7]).text == "new q7"
    assert len(told) == 1
