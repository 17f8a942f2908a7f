"""`ftbench preflight`: whether endpoints are there, are what they are taken for, and for how long."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from pytest_ftbench.commands.models import SPEC_HELP, OpenedModel, opened_models
from pytest_ftbench.commands.output import show, show_json
from pytest_ftbench.providers.lifecycle import Standing
from pytest_ftbench.reports.standings import Checked, State, preflight_blocks, preflight_data
from pytest_ftbench.standings import WARN_BELOW_DAYS, Reading, Standings, base_fault, can_be_read, days_left, today

WITHIN_S = 20.0
"""How long the servers, all asked at once, may take."""


def preflight_command(
    spec: Annotated[list[str] | None, typer.Argument(metavar="[SPEC]...", help=SPEC_HELP)] = None,
    fail_on_shutdown: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=0, help="Fail where a model is shut down within so many days."),
    ] = None,
    within_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long the servers may take.")
    ] = WITHIN_S,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask each endpoint's server about the model, and no question: is it there, of which base, and for how long?

    Exits with 1 where a server cannot be reached or says that the model is of another base.
    """
    with opened_models(spec or []) as models:
        standings = Standings({one.alias: one.provider for one in models if one.provider is not None})
        readings = standings.wait(within_s)
        now = today()
        late = Reading(fault=f"no answer within {within_s:g} s")
        checked = [_check(one, readings.get(one.alias, late), now, fail_on_shutdown) for one in models]
    if as_json:
        show_json({"endpoints": preflight_data(checked)})
    else:
        show(lambda _: preflight_blocks(checked))
    if any(one.state == "FAIL" for one in checked):
        raise typer.Exit(1)


def _check(model: OpenedModel, reading: Reading, now: date, fail_on_shutdown: int | None) -> Checked:
    if model.spec is None or model.provider is None:
        return Checked(model.alias, "FAIL", model.fault)
    if model.provider.is_local:
        return Checked(model.alias, "local")
    if not can_be_read(model.provider):
        return Checked(model.alias, "silent")
    standing = reading.standing
    if standing is None:
        return Checked(model.alias, "FAIL", reading.fault.rstrip("."))
    left = days_left(standing, now)
    if fault := base_fault(model.spec, standing):
        return Checked(model.alias, "FAIL", fault, standing, left)
    if left is not None and fail_on_shutdown is not None and left <= fail_on_shutdown:
        return Checked(model.alias, "FAIL", f"it ends within {fail_on_shutdown} days", standing, left)
    if standing.odd_date is not None and fail_on_shutdown is not None:
        fault = f"nobody can tell whether it ends within {fail_on_shutdown} days"
        return Checked(model.alias, "FAIL", fault, standing, left)
    return Checked(model.alias, _state(standing, left), "", standing, left)


def _state(standing: Standing, left: int | None) -> State:
    """Of an endpoint with which nothing is wrong for certain."""
    if standing.is_listed is False:
        return "absent"
    if left is not None and left < WARN_BELOW_DAYS:
        return "soon"
    return "ok" if standing.is_listed else "silent"
