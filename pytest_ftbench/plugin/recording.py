"""The run file of a session: opened with the first result, closed with the last gate."""

from __future__ import annotations

import platform
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pytest_ftbench
from pytest_ftbench.checkpoints import HEADER_KEY
from pytest_ftbench.errors import SpecError
from pytest_ftbench.plugin.state import State
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.runs import RunWriter, forget_old_runs, publish, runs_folder, saved_run


class Recording:
    """Keeps what the session measured; a disk that refuses costs the file, never the session."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._writer: RunWriter | None = None
        self._has_failed = False
        self._served: dict[str, str | None] = {}
        self._deployed: dict[str, str] = {}
        self.paths: list[Path] = []
        """Where the finished run can be found, the best known place first."""

    def add_result(self, result: Result, *, test: str) -> None:
        """Record the result of a test the moment it is known; one that is run again has its last result."""
        if result.served_model:
            self._served.setdefault(result.endpoint, result.served_model)
        if result.deployment:
            self._deployed.setdefault(result.endpoint, result.deployment)
        self._guarded(lambda writer: writer.add_result(result, test=test))

    def finish(self, gates: list[GateResult], end: dict[str, Any] | None, *, has_asked: bool) -> None:
        """Write the gates and close.

        end: None for an interrupted session. has_asked: whether there is a run to keep even without a result, as
        where tests only asked on demand.
        """
        if self._writer is None and not has_asked:
            return
        for gate in gates:
            self._guarded(lambda writer, gate=gate: writer.add_gate(gate))
        finished = None if end is None else {"finished_at": _now(), **end}
        self._guarded(lambda writer: writer.finish({"endpoints": self._endpoints()}, finished))
        self._publish()

    def _guarded(self, write: Any) -> None:  # a function of the writer; lambdas with defaults have no neater type
        if self._has_failed:
            return
        try:
            if self._writer is None:
                self._writer = self._open()
            write(self._writer)
        except OSError as error:
            self._has_failed = True
            self._state.warnings.append(f"the run file cannot be written ({error}); gates are decided all the same")

    def _open(self) -> RunWriter:
        folder = runs_folder(self._state.settings.root)
        started = datetime.now(UTC)
        run_id = uuid.uuid4().hex[:8]
        path = folder / f"{started:%Y%m%dT%H%M%SZ}-{run_id}.jsonl"
        limit = self._state.settings.limit
        header = {
            "id": run_id,
            "started_at": started.isoformat(timespec="seconds"),
            **self.identity(),
            "python": platform.python_version(),
            "pytest": pytest.__version__,
            "git_commit": _git_commit(self._state.settings.root),
            "selection": selection(self._state.config) | ({"limit": limit} if limit else {}),
        }
        return RunWriter(path, header)

    def identity(self) -> dict[str, Any]:
        """The part of the header that says whose answers these are, as far as is known, and what judged them."""
        return {
            "ftbench": pytest_ftbench.__version__,
            "endpoints": self._endpoints(),
            "judge": self._judge(),
            **({"baseline": self._state.baseline_alias} if self._state.baseline_alias else {}),
            "sampling": {alias: dict(provider.sampling) for alias, provider in self._state.providers.items()},
        }

    def _judge(self) -> dict[str, Any] | None:
        if not self._state.judge_specs:
            return None
        from pytest_ftbench.judge_specs import judge_header

        return judge_header(self._state.judge_specs)

    def _endpoints(self) -> list[dict[str, Any]]:
        return [
            {
                "alias": spec.alias,
                "spec": spec.text,
                "served_model": self._served.get(spec.alias),
                "revision": spec.options.get("revision"),
                **({"deployment": self._deployed[spec.alias]} if spec.alias in self._deployed else {}),
                **self._checkpoint(spec.alias),
            }
            for spec in self._state.specs
        ]

    def _checkpoint(self, alias: str) -> dict[str, Any]:
        """What a header says of an endpoint that is a checkpoint; nothing of any other."""
        return next(({HEADER_KEY: told} for sweep in self._state.sweeps if (told := sweep.header_of(alias))), {})

    def _publish(self) -> None:
        if self._has_failed or self._writer is None:
            return
        settings = self._state.settings
        own = self._writer.path
        self.paths = [own]
        try:
            name = settings.save or (self._state.baselines.missing if self._state.baselines else "")
            copies = [saved_run(settings.root, name)] if name else []
            copies += [settings.out] if settings.out else []
            publish(own, copies)
            self.paths = [*copies, own]
            forget_old_runs(own.parent)
        except (OSError, SpecError) as error:  # the name was free when the session began
            self._state.warnings.append(f"the run cannot be copied ({error}); it is at {own}")


def selection(config: pytest.Config) -> dict[str, Any]:
    """What the user chose to run, as far as it was chosen by name."""
    option = config.option
    chosen = {
        "k": option.keyword,
        "m": option.markexpr,
        "ids": [arg for arg in config.args if "::" in arg],
        "deselect": option.deselect or [],
        "last_failed": bool(getattr(option, "lf", False)),
        "stepwise": bool(getattr(option, "stepwise", False)),
    }
    return {name: value for name, value in chosen.items() if value}


def _git_commit(root: Path) -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
