"""An answer under another name than the model's: when it is another model's, and when it is not."""

from __future__ import annotations

import re

import pytest
from engine_kit import Fake, Store, ask, make, prefetch

from pytest_ftbench.engine import Engine
from pytest_ftbench.providers.openai_names import is_snapshot, served_fault
from pytest_ftbench.records import Completion
from pytest_ftbench.served import ServedNames

FT = "ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg"


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        (FT, FT),
        (f"{FT}:ckpt-step-90", f"{FT}:ckpt-step-90"),
        ("ft:gpt-4o-mini:acme:leave:9AB", "ft:gpt-4o-mini-2024-07-18:acme:leave:9AB"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("gpt-3.5-turbo", "gpt-3.5-turbo-0125"),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
    ],
)
def test_openai_names_one_model(asked: str, served: str) -> None:
    assert served_fault(asked, served) is None


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        (FT, "gpt-4o-mini-2024-07-18"),
        (FT, "gpt-6-luna"),
        (FT, f"{FT}:ckpt-step-90"),
        (f"{FT}:ckpt-step-90", FT),
        (FT, FT.replace("9ABel2dg", "9ABel2dh")),
        (FT, FT.replace("2024-07-18", "2025-01-01")),
        ("gpt-4o", "gpt-4o-mini-2024-07-18"),
        ("gpt-4o", "ft:gpt-4o-2024-08-06:acme::9AB"),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),
        ("gpt-4o", "gpt-6-luna"),
    ],
)
def test_openai_names_two_models(asked: str, served: str) -> None:
    assert (
        served_fault(asked, served)
        == f"answered by {served!r}, not by {asked!r}: the call was rerouted to another model."
    )


def test_fine_tunes_and_snapshots_are_fixed_and_aliases_are_not() -> None:
    fixed = {
        name: is_snapshot(name) for name in (FT, "gpt-4o-2024-08-06", "gpt-3.5-turbo-0125", "gpt-4o", "gpt-6-luna")
    }
    assert list(fixed.values()) == [True, True, True, False, False]


def test_name_must_stay_the_one_that_came_first() -> None:
    names = ServedNames({"e": Fake()})
    assert [names.fault("e", served) for served in ("a", None, "a")] == [None, None, None]
    assert names.fault("e", "b") == (
        "answered by 'b', where earlier answers are by 'a': another model may have its place. If that is the right "
        "model, say served_as=b in the SPEC, or served_as=a|b if both are this model, or ask anew by --ftbench-cache="
        "refresh."
    )
    assert names.fault("e", "a") is None


def test_commonest_stored_name_is_the_one_to_keep() -> None:
    names = ServedNames({"e": Fake()})
    names.expect("e", ["b", "a", None, "b"])
    assert names.fault("e", "b") is None
    assert names.fault("e", "a") is not None
    names.expect("e", ["a", "a"])  # known already
    assert names.fault("e", "b") is None


def test_spec_settles_it() -> None:
    names = ServedNames({"e": Fake()}, {"e": "vllm-*|torvik"})
    assert [names.fault("e", served) for served in ("torvik", "vllm-1", "vllm-2", None)] == [None] * 4
    assert names.fault("e", "torvik-2") == "answered by 'torvik-2', where the SPEC says served_as=vllm-*|torvik."


def test_local_endpoint_may_call_itself_what_it_likes() -> None:
    names = ServedNames({"e": Fake(is_local=True)})
    assert [names.fault("e", served) for served in "ab"] == [None, None]


class Hosted(Fake):
    """A provider that knows the names of its service."""

    is_fixed = True

    def served_fault(self, served: str) -> str | None:
        return None if served == self.model else f"answered by {served!r}."


def test_rerouted_answer_is_an_error_that_ends_the_asking_and_is_never_stored() -> None:
    provider, store = Hosted(answer=lambda text: Completion(text=text, served_model="other")), Store()
    engine = make(provider, store, concurrency=1)
    prefetch(engine, [ask("a"), ask("b")])
    first, second = (engine.complete(ask(text)) for text in "ab")
    assert first.error == "answered by 'other'. If that is the right model, say served_as=other in the SPEC."
    assert second.error is not None
    assert second.is_left_out
    assert provider.asked == ["a#1"]
    assert store == {}


def test_changed_name_during_a_run_is_an_error() -> None:
    served = {"a": "m-1", "b": "m-1", "c": "m-2"}
    provider = Fake(answer=lambda text: Completion(text=text, served_model=served[text]))
    engine = make(provider, concurrency=1)
    errors = [engine.complete(ask(text)).error for text in "abc"]
    assert errors[:2] == [None, None]
    assert re.match(r"answered by 'm-2', where earlier answers are by 'm-1'", errors[2] or "")


def stored_under(*names: str) -> Store:
    store = Store()
    for number, name in enumerate(names):
        answers = Fake(answer=lambda text, name=name: Completion(text=f"stored {text}", served_model=name))
        prefetch(make(answers, store), [ask(f"q{number}")])
    return store


def test_stored_answers_of_another_model_are_asked_anew() -> None:
    store = stored_under("m-1", "m-2", "m-1")
    provider = Hosted(model="m", answer=lambda text: Completion(text=f"new {text}", served_model="m"))
    engine = make(provider, store)
    prefetch(engine, [ask(f"q{number}") for number in range(3)])
    assert [engine.complete(ask(f"q{number}")).text for number in range(3)] == ["new q0", "new q1", "new q2"]
    again = make(Hosted(), store, "replay")
    assert [again.complete(ask(f"q{number}")).text for number in range(3)] == ["new q0", "new q1", "new q2"]


def test_fewer_stored_answers_under_another_name_are_asked_anew_or_in_replay_an_error() -> None:
    questions = [ask(f"q{number}") for number in range(3)]
    replay = make(Fake(), stored_under("m-1", "m-2", "m-1"), "replay")
    prefetch(replay, questions)
    found = [replay.complete(question) for question in questions]
    assert [each.text for each in found] == ["stored q0", "", "stored q2"]
    assert "answered by 'm-2', where earlier answers are by 'm-1'" in (found[1].error or "")

    provider = Fake(answer=lambda text: Completion(text=f"new {text}", served_model="m-1"))
    engine = make(provider, stored_under("m-1", "m-2", "m-1"))
    prefetch(engine, questions)
    assert [engine.complete(each).text for each in questions] == ["stored q0", "new q1", "stored q2"]


def test_new_answer_under_another_name_than_the_stored_ones_is_an_error() -> None:
    provider = Fake(answer=lambda text: Completion(text=f"new {text}", served_model="m-2"))
    engine = make(provider, stored_under("m-1", "m-1"))
    prefetch(engine, [ask("q0"), ask("q1"), ask("q2")])
    found = [engine.complete(ask(f"q{number}")) for number in range(3)]
    assert [each.text for each in found] == ["stored q0", "stored q1", ""]
    assert "another model may have its place" in (found[2].error or "")


def test_spec_that_names_the_new_model_asks_for_the_old_ones_answers_anew() -> None:
    store = stored_under("m-1")
    provider = Fake(answer=lambda text: Completion(text=f"new {text}", served_model="m-2"))
    engine = Engine({"e": provider}, open_store=lambda: store, served_as={"e": "m-2"})
    prefetch(engine, [ask("q0")])
    assert engine.complete(ask("q0")).text == "new q0"
