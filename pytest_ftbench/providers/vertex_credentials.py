"""Whose access tokens go to Vertex AI. Imported with the first question: it needs google-auth."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import google.auth
import google.auth.exceptions
from google.auth.credentials import Credentials
from google.auth.transport import Request as Transport
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials as TokenCredentials

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers.vertex_address import VertexAddress
from pytest_ftbench.providers.vertex_faults import one_line

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_PING_S = 0.3
"""How long a metadata server may take to say that it is there, unless GCE_METADATA_TIMEOUT says otherwise.

It is on the same machine, or there is none; and nobody should wait a second to hear that a login is missing.
"""
_NONE_FOUND = (
    "no Google credentials were found: GOOGLE_APPLICATION_CREDENTIALS is not set, gcloud has no application-default "
    "login, and no metadata server answers. Run: gcloud auth application-default login"
)
_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_CORRECT = "Correct the file or its path, or unset the variable"
_RENEW = "Renew them: gcloud auth application-default login"

T = TypeVar("T")


def find_credentials(address: VertexAddress, *, limit_s: float) -> Credentials:
    """Whoever is asked for tokens: the user's application-default credentials for Google, nobody for other servers.

    limit_s: seconds that one call for a token may take.
    Raises EndpointError, within a second, where there are none.
    """
    token = address.find_token()
    if token is not None:
        return TokenCredentials(token=token)  # type: ignore[no-untyped-call]
    transport = LimitedTransport(Request(), limit_s)
    try:
        found, _ = without_warnings(lambda: google.auth.default(scopes=_SCOPES, request=transport))
    except google.auth.exceptions.DefaultCredentialsError as error:
        if isinstance(error, _NoMetadataServer) or "credentials were not found" in str(error):
            raise EndpointError(f"{_NONE_FOUND}.", fault="endpoint") from None
        raise _unreadable(one_line(str(error.args[0]))) from None
    except OSError as error:
        raise _unreadable(one_line(f"{error.filename}: {error.strerror or error}")) from None
    except google.auth.exceptions.GoogleAuthError as error:
        raise _unusable(error) from None
    return _Bounded(found, limit_s)


def without_warnings(call: Callable[[], T]) -> T:
    """What a call into Google's libraries returns, also where the user has made warnings errors.

    Their warnings are about the user's Python or login, never about an answer. Filters belong to the whole process,
    and tests run meanwhile: so they are only touched where a warning was raised.
    """
    try:
        return call()
    except Warning:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()


class _NoMetadataServer(google.auth.exceptions.DefaultCredentialsError):
    """Asked whether it is there, it has not answered in time."""


class LimitedTransport(Transport):
    """Passes requests on, none of which takes longer than it may.

    Google's own limits are 120 s for a token, and three tries of 3 s for the metadata server, with pauses between.
    """

    def __init__(self, inner: Transport, limit_s: float) -> None:
        self._inner, self._limit_s = inner, limit_s

    def __call__(  # Any: whatever google-auth's transports take and return
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Any:
        limit_s = min(timeout or self._limit_s, self._limit_s)
        if not _is_ping(url, headers):
            return self._inner(url, method, body, headers, timeout=limit_s, **more)
        if "GCE_METADATA_TIMEOUT" not in os.environ:
            limit_s = min(limit_s, _PING_S)
        try:
            return self._inner(url, method, body, headers, timeout=limit_s, **more)
        except google.auth.exceptions.TransportError:
            raise _NoMetadataServer from None


class _Bounded(Credentials):
    """Credentials whose tokens are fetched within a limit, and whose errors are ours."""

    def __init__(self, inner: Credentials, limit_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inner, self._limit_s = inner, limit_s
        self._quota_project_id = inner.quota_project_id

    def refresh(self, request: Transport) -> None:
        """Fetch a token; EndpointError where none is given."""
        try:
            limited = LimitedTransport(request, self._limit_s)
            without_warnings(lambda: self._inner.refresh(limited))  # type: ignore[no-untyped-call]
        except google.auth.exceptions.GoogleAuthError as error:
            raise _unusable(error) from None
        self.token, self.expiry = self._inner.token, self._inner.expiry


def _is_ping(url: str, headers: Any) -> bool:
    is_metadata = "google" in {
        str(value).lower() for name, value in (headers or {}).items() if "flavor" in name.lower()
    }
    return is_metadata and urlsplit(url).path in ("", "/")


def _unreadable(why: str) -> EndpointError:
    """The file of credentials is at fault: another login helps only where it is the one that a login writes."""
    what, advice = "the application-default credentials cannot be used", _RENEW
    if os.environ.get(_FILE):
        what, advice = f"the file that {_FILE} names cannot be used", _CORRECT
    return EndpointError(f"{what}: {why.removesuffix('.')}. {advice}.", fault="endpoint")


def _unusable(error: google.auth.exceptions.GoogleAuthError) -> EndpointError:
    """Only the first line of what Google says is shown: further arguments hold whole responses, tokens included."""
    why = one_line(str(error.args[0] if error.args else type(error).__name__)).removesuffix(".")
    if isinstance(error, google.auth.exceptions.TransportError) or getattr(error, "retryable", False):
        return EndpointError(f"no access token: {why}. Is the network there?", fault="transient")
    return EndpointError(f"no access token, the credentials are refused: {why}. {_RENEW}.", fault="endpoint")
