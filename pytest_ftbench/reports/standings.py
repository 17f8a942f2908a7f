"""The standing of endpoints, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pytest_ftbench.providers.lifecycle import Standing
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

State = Literal["ok", "soon", "absent", "local", "silent", "FAIL"]
"""soon: it ends within 60 days; absent: its server lists other models only; silent: its server lists none, or cannot
be asked."""

_STYLES = {"ok": "green", "soon": "yellow", "absent": "yellow", "FAIL": "red"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One endpoint, and what a preflight found."""

    alias: str
    state: State
    fault: str = ""
    """What is wrong, a sentence without its full stop; empty unless the state is FAIL."""
    standing: Standing | None = None
    days_left: int | None = None


def ending_in_words(standing: Standing, days: int) -> str:
    """When the model ends, as a sentence without its subject. days: until then, from today on."""
    if days > 0:
        return f"is shut down on {standing.shutdown_date}, in {days} day{'' if days == 1 else 's'}"
    if days == 0:
        return f"is shut down today, {standing.shutdown_date}"
    return f"was to be shut down on {standing.shutdown_date}, {-days} day{'' if days == -1 else 's'} ago"


def odd_date_in_words(standing: Standing) -> str:
    """That the server's date is not understood, as a sentence; empty where it is, or there is none."""
    if standing.odd_date is None:
        return ""
    return f"its shutdown_date is not understood: {one_line(standing.odd_date)}"


def preflight_blocks(checked: Sequence[Checked]) -> Iterator[RenderableType]:
    """A line for each endpoint; then what to do about those that end soon."""
    from rich.text import Text

    width = max((len(one_line(one.alias)) for one in checked), default=0)
    for one in checked:
        line = Text(f"{one.state:<6}", style=_STYLES.get(one.state, ""))
        yield line.append(f"  {one_line(one.alias):<{width}}  {_in_words(one)}", style="default")
    if ending := [one_line(one.alias) for one in checked if one.state == "soon"]:
        yield Text()
        yield Text(f"Keep the answers of {', '.join(ending)} as long as there are any: pytest --ftbench-save=NAME.")


def preflight_data(checked: Sequence[Checked]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [_data(one, one.standing or Standing("")) for one in checked]


def _data(one: Checked, standing: Standing) -> dict[str, Any]:
    ends = standing.shutdown_date
    return {
        "alias": one.alias,
        "state": one.state,
        "fault": one.fault or None,
        "model": standing.model or None if standing.is_listed else None,
        "base": standing.base,
        "deployment": standing.deployment,
        "shutdown_date": ends.isoformat() if ends else None,
        "odd_shutdown_date": standing.odd_date,
        "days_left": one.days_left,
    }


def _in_words(one: Checked) -> str:
    if one.state == "local":
        return "local: there is no server to reach"
    if one.state == "silent" and one.standing is None:
        return "not checked: its provider cannot ask the server"
    parts = [f"{one_line(one.fault, most=500)}"] if one.fault else []
    if (standing := one.standing) is not None:
        parts.append(_reached_in_words(standing))
        parts += [f"base {one_line(standing.base)}"] if standing.base else []
        parts += [f"weights {one_line(standing.deployment)}"] if standing.deployment else []
        if one.days_left is not None:
            parts.append(ending_in_words(standing, one.days_left).removeprefix("is "))
        parts += [odd] if (odd := odd_date_in_words(standing)) else []
    return "; ".join(parts)


def _reached_in_words(standing: Standing) -> str:
    if standing.is_listed:
        return f"reachable as {one_line(standing.model)}"
    unlisted = "the server was reached, and does not list this model: check its name"
    return unlisted if standing.is_listed is False else "the server was reached, and does not list models"
