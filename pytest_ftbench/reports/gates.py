"""Gates in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pytest_ftbench.gates import METRICS, Decision, parse_gate
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.reports.text import one_line
from pytest_ftbench.reports.turns import turn_lines

SHOWN_MISSES = 5
"""How many misses of a failed gate are listed; the run file has them all."""


def gate_value(gate: GateResult) -> str:
    """`11/12 = 0.917 [0.646, 0.985], 1 error, 8 not applicable`; a value that is no plain share stands alone.

    A gate that was decided before all was asked has no value, only what was seen: `30/31 [0.838, 0.994]`.
    A corrected value follows, `135/150 = 0.900 [0.842, 0.938]; corrected 0.938 [0.847, 1.000]`; what to hold the value
    against comes next: `13/20 = 0.650 [0.433, 0.819] (always 'no': 0.600)`; how its checkpoint was chosen stands last.
    """
    note = f" ({gate.note})" if gate.note and gate.low is not None else ""
    chosen = f"; {one_line(gate.chosen, most=400)}" if gate.chosen else ""
    if gate.corrected is None:
        return f"{_judged_value(gate)}{note}{chosen}"
    corrected = f"{gate.corrected:.3f} [{gate.corrected_low:.3f}, {gate.corrected_high:.3f}]"
    return f"{_judged_value(gate)}; corrected {corrected}{note}{chosen}"


def _judged_value(gate: GateResult) -> str:
    uncounted = _uncounted(gate)
    if gate.low is None or gate.high is None:
        return f"nothing measured{uncounted}"
    if gate.value is None:
        return f"{gate.right}/{gate.n} [{gate.low:.3f}, {gate.high:.3f}]{uncounted}"
    is_share = gate.n > 0 and abs(gate.value - gate.right / gate.n) < 1e-9
    value = f"{gate.value:.3f} [{gate.low:.3f}, {gate.high:.3f}]"
    if _is_compared(gate):
        is_count = not gate.value % 1 and gate.value == gate.right
        return f"{f'{gate.value:g}' if is_count else value}, {gate.n} cases{uncounted}"
    if is_share:
        return f"{gate.right}/{gate.n} = {value}{uncounted}"
    return f"{value}, {gate.right}/{gate.n} right{uncounted}"


def _uncounted(gate: GateResult) -> str:
    """What was left out of the value: a few that are left may hold any bound."""
    errors = f", {gate.errors} error{'s' if gate.errors != 1 else ''}" if gate.errors else ""
    return f"{errors}, {gate.not_applicable} not applicable" if gate.not_applicable else errors


def _is_compared(gate: GateResult) -> bool:
    """Whether it is about two runs, whose counts are no right answers of so many."""
    return METRICS[parse_gate(gate.expr).metric].is_compared


def is_curtailed(gate: GateResult) -> bool:
    """Whether not all of its cases were asked, since its verdict was certain: it has an interval and no value."""
    return gate.value is None and gate.low is not None


def gate_failure(decision: Decision) -> str:
    """Why a gate fails the session: its value, and question, expectation, answer and reason of what counts against it.

    The first line stands for the whole in pytest's short summary.
    """
    gate = decision.result
    said = [gate_value(gate), gate.reason] if gate.low is not None else [gate.reason]
    lines = [f"{gate.outcome}: {'; '.join(filter(None, said))}"]
    if decision.misses and gate.outcome == "FAIL":
        lines += ["", *misses_in_words(decision)]
    return "\n".join(lines)


def misses_in_words(decision: Decision) -> list[str]:
    """The misses, a paragraph each, and how many more there are."""
    misses = decision.misses
    lines = [f"{len(misses)} {'counts' if len(misses) == 1 else 'count'} against it:"]
    shown = _by_question(misses)[:SHOWN_MISSES]
    for same in shown:
        lines += ["", *_miss(same)]
    if (more := len(misses) - sum(map(len, shown))) > 0:
        lines += ["", f"... and {more} more; the run file has them all."]
    return lines


def _by_question(misses: Sequence[Result]) -> list[list[Result]]:
    """The misses, each for itself; where questions were asked several times, the samples of one together."""
    if all(miss.sample == 1 for miss in misses):
        return [[miss] for miss in misses]
    found: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for miss in misses:
        found[miss.suite, miss.fact, miss.variant, miss.case].append(miss)
    return [sorted(same, key=lambda miss: miss.sample) for same in found.values()]


def _miss(same: Sequence[Result]) -> list[str]:
    """One miss, or the first of those of one question."""
    miss = same[0]
    flags = f" [{', '.join(miss.flags)}]" if miss.flags else ""
    return [
        f"{one_line(miss.fact)}: {one_line(miss.variant)}{_samples(same)}",
        f"  question  {one_line(miss.question, most=400)}",
        *turn_lines(miss.turns, miss.earlier_answers),
        f"  expected  {one_line(miss.expected)}",
        f"  answer    {one_line(miss.answer or '')}",
        f"  verdict   {miss.grade} by {miss.rule}: {one_line(miss.reason or '', most=300)}{flags}",
    ]


def _samples(same: Sequence[Result]) -> str:
    """Which samples of the question were missed, where there may be others."""
    numbers = list(dict.fromkeys(miss.sample for miss in same))
    if numbers == [1]:
        return ""
    return f" (sample{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))})"
