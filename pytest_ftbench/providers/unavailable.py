"""A stand-in for an endpoint that cannot be opened: the first question to it is an error that says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from pytest_ftbench.errors import EndpointError, FtbenchError
from pytest_ftbench.records import Prompt


class Unavailable:
    """Answers nothing; only the tests that need the endpoint are the worse for it."""

    is_local = True
    sampling: Mapping[str, float | int | None] = {}

    def __init__(self, alias: str, reason: FtbenchError) -> None:
        self.identity: Mapping[str, str | None] = {"provider": "unavailable", "alias": alias}
        self._reason = str(reason)

    def complete(self, prompt: Prompt, *, sample: int = 1) -> NoReturn:  # noqa: ARG002  # the protocol's arguments
        raise EndpointError(self._reason, fault="endpoint")  # nothing more is asked of it, and nothing said again

    def close(self) -> None:
        """Nothing is open."""
