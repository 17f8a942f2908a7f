"""Where the openai provider sends questions, and which secrets go with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loopback import Reply

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers import PROVIDERS
from pytest_ftbench.providers.openai_address import Address, read_address
from pytest_ftbench.records import Prompt
from pytest_ftbench.specs import parse_spec

if TYPE_CHECKING:
    from provider_kit import Connect, Serve

pytest_plugins = ("provider_kit",)
pytestmark = pytest.mark.usefixtures("clean_environment")

ASK = Prompt((("system", "Be brief."), ("user", "Q?")))

SECRETS = {
    "OPENAI_API_KEY": "sk-official-secret",
    "OPENAI_ADMIN_KEY": "sk-admin-secret",
    "OPENAI_ORG_ID": "org-secret",
    "OPENAI_PROJECT_ID": "proj-secret",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: gateway-secret\nAuthorization: Bearer other-secret\napi-key: third-secret",
}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("base_url=localhost:8000", "base_url must be a URL like http://host:8000/v1, got 'localhost:8000'."),
        ("base_url=", "base_url must be a URL like http://host:8000/v1, got ''."),
        ("base_url=http://h:99999/v1", "base_url must be a URL like http://host:8000/v1, got 'http://h:99999/v1'."),
        (
            "base_url=http://me:hush@h/v1",
            "base_url must not hold a user or password. api_key_env=NAME names the variable with the key.",
        ),
        (
            "base_url=http://h/v1?x=1",
            "base_url must end with the path, got 'http://h/v1?x=1'. Leave out what follows '?' or '#'.",
        ),
        (
            "api_key_env=sk-hush",
            "api_key_env must be the name of an environment variable (letters, digits and _). "
            "The key itself never stands in a SPEC.",
        ),
        ("timeout=0", "timeout must be seconds > 0, got '0'."),
        ("timeout=inf", "timeout must be seconds > 0, got 'inf'."),
        ("connect_timeout=nan", "connect_timeout must be seconds > 0, got 'nan'."),
        ("read_timeout=-1", "read_timeout must be seconds > 0, got '-1'."),
    ],
)
def test_bad_option_is_refused_before_anything_is_sent(query: str, message: str, connect: Connect) -> None:
    with pytest.raises(SpecError) as caught:
        connect(query)
    assert str(caught.value) == f"model 'openai:m': {message}"


def test_bad_url_in_the_environment_names_the_variable(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "nowhere")
    with pytest.raises(SpecError) as caught:
        connect()
    assert str(caught.value) == (
        "model 'openai:m': OPENAI_BASE_URL must be a URL like http://host:8000/v1, got 'nowhere'."
    )


def test_server_named_in_the_spec_sees_no_secret(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    server = serve()
    connect(f"base_url={server.base_url}").complete(ASK)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer no-key-needed"
    assert not [text for text in (*headers, *headers.values()) if "secret" in text or "x-gateway" in text]


def test_server_named_in_the_spec_gets_the_key_of_api_key_env(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOGETHER_KEY", "tgp-mine")
    server = serve()
    connect(f"base_url={server.base_url}&api_key_env=TOGETHER_KEY").complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer tgp-mine"
    assert "secret" not in str(server.requests[0].headers)


def test_server_named_in_the_environment_gets_the_key_only_where_the_spec_says_so(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    connect().complete(ASK)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: mine")
    connect().complete(ASK)
    connect("api_key_env=OPENAI_API_KEY").complete(ASK)
    without, with_key, told = (asked.headers for asked in server.requests)
    assert without["authorization"] == with_key["authorization"] == "Bearer no-key-needed"
    assert (told["authorization"], told["x-gateway"]) == ("Bearer sk-official-secret", "mine")
    assert not {"openai-organization", "openai-project"} & {*with_key, *told}


def test_server_that_wants_a_key_and_was_sent_none_is_told_apart_from_a_wrong_key(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-wrong-key")
    base_url = serve(Reply({"error": {"message": "Who are you?"}}, status=401)).base_url
    for query, hint in [("", "No key was sent there: api_key_env=NAME in"), ("&api_key_env=MY_KEY", "Check the key.")]:
        with pytest.raises(EndpointError, match=f"HTTP 401: Who are you\\? {hint}"):
            connect(f"base_url={base_url}{query}").complete(ASK)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "no key for https://api.openai.com/v1: the environment variable OPENAI_API_KEY is not set. Set it."),
        (
            "base_url=http://localhost/v1&api_key_env=MY_KEY",
            "no key for http://localhost/v1: the environment variable MY_KEY is not set. Set it.",
        ),
    ],
)
def test_missing_key_names_the_variable(query: str, message: str, connect: Connect) -> None:
    provider = connect(query)
    with pytest.raises(EndpointError) as caught:
        provider.complete(ASK)
    assert str(caught.value) == message
    assert caught.value.fault == "endpoint"


def test_key_that_cannot_be_a_header_is_refused_without_being_shown(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "hush\nhush")
    with pytest.raises(EndpointError) as caught:
        connect("base_url=http://localhost/v1&api_key_env=MY_KEY").complete(ASK)
    assert str(caught.value) == (
        "the key in the environment variable MY_KEY holds characters that no key holds. "
        "Set it again, without quotes, blanks or line ends."
    )
    assert caught.value.fault == "endpoint"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.openai.com/v1", "sk-official-secret"),
        ("http://api.openai.com/v1", "no-key-needed"),
        ("https://api.openai.com.evil.example/v1", "no-key-needed"),
        ("https://eu.api.openai.com/v1", "no-key-needed"),
    ],
)
def test_official_key_goes_to_the_official_host_only(url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRETS["OPENAI_API_KEY"])
    text = f"openai:m?base_url={url}"
    spec = parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS)
    assert read_address(spec).find_key() == key


AZURE = "https://acme.openai.azure.com/openai/v1"
TOKEN = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("url", "key", "headers"),
    [
        (AZURE, "0f1e2d", {"api-key": "0f1e2d"}),
        (AZURE, TOKEN, {"Authorization": f"Bearer {TOKEN}"}),
        ("https://acme.services.ai.azure.com/openai/v1", "0f1e2d", {"api-key": "0f1e2d"}),
        ("https://acme.openai.azure.com.evil.example/v1", "0f1e2d", {"Authorization": "Bearer 0f1e2d"}),
        ("https://evil-openai.azure.com/v1", "0f1e2d", {"Authorization": "Bearer 0f1e2d"}),
        ("http://acme.openai.azure.com/openai/v1", "0f1e2d", {"Authorization": "Bearer 0f1e2d"}),
        ("https://api.openai.com/v1", "sk-mine", {"Authorization": "Bearer sk-mine"}),
        ("http://localhost:8000/v1", "mine", {"Authorization": "Bearer mine"}),
    ],
)
def test_key_stands_in_the_header_that_the_host_wants(url: str, key: str, headers: dict[str, str]) -> None:
    assert Address(url, is_from_spec=True, key_variable="MY_KEY").auth_headers(key) == headers


@pytest.mark.parametrize("is_from_spec", [True, False])
def test_official_key_never_goes_to_azure(is_from_spec: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRETS["OPENAI_API_KEY"])
    with pytest.raises(EndpointError) as caught:
        Address(AZURE, is_from_spec, key_variable=None).find_key()
    assert str(caught.value) == (
        f"no key for {AZURE}: name the variable that holds it, api_key_env=AZURE_OPENAI_API_KEY."
    )
    assert caught.value.fault == "endpoint"
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "0f1e2d")
    assert Address(AZURE, is_from_spec, key_variable="AZURE_OPENAI_API_KEY").find_key() == "0f1e2d"


@pytest.mark.parametrize("key", ["0f1e2d", TOKEN])
@pytest.mark.parametrize("is_from_spec", [True, False])
def test_azure_sees_its_key_in_one_header_and_no_other_secret(
    is_from_spec: bool, key: str, serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    if not is_from_spec:
        monkeypatch.delenv("OPENAI_CUSTOM_HEADERS")
        monkeypatch.setenv("OPENAI_BASE_URL", AZURE)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", key)
    server = serve()
    server.stand_for_others(monkeypatch)
    query = f"base_url={AZURE}&" if is_from_spec else ""
    connect(f"{query}api_key_env=AZURE_OPENAI_API_KEY&max_tokens=9").complete(ASK)
    (asked,) = server.requests
    assert (asked.headers["host"], asked.path) == ("acme.openai.azure.com", "/openai/v1/chat/completions")
    sent = {name: asked.headers[name] for name in ("api-key", "authorization") if name in asked.headers}
    assert sent == ({"authorization": f"Bearer {TOKEN}"} if key == TOKEN else {"api-key": key})
    assert not [text for text in (*asked.headers, *asked.headers.values()) if "secret" in text]
    assert asked.body["max_completion_tokens"] == 9


def test_openai_itself_gets_the_key_and_the_ids(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, SECRETS[name])
    server = serve()
    server.stand_for_others(monkeypatch)
    connect("max_tokens=9", name="ft:base:acme::9AB").complete(ASK)
    (asked,) = server.requests
    assert (asked.headers["host"], asked.path) == ("api.openai.com", "/v1/chat/completions")
    assert asked.headers["authorization"] == "Bearer sk-official-secret"
    assert (asked.headers["openai-organization"], asked.headers["openai-project"]) == ("org-secret", "proj-secret")
    assert "sk-admin-secret" not in asked.headers.values()
    assert (asked.body["model"], asked.body["max_completion_tokens"]) == ("ft:base:acme::9AB", 9)
