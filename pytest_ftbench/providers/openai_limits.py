"""What a server's headers say about when it may be asked again."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC

Headers = Mapping[str, str]
"""By name, in any case where they come from the SDK, in lower case else."""

_KINDS = ("requests", "tokens")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def read_retry_after(headers: Headers, *, now: Callable[[], float] = time.time) -> float | None:
    """Seconds for which a server that refused a call wants no further one; None where it does not say.

    `retry-after-ms` wins over `retry-after` (seconds or an HTTP date). What cannot be read counts as absent; a date in
    the past is 0. now: seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is None and text:
        seconds = _until(text, now)
    return seconds


def read_pause(headers: Headers) -> float | None:
    """Seconds until the used-up part of a rate limit is back; None where something is left of it, or nothing is said.

    Where both requests and tokens are used up, the longer time counts.
    """
    pauses = [
        _duration(headers.get(f"x-ratelimit-reset-{kind}"))
        for kind in _KINDS
        if _number(headers.get(f"x-ratelimit-remaining-{kind}")) == 0
    ]
    return max((each for each in pauses if each is not None), default=None)


def may_ask_again(headers: Headers) -> bool:
    """False where the server says that the same call would fail again."""
    return headers.get("x-should-retry", "").strip().lower() != "false"


def _number(text: str | None) -> float | None:
    """A finite number, at least 0, in plain digits."""
    if text is None or not re.fullmatch(r"\s*\d{1,15}(\.\d*)?\s*", text, re.ASCII):
        return None
    return float(text)


def _duration(text: str | None) -> float | None:
    """Seconds of `1s`, `6m0s`, `20ms`, `1h2m3.5s`, or of a plain number of seconds."""
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    plain = text.strip()
    parts = _PARTS.findall(plain)
    if not parts or "".join(map("".join, parts)) != plain or not plain.isascii():
        return None
    seconds = math.fsum(float(number) * _UNITS_S[unit] for number, unit in parts)
    return seconds if math.isfinite(seconds) else None


def _until(text: str, now: Callable[[], float]) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text)
        at = date if date.tzinfo else date.replace(tzinfo=UTC)  # all dates in headers are
        return max(0.0, at.timestamp() - now())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
