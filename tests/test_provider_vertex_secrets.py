"""Whose tokens go to Vertex AI, that they go nowhere else, and what is said where there are none."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Reply
from vertex_loopback import ASK, ENDPOINT, VertexServer

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.providers.vertex_address import VertexAddress

if TYPE_CHECKING:
    from vertex_kit import Connect, Serve

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("vertex_environment")

GOOGLE = VertexAddress("https://us-central1-aiplatform.googleapis.com", None)
TOKEN = {"access_token": "ya29.secret", "expires_in": 3600, "token_type": "Bearer"}
NONE_FOUND = (
    "no Google credentials were found: GOOGLE_APPLICATION_CREDENTIALS is not set, gcloud has no application-default "
    "login, and no metadata server answers. Run: gcloud auth application-default login."
)


@pytest.fixture(scope="session")
def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def log_in(folder: Path, server: VertexServer, private_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of a service account, whose tokens come from the server's `token`."""
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "k",
        "private_key": private_key,
        "client_email": "ci@p.iam.gserviceaccount.com",
        "token_uri": f"{server.root}/token",
    }
    file = folder / "account.json"
    file.write_text(json.dumps(account), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))


@pytest.mark.parametrize(
    ("url", "is_google"),
    [
        ("https://us-central1-aiplatform.googleapis.com", True),
        ("https://us-central1-aiplatform-mine.p.googleapis.com", True),
        ("https://aiplatform.googleapis.com:8443/path", True),
        ("http://us-central1-aiplatform.googleapis.com", False),
        ("https://googleapis.com.evil.example", False),
        ("https://evilgoogleapis.com", False),
        ("https://evil.example/aiplatform.googleapis.com", False),
        ("http://127.0.0.1:8000", False),
    ],
)
def test_credentials_are_for_googles_hosts_alone(url: str, is_google: bool) -> None:
    assert VertexAddress(url, None).is_google is is_google
    assert (VertexAddress(url, None).find_token() is None) is is_google


def test_other_server_gets_a_placeholder_and_no_token_is_fetched(
    serve_vertex: Serve, connect_vertex: Connect, tmp_path: Path, private_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, server = serve_vertex(resources={"token": TOKEN}), serve_vertex()
    log_in(tmp_path, tokens, private_key, monkeypatch)
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "secret-quota")
    monkeypatch.setenv("GOOGLE_API_KEY", "AIza-secret")
    connect_vertex(server.spec()).complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer no-token-needed"
    assert "secret" not in str(server.requests)
    assert tokens.requests == []


def test_other_server_gets_the_token_of_access_token_env(
    serve_vertex: Serve, connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXY_TOKEN", "mine")
    server = serve_vertex()
    provider = connect_vertex(server.spec(access_token_env="PROXY_TOKEN"))
    provider.complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer mine"
    assert "mine" not in f"{provider.identity}{provider.sampling}"


def test_server_named_in_the_environment_is_asked_without_credentials(
    serve_vertex: Serve, connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve_vertex()
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.root)
    provider = connect_vertex(f"vertex:{ENDPOINT}")
    assert provider.identity["base_url"] == server.root
    provider.complete(ASK)
    assert server.requests[0].headers["authorization"] == "Bearer no-token-needed"


def test_google_gets_the_users_token_fetched_once_for_all_threads(
    serve_vertex: Serve, connect_vertex: Connect, tmp_path: Path, private_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve_vertex(resources={"token": TOKEN})
    log_in(tmp_path, server, private_key, monkeypatch)
    monkeypatch.setattr(VertexAddress, "is_google", property(lambda _: True))  # nobody else can be on the loopback
    provider = connect_vertex(server.spec())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(provider.complete, [ASK] * 8))
    asked = [each for each in server.requests if each.path.endswith(":generateContent")]
    assert {each.headers["authorization"] for each in asked} == {"Bearer ya29.secret"}
    assert [each.path for each in server.requests if each not in asked] == ["/token"]


def test_calls_that_the_sdk_does_not_have_take_the_same_way(
    serve_vertex: Serve, connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXY_TOKEN", "mine")
    server = serve_vertex(resources={ENDPOINT: {"name": ENDPOINT}})
    session = connect_vertex(server.spec(access_token_env="PROXY_TOKEN")).session
    assert json.loads(session.call("GET", f"v1/{ENDPOINT}")) == {"name": ENDPOINT}
    with pytest.raises(EndpointError, match=r"^HTTP 404: NOT_FOUND: no v1/projects here\."):
        session.call("POST", "v1/projects", {"a": 1})
    assert [each.headers["authorization"] for each in server.requests] == ["Bearer mine"] * 2
    assert server.requests[1].body == {"a": 1}


def find(limit_s: float = 5.0) -> Any:
    from pytest_ftbench.providers.vertex_credentials import find_credentials

    return find_credentials(GOOGLE, limit_s=limit_s)


def fetch() -> Any:
    from google.auth.transport.requests import Request

    found = find()
    found.refresh(Request())
    return found.token


def test_metadata_server_that_is_silent_is_asked_once_and_not_waited_for(
    serve_vertex: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = serve_vertex(delay_s=60)
    monkeypatch.setenv("GCE_METADATA_IP", silent.root.removeprefix("http://"))
    with pytest.raises(EndpointError) as caught:
        find()
    assert (str(caught.value), caught.value.fault) == (NONE_FOUND, "endpoint")
    assert len(silent.requests) == 1  # google-auth asks three times, and waits three seconds each


@pytest.mark.parametrize(
    ("url", "headers", "asked_for", "given"),
    [
        ("http://169.254.169.254", {"metadata-flavor": "Google"}, 3, 0.3),
        ("http://metadata.google.internal/computeMetadata/v1/project", {"Metadata-Flavor": "Google"}, 120, 20),
        ("https://oauth2.googleapis.com/token", None, None, 20),
        ("https://oauth2.googleapis.com/token", {}, 5, 5),
    ],
)
def test_no_call_for_a_token_takes_as_long_as_google_allows(
    url: str, headers: dict[str, str] | None, asked_for: float | None, given: float
) -> None:
    assert limited()(url, headers=headers, timeout=asked_for) == given


def test_user_may_give_the_metadata_server_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCE_METADATA_TIMEOUT", "3")
    assert limited()("http://169.254.169.254", headers={"metadata-flavor": "Google"}, timeout=3) == 3


def limited() -> Any:
    """What tells which time-out it passes on."""
    from pytest_ftbench.providers.vertex_credentials import LimitedTransport

    return LimitedTransport(lambda *_, timeout: timeout, 20)


def test_no_credentials_stop_the_endpoint_with_one_line(
    connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GCE_METADATA_IP", f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(EndpointError) as caught:
            connect_vertex(f"vertex:{ENDPOINT}").complete(ASK)
    assert (str(caught.value), caught.value.fault) == (NONE_FOUND, "endpoint")


def test_metadata_server_gives_the_token_on_googles_machines(serve_vertex: Serve) -> None:
    account = "computeMetadata/v1/instance/service-accounts/default"
    found = {
        "": {},
        "computeMetadata/v1/project/project-id": "p",
        f"{account}/": {"email": "vm@p.iam.gserviceaccount.com", "scopes": [], "aliases": []},
        f"{account}/token": TOKEN,
    }
    flavor = {"metadata-flavor": "Google"}
    server = serve_vertex(resources={path: Reply(body, headers=flavor) for path, body in found.items()})
    place = server.root.removeprefix("http://")
    code = f"import sys; sys.path[:0] = {sys.path!r}; import test_provider_vertex_secrets as t; print(t.fetch())"
    env = {**os.environ, "GCE_METADATA_IP": place, "GCE_METADATA_HOST": place, "HOME": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("ya29.secret\n", "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "File FILE was not found"),
        ("{", "File FILE is not a valid json file"),
        ('{"type": "service_account"}', "Failed to load service account credentials from FILE"),
    ],
)
def test_broken_file_of_credentials_is_one_line(
    content: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with pytest.raises(EndpointError) as caught:
        find()
    assert str(caught.value).replace(str(file), "FILE") == (
        f"the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be used: {message}. "
        "Correct the file or its path, or unset the variable."
    )
    assert caught.value.fault == "endpoint"


def test_folder_for_a_file_of_credentials_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path))
    with pytest.raises(EndpointError) as caught:
        find()
    assert str(caught.value) == (
        f"the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be used: {tmp_path}: Is a directory. "
        "Correct the file or its path, or unset the variable."
    )


def test_broken_login_of_gcloud_is_to_be_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    file = tmp_path / "application_default_credentials.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(EndpointError) as caught:
        find()
    assert str(caught.value) == (
        f"the application-default credentials cannot be used: File {file} is not a valid json file. "
        "Renew them: gcloud auth application-default login."
    )


@pytest.mark.parametrize(
    ("reply", "message", "fault"),
    [
        (
            Reply({"error": "invalid_grant", "error_description": "Bad secret-thing"}, status=400),
            "no access token, the credentials are refused: invalid_grant: Bad secret-thing. "
            "Renew them: gcloud auth application-default login.",
            "endpoint",
        ),
        (
            Reply({"refresh_token": "1//hush", "id_token": "hush"}),
            "no access token, the credentials are refused: No access token in response. "
            "Renew them: gcloud auth application-default login.",
            "endpoint",
        ),
        (Reply(is_dropped=True), "no access token: ", "transient"),
        (Reply(TOKEN, delay_s=60), "no access token: ", "transient"),
    ],
)
def test_token_that_is_refused_or_late_says_so_without_the_secrets_of_the_reply(
    reply: Reply,
    message: str,
    fault: str,
    serve_vertex: Serve,
    tmp_path: Path,
    private_key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from google.auth.transport.requests import Request

    log_in(tmp_path, serve_vertex(resources={"token": reply}), private_key, monkeypatch)
    with pytest.raises(EndpointError) as caught:
        find(limit_s=0.2).refresh(Request())
    assert str(caught.value).startswith(message)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.fault == fault


def test_warning_that_is_an_error_keeps_nobody_from_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    login = {"type": "authorized_user", "client_secret": "s", "refresh_token": "r", "client_id": CLIENT_OF_GCLOUD}
    file = tmp_path / "login.json"
    file.write_text(json.dumps(login), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    assert find().token is None  # google-auth warns of logins without a project to bill; no EndpointError, no Warning


CLIENT_OF_GCLOUD = "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "no token for {url}: the environment variable MY_TOKEN is not set. Set it."),
        (
            "a\nb",
            "the token in the environment variable MY_TOKEN holds characters that no token holds. "
            "Set it again, without quotes, blanks or line ends.",
        ),
    ],
)
def test_token_that_is_missing_or_none_names_the_variable(
    value: str | None, message: str, serve_vertex: Serve, connect_vertex: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("MY_TOKEN", value)
    server = serve_vertex()
    with pytest.raises(EndpointError) as caught:
        connect_vertex(server.spec(access_token_env="MY_TOKEN")).complete(ASK)
    assert str(caught.value) == message.format(url=server.root)
    assert caught.value.fault == "endpoint"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("base_url=localhost:8000", "base_url must be a URL like https://host:8000, got 'localhost:8000'."),
        (
            "base_url=http://me:hush@h",
            "base_url must not hold a user or password. access_token_env=NAME names the variable with the key.",
        ),
        (
            "access_token_env=ya29.hush",
            "access_token_env must be the name of an environment variable (letters, digits and _). "
            "The token itself never stands in a SPEC.",
        ),
    ],
)
def test_bad_address_is_refused_without_showing_a_secret(query: str, message: str, connect_vertex: Connect) -> None:
    with pytest.raises(SpecError) as caught:
        connect_vertex(f"vertex:{ENDPOINT}?{query}")
    assert str(caught.value) == f"model 'vertex:{ENDPOINT}': {message}"


@pytest.mark.parametrize("missing", ["google.auth", "google.genai"])
def test_missing_extra_is_one_line_that_says_what_to_install(missing: str) -> None:
    code = f"""
import sys
sys.path[:0] = {sys.path!r}
sys.modules[{missing!r}] = None
from pathlib import Path
from pytest_ftbench.providers import PROVIDERS, open_provider
from pytest_ftbench.records import Prompt
from pytest_ftbench.specs import parse_spec
spec = parse_spec("{ENDPOINT}?base_url=http://localhost:1", models={{}}, folder=Path(), known_providers=PROVIDERS)
try:
    open_provider(spec).complete(Prompt((("user", "Q?"),)))
except Exception as error:
    print(type(error).__name__, error.fault, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    (line,) = done.stdout.splitlines()
    assert line.startswith("EndpointError endpoint the provider vertex needs more packages (")
    assert line.endswith('). Run: pip install "pytest-ftbench[vertex]".')
