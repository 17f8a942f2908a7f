"""How long one call may take, and which of its limits a time-out was."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.options import read_number


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, all above 0; none is longer than the whole."""

    whole_s: float
    """For the whole answer."""
    connect_s: float
    """For the connection."""
    read_s: float
    """For the longest silence of the server."""

    def fault(self, error: BaseException, base_url: str, *, is_over: bool = False) -> str | None:
        """What a time-out says in one line; None for any other error. The SDK's name their kind in their cause.

        is_over: whether the time for the whole is.
        """
        kind = type(error.__cause__ or error).__name__
        if "Timeout" not in kind:
            return None
        if is_over:
            return f"time-out: no whole answer from {base_url} within {self.whole_s:g} s (timeout=)."
        if kind == "ConnectTimeout" and self.connect_s < self.whole_s:
            return f"time-out: no connection to {base_url} within {self.connect_s:g} s (connect_timeout=)."
        if kind == "ReadTimeout" and self.read_s < self.whole_s:
            return f"time-out: nothing came from {base_url} for {self.read_s:g} s (read_timeout=)."
        return f"time-out: no whole answer from {base_url} within {self.whole_s:g} s (timeout=)."


def read_timeouts(spec: EndpointSpec) -> Timeouts:
    """The time-outs of a SPEC: `timeout` (default 60), `connect_timeout` (10) and `read_timeout` (as `timeout`).

    Raises SpecError for one that is not a number of seconds above 0.
    """

    def seconds(key: str, default: float) -> float:
        return read_number(spec, key, default, allowed="seconds > 0", low=1e-3, high=math.inf)

    whole_s = seconds("timeout", 60.0)
    return Timeouts(
        whole_s, min(whole_s, seconds("connect_timeout", 10.0)), min(whole_s, seconds("read_timeout", whole_s))
    )
