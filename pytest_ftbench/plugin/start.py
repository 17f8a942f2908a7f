"""What happens when a session names a model: everything that can be found wrong is found before the first test."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from pytest_ftbench.errors import FtbenchError
from pytest_ftbench.plugin.state import STATE, State, as_usage_error, get_state

if TYPE_CHECKING:
    from pytest_ftbench.plugin.calibrating import Calibrations


def start(config: pytest.Config) -> None:
    """Open the endpoints and register what asks, records and decides.

    Raises pytest.UsageError, one line, for a model, gate or run name that cannot be used. It does so in the controller
    as well as in xdist's workers, because a worker's usage error would not reach the user as such.
    """
    from pytest_ftbench.plugin.asking import Asking
    from pytest_ftbench.plugin.cleaning import Cleaning
    from pytest_ftbench.plugin.controller import Controller
    from pytest_ftbench.plugin.lifespans import Lifespans
    from pytest_ftbench.plugin.outcomes import Outcomes
    from pytest_ftbench.plugin.planning import Planning
    from pytest_ftbench.plugin.showing import Showing

    state = get_state(config)
    is_worker = hasattr(config, "workerinput")
    try:
        _read(state)
        calibrations = [] if is_worker else _read_calibrations(state)
    except FtbenchError as error:
        raise as_usage_error(error) from None
    manager = config.pluginmanager
    option = config.option
    if state.trainings is not None and not option.collectonly:
        from pytest_ftbench.plugin.trainings import TrainingNotes

        manager.register(TrainingNotes(state, state.trainings), "ftbench-training-notes")
    if state.settings.plan:
        option.dist, option.tx = "no", []  # a plan is made in one process; xdist has not yet looked
        manager.register(Planning(state), "ftbench-planning")
        return
    # What xdist itself goes by; its own plugin object may not be registered yet.
    has_workers = getattr(option, "dist", "no") != "no" and getattr(option, "tx", None) and not option.collectonly
    asks_here = is_worker or not has_workers
    if asks_here:
        manager.register(Asking(state), "ftbench-asking")
        manager.register(Outcomes(state), "ftbench-outcomes")
    if not is_worker:
        controller = Controller(state, calibrations, asks_here=asks_here)
        manager.register(controller, "ftbench-controller")
        if state.settings.cache_mode != "replay" and not option.collectonly:
            manager.register(Lifespans(state), "ftbench-lifespans")
        manager.register(Cleaning(), "ftbench-cleaning")
        manager.register(Showing(state, controller.read_progress, asks_here=asks_here), "ftbench-showing")


def stop(config: pytest.Config) -> None:
    """Close what the session has opened."""
    if STATE not in config.stash:
        return
    state = config.stash[STATE]
    state.close()
    if state.has_engine:
        # pytest now collects garbage ten times, in search of errors that nobody has seen, and so does the interpreter
        # at its end. Once finds ours; thousands of cases and the SDK's hundred thousand objects, none of them garbage,
        # would make the others take a tenth of a short session's time.
        gc.collect()
        gc.freeze()


def _read_calibrations(state: State) -> Calibrations:
    """The calibrations that the session names, each with its path, if it has a judge that they could be of."""
    if not state.settings.calibrations:
        return []
    if not state.judge_specs:
        if state.config.getoption("ftbench_calibration"):
            state.warnings.append("--ftbench-calibration does nothing, since no --ftbench-judge is named")
        return []
    from pytest_ftbench.calibration import read_calibration

    return [(path, read_calibration(path)) for path in state.settings.calibrations]


def _read(state: State) -> None:
    from pytest_ftbench.gates import parse_gate
    from pytest_ftbench.plugin.settling import check_gate_on, settle_gate
    from pytest_ftbench.runs import saved_run
    from pytest_ftbench.specs import parse_specs

    settings = state.settings
    session_gates = [(parse_gate(text, place=place), place) for text, place in settings.gates]
    state.specs = parse_specs(
        settings.models,
        models=settings.models_table,
        folder=settings.invocation if settings.models_on_command_line else settings.root,
        models_folder=settings.root,
        known_providers=state.registry("providers"),
    )
    if settings.checkpoints:
        from pytest_ftbench.plugin.checkpoints import read_checkpoints

        read_checkpoints(state)
    if settings.compare or settings.baseline_model or settings.allowed_differences:
        from pytest_ftbench.plugin.baselines import read_baselines

        read_baselines(state)
    if any(spec.training_file for spec in state.specs):
        from pytest_ftbench.plugin.trainings import read_trainings

        read_trainings(state)
    if state.sweeps:
        check_gate_on(state)
    state.session_gates = tuple(settle_gate(gate, state, place=place) for gate, place in session_gates)
    if settings.judges:
        from pytest_ftbench.plugin.judging import read_judges, refuse_self_judging

        read_judges(state)
        refuse_self_judging(state)
    if settings.save:
        saved_run(settings.root, settings.save)
    if settings.models_on_command_line:
        state.open_endpoints()
