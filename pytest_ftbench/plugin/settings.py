"""What the command line, the ini file and pyproject.toml ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from pytest_ftbench.configfile import read_table
from pytest_ftbench.errors import SpecError
from pytest_ftbench.samples import ALLOWED, read_samples
from pytest_ftbench.shelf import CACHE_MODES, CacheMode

OnInconclusive = Literal["fail", "warn"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line, the ini file and `[tool.ftbench]` ask for, in this order of precedence."""

    models: tuple[str, ...]
    models_on_command_line: bool
    models_table: Mapping[str, Any]
    checkpoints: bool
    """Whether each model gives way to the checkpoints of its training."""
    gate_on: str | None
    """The checkpoint that gates are about which name none: an alias, or how it is chosen."""
    judges: tuple[str, ...]
    judges_on_command_line: bool
    calibrations: tuple[Path, ...]
    gates: tuple[tuple[str, str], ...]
    """Gates over the whole session, each with the place that sets it."""
    gates_on_command_line: bool
    compare: str | None
    """The run to compare with."""
    baseline_model: str | None
    allowed_differences: tuple[str, ...]
    """Kinds of reasons not to compare that the user allows."""
    cache_mode: CacheMode
    cache_dir: Path | None
    concurrency: int | None
    """How many questions may be in flight; None: as many as the endpoint bears."""
    limit: int | None
    """How many questions are asked at most, a sample of whole facts; None: all."""
    samples: int
    """How often each question is asked, at least 1."""
    samples_on_command_line: bool
    """Whether that holds as well for cases that say otherwise."""
    plan: bool
    """Whether to show what would be asked, and to ask nothing."""
    budget_usd: float | None
    """What the answers may cost, above 0; None: whatever they cost."""
    curtail: bool
    """Whether to stop asking about cases whose gates are decided, whatever the rest would answer."""
    fail_on_shutdown: int | None
    """The session fails where a model is shut down within so many days; None: it does not."""
    save: str | None
    out: Path | None
    on_inconclusive: OnInconclusive
    root: Path
    invocation: Path

    @property
    def is_asked_for(self) -> bool:
        """Whether the command line asks for a measurement, so that measuring nothing fails the session."""
        return self.models_on_command_line or self.gates_on_command_line


def read_settings(config: pytest.Config) -> Settings:
    """The settings of this session. Raises pytest.UsageError for a value that is not allowed."""
    given_models: list[str] = config.getoption("ftbench_model")
    models: list[str] = given_models or config.getini("ftbench_model")
    given_judges: list[str] = config.getoption("ftbench_judge")
    table = _table(config) if models else {}
    given_gates: list[str] = config.getoption("ftbench_gate")
    places = [(gate, "--ftbench-gate") for gate in given_gates]
    places += [(gate, "ftbench_gate") for gate in config.getini("ftbench_gate")]
    places += [(gate, "[tool.ftbench] gates") for gate in table.get("gates", ())]
    cache_dir = _one(config, "ftbench_cache_dir")
    out = _one(config, "ftbench_out")
    _refuse_sweep_of_nothing(config, models)
    return Settings(
        models=tuple(models),
        models_on_command_line=bool(given_models),
        models_table=table.get("models", {}),
        checkpoints=_flag(config, "ftbench_checkpoints"),
        gate_on=_one(config, "ftbench_gate_on"),
        judges=tuple(given_judges or config.getini("ftbench_judge")),
        judges_on_command_line=bool(given_judges),
        calibrations=_paths(config, "ftbench_calibration"),
        gates=tuple(places),
        gates_on_command_line=bool(given_gates),
        compare=_one(config, "ftbench_compare"),
        baseline_model=_one(config, "ftbench_baseline_model"),
        allowed_differences=tuple(config.getoption("ftbench_allow") or config.getini("ftbench_allow")),
        cache_mode=cast("CacheMode", _choice(config, "ftbench_cache", CACHE_MODES, default="auto")),
        cache_dir=_path(config, "ftbench_cache_dir", cache_dir) if cache_dir else None,
        concurrency=_concurrency(_one(config, "ftbench_concurrency")),
        limit=_limit(_one(config, "ftbench_limit")),
        samples=_samples(_one(config, "ftbench_samples")),
        samples_on_command_line=config.getoption("ftbench_samples") is not None,
        plan=_flag(config, "ftbench_plan"),
        budget_usd=_budget(_one(config, "ftbench_budget")),
        curtail=_flag(config, "ftbench_curtail"),
        fail_on_shutdown=_days(_one(config, "ftbench_fail_on_shutdown")),
        save=_one(config, "ftbench_save"),
        out=_path(config, "ftbench_out", out) if out else None,
        on_inconclusive=cast(
            "OnInconclusive", _choice(config, "ftbench_on_inconclusive", ("fail", "warn"), default="fail")
        ),
        root=config.rootpath,
        invocation=config.invocation_params.dir,
    )


def _refuse_sweep_of_nothing(config: pytest.Config, models: list[str]) -> None:
    """Raise pytest.UsageError where the command line says of a sweep what nothing would come of."""
    if config.getoption("ftbench_checkpoints") and not models:
        raise pytest.UsageError("--ftbench-checkpoints: no model is named. Pass --ftbench-model=SPEC as well.")
    if config.getoption("ftbench_gate_on") and not _flag(config, "ftbench_checkpoints"):
        raise pytest.UsageError("--ftbench-gate-on does nothing without --ftbench-checkpoints. Pass both, or neither.")


def _one(config: pytest.Config, name: str) -> str | None:
    given = config.getoption(name, None)
    return given if given is not None else _ini(config, name) or None


def _flag(config: pytest.Config, name: str) -> bool:
    return bool(config.getoption(name) or _ini(config, name))


def _ini(config: pytest.Config, name: str) -> Any:  # whatever the key's type gives
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:  # pytest shows a traceback, or no name
        raise pytest.UsageError(str(error) if name in str(error) else f"{name}: {error}") from None


def _choice(config: pytest.Config, name: str, allowed: tuple[str, ...], *, default: str) -> str:
    value = _one(config, name) or default
    if value not in allowed:
        raise pytest.UsageError(f"{name}: expected one of {', '.join(allowed)}, got {value!r}")
    return value


def _concurrency(text: str | None) -> int | None:
    if text is None or text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"--ftbench-concurrency: expected a whole number from 1 up, or auto, got {text!r}")
    return int(text)


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"--ftbench-limit: expected a whole number of questions from 1 up, got {text!r}")
    return int(text)


def _samples(text: str | None) -> int:
    if text is None:
        return 1
    samples = read_samples(text)
    if samples is None:
        raise pytest.UsageError(f"--ftbench-samples: expected {ALLOWED}, got {text!r}")
    return samples


def _days(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise pytest.UsageError(f"--ftbench-fail-on-shutdown: expected a whole number of days from 0 up, got {text!r}")
    return int(text)


def _budget(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        amount = float(text.strip().removeprefix("$"))
    except ValueError:
        amount = math.nan
    if not 0 < amount < math.inf:
        raise pytest.UsageError(f"--ftbench-budget: expected an amount of USD above 0, such as 2.50, got {text!r}")
    return amount


def _path(config: pytest.Config, name: str, text: str) -> Path:
    """Paths on the command line are relative to where pytest was called, those of the ini file to the root."""
    on_command_line = config.getoption(name, None) is not None
    return (config.invocation_params.dir if on_command_line else config.rootpath) / Path(text).expanduser()


def _paths(config: pytest.Config, name: str) -> tuple[Path, ...]:
    """The paths of a repeatable option, relative as those of `_path`."""
    given: list[str] = config.getoption(name)
    start = config.invocation_params.dir if given else config.rootpath
    return tuple(start / Path(text).expanduser() for text in given or _ini(config, name))


def _table(config: pytest.Config) -> dict[str, Any]:
    try:
        return read_table(config.rootpath)
    except SpecError as error:
        raise pytest.UsageError(str(error)) from None
