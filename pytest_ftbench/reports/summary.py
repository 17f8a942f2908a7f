"""The summary at the end of a session: how each endpoint did on each kind of question, and what the gates say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_ftbench.evaluate import is_by_judge
from pytest_ftbench.gates import NEAR_BOUND, Decision
from pytest_ftbench.records import Result
from pytest_ftbench.reports.console import render
from pytest_ftbench.reports.gate_lines import NEAR, gate_lines
from pytest_ftbench.reports.gates import is_curtailed, misses_in_words
from pytest_ftbench.reports.matrix import SEEN_ORDER, accuracy_matrix, seen_matrix
from pytest_ftbench.reports.money import UNKNOWN
from pytest_ftbench.reports.samples import sample_lines
from pytest_ftbench.requirements import RULE
from pytest_ftbench.spread import Spread

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pytest_ftbench.comparing import Comparison
    from pytest_ftbench.curves import Curve


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session has to tell."""

    aliases: Sequence[str]
    results: Sequence[Result]
    decisions: Sequence[Decision]
    calls: int
    cache_hits: int
    notes: Sequence[str] = ()
    """Lines that a reader must see, such as a cache that could not be written."""
    run_path: str | None = None
    with_misses: bool = False
    """Whether the misses of failed gates are listed here, because nothing above has."""
    with_matrix: bool = True
    comparisons: Sequence[Comparison] = ()
    """What endpoints are compared with."""
    allowed_differences: Collection[str] = ()
    """Kinds of reasons not to compare that the user allows."""
    judge_calls: int = 0
    drift_calls: int = 0
    """How often stored answers were asked for again, to see whether they still hold."""
    cost: str | None = None
    """What the answers cost, as `money.session_cost_in_words` has it; None: nothing that is paid for was asked."""
    spreads: Sequence[Spread] = ()
    """What several samples show, by endpoint."""
    with_flaky: bool = False
    """Whether flaky questions are listed."""
    curves: Sequence[Curve] = ()
    """Of swept models, whose endpoints are left out of the matrix."""
    seen_by: str = ""
    """The tag that says how a question stands in the training file of its endpoint; empty: none has such a file."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """By endpoint, what keeps its samples alike, such as `temperature 0`."""


def render_summary(facts: Facts, *, width: int, color: bool, unicode: bool) -> str:
    """The summary as text, without a line end at its end; width, color and unicode: see `console.render`."""
    return render(_blocks(facts, unicode=unicode, width=width), width=width, color=color, unicode=unicode)


def _blocks(facts: Facts, *, unicode: bool, width: int) -> Iterable[RenderableType]:
    from rich.text import Text

    swept = {alias for curve in facts.curves for alias in curve.sweep.aliases}
    others = [result for result in facts.results if result.endpoint not in swept]
    if others and facts.with_matrix:
        yield accuracy_matrix(facts.aliases, others, unicode=unicode)
        yield Text()
        if seen := [one for one in others if facts.seen_by and one.tags.get(facts.seen_by) in SEEN_ORDER]:
            yield seen_matrix(facts.aliases, seen, facts.seen_by, unicode=unicode)
            yield Text()
    if facts.curves and facts.with_matrix:
        yield from _curves(facts, unicode=unicode, width=width)
    if facts.comparisons:
        yield from _comparisons(facts, swept, unicode=unicode)
    yield from gate_lines(facts.decisions, width=width)
    if facts.with_misses:
        for decision in facts.decisions:
            if decision.result.outcome == "FAIL" and decision.misses:
                yield Text("\n".join(["", f"{decision.result.expr}:", *misses_in_words(decision)]))
    if facts.decisions:
        yield Text()
    for line in _footer(facts):
        yield Text(line)


def _curves(facts: Facts, *, unicode: bool, width: int) -> Iterable[RenderableType]:
    from rich.text import Text

    from pytest_ftbench.reports.curve import curve_blocks

    for curve in facts.curves:
        yield from curve_blocks(curve, unicode=unicode, width=width)
        yield Text()
    if not facts.decisions:
        yield Text("no gate is about a checkpoint: the sweep shows them, and fails nothing by itself\n")


def _comparisons(facts: Facts, swept: Collection[str], *, unicode: bool) -> Iterable[RenderableType]:
    """In full; of a sweep, those of the checkpoints that gates are about."""
    from rich.text import Text

    from pytest_ftbench.reports.comparison import comparison_blocks

    gated = {decision.result.endpoint for decision in facts.decisions}
    for comparison in facts.comparisons:
        if comparison.now.endpoint in swept and comparison.now.endpoint not in gated:
            continue
        yield from comparison_blocks(comparison, (), allowed=facts.allowed_differences, unicode=unicode, shown=3)
        yield Text()


def _footer(facts: Facts) -> Iterable[str]:
    errors = sum(result.status == "error" for result in facts.results)
    undecided = sum("undecided" in result.flags for result in facts.results)
    parts = [_count(facts.calls, "answer") + " asked for", f"{facts.cache_hits} from the cache"]
    if facts.judge_calls:
        parts.append(_count(facts.judge_calls, "judge call"))
    if facts.drift_calls:
        parts.append(f"{facts.drift_calls} asked again")
    if facts.cost is not None:
        parts.append(f"cost {UNKNOWN}" if facts.cost == UNKNOWN else facts.cost)
    if errors:
        parts.append(_count(errors, "error"))
    if undecided:
        parts.append(f"{undecided} left undecided by the matchers and counted as incorrect")
    is_corrected = any(decision.result.corrected is not None for decision in facts.decisions)
    of_corrected = ", Lee's for what is corrected by labels" if is_corrected else ""
    yield ", ".join(parts) + f"; intervals are 95 % Wilson limits{of_corrected}"
    rules = Counter(str(result.rule) for result in facts.results if result.rule not in (None, RULE))
    if len(rules) > 1 or any(map(is_by_judge, rules)):
        yield "verdicts by " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
    decided = [decision.result for decision in facts.decisions if decision.result.outcome != "INCONCLUSIVE"]
    if any(gate.reason and not is_curtailed(gate) for gate in decided):
        yield f"{NEAR} {NEAR_BOUND}"
    yield from sample_lines(facts.spreads, with_flaky=facts.with_flaky, fixed=facts.fixed)
    if facts.run_path:
        yield f"run: {facts.run_path}"
    yield from facts.notes


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
