"""Addresses of servers as users write them, checked and brought into one form."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from pytest_ftbench.errors import SpecError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def normalise_url(url: str, what: str, *, example: str, secret_key: str) -> str:
    """The URL with scheme and host in lower case, no default port and no slash at the end.

    what: begins the message, and names the SPEC and the key. example: a URL that is right. secret_key: the key that
    names the variable which holds the secret for it.
    Raises SpecError for a text that is no http or https URL, or that holds a password, a query or a fragment.
    """
    parts, port = _split(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise SpecError(f"{what} must be a URL like {example}, got {url.partition('@')[2] or url!r}.")
    if "@" in parts.netloc:
        raise SpecError(f"{what} must not hold a user or password. {secret_key}=NAME names the variable with the key.")
    if parts.query or parts.fragment:
        raise SpecError(f"{what} must end with the path, got {url!r}. Leave out what follows '?' or '#'.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    """The parts and the port of a URL; no parts where it is malformed."""
    if re.search(r"[\s\x00-\x1f\\]", url):
        return None, None
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        return None, None
