"""Which hosts of Google's are asked for an open model on Vertex AI, over real TLS, and get the user's token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Reply, chat_completion
from tls_proxy import TlsProxy, make_certificate
from vertex_place import PARENT, REFUSED, Place, make_endpoint

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import PROVIDERS, Provider, open_provider
from pytest_ftbench.records import Prompt
from pytest_ftbench.specs import parse_spec

for name in ("google.genai", "cryptography"):
    pytest.importorskip(name, reason="needs the extra vertex")

pytest_plugins = ("vertex_kit",)

ASK = Prompt((("user", "Q?"),))
SHARED = "us-central1-aiplatform.googleapis.com"
OWN = "50.us-central1-123.prediction.vertexai.goog"
FOREIGN = "50.prediction.vertexai.goog.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), SHARED, OWN, FOREIGN)


@pytest.fixture
def place() -> Place:
    place = Place()
    place.answers = lambda _: Reply({"predictions": chat_completion("ok")})
    return place


@pytest.fixture
def hosts(
    place: Place,
    certificate: Path,
    vertex_environment: None,  # noqa: ARG001 - no other proxy
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TlsProxy]:
    """All hosts at once, holding the same place."""
    with TlsProxy(place, certificate) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.base_url.removesuffix("/v1"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("ACCESS", "token-of-the-user")
        yield proxy


@pytest.fixture
def predict(hosts: TlsProxy) -> Iterator[Provider]:
    text = f"vertex:{PARENT}/endpoints/50?api=predict&access_token_env=ACCESS"
    provider = open_provider(parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS))
    assert hosts.requests == []
    yield provider
    provider.close()


def routes(proxy: TlsProxy) -> list[tuple[str, str]]:
    """Host and last part of the path of all requests."""
    return [(each.headers["host"], each.path.rpartition("/")[2]) for each in proxy.requests]


def test_endpoint_with_a_host_of_its_own_is_asked_there(place: Place, hosts: TlsProxy, predict: Provider) -> None:
    place.resources["endpoints/50"] = make_endpoint("8@1", dedicatedEndpointEnabled=True, dedicatedEndpointDns=OWN)
    assert [predict.complete(ASK).text for _ in range(2)] == ["ok", "ok"]
    assert routes(hosts) == [(SHARED, "50"), *[(OWN, "50:predict")] * 2]
    assert {each.headers["authorization"] for each in hosts.requests} == {"Bearer token-of-the-user"}


def test_host_may_be_written_as_a_url(place: Place, hosts: TlsProxy, predict: Provider) -> None:
    place.resources["endpoints/50"] = make_endpoint(
        "8@1", dedicatedEndpointEnabled=True, dedicatedEndpointDns=f"https://{OWN}"
    )
    assert predict.complete(ASK).text == "ok"
    assert routes(hosts)[1:] == [(OWN, "50:predict")]


@pytest.mark.parametrize(
    "resource",
    [make_endpoint("8@1"), make_endpoint("8@1", dedicatedEndpointDns=OWN), REFUSED, None],
    ids=["shared", "no longer", "403", "404"],
)
def test_other_endpoints_are_asked_at_the_host_of_the_location(
    place: Place, hosts: TlsProxy, predict: Provider, resource: object
) -> None:
    if resource is not None:
        place.resources["endpoints/50"] = resource
    assert predict.complete(ASK).text == "ok"
    assert routes(hosts) == [(SHARED, "50"), (SHARED, "50:predict")]


@pytest.mark.parametrize("host", [FOREIGN, f"http://{OWN}", f"{FOREIGN}/?{OWN}", f"user@{OWN}", f"{OWN}:8443"])
def test_no_token_goes_to_a_host_that_is_not_googles(
    place: Place, hosts: TlsProxy, predict: Provider, host: str
) -> None:
    place.resources["endpoints/50"] = make_endpoint("8@1", dedicatedEndpointEnabled=True, dedicatedEndpointDns=host)
    with pytest.raises(EndpointError) as caught:
        predict.complete(ASK)
    says = f"{PARENT}/endpoints/50 is answered for by {host!r}, which is no host of Vertex AI: no token is sent there."
    assert (str(caught.value), caught.value.fault) == (says, "endpoint")
    assert routes(hosts) == [(SHARED, "50")]


def test_where_questions_go_is_read_again_after_an_error_that_passes(
    place: Place, hosts: TlsProxy, predict: Provider
) -> None:
    place.resources["endpoints/50"] = Reply("", status=503)
    with pytest.raises(EndpointError):
        predict.complete(ASK)
    place.resources["endpoints/50"] = make_endpoint("8@1", dedicatedEndpointEnabled=True, dedicatedEndpointDns=OWN)
    assert predict.complete(ASK).text == "ok"
    assert routes(hosts) == [(SHARED, "50"), (SHARED, "50"), (OWN, "50:predict")]


def test_connection_that_fails_names_the_host_it_was_for(place: Place, hosts: TlsProxy, predict: Provider) -> None:
    place.resources["endpoints/50"] = make_endpoint("8@1", dedicatedEndpointEnabled=True, dedicatedEndpointDns=OWN)
    place.answers = lambda _: Reply(is_dropped=True)
    with pytest.raises(EndpointError, match=f"^no answer from https://{OWN} ") as caught:
        predict.complete(ASK)
    assert caught.value.fault == "transient"
    assert routes(hosts)[-1] == (OWN, "50:predict")
