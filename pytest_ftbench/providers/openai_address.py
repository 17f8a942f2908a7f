"""Where questions to an OpenAI-compatible server go, and which key goes with them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_ftbench.errors import EndpointError, SpecError
from pytest_ftbench.patterns import pattern
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.base_urls import normalise_url

OFFICIAL = "https://api.openai.com/v1"
PLACEHOLDER = "no-key-needed"
"""Sent where no key is due: the SDK refuses to work without one, and local servers ignore it."""

_AZURE = (".openai.azure.com", ".openai.azure.us", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_VARIABLE_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = pattern(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
"""A JSON Web Token, as which Entra ID gives out access."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and what the user has said about its key."""

    base_url: str
    """Normalised: scheme and host in lower case, no default port, no slash at the end."""
    is_from_spec: bool
    """True where the SPEC names the server; the headers in OPENAI_CUSTOM_HEADERS were not meant for it then."""
    key_variable: str | None

    @property
    def is_official(self) -> bool:
        """True for OpenAI itself, reached by TLS."""
        return self.base_url.startswith("https://api.openai.com/")

    @property
    def is_azure(self) -> bool:
        """True for a resource of Azure OpenAI, reached by TLS."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "https" and (parts.hostname or "").endswith(_AZURE)

    @property
    def limit(self) -> str:
        """The name under which the server takes `max_tokens`, as far as its address tells: reasoning models want the
        newer one, and servers of others know the older."""
        return "max_completion_tokens" if self.is_official or self.is_azure else "max_tokens"

    def auth_headers(self, key: str) -> dict[str, str]:
        """How a key is sent: Azure wants its keys in a header of their own, and as bearer only tokens of Entra ID.

        Source: `AzureOpenAI` of the openai SDK, which does so too.
        """
        if self.is_azure and not _TOKEN.fullmatch(key):
            return {"api-key": key}
        return {"Authorization": f"Bearer {key}"}

    def find_key(self) -> str:
        """The key to send, read from the environment at the time of the call.

        `api_key_env` wins. Else OPENAI_API_KEY goes to OpenAI itself and to nobody else: any other server, named in
        the SPEC or by OPENAI_BASE_URL, gets a placeholder. Azure has keys of its own.
        Raises EndpointError when a key is due and the variable is not set, or not named.
        """
        if self.is_azure and not self.key_variable:
            text = f"no key for {self.base_url}: name the variable that holds it, api_key_env=AZURE_OPENAI_API_KEY."
            raise EndpointError(text, fault="endpoint")
        variable = self.key_variable or "OPENAI_API_KEY"
        if not self.key_variable and not self.is_official:
            return PLACEHOLDER
        key = os.environ.get(variable, "").strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            fault = f"the key in the environment variable {variable} holds characters that no key holds"
            text = f"{fault}. Set it again, without quotes, blanks or line ends."
            raise EndpointError(text, fault="endpoint")
        if key:
            return key
        text = f"no key for {self.base_url}: the environment variable {variable} is not set. Set it."
        raise EndpointError(text, fault="endpoint")


def read_address(spec: EndpointSpec) -> Address:
    """The server of a SPEC: its `base_url`, else OPENAI_BASE_URL, else OpenAI.

    Raises SpecError for a URL that is none, or that holds a password, and for an `api_key_env` that is no name.
    """
    key_variable = spec.options.get("api_key_env")
    if key_variable is not None and not _VARIABLE_NAME.fullmatch(key_variable):
        # The value is not shown: most likely it is the key itself.
        fault = "api_key_env must be the name of an environment variable (letters, digits and _)"
        raise SpecError(f"model {spec.label!r}: {fault}. The key itself never stands in a SPEC.")
    if "base_url" in spec.options:
        url, origin = spec.options["base_url"], "base_url"
    else:
        url, origin = os.environ.get("OPENAI_BASE_URL", "").strip() or OFFICIAL, "OPENAI_BASE_URL"
    what = f"model {spec.label!r}: {origin}"
    base_url = normalise_url(url, what, example="http://host:8000/v1", secret_key="api_key_env")
    return Address(base_url, origin == "base_url", key_variable)
