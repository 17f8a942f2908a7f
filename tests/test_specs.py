"""How a SPEC is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftbench.errors import SpecError
from pytest_ftbench.providers import PROVIDERS, EndpointSpec
from pytest_ftbench.specs import parse_spec, parse_specs

HERE = Path("/somewhere/here")
COMMON = "base, max_tokens, price_in, price_out, revision, seed, served_as, system, temperature, training_file"
OPENAI_KEYS = (
    "api, api_key_env, base, base_url, connect_timeout, max_tokens, max_tokens_as, price_in, price_out, "
    "read_timeout, revision, seed, served_as, system, temperature, timeout, training_file"
)


def parse(text: str, models: dict[str, object] | None = None) -> EndpointSpec:
    return parse_spec(text, models=models or {}, folder=HERE, models_folder=Path("/root"), known_providers=PROVIDERS)


def fault(text: str, models: dict[str, object] | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        parse(text, models)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_spec_is_provider_name_and_options() -> None:
    assert parse("new=openai:llama3?base_url=http://localhost:8000/v1&temperature=0.2") == EndpointSpec(
        alias="new",
        provider="openai",
        name="llama3",
        options={"base_url": "http://localhost:8000/v1", "temperature": "0.2"},
        text="openai:llama3?base_url=http://localhost:8000/v1&temperature=0.2",
        folder=HERE,
    )


@pytest.mark.parametrize(
    ("text", "provider", "name"),
    [
        ("ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg", "openai", "ft:gpt-4o-mini-2024-07-18:acme::9ABel2dg"),
        ("x=ft:gpt-4o:acme::9AB:ckpt-step-90?seed=1", "openai", "ft:gpt-4o:acme::9AB:ckpt-step-90"),
        ("openai:llama3:8b", "openai", "llama3:8b"),
        ("openai:a=b", "openai", "a=b"),
        ("replay:C:\\runs\\old.jsonl#a b", "replay", "C:\\runs\\old.jsonl#a b"),
        ("  memorizer:t.jsonl ", "memorizer", "t.jsonl"),
    ],
)
def test_only_the_first_colon_parts_provider_and_name(text: str, provider: str, name: str) -> None:
    spec = parse(text)
    assert (spec.provider, spec.name) == (provider, name)


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("ft:gpt-4o-mini:acme::9AB", "gpt-4o-mini-9AB"),
        ("ft:gpt-4o-mini:acme:leave:9AB", "gpt-4o-mini-leave-9AB"),
        ("openai:ft:gpt-4o-mini:acme::9AB:ckpt-step-90", "gpt-4o-mini-9AB-ckpt-step-90"),
        ("ft:gpt-4o-mini", "gpt-4o-mini"),
        ("openai:llama3", "llama3"),
        ("openai:llama3:8b", "llama3-8b"),
        ("openai:meta-llama/Llama-3-8B [q4]", "Llama-3-8B-q4"),
        ("openai:\u00fc", "openai"),
        ("memorizer:x/training.jsonl", "memorizer"),
        ("replay:file.csv#gpt-x_response", "gpt-x"),
        ("replay:dir/file.csv#response", "file"),
        ("replay:runs/release-12.jsonl", "release-12"),
        ("replay:runs/release-12.jsonl#prod", "prod"),
        ("replay:dir/**/*.csv", "replay"),
        ("A.b_c-1=openai:llama3", "A.b_c-1"),
    ],
)
def test_alias_is_given_or_derived(text: str, alias: str) -> None:
    assert parse(text).alias == alias


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "?" not in text and text.strip() != "ft:"))
@settings(max_examples=200, deadline=None)
def test_derived_alias_never_holds_what_ids_cannot(name: str) -> None:
    alias = parse(f"openai:{name}").alias
    assert alias
    assert not set(alias) & set(":[]/ \t\n")


@pytest.mark.parametrize(
    ("written", "value"),
    [("a%26b", "a&b"), ("1+1", "1+1"), ("50%", "50%"), ("%C3%A9", "\u00e9"), ("a=b?c", "a=b?c"), ("", "")],
)
def test_values_are_percent_decoded_and_plus_stays(written: str, value: str) -> None:
    assert parse(f"openai:x?revision={written}&seed=1").options == {"revision": value, "seed": "1"}


def test_entry_is_a_spec_and_gives_the_alias() -> None:
    spec = parse("prod", {"prod": "openai:llama3?seed=1"})
    assert (spec.alias, spec.name, spec.text) == ("prod", "llama3", "openai:llama3?seed=1")
    assert parse("old=prod", {"prod": "openai:llama3"}).alias == "old"


def test_entry_is_a_table_whose_other_keys_are_query_keys() -> None:
    table = {"spec": "openai:llama3?seed=1&revision=r1", "temperature": 0.2, "seed": 2, "system": "Be brief & kind."}
    spec = parse("prod?revision=r2", {"prod": table})
    assert spec.options == {"seed": "2", "revision": "r2", "temperature": "0.2", "system": "Be brief & kind."}
    assert spec.text == "openai:llama3?seed=2&revision=r2&temperature=0.2&system=Be brief %26 kind."
    assert parse(spec.text).options == spec.options
    assert (spec.system, spec.revision) == ("Be brief & kind.", "r2")


def test_paths_of_entries_are_relative_to_the_folder_of_the_table() -> None:
    assert parse("m", {"m": "memorizer:t.jsonl"}).folder == Path("/root")
    assert parse("memorizer:t.jsonl").folder == HERE
    alone = parse_spec("m", models={"m": "memorizer:t.jsonl"}, folder=HERE, known_providers=PROVIDERS)
    assert alone.folder == HERE


def test_entry_may_refer_to_another_but_not_in_a_circle() -> None:
    models: dict[str, object] = {"hot": {"spec": "prod", "temperature": 1}, "prod": "openai:llama3"}
    assert (parse("hot", models).alias, parse("hot", models).options) == ("hot", {"temperature": "1"})
    assert fault("a", {"a": "b", "b": {"spec": "a"}}) == (
        "[tool.ftbench.models] goes in a circle: a -> b -> a. Let one entry name a provider."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a SPEC is empty (entries: none). Name one, or write provider:name, such as openai:x."),
        (
            "gpt-4o",
            "'gpt-4o' is no entry of [tool.ftbench.models] (entries: none). "
            "Name one, or write provider:name, such as openai:gpt-4o.",
        ),
        ("openai:", "model 'openai:': no name after the provider. Write openai:NAME."),
        ("ft:", "model 'ft:': no name after the provider. Write openai:NAME."),
        (
            "opnai:x",
            "model 'opnai:x': provider 'opnai' is unknown. Did you mean 'openai'? "
            "Allowed: memorizer, openai, replay, vertex, ft:...",
        ),
        (
            "my model=openai:x?api_key=sk-1",
            "alias 'my model' of model 'openai:x' is not allowed. "
            "Allowed: letters, digits and . _ - after a first letter or digit.",
        ),
        (
            "=openai:x",
            "alias '' of model 'openai:x' is not allowed. "
            "Allowed: letters, digits and . _ - after a first letter or digit.",
        ),
        (
            "openai:x?temprature=1",
            f"model 'openai:x': unknown key 'temprature'. Did you mean 'temperature'? Keys of openai: {OPENAI_KEYS}.",
        ),
        (
            "openai:x?max_token=1",
            f"model 'openai:x': unknown key 'max_token'. Did you mean 'max_tokens'? Keys of openai: {OPENAI_KEYS}.",
        ),
        ("replay:x.csv?base_url=1", f"model 'replay:x.csv': unknown key 'base_url'. Keys of replay: {COMMON}."),
        ("openai:x?seed", "model 'openai:x': expected key=value after '?', got 'seed'. Write '&' in a value as %26."),
        ("openai:x?=1", "model 'openai:x': expected key=value after '?', got '=1'. Write '&' in a value as %26."),
        ("openai:x?seed=1&seed=2", "model 'openai:x': the key 'seed' is given twice. Leave one out."),
        ("openai:x?system=%ff", "model 'openai:x': the value of 'system' is not percent-encoded UTF-8."),
    ],
)
def test_refusal_says_what_is_allowed(text: str, message: str) -> None:
    assert fault(text) == message


@pytest.mark.parametrize("value", ["warm", "-0.1", "nan", "inf", ""])
def test_temperature_is_a_number_from_zero_or_none(value: str) -> None:
    allowed = "a number >= 0, or 'none' to leave it to the server"
    assert fault(f"openai:x?temperature={value}") == f"model 'openai:x': temperature must be {allowed}, got {value!r}."
    assert parse("openai:x?temperature=none").options == {"temperature": "none"}


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", ""])
def test_max_tokens_is_a_whole_number_from_one(value: str) -> None:
    assert fault(f"memorizer:x?max_tokens={value}") == (
        f"model 'memorizer:x': max_tokens must be a whole number >= 1, got {value!r}."
    )


def test_seed_is_a_whole_number() -> None:
    assert fault("openai:x?seed=a") == "model 'openai:x': seed must be a whole number, got 'a'."
    assert parse("openai:x?seed=-7").options == {"seed": "-7"}


@pytest.mark.parametrize("value", ["-0.1", "nan", "inf", "cheap", "$1", ""])
def test_price_is_a_number_from_zero(value: str) -> None:
    for key, other in (("price_in", "price_out"), ("price_out", "price_in")):
        assert fault(f"openai:x?{key}={value}&{other}=0") == (
            f"model 'openai:x': {key} must be USD per million tokens, a number >= 0, got {value!r}."
        )


def test_one_price_alone_is_refused() -> None:
    assert fault("openai:x?price_in=1") == (
        "model 'openai:x': price_in needs price_out beside it. Give both or neither."
    )
    assert fault("m", {"m": {"spec": "memorizer:x", "price_out": 0}}) == (
        "model 'memorizer:x': price_out needs price_in beside it. Give both or neither."
    )


def test_prices_may_stand_in_different_entries() -> None:
    models: dict[str, object] = {"base": {"spec": "openai:x?seed=1", "price_in": 0.3}, "new": {"spec": "base"}}
    assert parse("new?price_out=1.2", models).options == {"seed": "1", "price_in": "0.3", "price_out": "1.2"}


@pytest.mark.parametrize("key", ["api_key", "apikey", "OPENAI_API_KEY", "token", "password", "Authorization"])
def test_secret_as_option_is_refused_and_not_shown(key: str) -> None:
    assert fault(f"openai:x?{key}=hush") == (
        f"model 'openai:x': {key!r} looks like a secret, which a SPEC never holds. "
        "api_key_env=NAME names the variable that holds it."
    )
    assert fault("m", {"m": {"spec": "memorizer:x", key: "hush"}}) == (
        f"model 'memorizer:x': {key!r} looks like a secret, which a SPEC never holds. Leave it out."
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (7, "[tool.ftbench.models] m: expected a SPEC, or a table with the key 'spec', got 7."),
        (
            {"name": "x"},
            "[tool.ftbench.models] m: expected a SPEC, or a table with the key 'spec', got a table with the keys name.",
        ),
        (
            {"spec": "openai:x", "seed": [1]},
            "[tool.ftbench.models] m: seed must be text, a number or true/false, got list.",
        ),
        ({"spec": "openai:x", "seed": True}, "model 'openai:x': seed must be a whole number, got 'true'."),
        (
            "x=openai:y",
            "[tool.ftbench.models] m: its SPEC has the alias 'x'. Leave it out: the entry's name is the alias.",
        ),
    ],
)
def test_entry_of_the_wrong_shape_is_refused(entry: object, message: str) -> None:
    assert fault("m", {"m": entry}) == message


def test_entry_whose_name_is_no_alias_needs_one() -> None:
    models: dict[str, object] = {"my model": "openai:x"}
    assert fault("my model", models) == (
        "the entry 'my model' of [tool.ftbench.models] cannot be an alias. Use letters, digits and . _ - only."
    )


def test_unknown_entry_lists_those_there_are() -> None:
    assert fault("prodd", {"prod": "openai:x", "base": "openai:y"}) == (
        "'prodd' is no entry of [tool.ftbench.models] (entries: base, prod). "
        "Name one, or write provider:name, such as openai:prodd."
    )


def test_two_models_cannot_share_an_alias() -> None:
    texts = ["openai:a/llama3", "openai:b/llama3?seed=1"]
    with pytest.raises(SpecError) as caught:
        parse_specs(texts, models={}, folder=HERE, known_providers=PROVIDERS)
    assert str(caught.value) == (
        "two models are called 'llama3': 'openai:a/llama3' and 'openai:b/llama3'. "
        "Give one an alias of its own: ALIAS=openai:b/llama3."
    )
    specs = parse_specs([texts[0], f"b={texts[1]}"], models={}, folder=HERE, known_providers=PROVIDERS)
    assert [spec.alias for spec in specs] == ["llama3", "b"]
