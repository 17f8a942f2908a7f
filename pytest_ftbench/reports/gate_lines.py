"""Gates and their outcomes, one below the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from pytest_ftbench.gates import Decision, parse_gate
from pytest_ftbench.records import GateResult
from pytest_ftbench.reports.gates import gate_value, is_curtailed
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.text import Text

NEAR = "~"
"""Beside a gate that another sample of facts could decide otherwise."""
_STYLES = {"PASS": "green", "FAIL": "bold red", "INCONCLUSIVE": "bold yellow"}


def gate_lines(decisions: Sequence[Decision], *, width: int) -> Iterable[Text]:
    """One line a gate where that fits and there is one endpoint; else the gate as a heading above its endpoints."""
    from rich.text import Text

    gates = [decision.result for decision in decisions]
    scopes = {gate.selection for gate in gates}
    names = {id(gate): one_line(gate.expr) + _scope_shown(gate, scopes) for gate in gates}
    widest = max((len(name) for name in names.values()), default=0)
    values = [(gate, _value(gate)) for gate in gates]
    has_one_endpoint = len({gate.endpoint for gate in gates}) == 1
    outcomes = max((len(gate.outcome) for gate in gates), default=0) + 2
    if has_one_endpoint and all(outcomes + widest + 2 + len(value) <= width for _, value in values):
        for gate, value in values:
            yield _outcome(gate, outcomes).append(f"{names[id(gate)]:<{widest}}  {value}")
        return
    heading = ""
    longest = max((len(gate.endpoint) for gate in gates), default=0)
    for gate, value in values:
        if names[id(gate)] != heading:
            heading = names[id(gate)]
            yield Text(heading, style="bold")
        yield (
            Text("  ")
            .append_text(_outcome(gate, outcomes))
            .append(value if has_one_endpoint else f"{gate.endpoint:<{longest}}  {value}")
        )


def _outcome(gate: GateResult, width: int) -> Text:
    from rich.text import Text

    return Text().append(f"{gate.outcome:<{width}}", style=_STYLES[gate.outcome])


def _value(gate: GateResult) -> str:
    if gate.outcome == "INCONCLUSIVE":
        reason = one_line(gate.reason, most=300)
        has_value = parse_gate(gate.expr).level is not None and gate.value is not None
        return f"{gate_value(gate)}; {reason}" if has_value or gate.chosen else reason
    if is_curtailed(gate):
        return f"{one_line(gate.reason, most=300).removeprefix('stopped early: ')}: {gate_value(gate)}"
    return f"{gate_value(gate)} {NEAR}" if gate.reason else gate_value(gate)


def _scope_shown(gate: GateResult, scopes: Collection[str]) -> str:
    """Where a gate belongs, if gates of several files or tests stand side by side."""
    return f" in {gate.selection.rpartition('::')[2]}" if len(scopes) > 1 and gate.selection != "session" else ""
