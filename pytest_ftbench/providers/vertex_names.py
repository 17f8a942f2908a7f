"""How resources of Vertex AI are named: in full, or short with project and location from elsewhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal, cast

from pytest_ftbench.errors import SpecError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers import EndpointSpec

Kind = Literal["endpoints", "tuningJobs", "models", "publishers"]

_PARENT = pattern(r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/(?P<rest>.+)")
_PROJECT = pattern(r"(?:[a-z0-9][a-z0-9.-]*:)?[a-z0-9][a-z0-9-]*")
"""An id, alone or after the domain of an organisation, or a number."""
_LOCATION = pattern(r"[a-z]+(?:-[a-z]+[0-9]+)?")
"""A region such as `us-central1`, or `us`, `eu`, `global`."""
_RESOURCE = pattern(
    r"(?P<kind>endpoints|tuningJobs)/(?P<id>[A-Za-z0-9-]+)"
    r"|(?P<models>models)/(?P<model>[A-Za-z0-9_-]+)(?:@(?P<version>[A-Za-z0-9_-]+))?"
    r"|(?P<publishers>publishers)/(?P<published>[a-z0-9-]+/models/[A-Za-z0-9._@-]+)"
)
_BARE = pattern(r"[A-Za-z0-9-]+")
_BASE = pattern(r"gemini-[A-Za-z0-9.-]+")
_FORMS = (
    "projects/P/locations/L/endpoints/E, endpoints/E, E, tuningJobs/J, models/M@V, publishers/google/models/NAME or "
    "gemini-NAME"
)
_PLACES = {"project": ("GOOGLE_CLOUD_PROJECT", _PROJECT), "location": ("GOOGLE_CLOUD_LOCATION", _LOCATION)}


@dataclass(frozen=True, slots=True)
class ResourceName:
    """A resource of Vertex AI; as text its full name."""

    project: str
    """Id or number."""
    location: str
    kind: Kind
    """endpoints answer; a tuning job or a model stands for the endpoint it is deployed to; publishers: a base model."""
    id: str
    """What follows the kind; of a base model `google/models/NAME`."""
    version: str = ""
    """Of a model in the registry: a number or an alias; empty for its default version."""

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version else ""
        return f"{self.parent}/{self.kind}/{self.id}{version}"

    @property
    def parent(self) -> str:
        """`projects/P/locations/L`."""
        return f"projects/{self.project}/locations/{self.location}"


def parse_name(text: str) -> ResourceName:
    """The resource of a full name; ValueError for anything else."""
    found = _PARENT.fullmatch(text)
    if not found or not _PROJECT.fullmatch(found["project"]) or not _LOCATION.fullmatch(found["location"]):
        raise ValueError(f"{text!r} is no full name of a resource (projects/P/locations/L/...)")
    resource = _read_resource(found["rest"])
    if resource is None:
        raise ValueError(f"{text!r} names no endpoint, tuning job or model")
    return ResourceName(found["project"], found["location"], *resource)


def read_name(spec: EndpointSpec) -> ResourceName:
    """What a SPEC names.

    A short name takes project and location from the keys of the SPEC, else from GOOGLE_CLOUD_PROJECT and
    GOOGLE_CLOUD_LOCATION; a name of letters, digits and `-` alone is an endpoint, one that begins with `gemini-` a
    base model. A full name wins over the variables, and must agree with the keys, as far as can be told:
    where servers name things, as the checkpoints of a job, they write the project's number, and users its id.
    Raises SpecError for a name that is none, and where project or location is missing.
    """
    if spec.name.startswith("projects/"):
        try:
            name = parse_name(spec.name)
        except ValueError:
            raise _refusal(spec) from None
        for key in _PLACES:
            given, named = spec.options.get(key), getattr(name, key)
            if given is not None and _is_other(given, named):
                fault = f"{key}={given} contradicts the name, which says {named!r}"
                raise SpecError(f"model {spec.label!r}: {fault}. Leave one out.")
        return name
    resource = _read_resource(_lengthen(spec.name))
    if resource is None:
        raise _refusal(spec)
    return ResourceName(_read_place(spec, "project"), _read_place(spec, "location"), *resource)


def _is_other(one: str, other: str) -> bool:
    """Whether two projects or locations cannot be the same; the number of a project and its id may."""
    return one != other and one.isdigit() == other.isdigit()


def _lengthen(name: str) -> str:
    if _BASE.fullmatch(name):
        return f"publishers/google/models/{name}"
    return f"endpoints/{name}" if _BARE.fullmatch(name) else name


def _read_resource(text: str) -> tuple[Kind, str, str] | None:
    found = _RESOURCE.fullmatch(text)
    if found is None:
        return None
    kind = cast(Kind, found["kind"] or found["models"] or found["publishers"])
    return kind, found["id"] or found["model"] or found["published"], found["version"] or ""


def _read_place(spec: EndpointSpec, key: str) -> str:
    variable, allowed = _PLACES[key]
    text, origin = spec.options.get(key), key
    if text is None:
        text, origin = os.environ.get(variable, "").strip(), variable
    if not text:
        fault = f"a short name needs a {key}. Write {key}=NAME in the SPEC, set {variable}, or write the full name"
        raise SpecError(f"model {spec.label!r}: {fault}.")
    if not allowed.fullmatch(text):
        raise SpecError(f"model {spec.label!r}: {origin} must be the id of a {key}, got {text!r}.")
    return text


def _refusal(spec: EndpointSpec) -> SpecError:
    return SpecError(
        f"model {spec.label!r}: {re.sub('^vertex:', '', spec.name)!r} names nothing on Vertex AI. Allowed: {_FORMS}."
    )
