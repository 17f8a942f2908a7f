"""Two runs side by side, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_ftbench.comparing import TURNS, Comparison, Pair, Side
from pytest_ftbench.comparing.headline import Row, Share, headline
from pytest_ftbench.records import GateResult, Result
from pytest_ftbench.reports.console import make_table
from pytest_ftbench.reports.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

SHOWN = 10
"""How many cases of a kind are listed for people; machines get all."""
_STYLES = {"PASS": "green", "FAIL": "bold red", "INCONCLUSIVE": "bold yellow"}


def comparison_blocks(
    comparison: Comparison,
    gates: Sequence[GateResult],
    *,
    allowed: Collection[str],
    unicode: bool,
    shown: int = SHOWN,
) -> Iterator[RenderableType]:
    """What was before and is now, the cases that were lost, what was not compared, and what gates say of it.

    allowed: kinds of reasons not to compare that the user has allowed. shown: how many cases of a kind are listed.
    """
    from rich.text import Text

    yield Text("\n".join([f"before  {_side(comparison.before)}", f"now     {_side(comparison.now)}", ""]))
    if comparison.pairs:
        rows = headline(comparison)
        yield _rates(rows, unicode=unicode)
        yield Text()
        yield _turns(rows, unicode=unicode)
        yield Text("\n" + "\n".join(_notes(rows[-1])))
    for title, cases, describe in _listed(comparison):
        listed = [line for case in cases[:shown] for line in describe(case)]
        more = [f"... and {len(cases) - shown} more; ftbench compare --json has them all"] if len(cases) > shown else []
        yield Text("\n".join(["", f"{len(cases)} {title}", *listed, *more]))
    reasons = list(_reasons(comparison, allowed))
    if reasons:
        yield Text("")
        yield from reasons
    if gates:
        yield Text("")
        yield from map(_gate, gates)


def comparison_data(comparison: Comparison, gates: Sequence[GateResult], *, allowed: Collection[str]) -> dict[str, Any]:
    """The same as plain data, with every case that changed or was not compared."""
    pairing = comparison.pairing
    refused = comparison.refused(allowed)
    return {
        "before": _plain_side(comparison.before),
        "now": _plain_side(comparison.now),
        "comparable": not refused,
        "reasons": [
            {"kind": one.kind, "text": one.text, "advice": one.advice or None, "allowed": one not in refused}
            for one in comparison.reasons
        ],
        "headline": [_plain_row(row) for row in headline(comparison)] if comparison.pairs else [],
        "lost": [_plain_pair(pair) for pair in comparison.pairs if pair.turn == "lost"],
        "learned": [_plain_case(pair.now) for pair in comparison.pairs if pair.turn == "learned"],
        "without_grade": [_plain_pair(pair) for pair in comparison.pairs if pair.turn is None],
        "not_applicable": [_plain_pair(pair) for pair in pairing.not_applicable],
        "edited": [_plain_pair(pair) for pair in pairing.edited],
        **{
            name: [_plain_case(result) for result in getattr(pairing, name)]
            for name in ("added", "removed", "fewer_samples", "more_samples")
        },
        "gates": [
            {
                "expr": gate.expr,
                **{name: getattr(gate, name) for name in ("outcome", "value", "low", "high", "n", "errors", "reason")},
            }
            for gate in gates
        ],
    }


def change_in_words(row: Row) -> str:
    """`+54.0 points [+43.9, +62.4], p < 0.001`; that nothing was measured, where no case has both grades."""
    value = row.changes.value
    if value is None:
        return "nothing measured"
    return f"{_points(float(value))} points {_span(row)}, p {_p(row.changes.p, with_equals=True)}"


def _side(side: Side) -> str:
    known = [side.header.get("id"), side.header.get("started_at")]
    about = ", ".join(one_line(str(one)) for one in known if one)
    return f"{one_line(side.endpoint)} of {one_line(side.place)}" + (f" ({about})" if about else "")


def _rates(rows: Sequence[Row], *, unicode: bool) -> RenderableType:
    table = make_table(unicode=unicode)
    table.add_column("variant", overflow="fold")
    for heading in ("cases", "before", "now", "change in points [95 %]", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        n, value = row.changes.graded, row.changes.value
        rates = [_percent(right, n) for right in (row.right_before, row.right_now)]
        change = "-" if value is None else f"{_points(float(value))} {_span(row)}"
        table.add_row(
            one_line(row.variant) or "all", str(n), *rates, change, "-" if value is None else _p(row.changes.p)
        )
    return table


def _turns(rows: Sequence[Row], *, unicode: bool) -> RenderableType:
    table = make_table(unicode=unicode)
    table.add_column("variant", overflow="fold")
    has_open = any(row.changes.open for row in rows)
    for heading in (*TURNS, *(["no grade"] if has_open else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        counts = [*(row.turns[turn] for turn in TURNS), *([row.changes.open] if has_open else [])]
        table.add_row(one_line(row.variant) or "all", *map(str, counts))
    return table


def _notes(row: Row) -> Iterator[str]:
    """What the last row, which is about all cases, comes to in shares; and how intervals and p were found."""
    said = [
        f"{verb} {share.right} of {share.n} that were {what} before ({_percent(share.right, share.n)} "
        f"[{100 * share.interval[0]:.1f}, {100 * share.interval[1]:.1f}])"
        for verb, share, what in (("kept", row.retention, "right"), ("learned", row.acquire, "wrong"))
        if share.n
    ]
    if said:
        yield "; ".join(said)
    if row.changes.is_plain:
        yield "intervals by Tango, p by McNemar's exact test"
    else:
        facts = len(row.changes.facts)
        yield f"several cases a fact: interval and p of all cases by their {facts} fact{'s' if facts > 1 else ''}"


def _listed(comparison: Comparison) -> Iterator[tuple[str, Sequence[Any], Callable[[Any], list[str]]]]:
    """What is listed: a title, the cases, and how each is told. A case is a pair or a result."""
    pairing = comparison.pairing
    lists: list[tuple[str, Sequence[Any], Callable[[Any], list[str]]]] = [
        ("lost:", [pair for pair in comparison.pairs if pair.turn == "lost"], _lost),
        ("edited, not compared:", pairing.edited, _edited),
        ("removed:", pairing.removed, _case),
        ("added, not compared:", pairing.added, _case),
        ("not compared, since a precondition is unmet:", [pair.now for pair in pairing.not_applicable], _case),
        ("answers before that nothing now belongs to (fewer samples):", pairing.fewer_samples, _case),
        ("answers now that nothing before belongs to (more samples):", pairing.more_samples, _case),
    ]
    return (one for one in lists if one[1])


def _lost(pair: Pair) -> list[str]:
    before, now = pair.before, pair.now
    return [
        f"  {_name(now)}",
        f"    question  {one_line(now.question, most=400)}",
        f"    expected  {one_line(now.expected)}",
        f"    before    {one_line(before.answer or '')}",
        f"    now       {one_line(now.answer or '')}",
        f"    verdict   {now.grade} by {one_line(now.rule or 'nobody')}: {one_line(now.reason or '', most=300)}",
    ]


def _edited(pair: Pair) -> list[str]:
    sides = [(one.question, one.expected, one.match) for one in (pair.before, pair.now)]
    texts = [f"{one_line(question, most=400)} -> {one_line(expected)}" for question, expected, _ in sides]
    if texts[0] == texts[1]:
        return [f"  {_name(pair.now)}: {texts[0]} (system message, prompt, aliases or matcher differ)"]
    return [f"  {_name(pair.now)}", f"    before    {texts[0]}", f"    now       {texts[1]}"]


def _case(result: Result) -> list[str]:
    return [f"  {_name(result)}: {one_line(result.question)}"]


def _name(result: Result) -> str:
    sample = f" #{result.sample}" if result.sample > 1 else ""
    return f"{one_line(result.fact)}: {one_line(result.case)}{sample}"


def _reasons(comparison: Comparison, allowed: Collection[str]) -> Iterator[Text]:
    from rich.text import Text

    refused = comparison.refused(allowed)
    for reason in comparison.reasons:
        told = one_line(reason.text, most=400)
        if reason not in refused:
            yield Text(f"allowed: {told}")
            continue
        hint = "" if reason.kind == "empty" else f" (--allow {reason.kind})"
        advice = f". {reason.advice}" if reason.advice else ""
        yield Text("NOT COMPARABLE  ", style="bold yellow").append(f"{told}{hint}{advice}", style="none")


def _gate(gate: GateResult) -> Text:
    from rich.text import Text

    said = "; ".join(filter(None, (_value(gate), one_line(gate.reason, most=400))))
    return Text().append(f"{gate.outcome}  ", style=_STYLES[gate.outcome]).append(f"{one_line(gate.expr)}  {said}")


def _value(gate: GateResult) -> str:
    if gate.value is None or gate.low is None or gate.high is None:
        return ""
    errors = f", {gate.errors} without a grade" if gate.errors else ""
    if gate.value == gate.right and gate.high > 1:  # a count of cases
        return f"{gate.right} of {gate.n}{errors}"
    return f"{gate.value:.3f} [{gate.low:.3f}, {gate.high:.3f}], {gate.n} cases{errors}"


def _percent(right: int, total: int) -> str:
    return f"{100 * right / total:.1f} %" if total else "-"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"


def _span(row: Row) -> str:
    low, high = row.changes.interval
    return f"[{_points(low)}, {_points(high)}]"


def _p(chance: float, *, with_equals: bool = False) -> str:
    if chance < 0.001:
        return "< 0.001" if with_equals else "<0.001"
    return f"= {chance:.3f}" if with_equals else f"{chance:.3f}"


def _plain_side(side: Side) -> dict[str, Any]:
    return {"run": side.place, "id": side.header.get("id"), "endpoint": side.endpoint}


def _plain_row(row: Row) -> dict[str, Any]:
    changes = row.changes
    low, high = changes.interval
    return {
        "variant": row.variant or None,
        "cases": changes.graded,
        "without_grade": changes.open,
        "facts": len(changes.facts),
        "right_before": row.right_before,
        "right_now": row.right_now,
        **{turn.replace(" ", "_"): row.turns[turn] for turn in TURNS},
        "change": None if changes.value is None else float(changes.value),
        "change_low": low,
        "change_high": high,
        "change_lowest": float(changes.extreme(is_best=False)),
        "change_highest": float(changes.extreme(is_best=True)),
        "p": changes.p,
        "retention": _plain_share(row.retention),
        "acquire": _plain_share(row.acquire),
    }


def _plain_share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    value = share.right / share.n if share.n else None
    return {"value": value, "low": low, "high": high, "right": share.right, "n": share.n}


_CASE = ("suite", "fact", "variant", "case", "sample", "question", "expected")
_ANSWER = ("status", "grade", "right", "rule", "reason", "answer", "error")


def _plain_case(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in _CASE}


def _plain_pair(pair: Pair) -> dict[str, Any]:
    sides: Iterable[tuple[str, Result]] = (("before", pair.before), ("now", pair.now))
    return {
        **_plain_case(pair.now),
        **{name: {key: getattr(result, key) for key in (*_ANSWER, "question")} for name, result in sides},
    }
