"""Kept runs: a list of them, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_ftbench.checkpoints import HEADER_KEY, sweeps_of
from pytest_ftbench.comparing.comparison import aliases_of, compare_runs
from pytest_ftbench.curves import Curve, measure_curves
from pytest_ftbench.gates.measure import Tally, Unit
from pytest_ftbench.gates.units import fact_of
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.curve import curve_blocks
from pytest_ftbench.reports.gates import gate_value
from pytest_ftbench.reports.matrix import accuracy_matrix
from pytest_ftbench.reports.text import one_line
from pytest_ftbench.runs import Run
from pytest_ftbench.saved_runs import RunSummary

if TYPE_CHECKING:
    from rich.console import RenderableType

_TOLD = ("id", "started_at", "ftbench", "git_commit")


def list_blocks(runs: Sequence[RunSummary], folder: str, *, unicode: bool) -> Iterator[RenderableType]:
    """A line for each run. folder: where they are kept."""
    from rich.text import Text

    if not runs:
        yield Text(f"no runs in {folder}")
        return
    table = make_table(unicode=unicode)
    for heading in ("run", "started", "endpoints", "results", "gates"):
        is_short = heading in ("run", "started", "results")
        table.add_column(
            heading, justify="right" if heading == "results" else "left", no_wrap=is_short, overflow="fold"
        )
    for run in runs:
        name, started = one_line(run.name), one_line(str(run.header.get("started_at") or "-")).partition("T")[0]
        if run.fault:
            table.add_row(name, "-", "-", "-", "cannot be read")
        else:
            table.add_row(name, started, one_line(", ".join(_endpoints(run.header))), str(run.results), _state(run))
    yield table
    for run in runs:
        if run.fault:
            yield Text(one_line(run.fault, most=400))


def list_data(runs: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "name": run.name,
            "path": str(run.path),
            **{name: run.header.get(name) for name in _TOLD},
            "endpoints": _endpoints(run.header),
            "results": run.results,
            "gates": dict(run.gates),
            "finished": run.is_finished,
            "fault": run.fault or None,
        }
        for run in runs
    ]


def show_blocks(run: Run, *, unicode: bool, width: int) -> Iterator[RenderableType]:
    """What the header says, how right each endpoint was on each kind of question, and the gates."""
    from rich.text import Text

    lines = [f"{name:<10} {one_line(str(run.header[name]))}" for name in _TOLD if run.header.get(name)]
    lines += [f"endpoint   {line}" for line in _described_endpoints(run.header)]
    if run.header.get("judge"):
        lines.append(f"judge      {one_line(str(run.header['judge']), most=400)}")
    if run.header.get("selection"):
        lines.append(f"selection  {one_line(str(run.header['selection']), most=400)}")
    lines.append(f"ended      {_ending(run)}")
    yield Text("\n".join(lines))
    curves = _curves(run)
    swept = {alias for curve in curves for alias in curve.sweep.aliases}
    if others := [result for result in run.results if result.endpoint not in swept]:
        yield Text()
        yield accuracy_matrix(aliases_of(run), others, unicode=unicode)
    for curve in curves:
        yield Text()
        yield from curve_blocks(curve, unicode=unicode, width=width)
    if run.gates:
        yield Text("\n" + "\n".join(_gate_lines(run)))


def _curves(run: Run) -> list[Curve]:
    """Of its sweeps, with the retention where a baseline was asked as well."""
    sweeps, baseline = sweeps_of(run.header), run.header.get("baseline")
    there = {result.endpoint for result in run.results}
    comparisons = [
        compare_runs(run, run, before_endpoint=baseline, now_endpoint=alias)
        for sweep in sweeps
        for alias in sweep.aliases
        if isinstance(baseline, str) and baseline in there
    ]
    return measure_curves(sweeps, run.results, comparisons)


def show_data(run: Run) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "header": dict(run.header),
        "end": run.end,
        "results": len(run.results),
        "accuracy": [
            _accuracy(run, alias, variant)
            for alias in aliases_of(run)
            for variant in sorted({result.variant for result in run.results if result.endpoint == alias})
        ],
        "gates": [asdict(gate) for gate in run.gates],
    }


def _accuracy(run: Run, alias: str, variant: str) -> dict[str, Any]:
    found = [result for result in run.results if (result.endpoint, result.variant) == (alias, variant)]
    graded = Tally.of(Unit(result.right, fact_of(result)) for result in found if result.status == "graded")
    low, high = graded.interval
    return {
        "endpoint": alias,
        "variant": variant,
        "right": graded.right,
        "n": graded.n,
        "value": None if graded.value is None else float(graded.value),
        "low": low,
        "high": high,
        "without_grade": sum(result.status in ("error", "unscored") for result in found),
        "not_applicable": sum(result.status == "not_applicable" for result in found),
    }


def _endpoints(header: Mapping[str, Any]) -> list[str]:
    return [str(entry.get("alias")) for entry in header.get("endpoints") or () if isinstance(entry, Mapping)]


def _described_endpoints(header: Mapping[str, Any]) -> Iterator[str]:
    for entry in header.get("endpoints") or ():
        if isinstance(entry, Mapping):
            served = entry.get("served_model")
            by = f", answered by {one_line(str(served))}" if served else ""
            alias = one_line(str(entry.get("alias")))
            yield f"{alias}: {one_line(str(entry.get('spec')))}{by}{_epoch(entry.get(HEADER_KEY))}"


def _epoch(checkpoint: object) -> str:
    """What its alias does not say of a checkpoint."""
    if not isinstance(checkpoint, Mapping):
        return ""
    epoch = checkpoint.get("epoch")
    final = ", the final model" if checkpoint.get("is_final") is True else ""
    return (f", epoch {epoch}" if isinstance(epoch, int) else "") + final


def _state(run: RunSummary) -> str:
    """The worst outcome of its gates, and whether it came to its end."""
    worst = next((outcome for outcome in ("FAIL", "INCONCLUSIVE", "PASS") if run.gates.get(outcome)), "-")
    return worst if run.is_finished else f"{worst}, interrupted"


def _ending(run: Run) -> str:
    if run.end is None:
        return "interrupted: it has no end line"
    at = run.end.get("finished_at")
    return f"{one_line(str(at))}, exit code {run.end.get('exit_status')}" if at else "as it should"


def _gate_lines(run: Run) -> Iterator[str]:
    several = len({gate.endpoint for gate in run.gates}) > 1
    for gate in run.gates:
        of = f" [{one_line(gate.endpoint)}]" if several else ""
        reason = f"; {one_line(gate.reason, most=300)}" if gate.outcome == "INCONCLUSIVE" and gate.reason else ""
        yield f"{gate.outcome:<12}  {one_line(gate.expr)}{of}  {gate_value(gate)}{reason}"
