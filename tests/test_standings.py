"""What servers say of models: read from all at once, held against the SPEC, and put into words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from standing_kit import Broken, Oracle

from pytest_ftbench.providers import PROVIDERS, EndpointSpec
from pytest_ftbench.providers.lifecycle import Standing, TellsShutdown
from pytest_ftbench.reports.standings import ending_in_words
from pytest_ftbench.specs import parse_spec
from pytest_ftbench.standings import Reading, Standings, base_fault, days_left, is_same_model

KNOWN = {**PROVIDERS, "oracle": Oracle}


def spec(text: str) -> EndpointSpec:
    return parse_spec(text, models={}, folder=Path(), known_providers=KNOWN)


def oracle(text: str) -> Oracle:
    return Oracle(spec(f"oracle:{text}"))


def test_standings_are_read_all_at_once_and_one_that_does_not_answer_is_left_out() -> None:
    providers = {
        "a": oracle("m?told_base=b&weights=w"),
        "b": oracle("m?fault=HTTP 404: no such model."),
        "c": oracle("m?mute=1"),
    }
    found = Standings(providers).wait(0.5)
    assert found == {"a": Reading(Standing("m", "b", "w")), "b": Reading(fault="HTTP 404: no such model.")}
    providers["c"].close()


def test_fault_of_a_provider_is_told_and_ends_nothing() -> None:
    found = Standings({name: Broken(spec(f"oracle:{name}")) for name in ("raises", "returns")}).wait(5)
    assert found["raises"] == Reading(fault="RuntimeError: oops\x1b[2J")
    assert found["returns"].fault.startswith("the provider Broken returned no standing but Standing(")


def test_local_endpoints_and_those_that_cannot_ask_have_no_reading() -> None:
    class Plain:
        is_local = False

    local = oracle("m")
    local.is_local = True
    assert Standings({"a": local, "b": Plain()}).wait(5) == {}  # type: ignore[dict-item]  # all of a provider it needs


def test_provider_says_by_itself_whether_its_server_tells_dates() -> None:
    assert isinstance(oracle("m"), TellsShutdown)
    assert not isinstance(object(), TellsShutdown)


@pytest.mark.parametrize(
    ("day", "left"), [("2027-01-14", 54), ("2026-11-22", 1), ("2026-11-21", 0), ("2026-11-20", -1)]
)
def test_days_are_counted_to_the_first_day_without_the_model(day: str, left: int) -> None:
    assert days_left(Standing("m", shutdown_date=date.fromisoformat(day)), date(2026, 11, 21)) == left


def test_no_date_gives_no_days() -> None:
    assert days_left(Standing("m"), date(2026, 11, 21)) is None


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (54, "is shut down on 2027-01-14, in 54 days"),
        (1, "is shut down on 2027-01-14, in 1 day"),
        (0, "is shut down today, 2027-01-14"),
        (-1, "was to be shut down on 2027-01-14, 1 day ago"),
        (-9, "was to be shut down on 2027-01-14, 9 days ago"),
    ],
)
def test_end_is_put_into_words(days: int, words: str) -> None:
    assert ending_in_words(Standing("m", shutdown_date=date(2027, 1, 14)), days) == words


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg", "gpt-4o-mini-2024-07-18"),
        ("openai:ft:gpt-4.1:acme:leave:9ABel2dg:ckpt-step-90", "gpt-4.1"),
        ("ft:gpt-4o-mini:acme::9ABel2dg?base=gpt-4.1", "gpt-4.1"),
        ("openai:leave-lora?base=meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("openai:leave-lora", None),
    ],
)
def test_spec_says_of_which_base_a_model_is(text: str, base: str | None) -> None:
    assert spec(text).base == base


@pytest.mark.parametrize(
    ("name", "other", "is_same"),
    [
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini-2024-07-18", True),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", True),
        ("gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash-001", True),
        ("gemini-2.5-flash", "gemini-2.5-flash@default", True),
        ("meta-llama/Llama-3.1-8B", "/models/llama-3.1-8b/", True),
        ("gpt-3.5-turbo", "gpt-3.5-turbo-0125", True),
        ("gemini-2.5-flash", "gemini-2_5-flash", True),
        ("gpt-4o-mini", "gpt-4o", False),
        ("gpt-4o", "gpt-4o-mini-2024-07-18", False),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20", False),
        ("gemini-2.5-flash-001", "gemini-2.5-flash-002", False),
        ("gemini-2.5-pro", "gemini-2.5-flash", False),
    ],
)
def test_model_is_the_same_under_its_short_and_its_dated_name(name: str, other: str, is_same: bool) -> None:
    assert is_same_model(name, other) is is_same
    assert is_same_model(other, name) is is_same


@pytest.mark.parametrize(
    ("text", "told", "fault"),
    [
        ("ft:gpt-4o-mini:acme::9", "gpt-4o-mini-2024-07-18", ""),
        ("ft:gpt-4o-mini:acme::9", "gpt-4.1", "its base model is gpt-4.1, not gpt-4o-mini"),
        ("ft:gpt-4o-mini:acme::9", None, ""),
        ("openai:m", "gpt-4.1", ""),
    ],
)
def test_base_that_the_server_names_is_held_against_the_spec(text: str, told: str | None, fault: str) -> None:
    assert base_fault(spec(text), Standing("m", told)) == fault
