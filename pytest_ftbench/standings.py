"""What the servers of several endpoints say of them: asked all at once, and never waited for long."""

from __future__ import annotations

import re
import reprlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec, Provider
from pytest_ftbench.providers.lifecycle import HasStanding, Standing

WARN_BELOW_DAYS = 60
"""A model that ends sooner is warned about: a replacement takes some weeks to train, gate and roll out."""

_VERSION = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|-\d{3,4}|@[\w.-]+)$")
"""What dated and numbered snapshots of a model have behind its name."""
_DOTS = re.compile(r"[._]")
"""Of these, labels of Google's resources, by which tuned models name their base, hold no dots."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking for the standing of one endpoint."""

    standing: Standing | None = None
    fault: str = ""
    """Why there is none; empty where there is one."""


class Standings:
    """Reads the standing of each of several endpoints in a daemon thread of its own, from the moment it is made.

    providers: by alias; there is no reading of those that are local, or of a kind that cannot ask.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._readings: dict[str, Reading] = {}
        self.asked = tuple(alias for alias, provider in providers.items() if can_be_read(provider))
        """Whose servers are asked."""
        self._threads = [
            threading.Thread(target=self._read, args=(alias, providers[alias]), name="ftbench-standing", daemon=True)
            for alias in self.asked
        ]
        self._begun_at = time.monotonic()
        for thread in self._threads:
            thread.start()

    def wait(self, within_s: float) -> dict[str, Reading]:
        """What is known, by alias, so long after the reading began; who has not answered by then is left out."""
        for thread in self._threads:
            thread.join(max(0.0, self._begun_at + within_s - time.monotonic()))
        return dict(self._readings)

    def _read(self, alias: str, provider: Provider) -> None:
        assert isinstance(provider, HasStanding)
        try:
            self._readings[alias] = _checked(provider.read_standing(), type(provider).__name__)
        except EndpointError as error:
            self._readings[alias] = Reading(fault=str(error))
        except Exception as error:  # noqa: BLE001  # a provider's fault is told, and ends nothing
            self._readings[alias] = Reading(fault=f"{type(error).__name__}: {error}")


def _checked(standing: object, provider: str) -> Reading:
    """What a provider, which may be anybody's, has returned."""
    if isinstance(standing, Standing) and type(standing.shutdown_date) in (date, type(None)):
        return Reading(standing)
    return Reading(fault=f"the provider {provider} returned no standing but {reprlib.repr(standing)}")


def can_be_read(provider: Provider) -> bool:
    """Whether there is a server to be asked, and a provider that can ask it."""
    return not provider.is_local and isinstance(provider, HasStanding)


def today() -> date:
    """The date in UTC."""
    return datetime.now(UTC).date()


def days_left(standing: Standing, now: date) -> int | None:
    """How many days from `now` on the model still answers, 0 or less where it is to be gone; None: nobody says."""
    return None if standing.shutdown_date is None else (standing.shutdown_date - now).days


def base_fault(spec: EndpointSpec, standing: Standing) -> str:
    """In what the server's base model differs from that of the SPEC; empty where it does not, or one is not named."""
    if spec.base is None or standing.base is None or is_same_model(spec.base, standing.base):
        return ""
    return f"its base model is {standing.base}, not {spec.base}"


def is_same_model(name: str, other: str) -> bool:
    """Whether two names may be of one model: folders before them and signs between words do not
    matter, nor a version that only one has."""
    plain, other_plain = (_DOTS.sub("-", each.rstrip("/").rpartition("/")[2].casefold()) for each in (name, other))
    return plain == other_plain or _VERSION.sub("", plain) == other_plain or plain == _VERSION.sub("", other_plain)
