"""Where questions to Vertex AI go, and whose token goes with them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.base_urls import normalise_url

PLACEHOLDER = "no-token-needed"
"""Sent where no token is due: the SDK refuses to work without one, and local servers ignore it."""

_VARIABLE_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_MULTI_REGIONS = ("us", "eu")


@dataclass(frozen=True, slots=True)
class VertexAddress:
    """A server, and what the user has said about its token."""

    base_url: str
    """Normalised: scheme and host in lower case, no default port, no slash at the end."""
    token_variable: str | None

    @property
    def is_google(self) -> bool:
        """True for a host of googleapis.com, reached by TLS: nobody else gets the user's credentials."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "https" and (parts.hostname or "").endswith(".googleapis.com")

    def find_token(self) -> str | None:
        """The access token that the user names, a placeholder for a foreign server, or None: credentials are due.

        It is read from the environment at the time of the call.
        Raises EndpointError when the variable of `access_token_env` is not set, or holds what no token can be.
        """
        if self.token_variable is None:
            return None if self.is_google else PLACEHOLDER
        token = os.environ.get(self.token_variable, "").strip()
        if not token:
            fault = f"no token for {self.base_url}: the environment variable {self.token_variable} is not set"
            raise EndpointError(f"{fault}. Set it.", fault="endpoint")
        if not token.isascii() or not token.isprintable() or " " in token:
            fault = f"the token in the environment variable {self.token_variable} holds characters that no token holds"
            raise EndpointError(f"{fault}. Set it again, without quotes, blanks or line ends.", fault="endpoint")
        return token


def read_vertex_address(spec: EndpointSpec, location: str) -> VertexAddress:
    """The server of a SPEC: its `base_url`, else GOOGLE_VERTEX_BASE_URL, else Google's of the location.

    Raises SpecError for a URL that is none, or that holds a password, and for an `access_token_env` that is no name.
    """
    variable = spec.options.get("access_token_env")
    if variable is not None and not _VARIABLE_NAME.fullmatch(variable):
        # The value is not shown: most likely it is the token itself.
        fault = "access_token_env must be the name of an environment variable (letters, digits and _)"
        raise SpecError(f"model {spec.label!r}: {fault}. The token itself never stands in a SPEC.")
    url, origin = spec.options.get("base_url"), "base_url"
    if url is None:
        url, origin = os.environ.get("GOOGLE_VERTEX_BASE_URL", "").strip(), "GOOGLE_VERTEX_BASE_URL"
    if not url and origin != "base_url":
        return VertexAddress(official_url(location), variable)
    what = f"model {spec.label!r}: {origin}"
    base_url = normalise_url(url, what, example="https://host:8000", secret_key="access_token_env")
    return VertexAddress(base_url, variable)


def official_url(location: str) -> str:
    """Google's server for a location."""
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if location in _MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"
