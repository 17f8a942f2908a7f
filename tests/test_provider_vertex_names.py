"""How endpoints, tuning jobs and models on Vertex AI are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_ftbench.errors import SpecError
from pytest_ftbench.providers import PROVIDERS
from pytest_ftbench.providers.vertex_address import read_vertex_address
from pytest_ftbench.providers.vertex_names import ResourceName, parse_name, read_name
from pytest_ftbench.specs import parse_spec

pytest_plugins = ("vertex_kit",)
pytestmark = pytest.mark.usefixtures("vertex_environment")

FORMS = (
    "projects/P/locations/L/endpoints/E, endpoints/E, E, tuningJobs/J, models/M@V, publishers/google/models/NAME or "
    "gemini-NAME"
)


def read(text: str, **models: object) -> ResourceName:
    return read_name(parse_spec(text, models=models, folder=Path(), known_providers=PROVIDERS))


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("projects/p/locations/us-central1/endpoints/12", ResourceName("p", "us-central1", "endpoints", "12")),
        ("vertex:projects/p-1/locations/eu/endpoints/a-b", ResourceName("p-1", "eu", "endpoints", "a-b")),
        ("projects/123/locations/global/tuningJobs/9", ResourceName("123", "global", "tuningJobs", "9")),
        ("projects/acme.com:p/locations/us/models/88", ResourceName("acme.com:p", "us", "models", "88")),
        ("projects/p/locations/me-west1/models/88@2", ResourceName("p", "me-west1", "models", "88", "2")),
        ("projects/p/locations/us/models/8@default", ResourceName("p", "us", "models", "8", "default")),
        (
            "projects/p/locations/us/publishers/google/models/gemini-2.5-flash",
            ResourceName("p", "us", "publishers", "google/models/gemini-2.5-flash"),
        ),
    ],
)
def test_full_name(text: str, expected: ResourceName) -> None:
    name = read(text)
    assert name == expected
    assert str(name) == text.removeprefix("vertex:")
    assert parse_name(str(name)) == name


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("123", "endpoints/123"),
        ("my-endpoint", "endpoints/my-endpoint"),
        ("endpoints/gemini-x", "endpoints/gemini-x"),
        ("tuningJobs/9", "tuningJobs/9"),
        ("models/888@1", "models/888@1"),
        ("publishers/meta/models/llama-4", "publishers/meta/models/llama-4"),
        ("gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash"),
    ],
)
def test_short_name_takes_project_and_location_from_spec_or_environment(
    short: str, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "env-project")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "us-east1")
    assert str(read(f"vertex:{short}")) == f"projects/env-project/locations/us-east1/{full}"
    assert str(read(f"vertex:{short}?project=p")) == f"projects/p/locations/us-east1/{full}"
    assert str(read(f"vertex:{short}?project=p&location=eu")) == f"projects/p/locations/eu/{full}"


def test_entry_of_the_models_table_can_hold_project_and_location() -> None:
    entry = {"spec": "vertex:123", "project": "p", "location": "us-central1"}
    assert str(read("tuned", tuned=entry)) == "projects/p/locations/us-central1/endpoints/123"


def test_full_name_needs_no_variables_and_beats_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "us-east1")
    assert read("projects/p/locations/eu/endpoints/1").parent == "projects/p/locations/eu"
    assert read("projects/p/locations/eu/endpoints/1?project=p&location=eu").project == "p"


def test_projects_id_does_not_contradict_a_name_with_a_number_as_servers_give_them() -> None:
    assert read("projects/123/locations/eu/endpoints/1?project=p&location=eu").project == "123"
    assert read("projects/p/locations/eu/endpoints/1?project=123").project == "p"
    assert "project=124 contradicts the name, which says '123'" in refusal(
        "projects/123/locations/eu/models/1?project=124"
    )


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "endpoints/",
        "endpoints/1/2",
        "endpoints/../1",
        "models/1@",
        "tuningJobs/1@2",
        "jobs/1",
        "projects/p/locations/us",
        "projects/p/endpoints/1",
        "projects/P_/locations/us/endpoints/1",
        "projects/p/locations/us/endpoints/1:predict",
        "projects/p/locations/../endpoints/1",
        "publishers/google/models/a/b",
    ],
)
def test_name_that_is_none_is_refused_with_the_forms_there_are(name: str) -> None:
    label = f"vertex:{name}"
    assert refusal(label) == f"model {label!r}: {name!r} names nothing on Vertex AI. Allowed: {FORMS}."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "vertex:123?location=eu",
            "model 'vertex:123': a short name needs a project. Write project=NAME in the SPEC, set "
            "GOOGLE_CLOUD_PROJECT, or write the full name.",
        ),
        (
            "vertex:123?project=p",
            "model 'vertex:123': a short name needs a location. Write location=NAME in the SPEC, set "
            "GOOGLE_CLOUD_LOCATION, or write the full name.",
        ),
        (
            "vertex:123?project=p&location=Mars",
            "model 'vertex:123': location must be the id of a location, got 'Mars'.",
        ),
        (
            "vertex:123?project=p/q&location=eu",
            "model 'vertex:123': project must be the id of a project, got 'p/q'.",
        ),
        (
            "projects/p/locations/eu/endpoints/1?location=us",
            "model 'projects/p/locations/eu/endpoints/1': location=us contradicts the name, which says 'eu'. "
            "Leave one out.",
        ),
    ],
)
def test_missing_or_contradicting_place_is_one_clear_line(text: str, message: str) -> None:
    assert refusal(text) == message


def test_variable_that_holds_no_location_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "evil.example/?")
    assert refusal("vertex:1?project=p") == (
        "model 'vertex:1': GOOGLE_CLOUD_LOCATION must be the id of a location, got 'evil.example/?'."
    )


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("projects/p/locations/us/endpoints/12", "12"),
        ("vertex:12?project=p&location=us", "12"),
        ("vertex:models/88@2?project=p&location=us", "88-2"),
        ("vertex:gemini-2.5-flash?project=p&location=us", "gemini-2.5-flash"),
    ],
)
def test_alias_is_the_last_part_of_the_name(text: str, alias: str) -> None:
    assert parse_spec(text, models={}, folder=Path(), known_providers=PROVIDERS).alias == alias


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("us-central1", "https://us-central1-aiplatform.googleapis.com"),
        ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_each_location_has_its_own_server(location: str, url: str) -> None:
    spec = parse_spec(f"vertex:1?project=p&location={location}", models={}, folder=Path(), known_providers=PROVIDERS)
    assert read_vertex_address(spec, location).base_url == url
