"""What answers cost, and how many tokens they are likely to take."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.prices import Price, estimate_tokens_in, estimate_tokens_out, price_of
from pytest_ftbench.prompts import build_prompt
from pytest_ftbench.providers import PROVIDERS, EndpointSpec, open_provider
from pytest_ftbench.records import Prompt
from pytest_ftbench.specs import parse_spec

OFFICIAL = "https://api.openai.com/v1"
TUNED = "ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg"


def read(text: str, **entry: object) -> EndpointSpec:
    models: dict[str, object] = {"m": {"spec": text, **entry}}
    return parse_spec("m" if entry else text, models=models, folder=Path(), known_providers=PROVIDERS)


def price(text: str, base_url: str | None = OFFICIAL) -> Price | None:
    return price_of(read(text), base_url=base_url)


def test_own_price_of_the_spec_or_its_entry_wins() -> None:
    own = price_of(read(f"{TUNED}?price_in=2&price_out=8"), base_url=OFFICIAL)
    assert own == price_of(read(TUNED, price_in=2, price_out=8.0), base_url=OFFICIAL) == Price(2, 8)
    assert own is not None
    assert own.cost_usd(1_000_000, 500_000) == 6.0
    assert own.cost_usd(0, 0) == 0.0


def test_own_price_may_be_zero_and_holds_for_any_server() -> None:
    assert price("openai:llama3?price_in=0&price_out=0", "http://localhost:8000/v1") == Price(0, 0)


def test_wrong_own_price_is_a_spec_error_here_too() -> None:
    spec = EndpointSpec("a", "openai", "x", {"price_in": "1"})
    with pytest.raises(SpecError, match=r"^model 'openai:x': price_in needs price_out beside it"):
        price_of(spec, base_url=None)


def test_prices_change_neither_what_an_endpoint_is_nor_how_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    plain, priced = (open_provider(read(f"{TUNED}?seed=1{more}")) for more in ("", "&price_in=1&price_out=2"))
    assert (priced.identity, priced.sampling) == (plain.identity, plain.sampling)


def test_table_knows_fine_tunes_and_models_of_openai() -> None:
    """The published prices: 0.30 and 1.20 for the tuned model, 0.15 and 0.60 for its base."""
    tuned, base = price(TUNED), price("openai:gpt-4o-mini")
    assert (tuned, base) == (Price(0.3, 1.2), Price(0.15, 0.6))
    assert tuned is not None
    assert tuned.cost_usd(1000, 100) == pytest.approx(0.00042)


def test_openai_without_an_address_is_where_spec_and_environment_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert price(TUNED, None) == Price(0.3, 1.2)
    assert price("openai:gpt-4o-mini?base_url=http://localhost:8000/v1", None) is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    assert price(TUNED, None) is None


def test_other_hosts_are_known_by_their_address() -> None:
    found = price("openai:llama-3.3-70b-versatile", "https://api.groq.com/openai/v1")
    assert found is not None
    assert found.usd_per_million_out > found.usd_per_million_in > 0


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("openai:gpt-4o-mini", "http://localhost:8000/v1"),
        ("openai:gpt-4o-mini", "http://10.0.0.1/v1"),
        ("openai:gpt-4o-mini", "https://models.example/v1"),
        ("openai:no-such-model", OFFICIAL),
        ("ft:no-such-base:acme::9AB", OFFICIAL),
        ("ft:gpt-4-0613:acme::9AB", OFFICIAL),
        ("memorizer:training.jsonl", None),
        ("replay:gpt-4o-mini", None),
    ],
)
def test_what_nobody_knows_has_no_price(text: str, base_url: str | None) -> None:
    assert price(text, base_url) is None


def test_vertex_endpoint_has_only_the_users_own_price() -> None:
    google = "https://us-central1-aiplatform.googleapis.com"
    assert price_of(EndpointSpec("v", "vertex", "gemini-2.5-flash"), base_url=google) is None
    options = {"price_in": "1", "price_out": "2"}
    assert price_of(EndpointSpec("v", "vertex", "12345", options), base_url=None) == Price(1, 2)


def test_looking_up_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert price(TUNED) == Price(0.3, 1.2)


@pytest.fixture
def own_table() -> Iterator[None]:
    """A table with one model for each thing that a price can be."""
    from genai_prices import data_snapshot
    from genai_prices.types import ClauseEquals, ModelInfo, ModelPrice, Provider, Tier, TieredPrices

    prices: dict[str, Any] = {
        "tiered": ModelPrice(
            input_mtok=TieredPrices(base=Decimal(1), tiers=[Tier(start=200_000, price=Decimal(2))]),
            output_mtok=TieredPrices(base=Decimal(4), tiers=[Tier(start=200_000, price=Decimal(8))]),
        ),
        "free": ModelPrice(input_mtok=Decimal(0), output_mtok=Decimal(0)),
        "embedding": ModelPrice(input_mtok=Decimal(1)),
        "blank": ModelPrice(),
    }
    models = [ModelInfo(id=name, match=ClauseEquals(equals=name), prices=each) for name, each in prices.items()]
    host = Provider(id="h", name="H", api_pattern=r"https://models\.example", models=models)
    data_snapshot.set_custom_snapshot(data_snapshot.DataSnapshot([host], from_auto_update=False))
    yield
    data_snapshot.set_custom_snapshot(None)


@pytest.mark.usefixtures("own_table")
def test_long_prompts_cost_what_the_table_says_and_short_ones_what_the_rates_say() -> None:
    tiered = price("openai:tiered", "https://models.example/v1")
    assert tiered == Price(1, 4)
    assert tiered is not None
    assert tiered.cost_usd(100_000, 1000) == pytest.approx(0.1 + 0.004)
    assert tiered.cost_usd(300_000, 1000) == pytest.approx(0.6 + 0.008)


@pytest.mark.usefixtures("own_table")
def test_a_price_of_zero_is_known_only_where_the_table_says_zero() -> None:
    assert price("openai:free", "https://models.example/v1") == Price(0, 0)
    assert price("openai:embedding", "https://models.example/v1") is None
    assert price("openai:blank", "https://models.example/v1") is None


@pytest.mark.parametrize("fault", [LookupError, RuntimeError, TypeError, None])
def test_missing_or_broken_table_makes_prices_unknown(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception] | None
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        assert fault is not None
        raise fault("odd")

    broken = SimpleNamespace(Usage=dict, calc_price=fail)
    monkeypatch.setitem(sys.modules, "genai_prices", broken if fault else None)
    assert price(TUNED) is None
    assert price(f"{TUNED}?price_in=1&price_out=2") == Price(1, 2)


def test_prompt_has_a_token_for_four_bytes_and_some_for_each_message() -> None:
    assert estimate_tokens_in(build_prompt("x" * 40)) == 3 + 4 + 10
    assert estimate_tokens_in(build_prompt("x" * 41, system="Be brief.")) == 3 + (4 + 3) + (4 + 11)
    assert estimate_tokens_in(build_prompt("漢字漢字")) == 3 + 4 + 3
    assert estimate_tokens_in(build_prompt("\ud800")) == 3 + 4 + 1


def test_no_prompt_is_free() -> None:
    assert estimate_tokens_in(build_prompt("")) == 7
    assert estimate_tokens_in(Prompt(())) == 3


@pytest.mark.parametrize(
    ("seen", "max_tokens", "expected"),
    [((), None, 50), ((), 20, 20), ((), 80, 50), ((3, 4), None, 4), ((30, 50), 35, 35), ((0, 0), None, 0)],
)
def test_answer_takes_what_answers_took_so_far(seen: tuple[int, ...], max_tokens: int | None, expected: int) -> None:
    assert estimate_tokens_out(seen, max_tokens) == expected
