"""A provider whose server says what its SPEC has it say."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

from pytest_ftbench import Completion
from pytest_ftbench.errors import EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.lifecycle import Checkpoint, Standing
from pytest_ftbench.records import Prompt
from pytest_ftbench.standings import today

LONG_S = 30.0


class Dumb:
    """A provider that cannot ask its server."""

    option_keys: tuple[str, ...] = ("log", "days")
    is_local = False
    sampling: Mapping[str, float | int | None] = {}

    def __init__(self, spec: EndpointSpec) -> None:
        self._spec = spec
        self.identity = {"provider": spec.provider, "base_url": None, "model": spec.name, "revision": None}

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:  # noqa: ARG002  # the protocol's arguments
        self._note("asked")
        return Completion(text="25")

    def close(self) -> None:
        """Nothing is open."""

    def _note(self, line: str) -> None:
        if log := self._spec.options.get("log"):
            with open(log, "a") as file:  # noqa: PTH123  # one write, whole among processes
                file.write(f"{line}\n")


class Oracle(Dumb):
    """`oracle:NAME?days=N&told_base=B&weights=W&fault=TEXT&mute=1&late_s=S&odd_date=TEXT`: days until its
    shutdown; mute never answers, and one that is late only after so many seconds.

    With `tells=1` it is known to say when models are shut down. A file named by `log` gets a line for each reading.
    """

    option_keys = ("days", "told_base", "weights", "fault", "mute", "late_s", "odd_date", "tells", "log")

    def __init__(self, spec: EndpointSpec) -> None:
        super().__init__(spec)
        self._is_closed = threading.Event()
        self.tells_shutdown = spec.options.get("tells") == "1"

    def read_standing(self) -> Standing:
        options = self._spec.options
        self._note("read")
        if "mute" in options:
            self._is_closed.wait(LONG_S)
        self._is_closed.wait(float(options.get("late_s", 0)))
        if "fault" in options:
            raise EndpointError(options["fault"], fault="endpoint")
        ends = today() + timedelta(days=int(options["days"])) if "days" in options else None
        odd = options.get("odd_date")
        return Standing(self._spec.name, options.get("told_base"), options.get("weights"), ends, odd_date=odd)

    def list_checkpoints(self) -> tuple[Checkpoint, ...]:
        return tuple(Checkpoint(step, f"{self._spec.name}:{step}", is_final=step == 30) for step in (10, 20, 30))

    def close(self) -> None:
        if "mute" in self._spec.options and not self._is_closed.is_set():
            self._note("closed")
        self._is_closed.set()


class Broken(Oracle):
    """Gives back what no provider should."""

    def read_standing(self) -> Standing:
        if self._spec.name == "raises":
            raise RuntimeError("oops\x1b[2J")
        return Standing("m", shutdown_date="2027-01-14")  # type: ignore[arg-type]  # as somebody's provider might
